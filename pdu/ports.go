package pdu

import (
	"context"
	"time"
)

// Reader gives the current state and its changes. Its methods may be called by
// any goroutine and never wait for the engine.
type Reader interface {
	// Snapshot returns the newest state. It is immutable: nobody may write to it.
	Snapshot() *Snapshot
	// Watch returns a place in the list of changes that starts right after the
	// snapshot it carries, so that nothing is missed between reading and watching.
	Watch() Watcher
}

// Watcher is one reader's place in the list of changes. It belongs to one
// goroutine and needs no closing.
type Watcher interface {
	// Snapshot is the state at this place.
	Snapshot() *Snapshot
	// Next waits for the change after this place and moves there. It returns ctx's
	// cause when ctx ends, and an Unavailable error when the engine has stopped.
	Next(ctx context.Context) (Change, error)
}

// Change is one entry of the list of changes.
type Change struct {
	Seq      uint64    // consecutive; a jump goes with Lagged
	At       time.Time // when it happened
	Event    Event     // nil when Lagged
	Snapshot *Snapshot // the state after the event
	// Lagged says that this reader was too far behind: events were skipped, and
	// Snapshot is the newest state.
	Lagged bool
}

// Switcher acts on outputs.
type Switcher interface {
	// Do carries out cmd and returns once the relays have been driven, so that the
	// snapshot of its result shows the new state. Errors: Invalid, NotFound,
	// Forbidden, Unavailable, or Internal when a board failed.
	Do(ctx context.Context, cmd Command) (Result, error)
	// ResetEnergy sets the resettable energy counters of the given outputs to zero,
	// or those of all outputs and the device when none is given.
	ResetEnergy(ctx context.Context, outputs []OutputID, origin Origin) error
}

// Configurer changes the settings that protocols can reach.
type Configurer interface {
	// Configure checks the whole edit, then stores and applies it, or nothing of it.
	Configure(ctx context.Context, edit SettingsEdit, origin Origin) error
}

// Settings is the configuration of the unit that the engine lives by.
type Settings struct {
	DeviceName string
	// OutputStartInterval is the device-wide pause between two outputs in the
	// power-up sequence, in addition to each output's own.
	OutputStartInterval time.Duration
	Location            *time.Location // time zone of all local times on the wire
	Outputs             []OutputSettings
	InputNames          []string
}

// OutputSettings is the configuration of one output.
type OutputSettings struct {
	Name            string
	ShortDelay      time.Duration // time of a pulse without one of its own
	PowerUp         PowerUp       // what happens after a real loss of power
	PowerUpInterval time.Duration // wait before this output in the power-up sequence
}

// PowerUp says what an output does when power returns after a real loss.
type PowerUp string

// The power-up states (reference: netio-automation-mqtt.md 7.1).
const (
	PowerUpOff  PowerUp = "off"
	PowerUpOn   PowerUp = "on"
	PowerUpLast PowerUp = "last" // as commanded before the loss; a pulse counts as ended
)

// SettingsEdit is a change of settings: only what is set is meant.
type SettingsEdit struct {
	DeviceName *string
	Outputs    map[OutputID]OutputEdit
}

// OutputEdit is a change of one output's settings: only what is set is meant.
type OutputEdit struct {
	Name       *string
	ShortDelay *time.Duration
}
