package sim

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// operateTime is the time from the coil pulse to the contact, the same for closing
// and opening: typical of latching relays for 16 A.
const operateTime = 8 * time.Millisecond

// RelayFault is what is wrong with a simulated relay.
type RelayFault string

// The faults of a relay.
const (
	RelayHealthy RelayFault = "none"
	RelayStuck   RelayFault = "stuck"  // does not move, whatever its coil is told
	RelayWelded  RelayFault = "welded" // opens no more once it is closed
	RelayDead    RelayFault = "dead"   // closes no more once it is open
)

// relayFaults lists the faults for error texts.
const relayFaults = "none, stuck, welded, dead"

// RelayTiming is how a relay moves. The zero value takes 8 ms either way, always, and
// does not bounce.
type RelayTiming struct {
	OperateMs float64 `json:"operateMs,omitzero"` // from the coil to the closed contact, 1 to 50; 0 is 8
	ReleaseMs float64 `json:"releaseMs,omitzero"` // to the open contact, 1 to 50; 0 is 8
	SpreadMs  float64 `json:"spreadMs,omitzero"`  // standard deviation of both, 0 to 3
	BounceMs  float64 `json:"bounceMs,omitzero"`  // after closing, 0 to 10
}

// check adds what is wrong to f.
func (t RelayTiming) check(f *config.Faults) {
	for _, q := range []struct {
		name string
		ms   float64
	}{{"operateMs", t.OperateMs}, {"releaseMs", t.ReleaseMs}} {
		if q.ms != 0 {
			inRange(f, q.name, q.ms, 1, 50, "ms")
		}
	}
	inRange(f, "spreadMs", t.SpreadMs, 0, 3, "ms")
	inRange(f, "bounceMs", t.BounceMs, 0, 10, "ms")
}

// travel is how long the contact takes to level l this time.
func (t RelayTiming) travel(l pdu.Level, random *rand.Rand) time.Duration {
	ms := t.OperateMs
	if l == pdu.Off {
		ms = t.ReleaseMs
	}
	d := operateTime
	if ms > 0 {
		d = millis(ms)
	}
	if t.SpreadMs > 0 {
		d += millis(t.SpreadMs * max(-3, min(3, random.NormFloat64())))
	}
	return max(d, shortestTravel)
}

// shortestTravel is the least time that a contact takes.
const shortestTravel = 500 * time.Microsecond

func millis(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }

// relay is one latching relay.
type relay struct {
	contact    pdu.Level // where the contact is
	coming     pdu.Level // where it will be when everything on its way has arrived
	operations uint64    // movements since the relay was made
	fault      RelayFault
	timing     RelayTiming
	wear       float64 // of its life, 1 is the end of what it is rated for

	bouncing bool // closed, but not yet at rest
	apart    bool // just now not touching, while it bounces
	arc      arc
}

// conducts says whether current can flow.
func (r *relay) conducts() bool { return r.contact == pdu.On && !r.apart }

// step is what a move does to a contact.
type step uint8

const (
	arrives step = iota // at its level, for everybody to see
	parts               // bounces apart
	touches             // again
	rests               // has bounced
)

// move is a contact on its way.
type move struct {
	output pdu.OutputID
	level  pdu.Level
	due    time.Time
	step   step
}

// plan adds a move in order of time.
func (b *Bench) plan(m move) {
	at, _ := slices.BinarySearchFunc(b.moves, m, func(have, want move) int {
		return cmp.Or(have.due.Compare(want.due), -1) // behind those at the same time
	})
	b.moves = slices.Insert(b.moves, at, m)
}

// follows says whether the armature can go to level l.
func (r *relay) follows(l pdu.Level) bool {
	switch r.fault {
	case RelayStuck:
		return r.coming == l
	case RelayWelded:
		return r.coming == l || l == pdu.On
	case RelayDead:
		return r.coming == l || l == pdu.Off
	}
	return true
}

