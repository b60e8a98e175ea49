// Package boardtest is the suite that every board passes, simulated or real: what
// the engine relies on, and nothing about how a board does it.
//
// A board that can be played with gives the suite more to check: hooks in Rig for
// cutting mains and for starting the process again. Without a hook the check is
// skipped and says so. Each check owns the goroutines it starts and waits for them.
package boardtest

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// Harness is a kind of board to be checked.
type Harness struct {
	Profile *pdu.Profile
	// New makes a board in its own world for one check. Mains is on and has a load
	// of any size on each output; contacts may stand anywhere. What it opens, it
	// closes with t.Cleanup.
	New func(t *testing.T) Rig
	// Virtual runs each check in a bubble of testing/synctest. It is for boards
	// whose only clock is package time and whose world is in the process.
	Virtual bool
	// Patience is how long a contact may take to be seen, and Run to end; 5 s if
	// zero. Nothing fails for being slow below it.
	Patience time.Duration
}

// Rig is one board and the hands on it.
type Rig struct {
	Board pdu.Board
	// Restart makes a new board object for the same hardware, as a new process
	// would. The Run of the old one has ended. nil: cannot be done.
	Restart func() pdu.Board
	// CutMains and RestoreMains take the power away and give it back. nil: cannot
	// be done.
	CutMains, RestoreMains func()
}

// Run checks a board.
func Run(t *testing.T, h Harness) {
	if h.Patience == 0 {
		h.Patience = 5 * time.Second
	}
	for _, c := range []struct {
		name string
		run  func(*check)
	}{
		{"DescribeMovesNothing", (*check).describeMovesNothing},
		{"DriveMovesTheContact", (*check).driveMovesTheContact},
		{"DriveMovesSeveral", (*check).driveMovesSeveral},
		{"DriveRefusesWhole", (*check).driveRefusesWhole},
		{"DriveDoesNotWaitForTheConsumer", (*check).driveDoesNotWait},
		{"MeasurementsAreConsistent", (*check).measurementsAreConsistent},
		{"LossOfPowerIsANewPowerCycle", (*check).lossOfPower},
		{"RestartMovesNothing", (*check).restartMovesNothing},
		{"RunEndsWithItsContext", (*check).runEnds},
	} {
		t.Run(c.name, func(t *testing.T) {
			one := func(t *testing.T) { c.run(&check{T: t, h: h, rig: h.New(t)}) }
			if h.Virtual {
				synctest.Test(t, one)
			} else {
				one(t)
			}
		})
	}
}

// check is one check under way.
type check struct {
	*testing.T
	h   Harness
	rig Rig
}

func (c *check) outputs() (all []pdu.OutputID) {
	for id := pdu.OutputID(1); int(id) <= c.h.Profile.Outputs; id++ {
		all = append(all, id)
	}
	return all
}

func (c *check) describe(b pdu.Board) pdu.BoardState {
	c.Helper()
	s, err := b.Describe(c.Context())
	if err != nil {
		c.Fatalf("Describe: %v", err)
	}
	return s
}

func (c *check) drive(b pdu.Board, l pdu.Level, ids ...pdu.OutputID) {
	c.Helper()
	if err := b.Drive(orders(l, ids...)); err != nil {
		c.Fatalf("Drive %v %v: %v", ids, l, err)
	}
}

func orders(l pdu.Level, ids ...pdu.OutputID) (d []pdu.Drive) {
	for _, id := range ids {
		d = append(d, pdu.Drive{Output: id, Level: l})
	}
	return d
}

// session is a board whose Run is under way.
type session struct {
	c      *check
	board  pdu.Board
	events chan pdu.BoardEvent
	done   chan error
	cancel context.CancelFunc
	ended  bool
}

// start runs a board. Its Run is ended with the check, unless stop did.
func (c *check) start(b pdu.Board) *session {
	ctx, cancel := context.WithCancel(context.Background())
	s := &session{c: c, board: b, events: make(chan pdu.BoardEvent), done: make(chan error, 1), cancel: cancel}
	go func() { s.done <- b.Run(ctx, s.events) }()
	c.Cleanup(s.stop)
	return s
}

// stop ends Run and waits for it, without reading another event.
func (s *session) stop() {
	s.c.Helper()
	if s.ended {
		return
	}
	s.ended = true
	s.cancel()
	select {
	case err := <-s.done:
		if err != nil {
			s.c.Errorf("Run after its context ended: %v", err)
		}
	case <-time.After(s.c.h.Patience):
		s.c.Errorf("Run did not end within %v of its context", s.c.h.Patience)
	}
}

