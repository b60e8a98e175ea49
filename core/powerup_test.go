package core

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zerocross-pdu/zerocross/journal"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// losePower is a real loss of mains while the process lives on (the bench).
func (u *unit) losePower() {
	u.hw.powered = false
	u.board.events <- pdu.BoardPower{Powered: false, At: time.Now()}
	synctest.Wait()
}

func (u *unit) returnPower(cycle string) {
	u.hw.powered, u.hw.powerCycle = true, cycle
	u.board.events <- pdu.BoardPower{Powered: true, PowerCycle: cycle, Contacts: slices.Clone(u.hw.contacts), At: time.Now()}
	synctest.Wait()
}

func (u *unit) policy(p ...pdu.PowerUp) {
	for i := range p {
		u.set.Outputs[i].PowerUp = p[i]
	}
}

func TestRestartMovesNothing(t *testing.T) {
	inBubble(t, func(u *unit) {
		u.policy(pdu.PowerUpOff, pdu.PowerUpOn, pdu.PowerUpOff, pdu.PowerUpOn)
		u.do(m2m, append(one(1, pdu.ActionOn), one(4, pdu.ActionOn)...)...)
		u.settle()
		moves := u.hw.moves
		u.trace.take()
		u.restart()
		time.Sleep(time.Minute)
		synctest.Wait()
		if u.hw.moves != moves || slices.Contains(u.trace.take(), "drive") {
			t.Error("a restart of the process moved a relay")
		}
		u.wantState(1, pdu.On, pdu.On)
		u.wantState(2, pdu.Off, pdu.Off)
		if o := u.Snapshot().Output(1); o.LastOrigin != m2m {
			t.Errorf("the restart forgot who switched output 1: %+v", o.LastOrigin)
		}
	})
}

func TestPowerUpAfterALoss(t *testing.T) {
	for _, how := range []string{"process lives on", "process dies"} {
		t.Run(how, func(t *testing.T) {
			inBubble(t, func(u *unit) {
				u.policy(pdu.PowerUpOff, pdu.PowerUpOn, pdu.PowerUpLast, pdu.PowerUpLast, pdu.PowerUpLast)
				u.set.OutputStartInterval = time.Second
				u.restart() // with these settings
				u.do(m2m, append(append(one(1, pdu.ActionOn), one(3, pdu.ActionOn)...), one(5, pdu.ActionShortOff)...)...)
				u.settle()
				if how == "process dies" {
					u.kill()
					u.hw.powerCycle = "second"
					for i := range u.hw.contacts {
						u.hw.contacts[i] = pdu.Off // relays that fall without power
					}
					u.start()
				} else {
					u.losePower()
					for i := range u.hw.contacts {
						u.hw.contacts[i] = pdu.Off
					}
					u.returnPower("second")
				}
				began := time.Now()
				// Waits: each output's own 2 s, and 1 s between two of them.
				for _, want := range []struct {
					after time.Duration
					on    []pdu.OutputID
				}{
					{1900 * time.Millisecond, nil},
					{2100 * time.Millisecond, []pdu.OutputID{2}},
					{4900 * time.Millisecond, []pdu.OutputID{2}},
					{5100 * time.Millisecond, []pdu.OutputID{2, 3}},
					{8100 * time.Millisecond, []pdu.OutputID{2, 3, 5}},
					{time.Minute, []pdu.OutputID{2, 3, 5}},
				} {
					time.Sleep(time.Until(began.Add(want.after)))
					synctest.Wait()
					if on := outputsOn(u.Snapshot()); !slices.Equal(on, want.on) {
						t.Errorf("after %v outputs %v are on, want %v", want.after, on, want.on)
					}
				}
				if s := u.Snapshot(); s.PowerUp != nil || s.Output(2).LastOrigin.Protocol != "power-up" {
					t.Errorf("progress %v, origin %+v", s.PowerUp, s.Output(2).LastOrigin)
				}
			})
		})
	}
}

func outputsOn(s *pdu.Snapshot) (on []pdu.OutputID) {
	for _, o := range s.Outputs {
		if o.State() == pdu.On {
			on = append(on, o.ID)
		}
	}
	return on
}

