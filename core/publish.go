package core

import (
	"slices"
	"time"

	"github.com/zerocross-pdu/zerocross/journal"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// note collects events for the next publish.
func (e *Engine) note(events ...pdu.Event) { e.events = append(e.events, events...) }

// publish makes the collected events and the state after them known. The events of
// one command share the snapshot after the whole command: nobody sees half of it.
func (e *Engine) publish() {
	if e.sequencing && len(e.waits) == 0 {
		e.sequencing = false
		e.note(pdu.PowerUpDone{})
	}
	if len(e.events) == 0 {
		return
	}
	now := time.Now()
	first := e.seq + 1
	e.seq += uint64(len(e.events))
	snap := e.makeSnapshot(now)
	for i, ev := range e.events {
		e.feed.append(pdu.Change{Seq: first + uint64(i), At: now, Event: ev, Snapshot: snap})
	}
	clear(e.events)
	e.events = e.events[:0]
}

// makeSnapshot copies the state. Everything reachable from the copy is either
// copied here or never changed after it was made.
func (e *Engine) makeSnapshot(now time.Time) *pdu.Snapshot {
	s := &pdu.Snapshot{
		Seq:         e.seq,
		At:          now,
		Profile:     e.profile,
		Identity:    e.identity,
		Settings:    e.settings,
		BootedAt:    e.bootedAt,
		Powered:     e.powered,
		FrequencyHz: e.frequencyHz,
		Inlet:       e.inlet,
		InletEnergy: e.inletEnergy,
		Outputs:     slices.Clone(e.outputs),
		Inputs:      slices.Clone(e.inputs),
	}
	if len(e.waits) > 0 {
		progress := &pdu.PowerUpProgress{NextAt: e.waits[0].at}
		for _, w := range e.waits {
			progress.Remaining = append(progress.Remaining, w.output)
		}
		s.PowerUp = progress
	}
	return s
}

// storeCounters journals the counters and then publishes them, also when nothing
// was measured, so that a snapshot is never older than a second.
func (e *Engine) storeCounters() {
	rec := journal.Counters{Energy: slices.Clone(e.live), Inputs: make([]uint32, len(e.inputs))}
	for i, in := range e.inputs {
		rec.Inputs[i] = in.Count
	}
	e.store(rec)
	e.showCounters()
	if len(e.events) == 0 {
		e.note(pdu.Measured{})
	}
}

// showCounters makes the measured counters the published ones.
func (e *Engine) showCounters() {
	e.inletEnergy = e.live[0]
	for i := range e.outputs {
		e.outputs[i].Energy = e.live[i+1]
	}
}

// storeOutputs journals the state of the outputs that the steps name, in one
// record: after a crash all of them are known or none.
func (e *Engine) storeOutputs(steps []step) {
	rec := make(journal.Outputs, 0, len(steps))
	for _, s := range steps {
		o := &e.outputs[s.output-1]
		st := journal.OutputState{Output: o.ID, Commanded: o.Commanded, Fault: o.Fault, Pulse: o.Pulse, LastChange: o.LastChange, LastOrigin: o.LastOrigin}
		if i := slices.IndexFunc(e.waits, func(w wait) bool { return w.output == s.output }); i >= 0 {
			st.PowerUpAt = e.waits[i].at
		}
		rec = append(rec, st)
	}
	e.store(rec)
}

// store appends to the journal. A journal that fails never stops switching: the
// fault is made known, and its end too.
func (e *Engine) store(r journal.Record) {
	err := e.journal.Append(r)
	if (err == nil) == (e.journalErr == nil) {
		return
	}
	e.journalErr = err
	if err != nil {
		e.log.Error("journal not written; switching goes on, but a crash would lose this state", "error", err)
	} else {
		e.log.Info("journal written again")
	}
	e.note(pdu.JournalFault{Err: err})
}
