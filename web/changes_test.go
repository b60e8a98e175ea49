package web

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// allEvents holds one event of each type.
var allEvents = []pdu.Event{
	pdu.OutputSwitched{Output: 1, From: pdu.Off, To: pdu.On, Action: pdu.ActionShortOn, Pulse: &pdu.Pulse{Action: pdu.ActionShortOn, Delay: time.Second}},
	pdu.CommandDropped{Output: 2, Action: pdu.ActionOn, Origin: pdu.Origin{Source: pdu.SourceM2M, Protocol: "json"}},
	pdu.ContactMoved{Output: 3, Level: pdu.On},
	pdu.RelayFaultChanged{Output: 4, Fault: pdu.RelayNotFollowing},
	pdu.Measured{Window: 200*time.Millisecond + 500*time.Microsecond},
	pdu.InputChanged{Input: 1, Level: pdu.On, Pulses: 7},
	pdu.PowerChanged{Powered: true},
	pdu.PowerUpDone{},
	pdu.EnergyReset{},
	pdu.SettingsChanged{},
	pdu.JournalFault{Err: errors.New("disk full")},
}

func TestAllEventsAreListed(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../pdu/event.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	listed := make(map[string]bool)
	for _, e := range allEvents {
		listed[reflect.TypeOf(e).Name()] = true
	}
	for _, d := range file.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == "event" {
			if name := fn.Recv.List[0].Type.(*ast.Ident).Name; !listed[name] {
				t.Errorf("pdu.%s has no document in this package, or is missing in allEvents", name)
			}
		}
	}
}

func TestEventDocuments(t *testing.T) {
	for _, e := range allEvents {
		doc := eventOf(e)
		if want := reflect.TypeOf(e).Name() + "Event"; reflect.TypeOf(doc).Name() != want {
			t.Errorf("%s became a %T, want a %s", e.Name(), doc, want)
			continue
		}
		field, _ := reflect.TypeOf(doc).FieldByName("Name")
		if tag := field.Tag.Get("ts"); tag != `"`+e.Name()+`"` {
			t.Errorf("the page believes that %s is called %s", e.Name(), tag)
		}
	}
	got, err := json.Marshal(eventOf(allEvents[4]))
	if want := `{"name":"measured","windowMs":200.5}`; err != nil || string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
	got, err = json.Marshal(eventOf(allEvents[8]))
	if want := `{"name":"energyReset","outputs":[],"origin":{"source":"system","protocol":"","user":"","addr":""}}`; err != nil || string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestDeltasRebuildTheDevice: a client that applies every change to the first
// document has the last one.
func TestDeltasRebuildTheDevice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		engine := newFakeEngine(rapid.SampledFrom(pdu.ProfileIDs()).Draw(t, "model"))
		enc := &encoder{conv: converter{"1.0", true}}
		w := engine.Watch()
		mine := parsed(t, enc, w.Snapshot())
		for range rapid.IntRange(1, 12).Draw(t, "changes") {
			engine.publish(rapid.SampledFrom(allEvents).Draw(t, "event"), func(s *pdu.Snapshot) { disturb(t, s) })
			before := w.Snapshot()
			change, err := w.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			applyFrame(t, mine, enc, before, change)
		}
		if diff := cmp.Diff(parsed(t, enc, engine.Snapshot()), mine); diff != "" {
			t.Fatalf("the rebuilt document differs (-want +got):\n%s", diff)
		}
	})
}

// disturb changes a few members of a snapshot.
func disturb(t *rapid.T, s *pdu.Snapshot) {
	o := &s.Outputs[rapid.IntRange(0, len(s.Outputs)-1).Draw(t, "output")]
	o.Commanded = pdu.Level(rapid.IntRange(0, 2).Draw(t, "level"))
	if rapid.Bool().Draw(t, "pulse") {
		o.Pulse = &pdu.Pulse{Action: pdu.ActionShortOff, Delay: time.Second, Ends: time.Unix(1, 0)}
	} else {
		o.Pulse = nil
	}
	o.Reading.ActivePowerW = rapid.Float64().Draw(t, "power")
	s.Inlet.VoltageV = rapid.Float64Range(200, 260).Draw(t, "voltage")
	s.Powered = rapid.Bool().Draw(t, "powered")
	if rapid.Bool().Draw(t, "sequence") {
		s.PowerUp = &pdu.PowerUpProgress{Remaining: []pdu.OutputID{1}}
	} else {
		s.PowerUp = nil
	}
}

