package prototest

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zerocross-pdu/zerocross/core"
	"github.com/zerocross-pdu/zerocross/health"
	"github.com/zerocross-pdu/zerocross/httpd"
	"github.com/zerocross-pdu/zerocross/journal"
	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto"
)

// long is a pulse that ends in no test by itself, and the stored one of every unit.
const long = time.Hour

// board is hardware whose relays move at once.
type board struct {
	profile  *pdu.Profile
	moved    chan pdu.BoardEvent // roomy: Drive never waits
	contacts []pdu.Level         // used by Drive alone, which the engine calls one at a time
	moves    atomic.Int64        // contacts that have been reported to have moved
}

func (b *board) Describe(context.Context) (pdu.BoardState, error) {
	return pdu.BoardState{
		PowerCycle: "first", Powered: true,
		Contacts: slices.Repeat([]pdu.Level{pdu.Off}, b.profile.Outputs),
		Inputs:   slices.Repeat([]pdu.Level{pdu.Off}, b.profile.Inputs),
	}, nil
}

func (b *board) Run(ctx context.Context, events chan<- pdu.BoardEvent) error {
	for {
		select {
		case ev := <-b.moved:
			events <- ev
		case <-ctx.Done():
			return nil
		}
	}
}

func (b *board) Drive(orders []pdu.Drive) error {
	for _, d := range orders {
		if b.contacts[d.Output-1] == d.Level {
			continue // it does not move, so the engine will make no event of it
		}
		b.contacts[d.Output-1] = d.Level
		b.moves.Add(1)
		b.moved <- pdu.BoardContact{Output: d.Output, Level: d.Level, At: time.Now()}
	}
	return nil
}

// forgetful is a journal for units that never crash.
type forgetful struct{}

func (forgetful) Append(journal.Record) error { return nil }

// energyOf is what the counter of an output shows from the start.
func energyOf(id pdu.OutputID) uint64 { return 1000 + uint64(id) }

// unit is a whole unit without a protocol.
type unit struct {
	engine *core.Engine
	board  *board
	moves  int64 // contacts whose events have been taken from watch
	watch  pdu.Watcher
	seen   uint64             // number of the last change taken from watch
	stop   context.CancelFunc // ends the engine
	done   chan struct{}
}

func newUnit(t *testing.T, model string) *unit {
	t.Helper()
	p, err := pdu.ProfileByID(model)
	if err != nil {
		t.Fatal(err)
	}
	settings := p.DefaultSettings()
	restored := journal.State{PowerCycle: "first", BootedAt: time.Now(), Energy: map[journal.Channel]pdu.Energy{}}
	for i := range settings.Outputs {
		settings.Outputs[i].ShortDelay = long
		id := pdu.OutputID(i + 1)
		if p.IsMetered(id) {
			restored.Energy[journal.Channel(id)] = pdu.Energy{Forward: energyOf(id)*pdu.MicroWsPerWh + 1}
		}
	}
	hw := &board{profile: p, moved: make(chan pdu.BoardEvent, 1024), contacts: slices.Repeat([]pdu.Level{pdu.Off}, p.Outputs)}
	engine, err := core.New(t.Context(), core.Options{
		Profile: p, Settings: settings, Restored: restored, Journal: forgetful{},
		Board: hw,
		Log:   slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	watch := engine.Watch()
	u := &unit{engine: engine, board: hw, watch: watch, seen: watch.Snapshot().Seq, stop: cancel, done: make(chan struct{})}
	go func() {
		defer close(u.done)
		if err := engine.Run(ctx); err != nil {
			t.Errorf("engine: %v", err)
		}
	}()
	t.Cleanup(func() { cancel(); <-u.done })
	return u
}

// serve starts the protocol on u and gives the address on which it answers: its
// own one when the service tells it, else that of the HTTP listener.
func (u *unit) serve(t *testing.T, p Protocol) (addr string) {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	server := httpd.New(httpd.Options{Log: log})
	if err := server.Listen(httpd.HTTP, "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	svc, err := p.Definition.New(proto.Deps{
		Reader: u.engine, Switcher: u.engine, HTTP: server, Health: new(health.Registry), Log: log,
		Listen: map[string]string{p.Definition.Name: "127.0.0.1:0"},
	}, p.Section)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	ready := make(chan struct{})
	protocol := func(ctx context.Context) error { return svc.Run(ctx, func() { close(ready) }) }
	for name, run := range map[string]func(context.Context) error{"listeners": server.Run, "protocol": protocol} {
		wg.Go(func() {
			if err := run(ctx); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	t.Cleanup(func() { cancel(); wg.Wait() })
	select {
	case <-ready:
	case <-t.Context().Done():
		t.Fatal("the protocol did not get ready")
	}
	if own, ok := svc.(proto.Addresser); ok && own.Addr() != "" {
		return own.Addr()
	}
	return server.Addr(httpd.HTTP)
}

// trail gives the events since the last call, once all contacts have followed.
// Contacts and meters report in their own time; what they say is compared as
// state, not as events.
func (u *unit) trail(ctx context.Context) ([]pdu.Event, error) {
	var events []pdu.Event
	for u.seen < u.engine.Snapshot().Seq || u.moves < u.board.moves.Load() {
		c, err := u.watch.Next(ctx)
		if err != nil {
			return nil, err
		}
		u.seen = c.Seq // changes made together share one snapshot, so not that one's
		switch ev := c.Event.(type) {
		case pdu.ContactMoved:
			u.moves++
		case pdu.Measured:
		default:
			events = append(events, ev)
		}
	}
	return events, nil
}

// waitForPulse waits until no pulse runs on the output.
func (u *unit) waitForPulse(ctx context.Context, id pdu.OutputID) error {
	for w := u.engine.Watch(); w.Snapshot().Output(id).Pulse != nil; {
		if _, err := w.Next(ctx); err != nil {
			return err
		}
	}
	return nil
}
