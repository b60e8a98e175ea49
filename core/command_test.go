package core

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/pdu"
)

func TestActions(t *testing.T) {
	const off, on = pdu.Off, pdu.On
	cases := []struct {
		action     pdu.Action
		state      pdu.Level // for ActionIgnore
		from       pdu.Level
		now, later pdu.Level // directly after, and when a pulse is over
		outcome    pdu.Outcome
	}{
		{pdu.ActionOff, 0, off, off, off, pdu.Unchanged},
		{pdu.ActionOff, 0, on, off, off, pdu.Switched},
		{pdu.ActionOn, 0, off, on, on, pdu.Switched},
		{pdu.ActionOn, 0, on, on, on, pdu.Unchanged},
		{pdu.ActionShortOff, 0, off, off, on, pdu.Switched},
		{pdu.ActionShortOff, 0, on, off, on, pdu.Switched},
		{pdu.ActionShortOn, 0, off, on, off, pdu.Switched},
		{pdu.ActionShortOn, 0, on, on, off, pdu.Switched},
		{pdu.ActionToggle, 0, off, on, on, pdu.Switched},
		{pdu.ActionToggle, 0, on, off, off, pdu.Switched},
		{pdu.ActionNoChange, 0, off, off, off, pdu.Unchanged},
		{pdu.ActionNoChange, 0, on, on, on, pdu.Unchanged},
		{pdu.ActionIgnore, 0, on, on, on, pdu.Unchanged},
		{pdu.ActionIgnore, off, on, off, off, pdu.Switched},
		{pdu.ActionIgnore, on, off, on, on, pdu.Switched},
		{pdu.ActionIgnore, on, on, on, on, pdu.Unchanged},
	}
	for _, c := range cases {
		t.Run(c.action.String()+"/"+c.state.String()+"/from "+c.from.String(), func(t *testing.T) {
			inBubble(t, func(u *unit) {
				u.do(m2m, pdu.OutputCommand{Output: 3, Action: pdu.ActionIgnore, State: c.from})
				u.settle()
				r := u.do(m2m, pdu.OutputCommand{Output: 3, Action: c.action, State: c.state})
				if got := r.Snapshot.Output(3).State(); got != c.now || r.Outcomes[0] != c.outcome {
					t.Errorf("at once %v, %v; want %v, %v", got, r.Outcomes[0], c.now, c.outcome)
				}
				u.settle()
				u.wantState(3, c.now, c.now)
				time.Sleep(5 * time.Second)
				u.settle()
				u.wantState(3, c.later, c.later)
				if u.Snapshot().Output(3).Pulse != nil {
					t.Error("the pulse is still there")
				}
			})
		})
	}
}

