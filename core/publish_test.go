package core

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zerocross-pdu/zerocross/journal"
	"github.com/zerocross-pdu/zerocross/pdu"
)

var errTest = errors.New("coil supply missing")

// measure reports one window of 200 ms in which output 1 takes the given energy.
func (u *unit) measure(microWs uint64) {
	r := pdu.Reading{VoltageV: 230, CurrentA: 1, ActivePowerW: float64(microWs) / 0.2e6, ForwardMicroWs: microWs}
	outputs := make([]pdu.Reading, u.profile.Outputs)
	outputs[0] = r
	u.board.events <- pdu.BoardMeasurement{At: time.Now(), Window: 200 * time.Millisecond, FrequencyHz: 50, Inlet: r, Outputs: outputs}
	synctest.Wait()
}

func TestEnergyIsPublishedOnlyOnceJournaled(t *testing.T) {
	inBubble(t, func(u *unit) {
		var measured uint64
		for range 50 {
			u.measure(46_000_000)
			measured += 46_000_000
			shown := u.Snapshot().Output(1).Energy.Forward
			if stored := u.journal.stored().Energy[1].Forward; shown > stored {
				t.Fatalf("published %d µWs, journaled %d", shown, stored)
			}
			time.Sleep(200 * time.Millisecond)
			synctest.Wait()
		}
		u.kill()
		if got := u.journal.stored().Energy[1].Forward; got != measured {
			t.Errorf("journaled %d µWs at the end, measured %d", got, measured)
		}
		u.start()
		if e := u.Snapshot().Output(1).Energy; e.Forward != measured || e.ForwardLife != measured {
			t.Errorf("after a restart %+v, want %d", e, measured)
		}
		if e := u.Snapshot().InletEnergy; e.Forward != measured {
			t.Errorf("inlet after a restart %+v", e)
		}
	})
}

func TestEnergyLagsLessThanASecond(t *testing.T) {
	inBubble(t, func(u *unit) {
		u.measure(1000)
		time.Sleep(time.Second)
		synctest.Wait()
		if got := u.journal.stored().Energy[1].Forward; got != 1000 {
			t.Errorf("a second after the window %d µWs are journaled, want 1000", got)
		}
	})
}

func TestResetEnergy(t *testing.T) {
	inBubble(t, func(u *unit) {
		u.measure(5000)
		time.Sleep(time.Second)
		synctest.Wait()
		if err := u.ResetEnergy(u.t.Context(), []pdu.OutputID{9}, web); pdu.KindOf(err) != pdu.NotFound {
			t.Errorf("reset of output 9: %v", err)
		}
		if err := u.ResetEnergy(u.t.Context(), []pdu.OutputID{1}, web); err != nil {
			t.Fatal(err)
		}
		s := u.Snapshot()
		if e := s.Output(1).Energy; e.Forward != 0 || e.ForwardLife != 5000 || !e.ResetAt.Equal(time.Now()) {
			t.Errorf("output 1: %+v", e)
		}
		if s.InletEnergy.Forward != 5000 {
			t.Errorf("the inlet was cleared too: %+v", s.InletEnergy)
		}
		if err := u.ResetEnergy(u.t.Context(), nil, web); err != nil {
			t.Fatal(err)
		}
		if e := u.Snapshot().InletEnergy; e.Forward != 0 || e.ForwardLife != 5000 {
			t.Errorf("inlet after a reset of everything: %+v", e)
		}
		if st := u.journal.stored().Energy[journal.Channel(1)]; st.Forward != 0 || st.ResetAt.IsZero() {
			t.Errorf("the reset was not journaled: %+v", st)
		}
	})
}

func TestUnmeteredOutputsHaveNoReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newUnit(t)
		u.profile, _ = pdu.ProfileByID("8qs")
		u.start()
		r := pdu.Reading{ActivePowerW: 10, ForwardMicroWs: 5}
		u.board.events <- pdu.BoardMeasurement{Outputs: []pdu.Reading{r, r, r, r, r, r, r, r}}
		synctest.Wait()
		if s := u.Snapshot(); s.Output(1).Reading != r || s.Output(2).Reading != (pdu.Reading{}) {
			t.Errorf("output 1 %+v, output 2 %+v", s.Output(1).Reading, s.Output(2).Reading)
		}
		u.kill()
	})
}

func TestInputs(t *testing.T) {
	inBubble(t, func(u *unit) {
		u.board.events <- pdu.BoardInput{Input: 1, Level: pdu.On, Pulses: 3}
		u.board.events <- pdu.BoardInput{Input: 2, Level: pdu.On, Pulses: 3} // not on this model
		time.Sleep(time.Second)
		u.restart()
		if in := u.Snapshot().Inputs; len(in) != 1 || in[0].Count != 3 {
			t.Errorf("inputs after a restart: %+v", in)
		}
		u.board.events <- pdu.BoardInput{Input: 1, Level: pdu.Off, Pulses: 1<<32 - 3}
		synctest.Wait()
		if c := u.Snapshot().Inputs[0].Count; c != 0 {
			t.Errorf("count %d, want a wrap to 0", c)
		}
	})
}

