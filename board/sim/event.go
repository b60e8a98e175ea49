package sim

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/zerocross-pdu/zerocross/config"
)

// Event is a sag, swell or outage to come: for some time the voltage is multiplied by
// a factor. Events at the same time multiply.
type Event struct {
	AtMs     float64 `json:"atMs"`     // from now, 0 to a day
	Factor   float64 `json:"factor"`   // 0 is an outage, 0.4 a sag to 40 %, 1.15 a swell; 0 to 1.3
	LengthMs float64 `json:"lengthMs"` // 1 to an hour
}

const (
	maxEvents = 100
	// holdUp is for how long the unit's own supply carries it through an outage. A
	// longer one is a loss of power, with a new power cycle when it is over.
	holdUp        = 100 * time.Millisecond
	holdUpSamples = int64(holdUp * sampleRate / time.Second)
)

func (e Event) check(f *config.Faults) {
	inRange(f, "atMs", e.AtMs, 0, 86_400_000, "ms")
	inRange(f, "factor", e.Factor, 0, 1.3, "")
	inRange(f, "lengthMs", e.LengthMs, 1, 3_600_000, "ms")
}

// readEvents is the member "events".
func readEvents(to **[]Event) func(*config.Faults, json.RawMessage) {
	return func(f *config.Faults, raw json.RawMessage) {
		var list []json.RawMessage
		before := f.Len()
		if value(&list)(f, raw); f.Len() > before {
			return
		}
		events := make([]Event, len(list))
		for k, one := range list {
			e := &events[k]
			object{"atMs": may(&e.AtMs), "factor": need(&e.Factor), "lengthMs": need(&e.LengthMs)}.decode(f.At("["+strconv.Itoa(k)+"]"), one)
		}
		*to = &events
	}
}

func checkEvents(f *config.Faults, events []Event) {
	if len(events) > maxEvents {
		f.Add("events", "field.range", "%d events; at most %d", len(events), maxEvents)
		return
	}
	for k, e := range events {
		e.check(f.At("events[" + strconv.Itoa(k) + "]"))
	}
}

// SetEvents replaces what is to happen to the mains, also what is happening. Events
// are forgotten when the process ends. It returns an Invalid error with the path of
// each fault.
func (b *Bench) SetEvents(events []Event) error {
	var f config.Faults
	checkEvents(&f, events)
	if err := refusal("mains", &f); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.advance(time.Now())
	now := b.wave.made
	s := &b.wave.script
	s.spans = s.spans[:0]
	for _, e := range events {
		start := now + int64(e.AtMs*sampleRate/1000)
		s.spans = append(s.spans, span{start, start + max(1, int64(e.LengthMs*sampleRate/1000)), e.Factor})
	}
	b.eventsDue(time.Now())
	b.nudge()
	return nil
}

// script holds events in samples.
type script struct {
	spans   []span
	starved int64 // sample at which the voltage became too low for the unit; 0: it is not
	dark    bool  // it has been for so long that the unit is dead
}

type span struct {
	start, end int64
	factor     float64
}

// factor is that of all events at a sample.
func (s *script) factor(at int64) float64 {
	f := 1.0
	for _, p := range s.spans {
		if p.start <= at && at < p.end {
			f *= p.factor
		}
	}
	return f
}

// until is the first sample after at, up to limit, at which something changes.
func (s *script) until(at, limit int64) int64 {
	for _, p := range s.spans {
		for _, edge := range [...]int64{p.start, p.end} {
			if edge > at {
				limit = min(limit, edge)
			}
		}
	}
	if end := s.starved + holdUpSamples; s.starved > 0 && end > at {
		limit = min(limit, end)
	}
	return limit
}

// watchSupply takes note of what the events do to the unit's own supply from the next
// sample to be made on. The caller holds mu.
func (b *Bench) watchSupply() {
	now, s := b.wave.made, &b.wave.script
	s.spans = slices.DeleteFunc(s.spans, func(p span) bool { return p.end <= now })
	switch low := b.hw.mains.VoltageV*s.factor(now) < minSupplyV; {
	case len(s.spans) == 0 || !low:
		s.starved = 0
	case s.starved == 0:
		s.starved = max(1, now)
	}
	s.dark = s.starved > 0 && now >= s.starved+holdUpSamples
}

// powered says whether the unit lives: its mains are on, and no outage has lasted for
// longer than it can bear. The caller holds mu.
func (b *Bench) powered() bool { return b.hw.mains.powered() && !b.wave.script.dark }

// events lists what is still to happen. The caller holds mu.
func (b *Bench) events() []Event {
	var list []Event
	for _, p := range b.wave.script.spans {
		start := max(p.start, b.wave.made)
		if p.end > start {
			list = append(list, Event{float64(start-b.wave.made) * 1000 / sampleRate, p.factor, float64(p.end-start) * 1000 / sampleRate})
		}
	}
	return list
}

// eventsDue lets begin and end what is due at the next sample. The caller holds mu.
func (b *Bench) eventsDue(at time.Time) {
	if s := &b.wave.script; len(s.spans) > 0 || s.starved > 0 {
		before := b.powered()
		b.watchSupply()
		b.powerFollows(before, at)
	}
}

// powerFollows reports that power was lost or has returned, if it is not as before.
// The caller holds mu.
func (b *Bench) powerFollows(before bool, at time.Time) {
	if b.powered() == before {
		return
	}
	b.wave.flush() // what was measured until now belongs to the time before
	b.powerChanged(at)
	b.save()
}
