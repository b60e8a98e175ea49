package core

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/zerocross-pdu/zerocross/journal"
	"github.com/zerocross-pdu/zerocross/pdu"
)

const (
	// countersPeriod is how often energy is journaled and published: so often that
	// a crash loses less than a second.
	countersPeriod = 800 * time.Millisecond
	// confirmTimeout is how long a contact may take to follow a command before it
	// is a fault: many times what a relay and a zero crossing need.
	confirmTimeout = 500 * time.Millisecond
	// boardRetry is the pause before a board whose Run failed is run again.
	boardRetry = time.Second
	// driveRetry is the pause before a relay that must move, but could not be
	// driven, is tried again.
	driveRetry = time.Second
	// boardBacklog lets a board report a burst without waiting for the engine.
	boardBacklog = 64
)

// Options is what an engine needs.
type Options struct {
	Profile  *pdu.Profile
	Identity pdu.Identity
	Settings pdu.Settings
	Board    pdu.Board
	Journal  Journal
	Restored journal.State // what the journal knew
	// Damaged says that the journal could not be read completely, so that it is no
	// proof of a loss of power.
	Damaged bool
	Log     *slog.Logger
}

// Journal is where the engine writes what must survive it.
type Journal interface {
	// Append stores r so that it survives the process before it returns.
	Append(r journal.Record) error
}

// Engine is the single writer of a unit's state. It implements pdu.Reader and
// pdu.Switcher.
type Engine struct {
	profile  *pdu.Profile
	identity pdu.Identity
	board    pdu.Board
	journal  Journal
	log      *slog.Logger

	feed    *feed
	calls   chan func()
	stopped chan struct{} // closed when Run has returned

	// Owned by Run.
	settings     *pdu.Settings
	outputs      []pdu.Output
	confirmBy    []time.Time // per output: when a moving contact becomes a fault; zero: not moving
	waits        []wait      // outputs that wait for their turn in the power-up sequence
	sequencing   bool        // the power-up sequence runs
	inputs       []pdu.Input
	live         []pdu.Energy // counters as measured; index 0 the inlet, n output n
	inlet        pdu.Reading
	inletEnergy  pdu.Energy // as published
	frequencyHz  float64
	powered      bool
	powerCycle   string // the one that the state belongs to
	foundCycle   string // the one that the board named at the start
	keepAsFound  bool   // no power-up at the start: the journal was unreadable
	bootedAt     time.Time
	seq          uint64
	journalErr   error
	events       []pdu.Event // collected for the next publish
	countersNext time.Time
}

// New asks the board for its state, joins it with what the journal knew, and
// gives an engine whose snapshot is already true. It moves no relay; Run does
// the rest.
func New(ctx context.Context, opt Options) (*Engine, error) {
	found, err := opt.Board.Describe(ctx)
	if err != nil {
		return nil, pdu.Errorf(pdu.Internal, "board.describe", "read the state of the board: %w", err)
	}
	e := &Engine{
		profile:  opt.Profile,
		identity: opt.Identity,
		board:    opt.Board,
		journal:  opt.Journal,
		log:      opt.Log,
		calls:    make(chan func()),
		stopped:  make(chan struct{}),
		settings: &opt.Settings,
		powered:  found.Powered,
	}
	e.restore(found, opt)
	e.feed = newFeed(e.makeSnapshot(time.Now()))
	return e, nil
}

// Snapshot returns the newest state.
func (e *Engine) Snapshot() *pdu.Snapshot { return e.feed.snapshot() }

// Watch returns a place in the list of changes, right after the newest snapshot.
func (e *Engine) Watch() pdu.Watcher { return &watcher{feed: e.feed, at: e.feed.head.Load()} }

// Run owns the state until ctx ends. It returns after the board has stopped and
// the counters have been journaled.
func (e *Engine) Run(ctx context.Context) error {
	defer close(e.stopped)
	defer e.feed.stop()

	boardCtx, stopBoard := context.WithCancel(context.WithoutCancel(ctx))
	boardEvents := make(chan pdu.BoardEvent, boardBacklog)
	var wg sync.WaitGroup
	wg.Go(func() { defer close(boardEvents); e.runBoard(boardCtx, boardEvents) })

	e.countersNext = time.Now().Add(countersPeriod)
	e.begin()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		e.publish()
		timer.Reset(time.Until(e.nextDeadline()))
		select {
		case fn := <-e.calls:
			fn()
		case ev := <-boardEvents:
			e.onBoard(ev)
		case <-timer.C:
			e.onDeadlines(time.Now())
		case <-ctx.Done():
		}
	}
	stopBoard()
	for ev := range boardEvents {
		e.onBoard(ev)
	}
	wg.Wait()
	e.storeCounters()
	e.publish()
	return nil
}

// Defined waits until every output has the state that it is to have after the
// start: the engine has taken over and no power-up sequence runs.
func (e *Engine) Defined(ctx context.Context) error {
	if _, err := call(ctx, e, func() (struct{}, error) { return struct{}{}, nil }); err != nil {
		return err
	}
	for w := e.Watch(); w.Snapshot().PowerUp != nil; {
		if _, err := w.Next(ctx); err != nil {
			return err
		}
	}
	return nil
}

// runBoard keeps the board running until ctx ends.
func (e *Engine) runBoard(ctx context.Context, events chan<- pdu.BoardEvent) {
	for {
		err := e.board.Run(ctx, events)
		if ctx.Err() != nil {
			return
		}
		e.log.Error("board stopped, trying again", "error", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(boardRetry):
		}
	}
}

// nextDeadline is the earliest moment at which something is due.
func (e *Engine) nextDeadline() time.Time {
	next := e.countersNext
	earlier := func(t time.Time) {
		if !t.IsZero() && t.Before(next) {
			next = t
		}
	}
	for i := range e.outputs {
		earlier(e.confirmBy[i])
		if p := e.outputs[i].Pulse; p != nil && e.powered {
			earlier(p.Ends)
		}
	}
	if e.powered {
		for _, w := range e.waits {
			earlier(w.at)
		}
	}
	return next
}

// onDeadlines does what is due at now.
func (e *Engine) onDeadlines(now time.Time) {
	for i := range e.outputs {
		o := &e.outputs[i]
		if by := e.confirmBy[i]; !by.IsZero() && !by.After(now) {
			e.confirmBy[i] = time.Time{}
			if o.Contact != o.Commanded {
				e.setFault(o, pdu.RelayNotFollowing)
			}
		}
		if e.powered && o.Pulse != nil && !o.Pulse.Ends.After(now) {
			e.endPulse(o, now)
		}
	}
	if e.powered {
		e.continuePowerUp(now)
	}
	if !e.countersNext.After(now) {
		e.countersNext = now.Add(countersPeriod)
		e.storeCounters()
	}
}

// call runs fn in the goroutine that owns the state and waits for its outcome.
// Once fn has begun it is finished even if ctx ends.
func call[T any](ctx context.Context, e *Engine, fn func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	var none T
	select {
	case e.calls <- func() {
		v, err := fn()
		e.publish()
		done <- outcome{v, err}
	}:
		o := <-done
		return o.value, o.err
	case <-ctx.Done():
		return none, pdu.Errorf(pdu.Unavailable, "command.cancelled", "given up before the engine took the command: %w", context.Cause(ctx))
	case <-e.stopped:
		return none, errStopping()
	}
}

func errStopping() error {
	return pdu.Errorf(pdu.Unavailable, pdu.CodeStopping, "the engine has stopped; try again when the unit is up")
}