func TestPowerUpSequenceSurvivesACrash(t *testing.T) {
	inBubble(t, func(u *unit) {
		u.policy(pdu.PowerUpOn, pdu.PowerUpOff, pdu.PowerUpOn, pdu.PowerUpOn)
		u.kill()
		u.hw.powerCycle = "second"
		u.start()
		time.Sleep(2500 * time.Millisecond) // output 1 is on, 3 and 4 wait
		u.do(m2m, append(one(2, pdu.ActionOn), one(4, pdu.ActionOff)...)...)
		u.settle()
		u.restart()
		if got := u.Snapshot().PowerUp; got == nil || !slices.Equal(got.Remaining, []pdu.OutputID{3}) {
			t.Fatalf("progress after the crash: %+v, want output 3 alone", got)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if on := outputsOn(u.Snapshot()); !slices.Equal(on, []pdu.OutputID{1, 2, 3}) {
			t.Errorf("outputs %v are on: the rest of the sequence must run once, and commands given in between must stand", on)
		}
	})
}

func TestPowerLostInTheMiddleOfASequence(t *testing.T) {
	inBubble(t, func(u *unit) {
		u.do(m2m, append(one(1, pdu.ActionOn), one(2, pdu.ActionOn)...)...)
		u.settle()
		u.losePower()
		u.hw.contacts[0], u.hw.contacts[1] = pdu.Off, pdu.Off
		u.returnPower("second")
		time.Sleep(2500 * time.Millisecond) // output 1 back, 2 waits
		u.losePower()
		u.hw.contacts[0] = pdu.Off
		u.returnPower("third")
		time.Sleep(time.Minute)
		synctest.Wait()
		if on := outputsOn(u.Snapshot()); !slices.Equal(on, []pdu.OutputID{1, 2}) {
			t.Errorf("outputs %v are on, want both as before the first loss", on)
		}
	})
}

func TestLatchingRelaysStayThroughALoss(t *testing.T) {
	inBubble(t, func(u *unit) {
		u.do(m2m, append(one(1, pdu.ActionOn), one(2, pdu.ActionOn)...)...)
		u.settle()
		moves := u.hw.moves
		u.set.Outputs[1].PowerUp = pdu.PowerUpOff
		if err := u.Apply(u.t.Context(), u.set, web); err != nil {
			t.Fatal(err)
		}
		u.losePower()
		u.returnPower("second")
		u.settle()
		u.wantState(1, pdu.On, pdu.On)
		u.wantState(2, pdu.Off, pdu.Off)
		if u.hw.moves != moves+1 {
			t.Errorf("%d moves, want the one of output 2", u.hw.moves-moves)
		}
	})
}

func TestWithoutMains(t *testing.T) {
	inBubble(t, func(u *unit) {
		u.do(m2m, pdu.OutputCommand{Output: 1, Action: pdu.ActionShortOff, Delay: time.Second})
		u.settle()
		u.losePower()
		if s := u.Snapshot(); s.Powered || s.Inlet != (pdu.Reading{}) || s.FrequencyHz != 0 {
			t.Errorf("powered %v, inlet %+v", s.Powered, s.Inlet)
		}
		u.trace.take()
		if _, err := u.Do(u.t.Context(), pdu.Command{Outputs: one(2, pdu.ActionOn), Origin: m2m}); pdu.CodeOf(err) != pdu.CodeNoMains {
			t.Errorf("a command without mains: %v", err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if slices.Contains(u.trace.take(), "drive") {
			t.Error("a relay was driven without mains")
		}
		u.returnPower("second")
		time.Sleep(time.Minute)
		synctest.Wait()
		if on := outputsOn(u.Snapshot()); !slices.Equal(on, []pdu.OutputID{1}) {
			t.Errorf("outputs %v are on, want 1: its pulse counts as ended", on)
		}
	})
}

func TestFirstStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newUnit(t)
		u.policy(pdu.PowerUpOn, pdu.PowerUpOff, pdu.PowerUpLast, pdu.PowerUpLast)
		u.hw.contacts[1], u.hw.contacts[2] = pdu.On, pdu.On
		u.start()
		time.Sleep(time.Minute)
		synctest.Wait()
		if on := outputsOn(u.Snapshot()); !slices.Equal(on, []pdu.OutputID{1, 3}) {
			t.Errorf("outputs %v are on, want 1 by its setting and 3 as it was found", on)
		}
		u.kill()
	})
}

func TestUnreadableJournalMovesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newUnit(t)
		u.policy(pdu.PowerUpOff, pdu.PowerUpOn)
		u.hw.contacts[0] = pdu.On
		u.startWith(Options{Damaged: true})
		time.Sleep(time.Minute)
		synctest.Wait()
		if u.hw.moves != 0 {
			t.Error("a damaged journal moved a relay")
		}
		u.wantState(1, pdu.On, pdu.On)
		u.restart()
		time.Sleep(time.Minute)
		synctest.Wait()
		if u.hw.moves != 0 {
			t.Error("the start after that moved a relay")
		}
		u.kill()
	})
}

