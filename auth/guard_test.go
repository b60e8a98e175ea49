package auth

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// engine notes what reaches it.
type engine struct {
	snapshot *pdu.Snapshot
	calls    []string
}

func (e *engine) note(what string, o pdu.Origin) {
	e.calls = append(e.calls, fmt.Sprintf("%s by %s at %s over %s", what, o.User, o.Addr, o.Protocol))
}

func (e *engine) Snapshot() *pdu.Snapshot { return e.snapshot }

func (e *engine) Watch() pdu.Watcher { return place{e.snapshot} }

func (e *engine) Do(_ context.Context, cmd pdu.Command) (pdu.Result, error) {
	e.note("do", cmd.Origin)
	return pdu.Result{Snapshot: e.snapshot}, nil
}

func (e *engine) ResetEnergy(_ context.Context, _ []pdu.OutputID, o pdu.Origin) error {
	e.note("reset", o)
	return nil
}

func (e *engine) Configure(_ context.Context, _ pdu.SettingsEdit, o pdu.Origin) error {
	e.note("configure", o)
	return nil
}

// place is a watcher that has one change.
type place struct{ snapshot *pdu.Snapshot }

func (p place) Snapshot() *pdu.Snapshot { return p.snapshot }

func (p place) Next(context.Context) (pdu.Change, error) { return pdu.Change{Seq: 8}, nil }

func newEngine(t *testing.T) *engine {
	p, err := pdu.ProfileByID(pdu.DefaultModel)
	if err != nil {
		t.Fatal(err)
	}
	settings := p.DefaultSettings()
	settings.DeviceName = "rack 7"
	return &engine{snapshot: &pdu.Snapshot{Seq: 7, Profile: p, Settings: &settings, Powered: true, Outputs: make([]pdu.Output, p.Outputs)}}
}

func TestGuard(t *testing.T) {
	origin := pdu.Origin{Source: pdu.SourceWeb, Protocol: "web", User: "forged", Addr: "203.0.113.9"}
	name := new("x")
	outputs := map[pdu.OutputID]pdu.OutputEdit{1: {Name: name}}
	everyone := []Role{Administrator, User, Guest}
	for what, c := range map[string]struct {
		do      func(ctx context.Context, g *Guarded) error
		allowed []Role
		call    string // what reaches the engine, "" for reading
	}{
		"watch": {func(ctx context.Context, g *Guarded) error {
			_, err := g.Watch().Next(ctx)
			return err
		}, everyone, ""},
		"do": {func(ctx context.Context, g *Guarded) error {
			_, err := g.Do(ctx, pdu.Command{Origin: origin})
			return err
		}, []Role{Administrator, User}, "do"},
		"reset": {func(ctx context.Context, g *Guarded) error {
			return g.ResetEnergy(ctx, nil, origin)
		}, []Role{Administrator}, "reset"},
		"name of the device": {func(ctx context.Context, g *Guarded) error {
			return g.Configure(ctx, pdu.SettingsEdit{DeviceName: name}, origin)
		}, []Role{Administrator}, "configure"},
		"settings of an output": {func(ctx context.Context, g *Guarded) error {
			return g.Configure(ctx, pdu.SettingsEdit{Outputs: outputs}, origin)
		}, []Role{Administrator}, "configure"},
		"both settings": {func(ctx context.Context, g *Guarded) error {
			return g.Configure(ctx, pdu.SettingsEdit{DeviceName: name, Outputs: outputs}, origin)
		}, []Role{Administrator}, "configure"},
		"no settings": {func(ctx context.Context, g *Guarded) error {
			return g.Configure(ctx, pdu.SettingsEdit{}, origin)
		}, everyone, "configure"},
	} {
		for _, role := range []Role{Administrator, User, Guest, "", "root"} {
			t.Run(fmt.Sprintf("%s as %s", what, role), func(t *testing.T) {
				e := newEngine(t)
				g := Guard(Identity{User: "ann", Role: role, Addr: "192.0.2.1"}, Ports{e, e, e})
				err := c.do(t.Context(), g)
				var want []string
				if slices.Contains(c.allowed, role) {
					wantCode(t, err, 0, "")
					if c.call != "" {
						want = []string{c.call + " by ann at 192.0.2.1 over web"}
					}
				} else {
					wantCode(t, err, pdu.Forbidden, "auth.forbidden")
				}
				if diff := cmp.Diff(want, e.calls); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func TestGuardReading(t *testing.T) {
	e := newEngine(t)
	for _, role := range Roles() {
		g := Guard(Identity{User: "ann", Role: role}, Ports{Reader: e})
		if g.Snapshot() != e.snapshot || g.Watch().Snapshot() != e.snapshot {
			t.Errorf("%s does not see the state", role)
		}
	}
	nobody := Guard(Identity{}, Ports{Reader: e})
	for _, s := range []*pdu.Snapshot{nobody.Snapshot(), nobody.Watch().Snapshot()} {
		if s.Profile != e.snapshot.Profile || s.Seq != 0 || s.Powered || len(s.Outputs) != 0 || s.Settings.DeviceName == "rack 7" {
			t.Errorf("nobody sees %+v", s)
		}
	}
}
