package core

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// Do carries out cmd: see pdu.Switcher.
func (e *Engine) Do(ctx context.Context, cmd pdu.Command) (pdu.Result, error) {
	if cmd.Received.IsZero() {
		cmd.Received = time.Now()
	}
	var outcomes []pdu.Outcome
	timing, err := call(ctx, e, func() (pdu.Timing, error) {
		steps, out, err := e.plan(cmd, time.Now())
		if err != nil {
			return pdu.Timing{}, err
		}
		outcomes = out
		timing := pdu.Timing{Received: cmd.Received, Decided: time.Now()}
		err = e.carryOut(steps, cmd.Origin, &timing)
		return timing, err
	})
	if err != nil {
		return pdu.Result{}, err
	}
	return pdu.Result{Snapshot: e.Snapshot(), Outcomes: outcomes, Timing: timing}, nil
}

// step is one decided change of one output.
type step struct {
	output pdu.OutputID
	action pdu.Action
	level  pdu.Level
	pulse  *pdu.Pulse // the pulse that it starts, nil for none
}

// plan checks the whole command and decides, without changing anything, what it
// will do. Entries see the effect of those before them.
func (e *Engine) plan(cmd pdu.Command, now time.Time) ([]step, []pdu.Outcome, error) {
	if len(cmd.Outputs) == 0 {
		return nil, nil, pdu.Errorf(pdu.Invalid, pdu.CodeNoOutputs, "the command names no output")
	}
	for _, c := range cmd.Outputs {
		if err := e.check(c); err != nil {
			return nil, nil, err
		}
	}
	if !e.powered {
		return nil, nil, pdu.Errorf(pdu.Unavailable, pdu.CodeNoMains, "the unit has no mains; outputs can be switched when power is back")
	}
	after := slices.Clone(e.outputs)
	moving := func(id pdu.OutputID) bool { return !e.confirmBy[id-1].IsZero() }
	var steps []step
	var drops []pdu.Event
	outcomes := make([]pdu.Outcome, len(cmd.Outputs))
	for i, c := range cmd.Outputs {
		o := &after[c.Output-1]
		s, outcome, err := e.decide(o, c, cmd.Origin, now, moving(c.Output))
		if err != nil {
			return nil, nil, err
		}
		outcomes[i] = outcome
		switch outcome {
		case pdu.Dropped:
			drops = append(drops, pdu.CommandDropped{Output: c.Output, Action: c.Action, Origin: cmd.Origin})
		case pdu.Switched:
			o.Commanded, o.Contact, o.Fault, o.Pulse = s.level, s.level, pdu.RelayOK, s.pulse
			steps = append(steps, s)
		}
	}
	e.note(drops...)
	return steps, outcomes, nil
}

// check refuses an entry that can never be carried out.
func (e *Engine) check(c pdu.OutputCommand) error {
	if !e.profile.HasOutput(c.Output) {
		return pdu.Errorf(pdu.NotFound, pdu.CodeOutputUnknown, "output %d does not exist; the %s has outputs 1 to %d",
			c.Output, e.profile.Name, e.profile.Outputs).With("output", int(c.Output))
	}
	if !c.Action.Valid() {
		return pdu.Errorf(pdu.Invalid, pdu.CodeActionUnknown, "action %d for output %d is none of 0 to 6", c.Action, c.Output).
			With("output", int(c.Output))
	}
	if c.Action.Pulse() && c.Delay != 0 {
		return pdu.CheckShortDelay(c.Delay)
	}
	return nil
}

// decide says what one entry does to an output in state o.
func (e *Engine) decide(o *pdu.Output, c pdu.OutputCommand, origin pdu.Origin, now time.Time, moving bool) (step, pdu.Outcome, error) {
	s := step{output: o.ID, action: c.Action}
	switch c.Action {
	case pdu.ActionOff, pdu.ActionOn:
		s.level = pdu.LevelOf(c.Action == pdu.ActionOn)
	case pdu.ActionToggle:
		s.level = o.State().Inverse()
	case pdu.ActionIgnore:
		s.level = c.State
	case pdu.ActionShortOff, pdu.ActionShortOn:
		s.level = pdu.LevelOf(c.Action == pdu.ActionShortOn)
		delay := c.Delay
		if delay == 0 {
			delay = e.settings.Outputs[o.ID-1].ShortDelay
		}
		s.pulse = &pdu.Pulse{Action: c.Action, Delay: delay, Ends: now.Add(delay), Origin: origin}
	}
	if s.level == pdu.Unknown && c.Action != pdu.ActionToggle {
		return s, pdu.Unchanged, nil
	}
	if o.Pulse != nil && !origin.Source.MayInterruptPulse() {
		return s, pdu.Dropped, nil
	}
	if s.level == pdu.Unknown {
		return s, 0, pdu.Errorf(pdu.Conflict, "output.unknownState", "output %d cannot be toggled: its state is unknown; switch it on or off", o.ID).
			With("output", int(o.ID))
	}
	follows := moving || o.Contact == s.level || o.Contact == pdu.Unknown
	waiting := slices.ContainsFunc(e.waits, func(w wait) bool { return w.output == o.ID })
	if o.Commanded == s.level && follows && o.Pulse == nil && s.pulse == nil && !waiting {
		return s, pdu.Unchanged, nil
	}
	return s, pdu.Switched, nil
}

// carryOut does the steps in order, those of different outputs together.
func (e *Engine) carryOut(steps []step, origin pdu.Origin, timing *pdu.Timing) error {
	for len(steps) > 0 {
		n := batch(steps)
		if err := e.apply(steps[:n], origin, timing); err != nil {
			return err
		}
		steps = steps[n:]
	}
	return nil
}