func TestSnapshotIsNeverOlderThanASecond(t *testing.T) {
	inBubble(t, func(u *unit) {
		for range 30 {
			time.Sleep(370 * time.Millisecond)
			synctest.Wait()
			if age := time.Since(u.Snapshot().At); age > time.Second {
				t.Fatalf("snapshot is %v old", age)
			}
		}
	})
}

func TestJournalFaultIsShownAndSwitchingGoesOn(t *testing.T) {
	inBubble(t, func(u *unit) {
		u.drain()
		full := errors.New("no space left on device")
		u.journal.err.Store(&full)
		u.do(m2m, one(1, pdu.ActionOn)...)
		u.settle()
		u.wantState(1, pdu.On, pdu.On)
		if !hasEvent(u.drain(), func(e pdu.JournalFault) bool { return errors.Is(e.Err, full) }) {
			t.Error("no event tells of the fault")
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if hasEvent(u.drain(), func(pdu.JournalFault) bool { return true }) {
			t.Error("the fault is told more than once")
		}
		u.journal.err.Store(nil)
		time.Sleep(time.Second)
		synctest.Wait()
		if !hasEvent(u.drain(), func(e pdu.JournalFault) bool { return e.Err == nil }) {
			t.Error("no event tells of the end of the fault")
		}
	})
}

func hasEvent[E pdu.Event](events []pdu.Event, ok func(E) bool) bool {
	for _, ev := range events {
		if e, is := ev.(E); is && ok(e) {
			return true
		}
	}
	return false
}

func TestSettingsAreAppliedWithoutMovingARelay(t *testing.T) {
	inBubble(t, func(u *unit) {
		u.drain()
		u.trace.take()
		s := u.profile.DefaultSettings()
		s.Outputs[0].Name = "router"
		s.Outputs[0].PowerUp = pdu.PowerUpOn
		if err := u.Apply(u.t.Context(), s, web); err != nil {
			t.Fatal(err)
		}
		if got := u.Snapshot().Settings.Outputs[0].Name; got != "router" {
			t.Errorf("name %q", got)
		}
		if ev := u.drain(); len(ev) != 1 || ev[0] != (pdu.SettingsChanged{Origin: web}) {
			t.Errorf("events %v", ev)
		}
		if ops := u.trace.take(); len(ops) > 0 {
			t.Errorf("operations %v", ops)
		}
	})
}

func TestChangesAreGaplessForAnyNumberOfReaders(t *testing.T) {
	inBubble(t, func(u *unit) {
		const readers, commands = 8, 100
		type count struct{ events, last uint64 }
		results := make(chan count, readers)
		ctx, cancel := context.WithCancel(context.Background())
		for range readers {
			w := u.Watch()
			go func() {
				c := count{last: w.Snapshot().Seq}
				for {
					ch, err := w.Next(ctx)
					if err != nil {
						results <- c
						return
					}
					if ch.Lagged || ch.Seq != c.last+1 {
						t.Errorf("change %d after %d, lagged %v", ch.Seq, c.last, ch.Lagged)
					}
					c.last = ch.Seq
					c.events++
				}
			}()
		}
		for range commands {
			u.do(m2m, one(1, pdu.ActionToggle)...)
		}
		u.settle()
		cancel()
		for range readers {
			if c := <-results; c.events < commands {
				t.Errorf("a reader saw %d events of %d commands", c.events, commands)
			}
		}
	})
}

func TestSlowReaderIsToldOnceAndHoldsNothing(t *testing.T) {
	inBubble(t, func(u *unit) {
		w := u.Watch().(*watcher)
		for range maxLag + 10 {
			u.do(m2m, one(2, pdu.ActionToggle)...)
		}
		if w.at.next.Load() != cut {
			t.Error("the slow reader still holds the history")
		}
		c, err := w.Next(u.t.Context())
		if err != nil || !c.Lagged || c.Event != nil || c.Snapshot != u.Snapshot() {
			t.Fatalf("lagged %v, event %v, err %v; want the newest snapshot with a mark", c.Lagged, c.Event, err)
		}
		u.do(m2m, one(2, pdu.ActionToggle)...)
		if c, _ = w.Next(u.t.Context()); c.Lagged || c.Event == nil {
			t.Errorf("after the mark: %+v, want the next event", c)
		}
	})
}

func TestEventsOfOneCommandShareTheSnapshotAfterIt(t *testing.T) {
	inBubble(t, func(u *unit) {
		w := u.Watch()
		u.do(m2m, append(one(1, pdu.ActionOn), one(2, pdu.ActionOn)...)...)
		a, _ := w.Next(u.t.Context())
		b, _ := w.Next(u.t.Context())
		if a.Snapshot != b.Snapshot || a.Snapshot.Output(2).State() != pdu.On || a.Snapshot.Seq != b.Seq {
			t.Error("a reader can see half of a command")
		}
	})
}
