package core

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// model says in a few lines what an output does; the engine must agree with it
// whatever happens, in whatever order.
type model struct {
	on    bool
	pulse bool
	ends  time.Time
	final bool
}

func (m *model) advance(now time.Time) {
	if m.pulse && !m.ends.After(now) {
		m.on, m.pulse = m.final, false
	}
}

func (m *model) command(a pdu.Action, delay time.Duration, person bool, now time.Time) {
	if a >= pdu.ActionNoChange || m.pulse && !person {
		return
	}
	m.pulse = false
	switch a {
	case pdu.ActionOff, pdu.ActionOn:
		m.on = a == pdu.ActionOn
	case pdu.ActionToggle:
		m.on = !m.on
	default:
		m.on = a == pdu.ActionShortOn
		m.pulse, m.ends, m.final = true, now.Add(delay), !m.on
	}
}

func (m *model) loss() {
	if m.pulse {
		m.on, m.pulse = m.final, false
	}
}

// operation is one random thing that happens to a unit.
type operation struct {
	kind   string // "command", "wait", "crash", "loss"
	output pdu.OutputID
	action pdu.Action
	delay  time.Duration
	person bool
}

func drawOperation(t *rapid.T) operation {
	op := operation{kind: rapid.SampledFrom([]string{"command", "command", "command", "wait", "crash", "loss"}).Draw(t, "kind")}
	switch op.kind {
	case "command":
		op.output = pdu.OutputID(rapid.IntRange(1, 3).Draw(t, "output"))
		op.action = pdu.Action(rapid.IntRange(0, 6).Draw(t, "action"))
		op.delay = time.Duration(rapid.IntRange(100, 3000).Draw(t, "delay")) * time.Millisecond
		op.person = rapid.Bool().Draw(t, "person")
	case "wait", "crash":
		op.delay = time.Duration(rapid.IntRange(0, 4000).Draw(t, "time")) * time.Millisecond
	}
	return op
}

// TestAgreesWithTheModel runs random commands, waits, crashes and losses of power.
func TestAgreesWithTheModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		ops := rapid.SliceOfN(rapid.Custom(drawOperation), 1, 30).Draw(rt, "operations")
		var disagreement string
		synctest.Test(t, func(t *testing.T) { disagreement = runAgainstModel(t, ops) })
		if disagreement != "" {
			rt.Fatal(disagreement)
		}
	})
}

func runAgainstModel(t *testing.T, ops []operation) string {
	u := newUnit(t)
	for i := range u.set.Outputs {
		u.set.Outputs[i].PowerUpInterval = 0
	}
	u.start()
	defer func() { u.kill() }()
	var want [3]model
	losses := 0
	for n, op := range ops {
		switch op.kind {
		case "command":
			origin := m2m
			if op.person {
				origin = web
			}
			u.do(origin, pdu.OutputCommand{Output: op.output, Action: op.action, Delay: op.delay})
			want[op.output-1].command(op.action, op.delay, op.person, time.Now())
		case "wait":
			time.Sleep(op.delay)
		case "crash":
			u.kill()
			time.Sleep(op.delay)
			u.start()
		case "loss":
			losses++
			u.losePower()
			u.returnPower(fmt.Sprint("loss ", losses))
			for i := range want {
				want[i].loss()
			}
		}
		u.settle()
		s := u.Snapshot()
		for i := range want {
			want[i].advance(time.Now())
			o := s.Outputs[i]
			arrived := time.Since(o.LastChange) < releaseTime || o.Contact == o.Commanded
			if level := pdu.LevelOf(want[i].on); o.Commanded != level || !arrived || o.Fault != pdu.RelayOK || (o.Pulse != nil) != want[i].pulse {
				return fmt.Sprintf("after operation %d (%+v) output %d is %v/%v, fault %v, pulse %v; the model says %v, pulse %v",
					n, op, o.ID, o.Commanded, o.Contact, o.Fault, o.Pulse, level, want[i].pulse)
			}
		}
	}
	return ""
}