// next gives the next event, or fails.
func (s *session) next(waitingFor string) pdu.BoardEvent {
	s.c.Helper()
	select {
	case ev := <-s.events:
		return ev
	case err := <-s.done:
		s.ended = true
		s.c.Fatalf("Run ended while waiting for %s: %v", waitingFor, err)
	case <-time.After(s.c.h.Patience):
		s.c.Fatalf("no event within %v while waiting for %s", s.c.h.Patience, waitingFor)
	}
	return nil
}

// await gives the next event of a type.
func await[E pdu.BoardEvent](s *session, waitingFor string) E {
	s.c.Helper()
	deadline := time.Now().Add(s.c.h.Patience)
	for time.Now().Before(deadline) {
		if ev, ok := s.next(waitingFor).(E); ok {
			return ev
		}
	}
	s.c.Fatalf("%s was not seen within %v", waitingFor, s.c.h.Patience)
	panic("unreachable")
}

// settle waits until each output was seen at level l.
func (s *session) settle(l pdu.Level, ids ...pdu.OutputID) {
	s.c.Helper()
	missing := slices.Clone(ids)
	for len(missing) > 0 {
		ev := await[pdu.BoardContact](s, "contacts to move")
		if ev.At.IsZero() {
			s.c.Errorf("contact of output %d was seen at no time", ev.Output)
		}
		if ev.Level == l {
			missing = slices.DeleteFunc(missing, func(id pdu.OutputID) bool { return id == ev.Output })
		}
	}
}

// still reads events for a while in which no contact may differ from contacts.
func (s *session) still(contacts []pdu.Level, why string) {
	s.c.Helper()
	for end := time.After(500 * time.Millisecond); ; {
		select {
		case ev := <-s.events:
			if m, ok := ev.(pdu.BoardContact); ok && m.Level != contacts[m.Output-1] {
				s.c.Fatalf("output %d moved to %v %s", m.Output, m.Level, why)
			}
		case <-end:
			return
		}
	}
}

func (c *check) describeMovesNothing() {
	first := c.describe(c.rig.Board)
	if len(first.Contacts) != c.h.Profile.Outputs || len(first.Inputs) != c.h.Profile.Inputs {
		c.Fatalf("%d contacts and %d inputs described, the model has %d and %d", len(first.Contacts), len(first.Inputs), c.h.Profile.Outputs, c.h.Profile.Inputs)
	}
	if first.PowerCycle == "" || !first.Powered {
		c.Errorf("power cycle %q, powered %v: expected a name, and mains", first.PowerCycle, first.Powered)
	}
	second := c.describe(c.rig.Board)
	if !slices.Equal(first.Contacts, second.Contacts) || first.PowerCycle != second.PowerCycle {
		c.Errorf("described as %+v, then as %+v", first, second)
	}
	c.start(c.rig.Board).still(first.Contacts, "without a command")
}

func (c *check) driveMovesTheContact() {
	s := c.start(c.rig.Board)
	for _, id := range c.outputs() {
		for _, l := range []pdu.Level{pdu.On, pdu.Off, pdu.On} {
			before := time.Now()
			c.drive(s.board, l, id)
			ev := await[pdu.BoardContact](s, "the contact to move")
			if ev.Output != id || ev.Level != l {
				c.Fatalf("output %d was driven %v, seen was output %d %v", id, l, ev.Output, ev.Level)
			}
			if ev.At.Before(before) || ev.At.After(time.Now()) {
				c.Errorf("contact seen at %v, driven after %v", ev.At, before)
			}
		}
	}
}

func (c *check) driveMovesSeveral() {
	s := c.start(c.rig.Board)
	for _, l := range []pdu.Level{pdu.On, pdu.Off} {
		c.drive(s.board, l, c.outputs()...)
		s.settle(l, c.outputs()...)
	}
	if err := s.board.Drive(nil); err != nil {
		c.Errorf("Drive of nothing: %v", err)
	}
}

func (c *check) driveRefusesWhole() {
	s := c.start(c.rig.Board)
	c.drive(s.board, pdu.Off, c.outputs()...)
	s.settle(pdu.Off, c.outputs()...)
	beyond := pdu.OutputID(c.h.Profile.Outputs + 1)
	for name, bad := range map[string]pdu.Drive{
		"output 0":           {Output: 0, Level: pdu.On},
		"a negative output":  {Output: -1, Level: pdu.On},
		"an output too many": {Output: beyond, Level: pdu.On},
		"an unknown level":   {Output: 1, Level: pdu.Unknown},
	} {
		err := s.board.Drive([]pdu.Drive{{Output: 1, Level: pdu.On}, bad})
		if err == nil {
			c.Errorf("%s was accepted", name)
		}
		if _, partial := errors.AsType[*pdu.PartialDriveError](err); partial {
			c.Errorf("%s was found only after a relay had been driven: %v", name, err)
		}
	}
	off := make([]pdu.Level, c.h.Profile.Outputs)
	for k := range off {
		off[k] = pdu.Off
	}
	s.still(off, "although the command was refused")
}