func TestEventsTellTheWholeStory(t *testing.T) {
	inBubble(t, func(u *unit) {
		r := u.do(m2m, pdu.OutputCommand{Output: 2, Action: pdu.ActionShortOn, Delay: 1500 * time.Millisecond})
		u.settle()
		u.do(m2m, pdu.OutputCommand{Output: 2, Action: pdu.ActionOn})
		time.Sleep(1500 * time.Millisecond)
		u.settle()
		pulse := r.Snapshot.Output(2).Pulse
		ended := pdu.Origin{Source: pdu.SourceSystem, Protocol: "pulse", User: "netio", Addr: "192.0.2.1"}
		want := []pdu.Event{
			pdu.OutputSwitched{Output: 2, From: pdu.Off, To: pdu.On, Action: pdu.ActionShortOn, Pulse: pulse, Origin: m2m},
			pdu.ContactMoved{Output: 2, Level: pdu.On},
			pdu.CommandDropped{Output: 2, Action: pdu.ActionOn, Origin: m2m},
			pdu.OutputSwitched{Output: 2, From: pdu.On, To: pdu.Off, Action: pdu.ActionShortOn, Ended: true, Origin: ended},
			pdu.ContactMoved{Output: 2, Level: pdu.Off},
		}
		got := u.drain()
		for i := range got {
			if m, ok := got[i].(pdu.ContactMoved); ok {
				if m.Timing.Confirmed.Sub(m.Timing.Driven) != travel(m.Level) {
					t.Errorf("confirmed %v after the drive, want %v", m.Timing.Confirmed.Sub(m.Timing.Driven), travel(m.Level))
				}
				m.Timing = pdu.Timing{}
				got[i] = m
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
	})
}

func TestPulseMayBeInterruptedByPeopleOnly(t *testing.T) {
	for _, source := range []pdu.Source{pdu.SourceM2M, pdu.SourceAutomation, pdu.SourceWeb, pdu.SourceButton, pdu.SourceProtection} {
		t.Run(source.String(), func(t *testing.T) {
			inBubble(t, func(u *unit) {
				u.do(m2m, pdu.OutputCommand{Output: 1, Action: pdu.ActionShortOff})
				r := u.do(pdu.Origin{Source: source}, pdu.OutputCommand{Output: 1, Action: pdu.ActionOff})
				people := source != pdu.SourceM2M && source != pdu.SourceAutomation
				wantOutcome, later := pdu.Dropped, pdu.On
				if people {
					wantOutcome, later = pdu.Switched, pdu.Off
				}
				time.Sleep(6 * time.Second)
				u.settle()
				if r.Outcomes[0] != wantOutcome || u.Snapshot().Output(1).State() != later {
					t.Errorf("outcome %v, later %v; want %v, %v", r.Outcomes[0], u.Snapshot().Output(1).State(), wantOutcome, later)
				}
			})
		})
	}
}

func TestWebReplacesAPulse(t *testing.T) {
	inBubble(t, func(u *unit) {
		u.do(m2m, pdu.OutputCommand{Output: 1, Action: pdu.ActionShortOff, Delay: 2 * time.Second})
		u.do(web, pdu.OutputCommand{Output: 1, Action: pdu.ActionShortOn, Delay: 10 * time.Second})
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if o := u.Snapshot().Output(1); o.State() != pdu.On || o.Pulse == nil || o.Pulse.Action != pdu.ActionShortOn {
			t.Errorf("the older pulse ended the newer one: %+v", o)
		}
		time.Sleep(8 * time.Second)
		u.settle()
		u.wantState(1, pdu.Off, pdu.Off)
	})
}

func TestSeveralOutputsAllOrNothing(t *testing.T) {
	bad := map[string]struct {
		entry pdu.OutputCommand
		kind  pdu.Kind
		code  string
	}{
		"unknown output":  {pdu.OutputCommand{Output: 9, Action: pdu.ActionOn}, pdu.NotFound, pdu.CodeOutputUnknown},
		"output zero":     {pdu.OutputCommand{Output: 0, Action: pdu.ActionOn}, pdu.NotFound, pdu.CodeOutputUnknown},
		"unknown action":  {pdu.OutputCommand{Output: 2, Action: 7}, pdu.Invalid, pdu.CodeActionUnknown},
		"delay too short": {pdu.OutputCommand{Output: 2, Action: pdu.ActionShortOff, Delay: 99 * time.Millisecond}, pdu.Invalid, pdu.CodeDelayRange},
		"delay too long":  {pdu.OutputCommand{Output: 2, Action: pdu.ActionShortOn, Delay: pdu.MaxShortDelay + 1}, pdu.Invalid, pdu.CodeDelayRange},
	}
	for name, c := range bad {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(u *unit) {
				u.trace.take()
				before := u.Snapshot().Outputs
				_, err := u.Do(u.t.Context(), pdu.Command{Origin: m2m, Outputs: []pdu.OutputCommand{{Output: 1, Action: pdu.ActionOn}, c.entry}})
				if pdu.KindOf(err) != c.kind || pdu.CodeOf(err) != c.code {
					t.Errorf("error %v (%v, %s)", err, pdu.KindOf(err), pdu.CodeOf(err))
				}
				u.settle()
				if ops, events := u.trace.take(), u.drain(); len(ops) > 0 || len(events) > 0 {
					t.Errorf("something happened: %v, %v", ops, events)
				}
				if diff := cmp.Diff(before, u.Snapshot().Outputs); diff != "" {
					t.Errorf("state changed:\n%s", diff)
				}
			})
		})
	}
	inBubble(t, func(u *unit) {
		if _, err := u.Do(u.t.Context(), pdu.Command{Origin: m2m}); pdu.CodeOf(err) != pdu.CodeNoOutputs {
			t.Errorf("empty command: %v", err)
		}
		u.trace.take()
		u.do(m2m, pdu.OutputCommand{Output: 1, Action: pdu.ActionOn}, pdu.OutputCommand{Output: 8, Action: pdu.ActionOn})
		if ops := u.trace.take(); !slices.Equal(ops, []string{"journal", "drive"}) {
			t.Errorf("two outputs must be one record and one drive, got %v", ops)
		}
	})
}

