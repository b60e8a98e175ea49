package snmp

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zerocross-pdu/zerocross/health"
	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto"
)

// fakeUnit is an engine that switches at once. It notes every command and every
// change of settings that it is given.
type fakeUnit struct {
	mu       sync.Mutex
	snap     *pdu.Snapshot
	commands []pdu.Command
	edits    []pdu.SettingsEdit
	err      error // the answer of Do, when set
	editErr  error // the answer of Configure, when set
	changes  []pdu.Change
	more     chan struct{} // closed with the next change
}

func newFakeUnit(s *pdu.Snapshot) *fakeUnit { return &fakeUnit{snap: s, more: make(chan struct{})} }

func (u *fakeUnit) Snapshot() *pdu.Snapshot {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.snap
}

func (u *fakeUnit) Watch() pdu.Watcher {
	u.mu.Lock()
	defer u.mu.Unlock()
	return &fakeWatcher{unit: u, at: len(u.changes), snap: u.snap}
}

type fakeWatcher struct {
	unit *fakeUnit
	at   int
	snap *pdu.Snapshot
}

func (w *fakeWatcher) Snapshot() *pdu.Snapshot { return w.snap }

func (w *fakeWatcher) Next(ctx context.Context) (pdu.Change, error) {
	for {
		w.unit.mu.Lock()
		more := w.unit.more
		if w.at < len(w.unit.changes) {
			c := w.unit.changes[w.at]
			w.at, w.snap = w.at+1, c.Snapshot
			w.unit.mu.Unlock()
			return c, nil
		}
		w.unit.mu.Unlock()
		select {
		case <-more:
		case <-ctx.Done():
			return pdu.Change{}, context.Cause(ctx)
		}
	}
}

// change publishes a new snapshot that edit has made.
func (u *fakeUnit) change(ev pdu.Event, edit func(s *pdu.Snapshot)) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.publish(ev, edit)
}

func (u *fakeUnit) publish(ev pdu.Event, edit func(s *pdu.Snapshot)) {
	next := *u.snap
	next.Seq++
	next.Outputs, next.Inputs = slices.Clone(next.Outputs), slices.Clone(next.Inputs)
	settings := *next.Settings
	settings.Outputs = slices.Clone(settings.Outputs)
	next.Settings = &settings
	edit(&next)
	u.snap = &next
	u.changes = append(u.changes, pdu.Change{Seq: next.Seq, At: time.Now(), Event: ev, Snapshot: &next})
	close(u.more)
	u.more = make(chan struct{})
}

func (u *fakeUnit) ResetEnergy(context.Context, []pdu.OutputID, pdu.Origin) error {
	panic("SNMP does not reset counters")
}

func (u *fakeUnit) Do(_ context.Context, cmd pdu.Command) (pdu.Result, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.commands = append(u.commands, cmd)
	if u.err != nil {
		return pdu.Result{}, u.err
	}
	for _, c := range cmd.Outputs {
		u.publish(pdu.OutputSwitched{Output: c.Output, Action: c.Action}, func(s *pdu.Snapshot) {
			o := &s.Outputs[c.Output-1]
			switch c.Action {
			case pdu.ActionOff, pdu.ActionShortOff:
				o.Commanded = pdu.Off
			case pdu.ActionOn, pdu.ActionShortOn:
				o.Commanded = pdu.On
			case pdu.ActionToggle:
				o.Commanded = o.Commanded.Inverse()
			}
			o.Contact = o.Commanded
		})
	}
	return pdu.Result{Snapshot: u.snap}, nil
}

func (u *fakeUnit) Configure(_ context.Context, edit pdu.SettingsEdit, _ pdu.Origin) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.edits = append(u.edits, edit)
	if u.editErr != nil {
		return u.editErr
	}
	u.publish(pdu.SettingsChanged{}, func(s *pdu.Snapshot) {
		if edit.DeviceName != nil {
			s.Settings.DeviceName = *edit.DeviceName
		}
		for id, o := range edit.Outputs {
			s.Settings.Outputs[id-1].Name = *o.Name
		}
	})
	return nil
}

// take gives the commands since the last call.
func (u *fakeUnit) take() []pdu.Command {
	u.mu.Lock()
	defer u.mu.Unlock()
	defer func() { u.commands = nil }()
	return u.commands
}