// batch is how many steps at the head of the list can be driven together: up to
// the first output that appears a second time.
func batch(steps []step) int {
	for n := range steps {
		if slices.ContainsFunc(steps[:n], func(s step) bool { return s.output == steps[n].output }) {
			return n
		}
	}
	return len(steps)
}

// apply journals the steps, then drives the relays, then makes the change known.
// When the board fails, the outputs it did not drive are put back.
func (e *Engine) apply(steps []step, origin pdu.Origin, timing *pdu.Timing) error {
	before := slices.Clone(e.outputs)
	waits := slices.Clone(e.waits)
	for _, s := range steps {
		o := &e.outputs[s.output-1]
		o.Commanded, o.Pulse = s.level, s.pulse
		o.LastChange, o.LastOrigin = timing.Decided, origin
		e.dropWait(s.output)
	}
	e.storeOutputs(steps)
	failed, err := e.drive(steps, timing)
	if len(failed) > 0 {
		e.undo(failed, before, waits)
	}
	for _, s := range steps {
		if slices.Contains(failed, s) {
			continue
		}
		o, was := &e.outputs[s.output-1], &before[s.output-1]
		o.Timing = *timing
		e.note(pdu.OutputSwitched{Output: s.output, From: was.Commanded, To: s.level, Action: s.action,
			Pulse: s.pulse, Ended: was.Pulse != nil, Origin: origin})
	}
	return err
}

// undo puts back the outputs that could not be driven, and marks them.
func (e *Engine) undo(failed []step, before []pdu.Output, waits []wait) {
	e.waits = slices.DeleteFunc(waits, func(w wait) bool {
		driven := !slices.ContainsFunc(failed, func(s step) bool { return s.output == w.output })
		return driven && !slices.Contains(e.waits, w)
	})
	for _, s := range failed {
		o := &e.outputs[s.output-1]
		*o = before[s.output-1]
		e.setFault(o, pdu.RelayDriveFailed)
	}
	e.storeOutputs(failed)
}

// drive gives the board its orders and expects the contacts to follow. It returns
// the steps that were not driven.
func (e *Engine) drive(steps []step, timing *pdu.Timing) (failed []step, err error) {
	orders := make([]pdu.Drive, len(steps))
	for i, s := range steps {
		orders[i] = pdu.Drive{Output: s.output, Level: s.level}
	}
	err = e.board.Drive(orders)
	timing.Driven = time.Now()
	if err != nil {
		partial, ok := errors.AsType[*pdu.PartialDriveError](err)
		for _, s := range steps {
			if !ok || !slices.Contains(partial.Driven, s.output) {
				failed = append(failed, s)
			}
		}
		err = pdu.Errorf(pdu.Internal, pdu.CodeRelayDrive, "drive relays: %w", err)
	}
	for _, s := range steps {
		o := &e.outputs[s.output-1]
		stillMoving := !e.confirmBy[s.output-1].IsZero()
		if !slices.Contains(failed, s) && o.Contact != pdu.Unknown && (o.Contact != s.level || stillMoving) {
			e.confirmBy[s.output-1] = timing.Driven.Add(confirmTimeout)
		}
	}
	return failed, err
}

// endPulse switches o to the level with which its pulse ends. The journal forgets
// the pulse only after the relay has been driven, so that no crash can.
func (e *Engine) endPulse(o *pdu.Output, now time.Time) {
	p := o.Pulse
	from := o.Commanded
	timing := pdu.Timing{Received: p.Ends, Decided: now}
	s := step{output: o.ID, action: p.Action, level: p.Final()}
	failed, err := e.drive([]step{s}, &timing)
	if len(failed) > 0 {
		e.log.Error("end of pulse: relay not driven, trying again", "output", o.ID, "error", err)
		e.setFault(o, pdu.RelayDriveFailed)
		retry := *p
		retry.Ends = now.Add(driveRetry)
		o.Pulse = &retry
		return
	}
	o.Commanded, o.Pulse = s.level, nil
	origin := pdu.Origin{Source: pdu.SourceSystem, Protocol: "pulse", User: p.Origin.User, Addr: p.Origin.Addr}
	o.LastChange, o.LastOrigin, o.Timing = now, origin, timing
	e.storeOutputs([]step{s})
	e.note(pdu.OutputSwitched{Output: o.ID, From: from, To: s.level, Action: p.Action, Ended: true, Origin: origin})
}

// ResetEnergy clears resettable counters: see pdu.Switcher.
func (e *Engine) ResetEnergy(ctx context.Context, outputs []pdu.OutputID, origin pdu.Origin) error {
	_, err := call(ctx, e, func() (struct{}, error) {
		for _, id := range outputs {
			if err := e.check(pdu.OutputCommand{Output: id}); err != nil {
				return struct{}{}, err
			}
		}
		now := time.Now()
		reset := func(c *pdu.Energy) { c.Forward, c.Reverse, c.ResetAt = 0, 0, now }
		for _, id := range outputs {
			reset(&e.live[id])
		}
		if len(outputs) == 0 {
			for i := range e.live {
				reset(&e.live[i])
			}
		}
		e.storeCounters()
		e.note(pdu.EnergyReset{Outputs: slices.Clone(outputs), Origin: origin})
		return struct{}{}, nil
	})
	return err
}

// Apply makes new settings effective; it moves no relay.
func (e *Engine) Apply(ctx context.Context, s pdu.Settings, origin pdu.Origin) error {
	_, err := call(ctx, e, func() (struct{}, error) {
		e.settings = &s
		e.note(pdu.SettingsChanged{Origin: origin})
		return struct{}{}, nil
	})
	return err
}
