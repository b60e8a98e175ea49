package modbus

import (
	"context"
	"encoding/hex"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto"
)

// fakeUnit is an engine that switches and stores at once. It notes every command
// and edit that it is given.
type fakeUnit struct {
	mu       sync.Mutex
	snap     *pdu.Snapshot
	commands []pdu.Command
	edits    []pdu.SettingsEdit
	err      error // the answer of Do and Configure, when set
}

func (u *fakeUnit) Snapshot() *pdu.Snapshot {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.snap
}

func (u *fakeUnit) Watch() pdu.Watcher { panic("Modbus does not watch") }

func (u *fakeUnit) ResetEnergy(context.Context, []pdu.OutputID, pdu.Origin) error {
	panic("Modbus does not reset counters")
}

func (u *fakeUnit) Do(_ context.Context, cmd pdu.Command) (pdu.Result, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.commands = append(u.commands, cmd)
	if u.err != nil {
		return pdu.Result{}, u.err
	}
	next := *u.snap
	next.Seq++
	next.Outputs = slices.Clone(next.Outputs)
	for _, c := range cmd.Outputs {
		switch o := &next.Outputs[c.Output-1]; c.Action {
		case pdu.ActionOff, pdu.ActionShortOff:
			o.Commanded = pdu.Off
		case pdu.ActionOn, pdu.ActionShortOn:
			o.Commanded = pdu.On
		case pdu.ActionToggle:
			o.Commanded = o.Commanded.Inverse()
		}
	}
	u.snap = &next
	return pdu.Result{Snapshot: &next}, nil
}

func (u *fakeUnit) Configure(_ context.Context, edit pdu.SettingsEdit, _ pdu.Origin) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.edits = append(u.edits, edit)
	if u.err != nil {
		return u.err
	}
	next, settings := *u.snap, *u.snap.Settings
	settings.Outputs = slices.Clone(settings.Outputs)
	for id, o := range edit.Outputs {
		settings.Outputs[id-1].ShortDelay = *o.ShortDelay
	}
	next.Settings = &settings
	u.snap = &next
	return nil
}

// take writes what the unit was asked since the last call: "on" for output 3 as
// "3:on", a delay as "3=1.5s".
func (u *fakeUnit) take() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	var list []string
	for _, cmd := range u.commands {
		var parts []string
		for _, c := range cmd.Outputs {
			parts = append(parts, string(rune('0'+c.Output))+":"+c.Action.String())
		}
		list = append(list, strings.Join(parts, " "))
	}
	for _, e := range u.edits {
		var parts []string
		for _, id := range slices.Sorted(maps.Keys(e.Outputs)) {
			parts = append(parts, string(rune('0'+id))+"="+e.Outputs[id].ShortDelay.String())
		}
		list = append(list, strings.Join(parts, " "))
	}
	u.commands, u.edits = nil, nil
	return strings.Join(list, "; ")
}

// sample is the state of a model with telling values: output 1 feeds a load, 2 feeds
// back, the odd ones are on.
func sample(t testing.TB, model string) *pdu.Snapshot {
	t.Helper()
	p, err := pdu.ProfileByID(model)
	if err != nil {
		t.Fatal(err)
	}
	settings := p.DefaultSettings()
	settings.DeviceName = "Rack Žluť"
	settings.Outputs[0].ShortDelay = 1550 * time.Millisecond
	if p.Outputs > 1 {
		settings.Outputs[1].ShortDelay = pdu.MaxShortDelay
	}
	s := &pdu.Snapshot{
		Seq: 7, At: time.Now(), Profile: p, Settings: &settings,
		Identity: pdu.Identity{Serial: "020000123A5F", Firmware: p.Firmware},
		Powered:  true, FrequencyHz: 49.98,
	}
	const wh = pdu.MicroWsPerWh
	for id := pdu.OutputID(1); int(id) <= p.Outputs; id++ {
		on := pdu.LevelOf(id%2 == 1)
		s.Outputs = append(s.Outputs, pdu.Output{ID: id, Commanded: on, Contact: on, Metered: p.IsMetered(id)})
	}
	if p.InletMeter {
		s.Outputs[0].Reading = pdu.Reading{VoltageV: 231.24, CurrentA: 0.6404, ActivePowerW: 144.6, ApparentPowerVA: 148.08,
			ReactivePowerVAr: -21.4, PowerFactor: 0.9765, PhaseDeg: -3.254}
		s.Outputs[0].Energy = pdu.Energy{Forward: 70000*wh + wh - 1, Reverse: 2 * wh, ForwardLife: 1<<32*wh + 5*wh, ReverseLife: 3 * wh}
		s.Inlet, s.InletEnergy = s.Outputs[0].Reading, s.Outputs[0].Energy
	}
	if p.IsMetered(2) {
		s.Outputs[1].Reading = pdu.Reading{VoltageV: 231.24, CurrentA: 70, ActivePowerW: -512.34, ApparentPowerVA: 600, PowerFactor: -0.8539, PhaseDeg: 179.996}
	}
	for i := range p.Inputs {
		s.Inputs = append(s.Inputs, pdu.Input{ID: pdu.InputID(i + 1), Level: pdu.On, Count: 0x12345678 + uint32(i)})
	}
	return s
}

// openConfig lets everybody do everything.
func openConfig() *Config {
	c := defaultConfig(nil)
	c.Enabled, c.WriteEnabled = true, true
	return c
}

// newUnit makes a unit and its service, which does not run.
func newUnit(t testing.TB, model string, c *Config) (*fakeUnit, *Service) {
	t.Helper()
	u := &fakeUnit{snap: sample(t, model)}
	s, err := newService(proto.Deps{
		Reader: u, Switcher: u, Configurer: u, Listen: map[string]string{"modbus": "127.0.0.1:0"},
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}, c)
	if err != nil {
		t.Fatal(err)
	}
	return u, s
}

// start runs the service until the test ends.
func start(t testing.TB, model string, c *Config) (*fakeUnit, *Service) {
	t.Helper()
	u, s := newUnit(t, model, c)
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- s.Run(ctx, func() { close(ready) }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	select {
	case <-ready:
	case err := <-done:
		t.Fatalf("not started: %v", err)
	}
	return u, s
}

// ask hands one PDU, written in hexadecimal, to the device and gives the answer.
func ask(s *Service, unit byte, pduHex string) string {
	req, err := hex.DecodeString(strings.ReplaceAll(pduHex, " ", ""))
	if err != nil {
		panic(err)
	}
	c := &caller{addr: "192.0.2.1", may: mayRead | mayWrite}
	return hex.EncodeToString(s.dev.answer(context.Background(), c, unit, req, time.Now(), nil))
}

// compact takes the blanks out of a golden line.
func compact(text string) string { return strings.ReplaceAll(text, " ", "") }