func TestPowerUpIsTriedUntilItWorks(t *testing.T) {
	inBubble(t, func(u *unit) {
		u.do(m2m, one(1, pdu.ActionOn)...)
		u.settle()
		u.losePower()
		u.hw.contacts[0] = pdu.Off
		u.board.fail.Store(new(error(errTest)))
		u.returnPower("second")
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if s := u.Snapshot(); s.PowerUp == nil || s.Output(1).Fault != pdu.RelayDriveFailed {
			t.Fatalf("progress %v, fault %v", s.PowerUp, s.Output(1).Fault)
		}
		u.board.fail.Store(nil)
		time.Sleep(2 * time.Second)
		u.settle()
		u.wantState(1, pdu.On, pdu.On)
	})
}

func TestPulseSurvivesACrash(t *testing.T) {
	inBubble(t, func(u *unit) {
		u.do(m2m, one(1, pdu.ActionOn)...)
		u.settle()
		u.do(m2m, pdu.OutputCommand{Output: 1, Action: pdu.ActionShortOff, Delay: 10 * time.Second})
		u.settle()
		began := time.Now()
		u.restart()
		u.wantState(1, pdu.Off, pdu.Off)
		time.Sleep(5 * time.Second)
		u.kill()
		u.start()
		time.Sleep(time.Until(began.Add(9900 * time.Millisecond)))
		synctest.Wait()
		u.wantState(1, pdu.Off, pdu.Off)
		time.Sleep(200 * time.Millisecond)
		synctest.Wait()
		u.wantState(1, pdu.On, pdu.On)
	})
}

func TestPulseThatEndedWhileTheProcessWasDown(t *testing.T) {
	inBubble(t, func(u *unit) {
		u.do(m2m, pdu.OutputCommand{Output: 1, Action: pdu.ActionShortOn, Delay: time.Second})
		u.settle()
		u.kill()
		time.Sleep(time.Hour)
		u.start()
		u.settle()
		u.wantState(1, pdu.Off, pdu.Off)
	})
}

func TestClockSetBackDoesNotProlongAPulse(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct{ ends, left time.Duration }{{-time.Hour, 0}, {3 * time.Second, 3 * time.Second}, {24 * time.Hour, 5 * time.Second}} {
		if got := remaining(now.Add(c.ends), now, 5*time.Second); got != c.left {
			t.Errorf("end in %v: %v left, want %v", c.ends, got, c.left)
		}
	}
}

// TestCrashBetweenJournalAndRelay walks through every place at which a process can
// die during a command, and looks at what the next start makes of it.
func TestCrashBetweenJournalAndRelay(t *testing.T) {
	for _, c := range []struct {
		name    string
		journal journal.OutputState
		contact pdu.Level
		want    pdu.Level // at the start
		later   pdu.Level // when every pulse is over
		moves   int
	}{
		{"on: journaled, not driven", journal.OutputState{Commanded: pdu.On}, pdu.Off, pdu.Off, pdu.Off, 0},
		{"on: journaled and driven", journal.OutputState{Commanded: pdu.On}, pdu.On, pdu.On, pdu.On, 0},
		{"short off: journaled, not driven", pulsing(pdu.ActionShortOff), pdu.On, pdu.Off, pdu.On, 0},
		{"short off: journaled and driven", pulsing(pdu.ActionShortOff), pdu.Off, pdu.Off, pdu.On, 1},
		{"short off: end driven, not journaled", pulsing(pdu.ActionShortOff), pdu.On, pdu.Off, pdu.On, 0},
		{"short on: journaled and driven", pulsing(pdu.ActionShortOn), pdu.On, pdu.On, pdu.Off, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				u := newUnit(t)
				u.journal.state.PowerCycle = "first"
				if c.journal.Pulse != nil {
					p := *c.journal.Pulse
					p.Ends = time.Now().Add(p.Delay)
					c.journal.Pulse = &p
				}
				u.journal.state.Outputs[1] = c.journal
				u.hw.contacts[0] = c.contact
				u.start()
				if got := u.Snapshot().Output(1).Commanded; got != c.want {
					t.Errorf("commanded %v at the start, want %v", got, c.want)
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				u.wantState(1, c.later, c.later)
				if u.hw.moves != c.moves {
					t.Errorf("%d moves, want %d", u.hw.moves, c.moves)
				}
				u.kill()
			})
		})
	}
}

func pulsing(a pdu.Action) journal.OutputState {
	return journal.OutputState{Commanded: pdu.LevelOf(a == pdu.ActionShortOn), Pulse: &pdu.Pulse{Action: a, Delay: time.Second}}
}
