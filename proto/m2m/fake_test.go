package m2m

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zerocross-pdu/zerocross/httpd"
	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto"
)

// fakeUnit is an engine that switches at once. It notes every command it is given.
type fakeUnit struct {
	mu       sync.Mutex
	snap     *pdu.Snapshot
	commands []pdu.Command
	err      error // the answer of Do, when set
}

func (u *fakeUnit) Snapshot() *pdu.Snapshot {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.snap
}

func (u *fakeUnit) Watch() pdu.Watcher { panic("the M2M APIs do not watch") }

func (u *fakeUnit) ResetEnergy(context.Context, []pdu.OutputID, pdu.Origin) error {
	panic("the M2M APIs do not reset counters")
}

func (u *fakeUnit) Do(_ context.Context, cmd pdu.Command) (pdu.Result, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.commands = append(u.commands, cmd)
	if u.err != nil {
		return pdu.Result{}, u.err
	}
	for _, c := range cmd.Outputs {
		if u.snap.Output(c.Output) == nil {
			return pdu.Result{}, pdu.Errorf(pdu.NotFound, pdu.CodeOutputUnknown, "output %d does not exist", c.Output)
		}
	}
	next := *u.snap
	next.Seq++
	next.At = time.Now()
	next.Outputs = append([]pdu.Output(nil), next.Outputs...)
	for _, c := range cmd.Outputs {
		o := &next.Outputs[c.Output-1]
		switch c.Action {
		case pdu.ActionOff, pdu.ActionShortOff:
			o.Commanded = pdu.Off
		case pdu.ActionOn, pdu.ActionShortOn:
			o.Commanded = pdu.On
		case pdu.ActionToggle:
			o.Commanded = o.Commanded.Inverse()
		case pdu.ActionIgnore:
			if c.State != pdu.Unknown {
				o.Commanded = c.State
			}
		}
	}
	u.snap = &next
	return pdu.Result{Snapshot: &next}, nil
}

// take gives the commands since the last call.
func (u *fakeUnit) take() []pdu.Command {
	u.mu.Lock()
	defer u.mu.Unlock()
	defer func() { u.commands = nil }()
	return u.commands
}

// sample is the state of a model at a known moment with telling values.
func sample(t testing.TB, model string) *pdu.Snapshot {
	t.Helper()
	p, err := pdu.ProfileByID(model)
	if err != nil {
		t.Fatal(err)
	}
	settings := p.DefaultSettings()
	settings.DeviceName = `Rack "A" <1> & Žluť`
	settings.Location = time.FixedZone("", 3600)
	settings.Outputs[0].Name = "router"
	settings.Outputs[p.Outputs-1].ShortDelay = 1500 * time.Millisecond
	at := time.Date(2026, 11, 20, 8, 15, 0, 250e6, time.UTC)
	s := &pdu.Snapshot{
		Seq: 7, At: at, Profile: p, Settings: &settings,
		Identity: pdu.Identity{MAC: [6]byte{2, 0, 0, 0x12, 0x3a, 0x5f}, Serial: "020000123A5F", Firmware: p.Firmware},
		BootedAt: at.Add(-4711*time.Second - 900*time.Millisecond),
		Powered:  true, FrequencyHz: 49.98,
	}
	const wh = pdu.MicroWsPerWh
	for i := range p.Outputs {
		o := pdu.Output{ID: pdu.OutputID(i + 1), Commanded: pdu.LevelOf(i%2 == 0), Contact: pdu.LevelOf(i%2 == 0), Metered: p.IsMetered(pdu.OutputID(i + 1))}
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
		s.Inlet = s.Outputs[0].Reading
		s.InletEnergy = s.Outputs[0].Energy
	}
	return s
}

// rig is the three APIs on a listener of their own, over a fake unit.
type rig struct {
	unit *fakeUnit
	base string // URL of the listener
}

// start serves the given protocols with their sections.
func start(t testing.TB, model string, sections map[string]any) *rig {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	server := httpd.New(httpd.Options{Log: log, Limits: httpd.Limits{ConnectionsEach: 256}})
	if err := server.Listen(httpd.HTTP, "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	u := &fakeUnit{snap: sample(t, model)}
	u.snap.At = time.Now()
	deps := proto.Deps{Reader: u, Switcher: u, HTTP: server, Log: log}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	t.Cleanup(func() { cancel(); wg.Wait() })
	wg.Go(func() { _ = server.Run(ctx) })
	for _, def := range []proto.Definition{JSONDefinition, XMLDefinition, URLDefinition} {
		section, ok := sections[def.Name]
		if !ok {
			continue
		}
		svc, err := def.New(deps, section)
		if err != nil {
			t.Fatal(err)
		}
		// Mounted here and not by Run, so that the test can begin at once.
		s := svc.(*service)
		unmount, err := s.mount()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(unmount)
	}
	return &rig{unit: u, base: "http://" + server.Addr(httpd.HTTP)}
}

// openDocument lets everybody read and write.
func openDocument() *DocumentConfig {
	return &DocumentConfig{Enabled: true, Read: Mode{Enabled: true}, Write: Mode{Enabled: true}}
}

// openAll turns everything on without credentials.
func openAll() map[string]any {
	return map[string]any{"json": openDocument(), "xml": openDocument(), "url": &URLConfig{Enabled: true}}
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
			if o.State != pdu.Unknown {
				text.WriteString("=" + o.State.String())
			}
			if o.Delay != 0 {
				text.WriteString("/" + o.Delay.String())
			}
		}
		text.WriteString("]")
	}
	return text.String()
}

// depsFor gives what a handler needs that is called without a listener.
func depsFor(t testing.TB) proto.Deps {
	u := &fakeUnit{snap: sample(t, "8ks")}
	u.snap.At = time.Now().Add(time.Hour) // the document stays the same throughout
	return proto.Deps{Reader: u, Switcher: u, Log: slog.New(slog.DiscardHandler)}
}
