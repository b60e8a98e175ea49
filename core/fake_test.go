package core

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zerocross-pdu/zerocross/journal"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// fakeHardware is what stays when the process dies: contacts and power cycle.
type fakeHardware struct {
	mu         sync.Mutex
	contacts   []pdu.Level
	powerCycle string
	powered    bool
	moves      int
	stuck      map[pdu.OutputID]bool
}

func newHardware(outputs int) *fakeHardware {
	hw := &fakeHardware{powerCycle: "first", powered: true, stuck: map[pdu.OutputID]bool{}}
	for range outputs {
		hw.contacts = append(hw.contacts, pdu.Off)
	}
	return hw
}

// fakeBoard drives fakeHardware.
type fakeBoard struct {
	hw     *fakeHardware
	trace  *trace
	events chan pdu.BoardEvent
	fail   atomic.Pointer[error] // what Drive returns
}

const (
	operateTime = 10 * time.Millisecond
	releaseTime = 12 * time.Millisecond
)

// travel is how long a contact needs to reach level.
func travel(level pdu.Level) time.Duration {
	if level == pdu.On {
		return operateTime
	}
	return releaseTime
}

func (b *fakeBoard) Describe(context.Context) (pdu.BoardState, error) {
	b.hw.mu.Lock()
	defer b.hw.mu.Unlock()
	return pdu.BoardState{PowerCycle: b.hw.powerCycle, Powered: b.hw.powered, Contacts: slices.Clone(b.hw.contacts), Inputs: []pdu.Level{pdu.Off}}, nil
}

func (b *fakeBoard) Run(ctx context.Context, events chan<- pdu.BoardEvent) error {
	for {
		select {
		case ev := <-b.events:
			events <- ev
		case <-ctx.Done():
			return nil
		}
	}
}

func (b *fakeBoard) Drive(orders []pdu.Drive) error {
	b.trace.add("drive")
	if fail := b.fail.Load(); fail != nil && *fail != nil {
		return *fail
	}
	for _, o := range orders {
		b.hw.mu.Lock()
		moves := !b.hw.stuck[o.Output] && b.hw.contacts[o.Output-1] != o.Level
		if moves {
			b.hw.contacts[o.Output-1] = o.Level // latching: once driven it moves, whatever becomes of us
			b.hw.moves++
		}
		b.hw.mu.Unlock()
		if moves {
			time.AfterFunc(travel(o.Level), func() {
				b.events <- pdu.BoardContact{Output: o.Output, Level: o.Level, At: time.Now()}
			})
		}
	}
	return nil
}

// fakeJournal keeps the state that a replay of the records would give.
type fakeJournal struct {
	trace *trace
	mu    sync.Mutex
	state journal.State
	err   atomic.Pointer[error]
}

func newFakeJournal(tr *trace) *fakeJournal {
	return &fakeJournal{trace: tr, state: journal.State{
		Outputs: map[pdu.OutputID]journal.OutputState{},
		Energy:  map[journal.Channel]pdu.Energy{},
		Inputs:  map[pdu.InputID]uint32{},
	}}
}

func (j *fakeJournal) Append(r journal.Record) error {
	if err := j.err.Load(); err != nil && *err != nil {
		return *err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	switch r := r.(type) {
	case journal.Outputs:
		j.trace.add("journal")
		for _, o := range r {
			j.state.Outputs[o.Output] = o
		}
	case journal.Counters:
		for i, c := range r.Energy {
			j.state.Energy[journal.Channel(i)] = c
		}
		for i, n := range r.Inputs {
			j.state.Inputs[pdu.InputID(i+1)] = n
		}
	case journal.Boot:
		j.state.PowerCycle, j.state.BootedAt = r.PowerCycle, r.BootedAt
	}
	return nil
}

// stored is what a replay would give now.
func (j *fakeJournal) stored() journal.State {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := j.state
	s.Outputs, s.Energy, s.Inputs = maps.Clone(s.Outputs), maps.Clone(s.Energy), maps.Clone(s.Inputs)
	return s
}

// trace records the order of what reached the outside.
type trace struct {
	mu  sync.Mutex
	ops []string
}

func (t *trace) add(op string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ops = append(t.ops, op)
}

func (t *trace) take() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	ops := t.ops
	t.ops = nil
	return ops
}

