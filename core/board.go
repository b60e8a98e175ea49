package core

import (
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// onBoard takes in what the board saw.
func (e *Engine) onBoard(ev pdu.BoardEvent) {
	switch ev := ev.(type) {
	case pdu.BoardContact:
		e.onContact(ev)
	case pdu.BoardMeasurement:
		e.onMeasurement(ev)
	case pdu.BoardInput:
		e.onInput(ev)
	case pdu.BoardPower:
		if ev.Powered {
			e.onPowerReturned(ev)
		} else {
			e.onPowerLost()
		}
	}
}

// onContact compares what a contact did with what it was told. A contact that is
// on its way may be seen in the old position until its time is up.
func (e *Engine) onContact(ev pdu.BoardContact) {
	if !e.profile.HasOutput(ev.Output) {
		return
	}
	o := &e.outputs[ev.Output-1]
	if o.Contact == ev.Level {
		return
	}
	o.Contact = ev.Level
	moving := !e.confirmBy[ev.Output-1].IsZero()
	moved := pdu.ContactMoved{Output: ev.Output, Level: ev.Level}
	switch {
	case !e.powered || ev.Level == pdu.Unknown || o.Commanded == pdu.Unknown:
	case ev.Level == o.Commanded:
		if moving {
			e.confirmBy[ev.Output-1] = time.Time{}
			o.Timing.Confirmed = ev.At
			moved.Timing = o.Timing
		}
		e.setFault(o, pdu.RelayOK)
	case time.Since(o.Timing.Driven) < confirmTimeout:
		// Commands came faster than the contact moves: this is the echo of an
		// earlier one, and the contact must still arrive.
		e.confirmBy[ev.Output-1] = o.Timing.Driven.Add(confirmTimeout)
	case o.Fault == pdu.RelayOK:
		e.setFault(o, pdu.RelayMovedItself)
	}
	e.note(moved)
}

// setFault changes the fault of an output and makes it known and lasting.
func (e *Engine) setFault(o *pdu.Output, f pdu.RelayFault) {
	if o.Fault == f {
		return
	}
	o.Fault = f
	e.storeOutputs([]step{{output: o.ID}})
	e.note(pdu.RelayFaultChanged{Output: o.ID, Fault: f})
}

// onMeasurement takes over the values of one window. Energy is added here and
// published with the next store, so that no reader ever saw a counter higher than
// what a crash leaves behind.
func (e *Engine) onMeasurement(m pdu.BoardMeasurement) {
	if !e.powered {
		return
	}
	e.frequencyHz = m.FrequencyHz
	e.inlet = m.Inlet
	addEnergy(&e.live[0], m.Inlet)
	for i := range e.outputs {
		o := &e.outputs[i]
		if i >= len(m.Outputs) || !o.Metered {
			continue
		}
		o.Reading = m.Outputs[i]
		addEnergy(&e.live[o.ID], o.Reading)
	}
	e.note(pdu.Measured{Window: m.Window})
}

func addEnergy(c *pdu.Energy, r pdu.Reading) {
	c.Forward += r.ForwardMicroWs
	c.ForwardLife += r.ForwardMicroWs
	c.Reverse += r.ReverseMicroWs
	c.ReverseLife += r.ReverseMicroWs
}

func (e *Engine) onInput(ev pdu.BoardInput) {
	if ev.Input < 1 || int(ev.Input) > len(e.inputs) {
		return
	}
	in := &e.inputs[ev.Input-1]
	in.Level = ev.Level
	in.Count += ev.Pulses // wraps at 2^32 like the counter of the originals
	e.note(pdu.InputChanged{Input: ev.Input, Level: ev.Level, Pulses: ev.Pulses})
}

// onPowerLost freezes everything that runs: without mains nothing can be driven,
// and what a pulse or a wait was is decided when power returns.
func (e *Engine) onPowerLost() {
	if !e.powered {
		return
	}
	e.powered = false
	e.frequencyHz, e.inlet = 0, pdu.Reading{}
	for i := range e.outputs {
		e.outputs[i].Reading = pdu.Reading{}
		e.confirmBy[i] = time.Time{}
	}
	e.note(pdu.PowerChanged{Powered: false})
}

// onPowerReturned is the start of the unit after a real loss of power.
func (e *Engine) onPowerReturned(ev pdu.BoardPower) {
	e.powered = true
	for i := range e.outputs {
		if i < len(ev.Contacts) {
			e.outputs[i].Contact = ev.Contacts[i]
		}
	}
	e.note(pdu.PowerChanged{Powered: true})
	if ev.PowerCycle != e.powerCycle {
		e.powerUp(ev.PowerCycle, time.Now())
		return
	}
	for i := range e.outputs {
		if o := &e.outputs[i]; o.Contact != pdu.Unknown && o.Contact != o.Commanded {
			e.setFault(o, pdu.RelayMovedItself)
		}
	}
}