func parsed(t *rapid.T, enc *encoder, s *pdu.Snapshot) map[string]any {
	doc, err := enc.device(s)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(doc, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// applyFrame does what a client does with a change.
func applyFrame(t *rapid.T, mine map[string]any, enc *encoder, before *pdu.Snapshot, change pdu.Change) {
	frame, err := enc.changeFrame(before, change)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Seq    uint64
		Event  struct{ Name string }
		Device map[string]any
	}
	if err := json.Unmarshal(dataOf(frame), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Seq != change.Seq || doc.Event.Name != change.Event.Name() {
		t.Fatalf("change %d %s became %d %s", change.Seq, change.Event.Name(), doc.Seq, doc.Event.Name)
	}
	for name, value := range doc.Device {
		if name != "outputs" {
			mine[name] = value
			continue
		}
		for _, o := range value.([]any) {
			id := int(o.(map[string]any)["id"].(float64))
			mine["outputs"].([]any)[id-1] = o
		}
	}
}

// dataOf takes the JSON out of a frame.
func dataOf(frame []byte) []byte {
	_, events := parseFrames(string(frame))
	return []byte(events[0].data)
}

func TestDeltaHoldsOnlyWhatChanged(t *testing.T) {
	engine := newFakeEngine("8ks")
	conv := converter{"1.0", false}
	before := engine.Snapshot()
	after := engine.publish(pdu.Measured{}, func(s *pdu.Snapshot) {
		s.At = before.At
		s.Outputs[2].Reading.CurrentA = 1
		s.Outputs[5].Fault = pdu.RelayMovedItself
	})
	delta := deviceDelta(conv.device(before), conv.device(after))
	want := map[string]any{"seq": uint64(2), "outputs": []Output{outputOf(after, 2), outputOf(after, 5)}}
	if diff := cmp.Diff(want, delta); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDeltaOfAnotherModelIsWhole(t *testing.T) {
	from, to := converter{}.device(newFakeEngine("8ks").Snapshot()), converter{}.device(newFakeEngine("8qs").Snapshot())
	if outputs, _ := deviceDelta(from, to)["outputs"].([]Output); len(outputs) != 8 {
		t.Errorf("%d outputs", len(outputs))
	}
	from, to = converter{}.device(newFakeEngine("4ps").Snapshot()), converter{}.device(newFakeEngine("8ks").Snapshot())
	if outputs, _ := deviceDelta(from, to)["outputs"].([]Output); len(outputs) != 8 {
		t.Errorf("%d outputs", len(outputs))
	}
}

func TestFramesAreEncodedOnce(t *testing.T) {
	engine := newFakeEngine("8ks")
	enc := &encoder{}
	before := engine.Snapshot()
	engine.publish(pdu.PowerUpDone{}, nil)
	change := engine.newest().change
	first, err := enc.changeFrame(before, change)
	if err != nil {
		t.Fatal(err)
	}
	second, err := enc.changeFrame(before, change)
	if err != nil || &first[0] != &second[0] {
		t.Errorf("the same change was encoded twice (%v)", err)
	}
	doc, _ := enc.device(before)
	again, _ := enc.device(before)
	if &doc[0] != &again[0] {
		t.Error("the same snapshot was encoded twice")
	}
	// Another change in the same place of the ring must not be taken for it.
	for range framesKept {
		before = engine.Snapshot()
		engine.publish(pdu.PowerUpDone{}, nil)
	}
	third, err := enc.changeFrame(before, engine.newest().change)
	if err != nil || string(third) == string(first) {
		t.Errorf("a frame of another change was sent (%v)", err)
	}
}

func TestReadingsWithoutAMeaningAreNull(t *testing.T) {
	engine := newFakeEngine("8qs") // only output 1 has a meter
	snap := engine.publish(pdu.Measured{}, func(s *pdu.Snapshot) {
		s.Outputs[0].Reading.PowerFactor = math.NaN()
		s.FrequencyHz = math.Inf(1)
	})
	d := converter{}.device(snap)
	if d.Outputs[0].Reading != nil || d.Outputs[0].Energy == nil {
		t.Errorf("a broken reading is %+v, its energy %v", d.Outputs[0].Reading, d.Outputs[0].Energy)
	}
	if d.Outputs[1].Reading != nil || d.Outputs[1].Energy != nil {
		t.Error("an output without a meter has values")
	}
	if d.Inlet == nil || d.FrequencyHz != 0 {
		t.Errorf("inlet %v, frequency %v", d.Inlet, d.FrequencyHz)
	}
	if _, err := json.Marshal(d); err != nil {
		t.Error(err)
	}
	if d := (converter{}).device(newFakeEngine("4ps").Snapshot()); d.Inlet != nil || d.InletEnergy != nil {
		t.Error("a model without meters has values of the whole device")
	}
}

func BenchmarkChangeFrame(b *testing.B) {
	engine := newFakeEngine("8ks")
	before := engine.Snapshot()
	engine.publish(pdu.Measured{Window: 200 * time.Millisecond}, func(s *pdu.Snapshot) {
		for i := range s.Outputs {
			s.Outputs[i].Reading.ActivePowerW = 12.5
		}
	})
	change := engine.newest().change
	b.ReportAllocs()
	for b.Loop() {
		if _, err := new(encoder).changeFrame(before, change); err != nil {
			b.Fatal(err)
		}
	}
}
