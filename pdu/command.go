package pdu

import "time"

// Source classifies who sends a command; it decides who may interrupt a running
// pulse (reference: netio-automation-mqtt.md 1).
type Source uint8

// The sources of commands.
const (
	SourceSystem     Source = iota // the daemon itself: power-up, end of a pulse
	SourceM2M                      // a machine protocol: JSON, XML, URL, SNMP, Modbus, MQTT, Telnet
	SourceAutomation               // schedules, rules, watchdogs, scripts
	SourceWeb                      // a person at the admin API or the page
	SourceButton                   // a button on the housing
	SourceProtection               // an over-current or over-temperature trip
)

// String gives the name of the source as used in the admin API.
func (s Source) String() string {
	names := [...]string{"system", "m2m", "automation", "web", "button", "protection"}
	if int(s) >= len(names) {
		return "system"
	}
	return names[s]
}

// MayInterruptPulse reports whether a command from s ends a running pulse; other
// sources are ignored while one runs.
func (s Source) MayInterruptPulse() bool {
	return s == SourceWeb || s == SourceButton || s == SourceProtection
}

// Origin says who caused something, for events, logs and audit.
type Origin struct {
	Source   Source
	Protocol string // "json", "xml", "url", "web", "button", "power-up", "pulse", ...
	User     string // account or credential name, "" when none was needed
	Addr     string // remote address, "" when local
}

// Command asks the engine to act on one or more outputs, all or nothing: every
// entry is checked before the first is carried out, then they are applied in
// order. The same output may appear more than once.
type Command struct {
	Outputs  []OutputCommand
	Origin   Origin
	Received time.Time // when the protocol had the whole request; zero: when Do is called
}

// OutputCommand is the part of a Command for one output.
type OutputCommand struct {
	Output OutputID
	Action Action
	State  Level         // for ActionIgnore: the state to take; Unknown means none was given
	Delay  time.Duration // for a pulse: its time; 0 means the output's own short delay
}

// Outcome says what became of one OutputCommand.
type Outcome uint8

// The outcomes.
const (
	Switched  Outcome = iota // the relay was driven, or a pulse was started
	Unchanged                // the output already was as asked, or nothing was asked
	Dropped                  // ignored, because a pulse runs that this source may not interrupt
)

// String gives the name of the outcome as used in the admin API.
func (o Outcome) String() string {
	return [...]string{"switched", "unchanged", "dropped"}[min(o, Dropped)]
}

// Result tells what a command did.
type Result struct {
	Snapshot *Snapshot // the state directly after the command
	Outcomes []Outcome // one for each entry of the command, in its order
	Timing   Timing
}

// Timing holds the marks of one command on its way to the contacts. A zero time
// means that the mark has not been reached or does not apply.
type Timing struct {
	Received  time.Time // the protocol had the whole request
	Decided   time.Time // the engine had checked it and knew what to do
	Driven    time.Time // the board had driven the coil
	Confirmed time.Time // the board saw the contact in its new position
}