func (c *check) driveDoesNotWait() {
	s := c.start(c.rig.Board)
	s.next("Run to be under way")
	// Nobody reads now. Each output is driven to and fro, last to on.
	driven := make(chan error)
	for _, id := range c.outputs() {
		go func() {
			for _, l := range []pdu.Level{pdu.On, pdu.Off, pdu.Off, pdu.On} {
				if err := s.board.Drive(orders(l, id)); err != nil {
					driven <- err
					return
				}
			}
			driven <- nil
		}()
	}
	late := time.After(c.h.Patience)
	for range c.outputs() {
		select {
		case err := <-driven:
			if err != nil {
				c.Errorf("Drive while nobody reads events: %v", err)
			}
		case <-late:
			c.Fatalf("Drive waited %v for a consumer", c.h.Patience)
		}
	}
	at := make([]pdu.Level, c.h.Profile.Outputs)
	for slices.ContainsFunc(at, func(l pdu.Level) bool { return l != pdu.On }) {
		m := await[pdu.BoardContact](s, "the contacts to end on")
		at[m.Output-1] = m.Level
	}
}

func (c *check) lossOfPower() {
	if c.rig.CutMains == nil || c.rig.RestoreMains == nil {
		c.Skip("the mains of this board cannot be cut by a test: Rig has no CutMains and RestoreMains")
	}
	before := c.describe(c.rig.Board)
	s := c.start(c.rig.Board)
	c.drive(s.board, pdu.On, 1)
	s.settle(pdu.On, 1)

	c.rig.CutMains()
	if lost := await[pdu.BoardPower](s, "the loss of power"); lost.Powered {
		c.Fatalf("after the cut: %+v", lost)
	}
	if err := s.board.Drive(orders(pdu.Off, 1)); pdu.KindOf(err) != pdu.Unavailable {
		c.Errorf("Drive without mains: %v, expected an Unavailable error", err)
	}
	c.rig.RestoreMains()
	back := await[pdu.BoardPower](s, "the return of power")
	if !back.Powered || len(back.Contacts) != c.h.Profile.Outputs {
		c.Fatalf("after the return: %+v", back)
	}
	if back.PowerCycle == "" || back.PowerCycle == before.PowerCycle {
		c.Errorf("power cycle %q before the loss, %q after", before.PowerCycle, back.PowerCycle)
	}
	s.still(back.Contacts, "after power returned, without a command")
	s.stop()
	if now := c.describe(s.board); now.PowerCycle != back.PowerCycle || !slices.Equal(now.Contacts, back.Contacts) {
		c.Errorf("reported %+v, described %+v", back, now)
	}
}

func (c *check) restartMovesNothing() {
	if c.rig.Restart == nil {
		c.Skip("the process of this board cannot be started again by a test: Rig has no Restart")
	}
	s := c.start(c.rig.Board)
	last := pdu.OutputID(c.h.Profile.Outputs)
	c.drive(s.board, pdu.Off, c.outputs()...)
	s.settle(pdu.Off, c.outputs()...)
	c.drive(s.board, pdu.On, last)
	s.settle(pdu.On, last)
	s.stop()
	before := c.describe(s.board)

	again := c.rig.Restart()
	after := c.describe(again)
	if !slices.Equal(before.Contacts, after.Contacts) || before.PowerCycle != after.PowerCycle || !slices.Equal(before.Inputs, after.Inputs) {
		c.Errorf("before the restart %+v, after %+v", before, after)
	}
	s = c.start(again)
	s.still(after.Contacts, "after a restart of the process")
	c.drive(again, pdu.Off, last)
	s.settle(pdu.Off, last)
}

func (c *check) runEnds() {
	goroutines := runtime.NumGoroutine()
	s := c.start(c.rig.Board)
	s.next("Run to be under way")
	c.drive(s.board, pdu.On, c.outputs()...)
	s.stop() // events are pending and nobody reads them
	if c.h.Virtual {
		return // the bubble fails if a goroutine is left in it
	}
	for deadline := time.Now().Add(c.h.Patience); runtime.NumGoroutine() > goroutines; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			c.Fatalf("%d goroutines before Run, %d after", goroutines, runtime.NumGoroutine())
		}
	}
}
