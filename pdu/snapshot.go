package pdu

import "time"

// Snapshot is the whole live state of a unit at one moment. It is immutable:
// everything reachable from it is shared between all readers.
type Snapshot struct {
	Seq      uint64    // number of the newest event contained
	At       time.Time // when it was made
	Profile  *Profile
	Identity Identity
	Settings *Settings
	BootedAt time.Time // start of the device; a process restart keeps it, a loss of power does not

	Powered     bool    // mains is present
	FrequencyHz float64 // 0 without mains
	Inlet       Reading // the whole device
	InletEnergy Energy
	Outputs     []Output // index = number - 1
	Inputs      []Input  // index = number - 1
	PowerUp     *PowerUpProgress
}

// Output returns the output with the given number, or nil when there is none.
func (s *Snapshot) Output(id OutputID) *Output {
	if id < 1 || int(id) > len(s.Outputs) {
		return nil
	}
	return &s.Outputs[id-1]
}

// LocalTime is the moment of the snapshot in the unit's time zone.
func (s *Snapshot) LocalTime() time.Time { return s.At.In(s.Location()) }

// Location is the unit's time zone.
func (s *Snapshot) Location() *time.Location {
	if s.Settings == nil || s.Settings.Location == nil {
		return time.UTC
	}
	return s.Settings.Location
}

// Uptime is the time since the device started.
func (s *Snapshot) Uptime() time.Duration { return max(0, s.At.Sub(s.BootedAt)) }

// Identity is what tells this unit from every other.
type Identity struct {
	MAC      [6]byte
	Serial   string // by default the digits of the MAC
	Firmware string
}

// Output is the live state of one output.
type Output struct {
	ID        OutputID
	Metered   bool
	Commanded Level // what the relay was last told; Unknown only before the first command on a board that cannot be read
	Contact   Level // what the board sees
	// Fault says that the contact did not follow the command in time.
	Fault   RelayFault
	Pulse   *Pulse // the short off or short on that runs, nil when none does
	Reading Reading
	Energy  Energy
	// LastChange and LastOrigin tell when, and by whom, Commanded last changed.
	LastChange time.Time
	LastOrigin Origin
	// Timing holds the marks of the last command that drove this relay.
	Timing Timing
}

// State is what the wire calls the state of an output: the commanded level, or
// the observed one once the relay is known not to follow.
func (o *Output) State() Level {
	if o.Fault != RelayOK && o.Contact != Unknown || o.Commanded == Unknown {
		return o.Contact
	}
	return o.Commanded
}

// RelayFault says what is wrong with a relay.
type RelayFault uint8

// The faults of a relay.
const (
	RelayOK           RelayFault = iota
	RelayNotFollowing            // commanded one way, observed the other
	RelayMovedItself             // moved without a command
	RelayDriveFailed             // the board refused or failed to drive it
)

// String gives the name of the fault as used in the admin API, "" for none.
func (f RelayFault) String() string {
	return [...]string{"", "notFollowing", "movedItself", "driveFailed"}[min(f, RelayDriveFailed)]
}

// Pulse is a running short off or short on.
type Pulse struct {
	Action Action        // ActionShortOff or ActionShortOn
	Delay  time.Duration // its full length
	Ends   time.Time
	Origin Origin
}

// Final is the level the output has when the pulse has ended.
func (p *Pulse) Final() Level { return LevelOf(p.Action == ActionShortOff) }

// Energy holds the counters of one channel in integer microwatt seconds.
// Forward and reverse each exist resettable and for life.
type Energy struct {
	Forward     uint64
	Reverse     uint64
	ForwardLife uint64
	ReverseLife uint64
	ResetAt     time.Time // when the resettable counters were last cleared; zero: never
}

// MicroWsPerWh is the number of microwatt seconds in one watt hour.
const MicroWsPerWh = 3_600_000_000

// WattHours gives whole watt hours of a counter in microwatt seconds, rounded
// down as counters on the wire are.
func WattHours(microWs uint64) uint64 { return microWs / MicroWsPerWh }

// Input is the live state of one digital input.
type Input struct {
	ID    InputID
	Level Level  // Off: open, On: closed
	Count uint32 // S0 pulses, wraps at 2^32
}

// PowerUpProgress is the power-up sequence while it runs.
type PowerUpProgress struct {
	Remaining []OutputID // in the order in which they will be switched on
	NextAt    time.Time
}
