package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// framesKept is how many encoded changes are kept for streams that are a little
// behind the newest one, about six seconds of measurements.
const framesKept = 32

// encoder makes the bytes of documents and stream frames, each once for all
// readers: for the newest snapshots asked for and the latest changes.
type encoder struct {
	conv converter

	mu     sync.Mutex
	newest *pdu.Snapshot // whose document is in doc
	doc    []byte
	frames [framesKept]frame // at index Seq modulo its length
}

// frame is one encoded change. The snapshots prove that it is the right one.
type frame struct {
	before, after *pdu.Snapshot
	event         pdu.Event
	bytes         []byte
}

// device gives the JSON of the Device document. The bytes are shared.
func (e *encoder) device(s *pdu.Snapshot) ([]byte, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.newest == s {
		return e.doc, nil
	}
	doc, err := json.Marshal(e.conv.device(s))
	if err != nil {
		return nil, fmt.Errorf("encode the state of the device: %w", err)
	}
	e.newest, e.doc = s, doc
	return doc, nil
}

// snapshotFrame gives the stream frame with the whole state.
func (e *encoder) snapshotFrame(s *pdu.Snapshot) ([]byte, error) {
	doc, err := e.device(s)
	if err != nil {
		return nil, err
	}
	return eventFrame("snapshot", s.Seq, doc), nil
}

// changeFrame gives the stream frame of the change c, which follows the state
// before. The bytes are shared.
func (e *encoder) changeFrame(before *pdu.Snapshot, c pdu.Change) ([]byte, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	kept := &e.frames[c.Seq%framesKept]
	if kept.before == before && kept.after == c.Snapshot && kept.event != nil {
		return kept.bytes, nil
	}
	doc, err := json.Marshal(Change{
		Seq:    c.Seq,
		At:     c.At.UTC(),
		Event:  eventOf(c.Event),
		Device: deviceDelta(e.conv.device(before), e.conv.device(c.Snapshot)),
	})
	if err != nil {
		return nil, fmt.Errorf("encode change %d: %w", c.Seq, err)
	}
	*kept = frame{before, c.Snapshot, c.Event, eventFrame("change", c.Seq, doc)}
	return kept.bytes, nil
}

// eventFrame writes one server-sent event (HTML standard, section 9.2). The data
// is JSON of one line.
func eventFrame(name string, id uint64, data []byte) []byte {
	var b bytes.Buffer
	b.Grow(len(data) + 64)
	fmt.Fprintf(&b, "event: %s\nid: %d\ndata: ", name, id)
	b.Write(data)
	b.WriteString("\n\n")
	return b.Bytes()
}

// deviceDelta holds the members of after that differ from before, under their
// JSON names; of the outputs only those that differ, each whole, or all of them
// when the model is another.
func deviceDelta(before, after Device) map[string]any {
	delta := make(map[string]any)
	b, a := reflect.ValueOf(before), reflect.ValueOf(after)
	for i := range a.NumField() {
		if reflect.DeepEqual(b.Field(i).Interface(), a.Field(i).Interface()) {
			continue
		}
		name, _, _ := strings.Cut(a.Type().Field(i).Tag.Get("json"), ",")
		delta[name] = a.Field(i).Interface()
	}
	_, changed := delta["outputs"]
	if _, other := delta["model"]; changed && !other && len(before.Outputs) == len(after.Outputs) {
		delta["outputs"] = changedOutputs(before.Outputs, after.Outputs)
	}
	return delta
}

func changedOutputs(before, after []Output) []Output {
	changed := []Output{}
	for i := range after {
		if !reflect.DeepEqual(before[i], after[i]) {
			changed = append(changed, after[i])
		}
	}
	return changed
}

// eventOf gives the document of an event of the domain.
func eventOf(event pdu.Event) any {
	name := event.Name()
	switch e := event.(type) {
	case pdu.OutputSwitched:
		return OutputSwitchedEvent{Name: name, Output: e.Output, From: e.From, To: e.To, Action: ActionName(e.Action.String()),
			Pulse: pulseOf(e.Pulse), Ended: e.Ended, Origin: originOf(e.Origin)}
	case pdu.CommandDropped:
		return CommandDroppedEvent{Name: name, Output: e.Output, Action: ActionName(e.Action.String()), Origin: originOf(e.Origin)}
	case pdu.ContactMoved:
		return ContactMovedEvent{Name: name, Output: e.Output, Level: e.Level, Timing: timingOf(e.Timing)}
	case pdu.RelayFaultChanged:
		return RelayFaultChangedEvent{Name: name, Output: e.Output, Fault: RelayFaultName(e.Fault.String())}
	case pdu.Measured:
		return MeasuredEvent{Name: name, WindowMS: float64(e.Window.Microseconds()) / 1000}
	case pdu.InputChanged:
		return InputChangedEvent{Name: name, Input: e.Input, Level: e.Level, Pulses: e.Pulses}
	case pdu.PowerChanged:
		return PowerChangedEvent{Name: name, Powered: e.Powered}
	case pdu.PowerUpDone:
		return PowerUpDoneEvent{Name: name}
	case pdu.EnergyReset:
		return EnergyResetEvent{Name: name, Outputs: list(e.Outputs), Origin: originOf(e.Origin)}
	case pdu.SettingsChanged:
		return SettingsChangedEvent{Name: name, Origin: originOf(e.Origin)}
	case pdu.JournalFault:
		doc := JournalFaultEvent{Name: name}
		if e.Err != nil {
			doc.Error = e.Err.Error()
		}
		return doc
	}
	// A test keeps this switch complete; an event is named at least.
	return struct {
		Name string `json:"name"`
	}{name}
}