func TestSameOutputTwiceInOneCommand(t *testing.T) {
	inBubble(t, func(u *unit) {
		r := u.do(m2m, pdu.OutputCommand{Output: 1, Action: pdu.ActionOn}, pdu.OutputCommand{Output: 2, Action: pdu.ActionOn},
			pdu.OutputCommand{Output: 1, Action: pdu.ActionToggle}, pdu.OutputCommand{Output: 1, Action: pdu.ActionOff})
		want := []pdu.Outcome{pdu.Switched, pdu.Switched, pdu.Switched, pdu.Unchanged}
		if !slices.Equal(r.Outcomes, want) {
			t.Errorf("outcomes %v, want %v", r.Outcomes, want)
		}
		u.settle()
		u.wantState(1, pdu.Off, pdu.Off)
		u.wantState(2, pdu.On, pdu.On)
		time.Sleep(time.Second)
		synctest.Wait()
		if f := u.Snapshot().Output(1).Fault; f != pdu.RelayOK {
			t.Errorf("fault %v after a quick on and off", f)
		}
	})
}

func TestJournalBeforeDriveAndAfterTheEndOfAPulse(t *testing.T) {
	inBubble(t, func(u *unit) {
		u.trace.take()
		u.do(m2m, pdu.OutputCommand{Output: 1, Action: pdu.ActionShortOn, Delay: time.Second})
		if ops := u.trace.take(); !slices.Equal(ops, []string{"journal", "drive"}) {
			t.Errorf("start: %v, want the journal first", ops)
		}
		time.Sleep(time.Second)
		u.settle()
		if ops := u.trace.take(); !slices.Equal(ops, []string{"drive", "journal"}) {
			t.Errorf("end: %v, want the drive first", ops)
		}
	})
}

func TestDriveFailureChangesNothingButTheFault(t *testing.T) {
	inBubble(t, func(u *unit) {
		u.board.fail.Store(new(error(errors.New("coil supply missing"))))
		_, err := u.Do(u.t.Context(), pdu.Command{Origin: m2m, Outputs: one(4, pdu.ActionOn)})
		if pdu.KindOf(err) != pdu.Internal || pdu.CodeOf(err) != pdu.CodeRelayDrive {
			t.Errorf("error %v", err)
		}
		o := u.Snapshot().Output(4)
		if o.Commanded != pdu.Off || o.Fault != pdu.RelayDriveFailed {
			t.Errorf("commanded %v, fault %v", o.Commanded, o.Fault)
		}
		if st := u.journal.stored().Outputs[4]; st.Commanded != pdu.Off {
			t.Errorf("the journal believes %v", st.Commanded)
		}
		u.board.fail.Store(nil)
		u.do(m2m, pdu.OutputCommand{Output: 4, Action: pdu.ActionOn})
		u.settle()
		u.wantState(4, pdu.On, pdu.On)
		if f := u.Snapshot().Output(4).Fault; f != pdu.RelayOK {
			t.Errorf("fault %v after it worked", f)
		}
	})
}

func TestPartialDriveFailureTellsWhichMoved(t *testing.T) {
	inBubble(t, func(u *unit) {
		u.board.fail.Store(new(error(&pdu.PartialDriveError{Driven: []pdu.OutputID{1}, Err: errors.New("bus")})))
		_, err := u.Do(u.t.Context(), pdu.Command{Origin: m2m, Outputs: append(one(1, pdu.ActionOn), one(2, pdu.ActionOn)...)})
		if pdu.CodeOf(err) != pdu.CodeRelayDrive {
			t.Errorf("error %v", err)
		}
		s := u.Snapshot()
		if s.Output(1).Commanded != pdu.On || s.Output(2).Commanded != pdu.Off || s.Output(2).Fault != pdu.RelayDriveFailed {
			t.Errorf("output 1 %v, output 2 %v %v", s.Output(1).Commanded, s.Output(2).Commanded, s.Output(2).Fault)
		}
	})
}

func TestEndOfPulseIsTriedUntilItWorks(t *testing.T) {
	inBubble(t, func(u *unit) {
		u.do(m2m, pdu.OutputCommand{Output: 1, Action: pdu.ActionShortOff, Delay: time.Second})
		u.board.fail.Store(new(error(errors.New("coil supply missing"))))
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if o := u.Snapshot().Output(1); o.Pulse == nil || o.Fault != pdu.RelayDriveFailed {
			t.Fatalf("pulse %v, fault %v", o.Pulse, o.Fault)
		}
		u.board.fail.Store(nil)
		time.Sleep(2 * time.Second)
		u.settle()
		u.wantState(1, pdu.On, pdu.On)
	})
}

