package pdu

import (
	"context"
	"time"
)

// Board is the hardware: relays, converters or metering chips, inputs. The engine
// is its only user. Every board passes the suite in board/boardtest.
type Board interface {
	// Describe tells what the board has and in what state the engine finds it. It
	// is asked once, before Run, and must not move a relay.
	Describe(ctx context.Context) (BoardState, error)
	// Run does the board's own work and sends what it sees to events until ctx
	// ends. It returns nil then, or the error that makes the board unusable.
	Run(ctx context.Context, events chan<- BoardEvent) error
	// Drive starts moving the given relays, all together where the hardware can,
	// and returns when the coils have been driven, not when the contacts have
	// moved: that is reported as a BoardContact. It may be called while Run waits
	// to send and must not wait for it. On error no relay of the call was driven,
	// unless the error is a *PartialDriveError.
	Drive(changes []Drive) error
}

// Drive is the order to one relay.
type Drive struct {
	Output OutputID
	Level  Level // On or Off
}

// PartialDriveError says that some relays of a Drive moved before it failed.
type PartialDriveError struct {
	Driven []OutputID
	Err    error
}

// Error gives the cause.
func (e *PartialDriveError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *PartialDriveError) Unwrap() error { return e.Err }

// BoardState is what the engine finds when it starts.
type BoardState struct {
	// PowerCycle names the time since the board last lost power: it is the same
	// after a restart of the process and different after a real loss of power.
	PowerCycle string
	Powered    bool    // mains is present
	Contacts   []Level // observed position of each output's contact; Unknown where it cannot be read
	Inputs     []Level // digital inputs
}

// BoardEvent is something a board saw.
type BoardEvent interface{ boardEvent() }

// BoardContact reports that a contact was seen in a position, after a Drive or
// because it moved by itself.
type BoardContact struct {
	Output OutputID
	Level  Level
	At     time.Time
}

// BoardMeasurement reports one metering window. Slices are indexed by output
// number - 1; an unmetered channel is the zero Reading.
type BoardMeasurement struct {
	At          time.Time     // end of the window
	Window      time.Duration // its length: whole mains cycles, about 200 ms
	FrequencyHz float64       // 0 when there is no mains
	Inlet       Reading       // the whole device
	Outputs     []Reading
}

// BoardInput reports the level of a digital input after debouncing, or counted
// pulses.
type BoardInput struct {
	Input  InputID
	Level  Level
	Pulses uint32 // rising edges since the last report that pass the S0 rules
	At     time.Time
}

// BoardPower reports that mains was lost or has returned. On return PowerCycle
// is new and Contacts holds where the relays stand now.
type BoardPower struct {
	Powered    bool
	PowerCycle string
	Contacts   []Level
	At         time.Time
}

func (BoardContact) boardEvent()     {}
func (BoardMeasurement) boardEvent() {}
func (BoardInput) boardEvent()       {}
func (BoardPower) boardEvent()       {}

// Reading is what metering says of one channel over one window. Powers are signed:
// negative means that the load feeds back (reference: metering-and-hardware.md 1).
type Reading struct {
	VoltageV         float64 // RMS
	CurrentA         float64 // RMS
	ActivePowerW     float64
	ApparentPowerVA  float64
	ReactivePowerVAr float64 // of the fundamental; positive is inductive
	PowerFactor      float64 // true power factor P/S, -1 to 1; 0 without load
	PhaseDeg         float64 // current against voltage, fundamental, -180 to 180; negative is capacitive
	CrestFactor      float64 // peak over RMS of the current; 0 without load
	// Energy of this window in integer microwatt seconds; the meter carries the
	// remainder, so that sums lose nothing.
	ForwardMicroWs uint64
	ReverseMicroWs uint64
}