// Drive implements pdu.Board. Errors: NotFound for an output that does not exist,
// Invalid for a level other than on and off, Unavailable without mains, for then
// there is nothing to drive a coil with.
func (b *Bench) Drive(changes []pdu.Drive) error {
	if err := b.checkDrive(changes); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.powered() {
		return pdu.Errorf(pdu.Unavailable, pdu.CodeNoMains, "drive %d relays: the bench has no mains; switch it on first", len(changes))
	}
	now := time.Now()
	for _, c := range changes {
		r := &b.hw.relays[c.Output-1]
		if !r.follows(c.Level) {
			continue // the coil was driven; nobody will see a contact move
		}
		if r.coming != c.Level {
			r.coming = c.Level
			r.operations++
		}
		due := now.Add(r.timing.travel(c.Level, b.chance))
		for _, m := range b.moves {
			if m.output == c.Output && m.step == arrives && m.due.After(due) {
				due = m.due // the armature turns back only from where it was going
			}
		}
		b.plan(move{output: c.Output, level: c.Level, due: due})
	}
	// The pulse is out: the contacts arrive whatever becomes of the process.
	b.save()
	b.nudge()
	return nil
}

func (b *Bench) checkDrive(changes []pdu.Drive) error {
	for _, c := range changes {
		if !b.profile.HasOutput(c.Output) {
			return pdu.Errorf(pdu.NotFound, pdu.CodeOutputUnknown, "drive output %d: the %s has outputs 1 to %d", c.Output, b.profile.Name, b.profile.Outputs).With("output", int(c.Output))
		}
		if c.Level != pdu.On && c.Level != pdu.Off {
			return pdu.Errorf(pdu.Invalid, "relay.level", "drive output %d: level %v is neither on nor off", c.Output, c.Level)
		}
	}
	return nil
}

// arrive lets the move that is due first happen. The caller holds mu.
func (b *Bench) arrive() {
	m := b.moves[0]
	b.moves = slices.Delete(b.moves, 0, 1)
	r := &b.hw.relays[m.output-1]
	switch m.step {
	case arrives:
		b.switchContact(r, m)
	case parts:
		r.apart = true
	case touches:
		r.apart = false
	case rests:
		r.apart, r.bouncing = false, false
		r.wear += wearOf(r.arc.bounced)
		r.arc.bounced = 0
		b.save()
	}
}

// switchContact lets a contact arrive where it was sent.
func (b *Bench) switchContact(r *relay, m move) {
	if r.contact != m.level {
		r.wear += 1.0 / ratedEmptyOperations
		if m.level == pdu.Off {
			r.wear += wearOf(r.arc.opening(b.hw.mains.FrequencyHz) + r.arc.bounced)
			r.arc = arc{}
		}
		b.moves = slices.DeleteFunc(b.moves, func(old move) bool { return old.output == m.output && old.step != arrives })
		r.bouncing, r.apart = false, false
		if m.level == pdu.On && r.timing.BounceMs > 0 {
			b.bounce(r, m)
		}
	}
	r.contact = m.level
	b.save()
	b.emit(pdu.BoardContact{Output: m.output, Level: m.level, At: m.due})
}

// bounces is how often a closing contact parts again.
const bounces = 3

// bounce lets a contact that closes now part and touch at random moments, ever more
// briefly, until its bounce time is over.
func (b *Bench) bounce(r *relay, m move) {
	r.bouncing = true
	left := millis(r.timing.BounceMs)
	at := m.due
	for range bounces {
		part := left / 2
		open := at.Add(time.Duration(float64(part) * (0.2 + 0.3*b.chance.Float64())))
		shut := at.Add(part)
		b.plan(move{output: m.output, due: open, step: parts})
		b.plan(move{output: m.output, due: shut, step: touches})
		at, left = shut, left-part
	}
	b.plan(move{output: m.output, due: at.Add(left), step: rests})
}

// contacts lists where the contacts are. The caller holds mu.
func (b *Bench) contacts() []pdu.Level {
	levels := make([]pdu.Level, len(b.hw.relays))
	for k := range b.hw.relays {
		levels[k] = b.hw.relays[k].contact
	}
	return levels
}

// SetRelayTiming changes how a relay moves from its next movement on. Errors: NotFound
// for an outlet that does not exist, Invalid for a value out of range.
func (b *Bench) SetRelayTiming(id pdu.OutputID, t RelayTiming) error {
	if err := b.checkOutlet(id); err != nil {
		return err
	}
	var f config.Faults
	t.check(&f)
	if err := refusal("relay", &f); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hw.relays[id-1].timing = t
	b.save()
	return nil
}