func TestRelayThatDoesNotFollow(t *testing.T) {
	inBubble(t, func(u *unit) {
		u.hw.stuck[5] = true
		u.do(m2m, pdu.OutputCommand{Output: 5, Action: pdu.ActionOn})
		if s := u.Snapshot().Output(5).State(); s != pdu.On {
			t.Errorf("state %v while the contact may still be moving, want on", s)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		o := u.Snapshot().Output(5)
		if o.Fault != pdu.RelayNotFollowing || o.State() != pdu.Off || o.Commanded != pdu.On {
			t.Errorf("fault %v, state %v, commanded %v", o.Fault, o.State(), o.Commanded)
		}
		u.restart()
		if o := u.Snapshot().Output(5); o.Fault != pdu.RelayNotFollowing || o.Commanded != pdu.On {
			t.Errorf("after a restart: fault %v, commanded %v", o.Fault, o.Commanded)
		}
		u.hw.stuck[5] = false
		u.do(m2m, pdu.OutputCommand{Output: 5, Action: pdu.ActionOn})
		u.settle()
		u.wantState(5, pdu.On, pdu.On)
		if f := u.Snapshot().Output(5).Fault; f != pdu.RelayOK {
			t.Errorf("fault %v after the relay followed", f)
		}
	})
}

func TestRelayThatMovesByItself(t *testing.T) {
	inBubble(t, func(u *unit) {
		u.board.events <- pdu.BoardContact{Output: 6, Level: pdu.On, At: time.Now()}
		synctest.Wait()
		if o := u.Snapshot().Output(6); o.Fault != pdu.RelayMovedItself || o.State() != pdu.On {
			t.Errorf("fault %v, state %v", o.Fault, o.State())
		}
		u.do(m2m, pdu.OutputCommand{Output: 6, Action: pdu.ActionOff})
		u.board.events <- pdu.BoardContact{Output: 6, Level: pdu.Off, At: time.Now()}
		synctest.Wait()
		if f := u.Snapshot().Output(6).Fault; f != pdu.RelayOK {
			t.Errorf("fault %v", f)
		}
	})
}

func TestCommandsFasterThanTheRelay(t *testing.T) {
	inBubble(t, func(u *unit) {
		for n := range 9 {
			u.do(m2m, one(1, pdu.Action(n%2))...) // off and on in turns, ends with off
			time.Sleep(time.Millisecond)
		}
		u.settle()
		u.wantState(1, pdu.Off, pdu.Off)
		time.Sleep(time.Second)
		if hasEvent(u.drain(), func(pdu.RelayFaultChanged) bool { return true }) {
			t.Error("the echo of an earlier command counts as a fault")
		}
	})
}

func TestStoppedEngineRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newUnit(t)
		u.start()
		w := u.Watch()
		u.kill()
		if _, err := u.Do(u.t.Context(), pdu.Command{Outputs: one(1, pdu.ActionOn)}); pdu.CodeOf(err) != pdu.CodeStopping {
			t.Errorf("Do: %v", err)
		}
		for {
			if _, err := w.Next(u.t.Context()); err != nil {
				if pdu.CodeOf(err) != pdu.CodeStopping {
					t.Errorf("Next: %v", err)
				}
				break
			}
		}
	})
}

func TestTimingMarksAreInOrder(t *testing.T) {
	inBubble(t, func(u *unit) {
		received := time.Now()
		time.Sleep(time.Millisecond)
		r, err := u.Do(u.t.Context(), pdu.Command{Origin: m2m, Outputs: one(1, pdu.ActionOn), Received: received})
		if err != nil {
			t.Fatal(err)
		}
		if !r.Timing.Received.Equal(received) || r.Timing.Decided.Sub(received) != time.Millisecond || r.Timing.Driven.Before(r.Timing.Decided) {
			t.Errorf("timing %+v", r.Timing)
		}
		u.settle()
		if got := u.Snapshot().Output(1).Timing; got.Confirmed.Sub(got.Driven) != operateTime {
			t.Errorf("confirmed %v after driven", got.Confirmed.Sub(got.Driven))
		}
	})
}
