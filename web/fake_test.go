package web

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// fakeEngine is an engine without relays: it records commands, carries them out
// at once, and publishes its changes in the list that the ports promise.
type fakeEngine struct {
	mu       sync.Mutex
	tail     *fakeNode
	commands []pdu.Command
	resets   [][]pdu.OutputID
	fail     error // what Do answers, when set
	stopped  chan struct{}
	// lagAfter makes watchers that are further behind get one lagged change.
	lagAfter uint64
}

type fakeNode struct {
	change pdu.Change // that led here
	next   chan struct{}
	after  *fakeNode
}

func newFakeEngine(model string) *fakeEngine {
	p, err := pdu.ProfileByID(model)
	if err != nil {
		panic(err)
	}
	settings := p.DefaultSettings()
	snap := &pdu.Snapshot{
		Seq: 1, At: time.Now(), Profile: p, Settings: &settings, BootedAt: time.Now().Add(-time.Minute),
		Identity: pdu.Identity{MAC: [6]byte{0x24, 0xA4, 0x2C, 1, 2, 3}, Serial: "24A42C010203", Firmware: p.Firmware},
		Powered:  true, FrequencyHz: 50, Inlet: pdu.Reading{VoltageV: 230},
	}
	for id := pdu.OutputID(1); int(id) <= p.Outputs; id++ {
		snap.Outputs = append(snap.Outputs, pdu.Output{ID: id, Metered: p.IsMetered(id), Commanded: pdu.Off, Contact: pdu.Off})
	}
	for id := pdu.InputID(1); int(id) <= p.Inputs; id++ {
		snap.Inputs = append(snap.Inputs, pdu.Input{ID: id, Level: pdu.Off})
	}
	return &fakeEngine{
		tail:     &fakeNode{change: pdu.Change{Seq: 1, Snapshot: snap}, next: make(chan struct{})},
		stopped:  make(chan struct{}),
		lagAfter: 1000,
	}
}

func (f *fakeEngine) newest() *fakeNode {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tail
}

// Snapshot is part of pdu.Reader.
func (f *fakeEngine) Snapshot() *pdu.Snapshot { return f.newest().change.Snapshot }

// Watch is part of pdu.Reader.
func (f *fakeEngine) Watch() pdu.Watcher { return &fakeWatcher{f, f.newest()} }

// publish makes the next change; edit changes a copy of the newest snapshot.
func (f *fakeEngine) publish(event pdu.Event, edit func(*pdu.Snapshot)) *pdu.Snapshot {
	f.mu.Lock()
	defer f.mu.Unlock()
	snap := *f.tail.change.Snapshot
	snap.Outputs = slices.Clone(snap.Outputs)
	snap.Inputs = slices.Clone(snap.Inputs)
	snap.Seq++
	snap.At = time.Now()
	if edit != nil {
		edit(&snap)
	}
	node := &fakeNode{change: pdu.Change{Seq: snap.Seq, At: snap.At, Event: event, Snapshot: &snap}, next: make(chan struct{})}
	f.tail.after = node
	close(f.tail.next)
	f.tail = node
	return &snap
}

// stop makes watchers end as those of a stopped engine do.
func (f *fakeEngine) stop() { close(f.stopped) }

type fakeWatcher struct {
	engine *fakeEngine
	at     *fakeNode
}

func (w *fakeWatcher) Snapshot() *pdu.Snapshot { return w.at.change.Snapshot }

func (w *fakeWatcher) Next(ctx context.Context) (pdu.Change, error) {
	select {
	case <-w.at.next:
	default:
		select {
		case <-w.at.next:
		case <-ctx.Done():
			return pdu.Change{}, context.Cause(ctx)
		case <-w.engine.stopped:
			return pdu.Change{}, pdu.Errorf(pdu.Unavailable, pdu.CodeStopping, "the engine has stopped")
		}
	}
	if newest := w.engine.newest(); newest.change.Seq-w.at.change.Seq > w.engine.lagAfter {
		w.at = newest
		c := newest.change
		c.Event, c.Lagged = nil, true
		return c, nil
	}
	w.at = w.at.after
	return w.at.change, nil
}

