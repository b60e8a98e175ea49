package prototest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// patience bounds every wait; nothing is decided by how long it takes.
const patience = 30 * time.Second

// bench is the unit under test, the reference, and the clients.
type bench struct {
	protocol       Protocol
	subject, twin  *unit
	full, readOnly Client
}

func runScript(t *testing.T, p Protocol, model string) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	b := &bench{protocol: p, subject: newUnit(t, model), twin: newUnit(t, model)}
	addr := b.subject.serve(t, p)
	b.full = p.Connect(t, addr, false)
	if _, cannot := p.Cannot[ReadOnly]; !cannot {
		b.readOnly = p.Connect(t, addr, true)
	}
	waitReady(ctx, t, b.full)
	for _, s := range script(b.subject.engine.Snapshot().Profile.Outputs) {
		if slices.ContainsFunc(s.needs, func(a Ability) bool { _, cannot := p.Cannot[a]; return cannot }) {
			continue
		}
		b.step(ctx, t, s)
		if t.Failed() {
			t.Fatalf("%s: stopped at step %q", p.Definition.Name, s.name)
		}
	}
	b.readEnergy(ctx, t)
	b.afterTheEnd(ctx, t)
}

// waitReady repeats the ping of a protocol that is starting.
func waitReady(ctx context.Context, t *testing.T, c Client) {
	t.Helper()
	for {
		err := c.Ping(ctx)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("the protocol never answered: %v", err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// step carries out one line of the script on both units and compares them.
func (b *bench) step(ctx context.Context, t *testing.T, s step) {
	t.Helper()
	if s.interim != 0 {
		b.person(ctx, t, s.interim)
	}
	client := b.full
	if s.readOnly {
		client = b.readOnly
	}
	err := client.Switch(ctx, s.send)
	_, silent := b.protocol.Cannot[TellsRefusal]
	if (err != nil) != s.refused && !(s.refused && silent) {
		t.Errorf("%s: the protocol answered %v, refused should be %t", s.name, err, s.refused)
	}
	if !s.readOnly {
		_, err = b.twin.engine.Do(ctx, pdu.Command{Outputs: s.send, Origin: pdu.Origin{Source: pdu.SourceM2M, Protocol: b.protocol.Definition.Name}})
		if (err != nil) != s.refused {
			t.Errorf("%s: the engine answered %v, refused should be %t", s.name, err, s.refused)
		}
	}
	for _, id := range s.ends {
		for _, u := range []*unit{b.subject, b.twin} {
			if err := u.waitForPulse(ctx, id); err != nil {
				t.Fatalf("%s: the pulse on output %d never ended: %v", s.name, id, err)
			}
		}
	}
	b.compare(ctx, t, s)
	b.readStates(ctx, t, s.name)
}

// person ends a pulse on both units the way the page does.
func (b *bench) person(ctx context.Context, t *testing.T, id pdu.OutputID) {
	t.Helper()
	for _, u := range []*unit{b.subject, b.twin} {
		if _, err := u.engine.Do(ctx, pdu.Command{Outputs: []pdu.OutputCommand{entry(id, pdu.ActionOn)},
			Origin: pdu.Origin{Source: pdu.SourceWeb, Protocol: "web", User: "admin"}}); err != nil {
			t.Fatal(err)
		}
	}
}

// compare holds state and trail of the two units against each other.
func (b *bench) compare(ctx context.Context, t *testing.T, s step) {
	t.Helper()
	got, err := b.subject.trail(ctx)
	if err != nil {
		t.Fatal(err)
	}
	want, err := b.twin.trail(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, ev := range got {
		checkOrigin(t, b.protocol.Definition.Name, s.name, ev)
	}
	if s.refused && len(got) > 0 {
		t.Errorf("%s: was refused, but left events %v", s.name, got)
	}
	same(t, s.name+": trail", normalEvents(want), normalEvents(got))
	same(t, s.name+": state", normalOutputs(b.twin.engine.Snapshot()), normalOutputs(b.subject.engine.Snapshot()))
}

// readStates compares what a client reads with what the unit is.
func (b *bench) readStates(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	if _, cannot := b.protocol.Cannot[ReadStates]; cannot {
		return
	}
	var want []pdu.Level
	for _, o := range b.subject.engine.Snapshot().Outputs {
		want = append(want, o.State())
	}
	clients := []Client{b.full}
	if b.readOnly != nil {
		clients = append(clients, b.readOnly)
	}
	for _, c := range clients {
		got, err := c.States(ctx)
		if err != nil {
			t.Fatalf("%s: read states: %v", name, err)
		}
		same(t, name+": states as read", want, got)
	}
}

// same compares two lists line by line.
func same[T comparable](t *testing.T, what string, want, got []T) {
	t.Helper()
	if slices.Equal(want, got) {
		return
	}
	for i := range max(len(want), len(got)) {
		var w, g any = "nothing", "nothing"
		if i < len(want) {
			w = want[i]
		}
		if i < len(got) {
			g = got[i]
		}
		if w != g {
			t.Errorf("%s, line %d:\nwant %v\n got %v", what, i+1, w, g)
		}
	}
}

func (b *bench) readEnergy(ctx context.Context, t *testing.T) {
	t.Helper()
	if _, cannot := b.protocol.Cannot[ReadEnergy]; cannot {
		return
	}
	for _, id := range b.subject.engine.Snapshot().Profile.Metered {
		if got, err := b.full.EnergyWh(ctx, id); err != nil || got != energyOf(id) {
			t.Errorf("energy of output %d reads %d Wh (%v), want %d", id, got, err, energyOf(id))
		}
	}
}

// afterTheEnd: a unit that can no longer switch says so.
func (b *bench) afterTheEnd(ctx context.Context, t *testing.T) {
	t.Helper()
	if _, silent := b.protocol.Cannot[TellsRefusal]; silent {
		return
	}
	b.subject.stop()
	<-b.subject.done
	if err := b.full.Switch(ctx, []pdu.OutputCommand{entry(1, pdu.ActionOn)}); err == nil {
		t.Error("the engine has stopped, but the protocol calls a command a success")
	}
}
