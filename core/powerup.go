package core

import (
	"cmp"
	"slices"
	"time"

	"github.com/zerocross-pdu/zerocross/journal"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// wait is one output's place in the power-up sequence.
type wait struct {
	output pdu.OutputID
	at     time.Time
}

var powerUpOrigin = pdu.Origin{Source: pdu.SourceSystem, Protocol: "power-up"}

// restore joins what the board found with what the journal knew, before the first
// snapshot. See the table in doc.go.
func (e *Engine) restore(found pdu.BoardState, opt Options) {
	now := time.Now()
	known := opt.Restored
	e.powerCycle = known.PowerCycle
	e.bootedAt = cmp.Or(known.BootedAt, now)
	e.outputs = make([]pdu.Output, e.profile.Outputs)
	e.confirmBy = make([]time.Time, e.profile.Outputs)
	e.live = make([]pdu.Energy, e.profile.Outputs+1)
	e.inputs = make([]pdu.Input, e.profile.Inputs)
	for i := range e.outputs {
		o := &e.outputs[i]
		o.ID = pdu.OutputID(i + 1)
		o.Metered = e.profile.IsMetered(o.ID)
		if i < len(found.Contacts) {
			o.Contact = found.Contacts[i]
		}
		o.Commanded = o.Contact
		if was, ok := known.Outputs[o.ID]; ok {
			e.restoreOutput(o, was, found.PowerCycle == known.PowerCycle, now)
		}
	}
	slices.SortFunc(e.waits, func(a, b wait) int { return a.at.Compare(b.at) })
	e.sequencing = len(e.waits) > 0
	for ch, c := range known.Energy {
		if int(ch) < len(e.live) {
			e.live[ch] = c
		}
	}
	for i := range e.inputs {
		e.inputs[i] = pdu.Input{ID: pdu.InputID(i + 1), Count: known.Inputs[pdu.InputID(i+1)]}
		if i < len(found.Inputs) {
			e.inputs[i].Level = found.Inputs[i]
		}
	}
	e.foundCycle = found.PowerCycle
	e.keepAsFound = opt.Damaged && known.PowerCycle == ""
	e.showCounters()
}

// restoreOutput applies what the journal knew of one output.
func (e *Engine) restoreOutput(o *pdu.Output, was journal.OutputState, samePower bool, now time.Time) {
	// Without a fault on record a contact that can be read is right: the crash
	// came between journal and relay, and nobody was told otherwise.
	unreadable := o.Contact == pdu.Unknown
	if unreadable || was.Fault != pdu.RelayOK || !samePower || was.Pulse != nil {
		o.Commanded = was.Commanded
	}
	if samePower {
		o.Fault = was.Fault
	}
	o.LastChange, o.LastOrigin = was.LastChange, was.LastOrigin
	if p := was.Pulse; p != nil {
		p := *p
		p.Ends = now.Add(remaining(p.Ends, now, p.Delay))
		o.Pulse = &p
	}
	if !was.PowerUpAt.IsZero() {
		o.Commanded = pdu.Off
		e.waits = append(e.waits, wait{o.ID, now.Add(remaining(was.PowerUpAt, now, MaxPowerUpInterval))})
	}
}

// remaining is the time left until ends, as far as a wall clock that may have been
// set in between can tell: never less than zero, never more than the whole.
func remaining(ends, now time.Time, whole time.Duration) time.Duration {
	return min(max(0, ends.Sub(now)), whole)
}

// begin is the first thing Run does: the power-up sequence, if power was lost.
func (e *Engine) begin() {
	switch {
	case e.foundCycle == e.powerCycle:
	case e.keepAsFound:
		e.log.Warn("journal unreadable, so no proof of a loss of power: outputs stay as they are found")
		e.powerCycle = e.foundCycle
		e.store(journal.Boot{PowerCycle: e.powerCycle, BootedAt: e.bootedAt})
		e.storeOutputs(e.allSteps())
	case e.powered:
		e.powerUp(e.foundCycle, time.Now())
	}
}

// powerUp brings every output into its power-up state after a real loss of power:
// off at once, on one after the other.
func (e *Engine) powerUp(powerCycle string, now time.Time) {
	e.powerCycle, e.bootedAt = powerCycle, now
	var off []step
	var waits []wait
	at := now
	for i := range e.outputs {
		o := &e.outputs[i]
		want := e.powerUpLevel(o)
		o.Pulse = nil
		switch {
		case want == o.Contact || want == pdu.Unknown:
			o.Commanded, o.Fault = o.Contact, pdu.RelayOK
		case want == pdu.Off:
			off = append(off, step{output: o.ID, action: pdu.ActionOff, level: pdu.Off})
		default:
			at = at.Add(e.settings.Outputs[i].PowerUpInterval)
			if len(waits) > 0 {
				at = at.Add(e.settings.OutputStartInterval)
			}
			o.Commanded, o.Fault = pdu.Off, pdu.RelayOK
			waits = append(waits, wait{o.ID, at})
		}
	}
	e.waits = waits
	e.store(journal.Boot{PowerCycle: powerCycle, BootedAt: now})
	e.storeOutputs(e.allSteps())
	if len(off) > 0 {
		e.powerUpStep(off, now)
	}
	e.sequencing = true
	e.continuePowerUp(now)
}

// powerUpLevel is the level an output is to have after a loss of power; Unknown
// means as it is found.
func (e *Engine) powerUpLevel(o *pdu.Output) pdu.Level {
	switch e.settings.Outputs[o.ID-1].PowerUp {
	case pdu.PowerUpOn:
		return pdu.On
	case pdu.PowerUpOff:
		return pdu.Off
	}
	if o.Pulse != nil {
		return o.Pulse.Final()
	}
	if slices.ContainsFunc(e.waits, func(w wait) bool { return w.output == o.ID }) {
		return pdu.On
	}
	return o.Commanded
}

// continuePowerUp switches on every output whose turn has come.
func (e *Engine) continuePowerUp(now time.Time) {
	var due []step
	for _, w := range e.waits {
		if !w.at.After(now) {
			due = append(due, step{output: w.output, action: pdu.ActionOn, level: pdu.On})
		}
	}
	if len(due) == 0 {
		return
	}
	e.powerUpStep(due, now)
}

// powerUpStep drives the relays of one moment of the sequence. Outputs that could
// not be driven stay in the sequence for another try.
func (e *Engine) powerUpStep(steps []step, now time.Time) {
	timing := pdu.Timing{Received: now, Decided: now}
	if err := e.apply(steps, powerUpOrigin, &timing); err != nil {
		e.log.Error("power-up: relays not driven, trying again", "error", err)
	}
	for i := range e.waits {
		tried := slices.ContainsFunc(steps, func(s step) bool { return s.output == e.waits[i].output })
		if tried {
			e.waits[i].at = now.Add(driveRetry)
		}
	}
}

// dropWait takes an output out of the power-up sequence.
func (e *Engine) dropWait(id pdu.OutputID) {
	e.waits = slices.DeleteFunc(slices.Clone(e.waits), func(w wait) bool { return w.output == id })
}

// allSteps names every output, for a record of all of them.
func (e *Engine) allSteps() []step {
	steps := make([]step, len(e.outputs))
	for i := range steps {
		steps[i].output = pdu.OutputID(i + 1)
	}
	return steps
}