// brief writes the outputs of commands in a form that a test can show.
func brief(cmds []pdu.Command) string {
	var text strings.Builder
	for _, c := range cmds {
		text.WriteString("[")
		for i, o := range c.Outputs {
			if i > 0 {
				text.WriteString(" ")
			}
			text.WriteString(fmt.Sprintf("%d:%s", o.Output, o.Action))
		}
		text.WriteString("]")
	}
	return text.String()
}

// sample is the state of a model at a known moment with telling values.
func sample(t testing.TB, model string) *pdu.Snapshot {
	t.Helper()
	p, err := pdu.ProfileByID(model)
	if err != nil {
		t.Fatal(err)
	}
	settings := p.DefaultSettings()
	settings.DeviceName = "Rack A"
	settings.Outputs[0].Name = "router"
	at := time.Date(2026, 11, 20, 8, 15, 0, 250e6, time.UTC)
	s := &pdu.Snapshot{
		Seq: 7, At: at, Profile: p, Settings: &settings,
		Identity: pdu.Identity{MAC: [6]byte{2, 0, 0, 0x12, 0x3a, 0x5f}, Serial: "020000123A5F", Firmware: p.Firmware},
		BootedAt: at.Add(-time.Hour), Powered: true, FrequencyHz: 49.98,
	}
	const wh = pdu.MicroWsPerWh
	for i := range p.Outputs {
		id := pdu.OutputID(i + 1)
		o := pdu.Output{ID: id, Commanded: pdu.LevelOf(i%2 == 0), Contact: pdu.LevelOf(i%2 == 0), Metered: p.IsMetered(id)}
		if o.Metered && i%2 == 0 {
			o.Reading = pdu.Reading{VoltageV: 231.23, CurrentA: 0.6404, ActivePowerW: 144.6, PowerFactor: 0.9765, PhaseDeg: -3.25}
			o.Energy = pdu.Energy{Forward: 900*wh + wh - 1, Reverse: 2 * wh, ForwardLife: 1900 * wh, ReverseLife: 3 * wh}
		}
		s.Outputs = append(s.Outputs, o)
	}
	for i := range p.Inputs {
		s.Inputs = append(s.Inputs, pdu.Input{ID: pdu.InputID(i + 1), Level: pdu.LevelOf(i == 1), Count: uint32(12 + i)})
	}
	if p.InletMeter {
		s.Inlet, s.InletEnergy = s.Outputs[0].Reading, s.Outputs[0].Energy
	}
	return s
}

// open lets everybody do everything: a community, and users of both kinds.
func open(p *pdu.Profile) *Config {
	c := Default(p)
	c.Enabled = true
	c.V1V2c = V1V2cConfig{Enabled: true, Community: "private", Write: true}
	c.Users = []UserConfig{
		{Name: "admin", Level: LevelAuthPriv, Auth: "SHA-256", AuthPassword: "adminpass", Priv: "AES-128", PrivPassword: "privpass1", Access: AccessWrite},
		{Name: "viewer", Level: LevelAuthNoPriv, Auth: "SHA-256", AuthPassword: "viewpass1", Access: AccessRead},
	}
	return c
}

// seventh is the count of a unit that starts for the seventh time.
type seventh struct{}

func (seventh) Next(time.Time) (Boot, error) { return Boot{Count: 7, Cold: true}, nil }

// newTestAgent makes an agent without a socket.
func newTestAgent(t testing.TB, model string, edit func(c *Config)) (*agent, *fakeUnit) {
	t.Helper()
	u := newFakeUnit(sample(t, model))
	c := open(u.snap.Profile)
	if edit != nil {
		edit(c)
	}
	s := &service{deps: depsOf(t, u), config: c, boots: seventh{}}
	a, _, err := s.newAgent(u.snap)
	if err != nil {
		t.Fatal(err)
	}
	return a, u
}

func depsOf(t testing.TB, u *fakeUnit) proto.Deps {
	return proto.Deps{Reader: u, Switcher: u, Configurer: u, Health: new(health.Registry), Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
}

// serve runs the whole service on a free port of the loopback.
func serve(t testing.TB, u *fakeUnit, c *Config, boots Boots) (addr string) {
	t.Helper()
	deps := depsOf(t, u)
	deps.Listen = map[string]string{Name: "127.0.0.1:0"}
	svc, err := Definition(boots).New(deps, c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- svc.Run(ctx, func() { close(ready) }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	select {
	case <-ready:
	case err := <-done:
		done <- nil
		t.Fatal(err)
	}
	return svc.(*service).Addr()
}