// Do is part of pdu.Switcher.
func (f *fakeEngine) Do(_ context.Context, cmd pdu.Command) (pdu.Result, error) {
	if f.fail != nil {
		return pdu.Result{}, f.fail
	}
	if len(cmd.Outputs) == 0 {
		return pdu.Result{}, pdu.Errorf(pdu.Invalid, pdu.CodeNoOutputs, "the command names no output")
	}
	for _, o := range cmd.Outputs {
		if f.Snapshot().Output(o.Output) == nil {
			return pdu.Result{}, pdu.Errorf(pdu.NotFound, pdu.CodeOutputUnknown, "output %d does not exist", o.Output)
		}
	}
	f.mu.Lock()
	f.commands = append(f.commands, cmd)
	f.mu.Unlock()
	res := pdu.Result{Snapshot: f.Snapshot(), Timing: pdu.Timing{Received: cmd.Received, Decided: time.Now()}}
	for _, o := range cmd.Outputs {
		to := targetOf(o, f.Snapshot().Output(o.Output).Commanded)
		res.Outcomes = append(res.Outcomes, pdu.Unchanged)
		if to == pdu.Unknown {
			continue
		}
		res.Outcomes[len(res.Outcomes)-1] = pdu.Switched
		res.Snapshot = f.publish(pdu.OutputSwitched{Output: o.Output, To: to, Action: o.Action, Origin: cmd.Origin}, func(s *pdu.Snapshot) {
			out := s.Output(o.Output)
			out.Commanded, out.Contact, out.LastChange, out.LastOrigin = to, to, s.At, cmd.Origin
		})
	}
	res.Timing.Driven = time.Now()
	return res, nil
}

// targetOf gives the level an action leads to, Unknown for none.
func targetOf(o pdu.OutputCommand, now pdu.Level) pdu.Level {
	switch o.Action {
	case pdu.ActionOn, pdu.ActionShortOn:
		return pdu.On
	case pdu.ActionOff, pdu.ActionShortOff:
		return pdu.Off
	case pdu.ActionToggle:
		return now.Inverse()
	case pdu.ActionIgnore:
		return o.State
	}
	return pdu.Unknown
}

// ResetEnergy is part of pdu.Switcher.
func (f *fakeEngine) ResetEnergy(_ context.Context, outputs []pdu.OutputID, origin pdu.Origin) error {
	for _, id := range outputs {
		if f.Snapshot().Output(id) == nil {
			return pdu.Errorf(pdu.NotFound, pdu.CodeOutputUnknown, "output %d does not exist", id)
		}
	}
	f.mu.Lock()
	f.resets = append(f.resets, outputs)
	f.mu.Unlock()
	f.publish(pdu.EnergyReset{Outputs: outputs, Origin: origin}, nil)
	return nil
}

// Configure is part of pdu.Configurer; the admin API changes settings through the
// store instead.
func (f *fakeEngine) Configure(context.Context, pdu.SettingsEdit, pdu.Origin) error {
	panic("not used by the admin API")
}

// Verify is part of config.Owner.
func (f *fakeEngine) Verify(_, _ *config.Document) error { return nil }

// Applied is part of config.Owner: settings reach the snapshot before the edit
// returns, as with the real engine.
func (f *fakeEngine) Applied(_, doc *config.Document, origin pdu.Origin) {
	f.publish(pdu.SettingsChanged{Origin: origin}, func(s *pdu.Snapshot) {
		settings := *s.Settings
		settings.Outputs = slices.Clone(settings.Outputs)
		for i, o := range *config.Get[outputsSection](doc, "outputs") {
			settings.Outputs[i] = pdu.OutputSettings{
				Name: o.Name, ShortDelay: time.Duration(o.ShortDelayMS) * time.Millisecond,
				PowerUp: o.PowerUp, PowerUpInterval: time.Duration(o.PowerUpIntervalMS) * time.Millisecond,
			}
		}
		s.Settings = &settings
	})
}

// counts tells how many commands and resets got through.
func (f *fakeEngine) counts() (commands, resets int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.commands), len(f.resets)
}

// outputsSection is the section "outputs" in the form that the engine's has.
type outputsSection []outputSection

type outputSection struct {
	Name              string      `json:"name"`
	ShortDelayMS      int64       `json:"shortDelayMs"`
	PowerUp           pdu.PowerUp `json:"powerUp"`
	PowerUpIntervalMS int64       `json:"powerUpIntervalMs"`
}

// Validate is part of config.Validator.
func (o *outputsSection) Validate(p *pdu.Profile, f *config.Faults) {
	if len(*o) != p.Outputs {
		f.Add("", "outputs.count", "there are %d outputs", p.Outputs)
	}
	for i, one := range *o {
		if one.ShortDelayMS < 100 || one.ShortDelayMS > 86400000 {
			f.Add("["+string(rune('0'+i))+"].shortDelayMs", pdu.CodeDelayRange, "%d ms is out of range", one.ShortDelayMS)
		}
	}
}

func defaultOutputs(p *pdu.Profile) any {
	section := outputsSection{}
	for _, o := range p.DefaultSettings().Outputs {
		section = append(section, outputSection{o.Name, o.ShortDelay.Milliseconds(), o.PowerUp, o.PowerUpInterval.Milliseconds()})
	}
	return &section
}
