package pdu

import "time"

// Event is something that happened to the unit. The set is closed: every event
// is one of the structs in this file. Events are immutable.
type Event interface {
	event()
	// Name is the type of the event as used in the admin API.
	Name() string
}

// OutputSwitched: the commanded level of an output changed, or a pulse was
// started or ended on it.
type OutputSwitched struct {
	Output OutputID
	From   Level
	To     Level
	Action Action // the action that caused it; for the end of a pulse the pulse's own
	Pulse  *Pulse // the pulse that this event started, nil otherwise
	Ended  bool   // this event ended a pulse, by time or by interruption
	Origin Origin
}

// CommandDropped: a command was ignored because a pulse runs on the output.
type CommandDropped struct {
	Output OutputID
	Action Action
	Origin Origin
}

// ContactMoved: a contact was seen in a new position.
type ContactMoved struct {
	Output OutputID
	Level  Level
	Timing Timing // of the command that it follows; zero when it moved by itself
}

// RelayFaultChanged: a relay stopped following its commands, or follows again.
type RelayFaultChanged struct {
	Output OutputID
	Fault  RelayFault // RelayOK when it is mended
}

// Measured: a metering window ended, or, with a zero Window, only counters and the
// clock went on; the values are in the snapshot.
type Measured struct{ Window time.Duration }

// InputChanged: a digital input changed its level or counted pulses.
type InputChanged struct {
	Input  InputID
	Level  Level
	Pulses uint32 // counted with this event
}

// PowerChanged: mains was lost or returned.
type PowerChanged struct{ Powered bool }

// PowerUpDone: the power-up sequence has ended.
type PowerUpDone struct{}

// EnergyReset: resettable counters were cleared; no outputs means all and the device.
type EnergyReset struct {
	Outputs []OutputID
	Origin  Origin
}

// SettingsChanged: the settings in the snapshot are new.
type SettingsChanged struct{ Origin Origin }

// JournalFault: the state could not be written to storage, or can be again.
// Switching goes on either way.
type JournalFault struct{ Err error }

func (OutputSwitched) event()    {}
func (CommandDropped) event()    {}
func (ContactMoved) event()      {}
func (RelayFaultChanged) event() {}
func (Measured) event()          {}
func (InputChanged) event()      {}
func (PowerChanged) event()      {}
func (PowerUpDone) event()       {}
func (EnergyReset) event()       {}
func (SettingsChanged) event()   {}
func (JournalFault) event()      {}

// Name gives "outputSwitched".
func (OutputSwitched) Name() string { return "outputSwitched" }

// Name gives "commandDropped".
func (CommandDropped) Name() string { return "commandDropped" }

// Name gives "contactMoved".
func (ContactMoved) Name() string { return "contactMoved" }

// Name gives "relayFaultChanged".
func (RelayFaultChanged) Name() string { return "relayFaultChanged" }

// Name gives "measured".
func (Measured) Name() string { return "measured" }

// Name gives "inputChanged".
func (InputChanged) Name() string { return "inputChanged" }

// Name gives "powerChanged".
func (PowerChanged) Name() string { return "powerChanged" }

// Name gives "powerUpDone".
func (PowerUpDone) Name() string { return "powerUpDone" }

// Name gives "energyReset".
func (EnergyReset) Name() string { return "energyReset" }

// Name gives "settingsChanged".
func (SettingsChanged) Name() string { return "settingsChanged" }

// Name gives "journalFault".
func (JournalFault) Name() string { return "journalFault" }