// unit is an engine on fake hardware inside a synctest bubble.
type unit struct {
	*Engine
	t       *testing.T
	profile *pdu.Profile
	hw      *fakeHardware
	board   *fakeBoard
	journal *fakeJournal
	trace   *trace
	watch   pdu.Watcher
	set     pdu.Settings
	kill    func()
}

// inBubble runs f with an 8KS whose outputs are all off.
func inBubble(t *testing.T, f func(u *unit)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		u := newUnit(t)
		u.start()
		defer func() { u.kill() }()
		f(u)
	})
}

func newUnit(t *testing.T) *unit {
	p, err := pdu.ProfileByID("8ks")
	if err != nil {
		t.Fatal(err)
	}
	tr := &trace{}
	return &unit{t: t, profile: p, hw: newHardware(p.Outputs), journal: newFakeJournal(tr), trace: tr, set: p.DefaultSettings()}
}

// start brings up an engine on what hardware and journal hold.
func (u *unit) start() {
	u.t.Helper()
	u.startWith(Options{})
}

func (u *unit) startWith(opt Options) {
	u.t.Helper()
	u.board = &fakeBoard{hw: u.hw, trace: u.trace, events: make(chan pdu.BoardEvent, 1000)}
	set := u.set
	set.Outputs = slices.Clone(set.Outputs)
	opt.Profile, opt.Settings, opt.Board, opt.Journal, opt.Restored = u.profile, set, u.board, u.journal, u.journal.stored()
	opt.Log = slog.New(slog.DiscardHandler)
	e, err := New(u.t.Context(), opt)
	if err != nil {
		u.t.Fatal(err)
	}
	u.Engine = e
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); e.Run(ctx) }()
	u.kill = func() { cancel(); <-done }
	synctest.Wait()
	u.watch = e.Watch()
}

// restart is a crash of the process with the hardware untouched.
func (u *unit) restart() {
	u.t.Helper()
	u.kill()
	u.start()
}

var (
	m2m = pdu.Origin{Source: pdu.SourceM2M, Protocol: "json", User: "netio", Addr: "192.0.2.1"}
	web = pdu.Origin{Source: pdu.SourceWeb, Protocol: "web", User: "admin"}
)

func one(id pdu.OutputID, a pdu.Action) []pdu.OutputCommand {
	return []pdu.OutputCommand{{Output: id, Action: a}}
}

// do carries out a command that must succeed.
func (u *unit) do(origin pdu.Origin, outputs ...pdu.OutputCommand) pdu.Result {
	u.t.Helper()
	r, err := u.Do(u.t.Context(), pdu.Command{Outputs: outputs, Origin: origin})
	if err != nil {
		u.t.Fatal(err)
	}
	return r
}

// settle lets the contacts arrive.
func (u *unit) settle() {
	time.Sleep(2 * releaseTime)
	synctest.Wait()
}

// drain returns the events since the last call, measurements left out.
func (u *unit) drain() []pdu.Event {
	u.t.Helper()
	var events []pdu.Event
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for {
		seq := u.watch.Snapshot().Seq
		c, err := u.watch.Next(ctx)
		if errors.Is(err, context.Canceled) || pdu.KindOf(err) == pdu.Unavailable {
			return events
		}
		if c.Lagged {
			u.t.Fatal("lagged")
		}
		if c.Seq <= seq && seq != c.Snapshot.Seq {
			u.t.Fatalf("event %d after %d", c.Seq, seq)
		}
		if _, ok := c.Event.(pdu.Measured); !ok {
			events = append(events, c.Event)
		}
	}
}

func (u *unit) wantState(id pdu.OutputID, commanded, contact pdu.Level) {
	u.t.Helper()
	o := u.Snapshot().Output(id)
	if o.Commanded != commanded || o.Contact != contact {
		u.t.Errorf("output %d: commanded %v, contact %v; want %v, %v", id, o.Commanded, o.Contact, commanded, contact)
	}
}
