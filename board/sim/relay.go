package sim

import (
	"slices"
	"time"

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
)

// relay is one latching relay.
type relay struct {
	contact    pdu.Level // where the contact is
	coming     pdu.Level // where it will be when everything on its way has arrived
	operations uint64    // movements since the relay was made
	fault      RelayFault
}

// move is a contact on its way.
type move struct {
	output pdu.OutputID
	level  pdu.Level
	due    time.Time
}

// follows says whether the armature can go to level l.
func (r *relay) follows(l pdu.Level) bool {
	switch r.fault {
	case RelayStuck:
		return r.coming == l
	case RelayWelded:
		return r.coming == l || l == pdu.On
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
	due := time.Now().Add(operateTime)
	for _, c := range changes {
		r := &b.hw.relays[c.Output-1]
		if !r.follows(c.Level) {
			continue // the coil was driven; nobody will see a contact move
		}
		if r.coming != c.Level {
			r.coming = c.Level
			r.operations++
		}
		b.moves = append(b.moves, move{c.Output, c.Level, due})
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

// arrive lets the contact that is due first arrive. The caller holds mu.
func (b *Bench) arrive() {
	m := b.moves[0]
	b.moves = slices.Delete(b.moves, 0, 1)
	b.hw.relays[m.output-1].contact = m.level
	b.emit(pdu.BoardContact{Output: m.output, Level: m.level, At: m.due})
}

// contacts lists where the contacts are. The caller holds mu.
func (b *Bench) contacts() []pdu.Level {
	levels := make([]pdu.Level, len(b.hw.relays))
	for k := range b.hw.relays {
		levels[k] = b.hw.relays[k].contact
	}
	return levels
}
