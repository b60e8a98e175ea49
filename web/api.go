package web

import (
	"time"

	"github.com/zerocross-pdu/zerocross/auth"
	"github.com/zerocross-pdu/zerocross/health"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// This file holds every document of the admin API, and nothing else: the types
// of the page (ui/src/api.gen.ts) are generated from it, comments included. A
// tag ts:"..." replaces the generated type. Times are RFC 3339, in UTC unless
// said otherwise; null stands for "never" or "does not apply".

// ActionName names an action.
type ActionName string

// SourceName names who caused something.
type SourceName string

// OutcomeName says what became of one command.
type OutcomeName string

// RelayFaultName says what is wrong with a relay; "" for nothing.
type RelayFaultName string

// KindName classifies an error by what the caller can do about it.
type KindName string

// ErrorBody is the one form in which every error is answered.
type ErrorBody struct {
	Error ErrorInfo `json:"error"`
}

// ErrorInfo describes one error.
type ErrorInfo struct {
	Kind    KindName       `json:"kind"`
	Code    string         `json:"code"`    // stable, the key of translations
	Message string         `json:"message"` // for people: what was attempted and what to do
	Args    map[string]any `json:"args"`    // parameters of the translation
	Faults  []FaultInfo    `json:"faults"`  // every faulty field, when a document was refused
}

// FaultInfo is one faulty field of a refused document.
type FaultInfo struct {
	Path    string         `json:"path"` // "outputs[2].shortDelayMs"
	Code    string         `json:"code"`
	Message string         `json:"message"`
	Args    map[string]any `json:"args"`
}

// SessionRequest opens a session.
type SessionRequest struct {
	User     string `json:"user"`
	Password string `json:"password"`
}

// Session says who is logged in and what they may do.
type Session struct {
	User       string           `json:"user"`
	Role       auth.Role        `json:"role"`
	Privileges []auth.Privilege `json:"privileges"`
}

// Setup tells whether the first password has yet to be chosen.
type Setup struct {
	Needed bool `json:"needed"`
}

// SetupRequest chooses the password of the first account, an administrator.
type SetupRequest struct {
	Password string `json:"password"`
}

// Device is the whole live state of the unit.
type Device struct {
	Seq       uint64    `json:"seq"` // number of the newest event contained
	Model     Model     `json:"model"`
	Name      string    `json:"name"`
	MAC       string    `json:"mac"` // "24:A4:2C:39:31:16"
	Serial    string    `json:"serial"`
	Firmware  string    `json:"firmware"` // version that clients of this model expect
	Version   string    `json:"version"`  // version of this software
	Time      time.Time `json:"time"`     // moment of this state, in the unit's time zone
	UptimeSec int64     `json:"uptimeSeconds"`
	Demo      bool      `json:"demo"` // a virtual unit with a bench under /api/v1/bench

	Powered     bool     `json:"powered"`     // mains is present
	FrequencyHz float64  `json:"frequencyHz"` // 0 without mains
	Inlet       *Reading `json:"inlet"`       // the whole device; null without a meter
	InletEnergy *Energy  `json:"inletEnergy"` // null without a meter
	Outputs     []Output `json:"outputs"`     // in the order of their numbers
	Inputs      []Input  `json:"inputs"`
	PowerUp     *PowerUp `json:"powerUp"` // the power-up sequence while it runs
}

// Model is what kind of unit this is.
type Model struct {
	ID         string         `json:"id"` // value of --model
	Name       string         `json:"name"`
	Generation string         `json:"generation" ts:"\"4x\" | \"esp\""`
	Outputs    int            `json:"outputs"` // how many there are
	Inputs     int            `json:"inputs"`
	Metered    []pdu.OutputID `json:"metered"` // outputs with a meter of their own
}

// Reading is what metering says of one channel over its last window, about
// 200 ms. Powers are signed: negative means that the load feeds back.
type Reading struct {
	VoltageV         float64 `json:"voltageV"` // RMS
	CurrentA         float64 `json:"currentA"` // RMS
	ActivePowerW     float64 `json:"activePowerW"`
	ApparentPowerVA  float64 `json:"apparentPowerVA"`
	ReactivePowerVAr float64 `json:"reactivePowerVAr"` // of the fundamental; positive is inductive
	PowerFactor      float64 `json:"powerFactor"`      // -1 to 1; 0 without load
	PhaseDeg         float64 `json:"phaseDeg"`         // current against voltage, -180 to 180; negative is capacitive
	CrestFactor      float64 `json:"crestFactor"`      // peak over RMS of the current; 0 without load
}

// Energy holds the counters of one channel in watt hours with fractions.
type Energy struct {
	ForwardWh     float64    `json:"forwardWh"` // since ResetAt
	ReverseWh     float64    `json:"reverseWh"` // since ResetAt
	ForwardLifeWh float64    `json:"forwardLifeWh"`
	ReverseLifeWh float64    `json:"reverseLifeWh"`
	ResetAt       *time.Time `json:"resetAt"`
}

// Output is the live state and the settings of one output.
type Output struct {
	ID        pdu.OutputID   `json:"id"`
	Name      string         `json:"name"`
	Metered   bool           `json:"metered"`
	State     pdu.Level      `json:"state"`     // what the output is held to be: commanded, or the contact once it does not follow
	Commanded pdu.Level      `json:"commanded"` // what the relay was last told
	Contact   pdu.Level      `json:"contact"`   // what the board sees
	Fault     RelayFaultName `json:"fault"`
	Pulse     *Pulse         `json:"pulse"` // the short off or short on that runs

	Reading *Reading `json:"reading"` // null without a meter
	Energy  *Energy  `json:"energy"`  // null without a meter

	ShortDelayMS      int64       `json:"shortDelayMs"` // time of a pulse without one of its own
	PowerUp           pdu.PowerUp `json:"powerUp"`      // what happens after a real loss of power
	PowerUpIntervalMS int64       `json:"powerUpIntervalMs"`

	LastChange *time.Time `json:"lastChange"` // when commanded last changed
	LastOrigin Origin     `json:"lastOrigin"` // by whom
	Timing     Timing     `json:"timing"`     // of the last command that drove this relay
}

// Pulse is a running short off or short on.
type Pulse struct {
	Action  ActionName `json:"action" ts:"\"shortOff\" | \"shortOn\""`
	DelayMS int64      `json:"delayMs"` // its full length
	EndsAt  time.Time  `json:"endsAt"`
	Origin  Origin     `json:"origin"`
}

// Origin says who caused something.
type Origin struct {
	Source   SourceName `json:"source"`
	Protocol string     `json:"protocol"` // "json", "web", "button", "pulse", ...
	User     string     `json:"user"`     // "" when none was needed
	Addr     string     `json:"addr"`     // "" when local
}

// Timing holds the marks of one command on its way to the contacts. A mark is
// null until it is reached, or when it does not apply.
type Timing struct {
	Received  *time.Time `json:"received"`  // the whole request was there
	Decided   *time.Time `json:"decided"`   // it was checked and clear what to do
	Driven    *time.Time `json:"driven"`    // the coil was driven
	Confirmed *time.Time `json:"confirmed"` // the contact was seen in its new position
}

// Input is the live state of one digital input.
type Input struct {
	ID    pdu.InputID `json:"id"`
	Name  string      `json:"name"`
	Level pdu.Level   `json:"level"`
	Count uint32      `json:"count"` // S0 pulses, wraps at 2^32
}

// PowerUp is the power-up sequence while it runs.
type PowerUp struct {
	Remaining []pdu.OutputID `json:"remaining"` // in the order in which they will be switched on
	NextAt    time.Time      `json:"nextAt"`
}

// ActionRequest acts on the output in the path.
type ActionRequest struct {
	Action  ActionValue `json:"action" ts:"ActionName | number"` // a name, or a number 0 to 5
	DelayMS *int64      `json:"delayMs,omitempty"`               // time of a pulse, 100 to 86400000; the output's own when absent
}

// ActionResult says what became of an ActionRequest.
type ActionResult struct {
	Outcome OutcomeName `json:"outcome"`
	Output  Output      `json:"output"`
	Timing  Timing      `json:"timing"`
}

// ActionsRequest acts on several outputs: all entries are checked, then applied
// in order, or none is.
type ActionsRequest struct {
	Outputs []ActionsEntry `json:"outputs"`
}

// ActionsEntry is the part of an ActionsRequest for one output.
type ActionsEntry struct {
	ID      pdu.OutputID `json:"id"`
	Action  ActionValue  `json:"action" ts:"ActionName | number"` // a name, or a number 0 to 6
	DelayMS *int64       `json:"delayMs,omitempty"`               // time of a pulse, 100 to 86400000
	State   pdu.Level    `json:"state,omitzero"`                  // the state to take; only with the action "ignore"
}

// ActionsResult says what became of an ActionsRequest.
type ActionsResult struct {
	Outcomes []OutcomeName `json:"outcomes"` // one for each entry, in its order
	Outputs  []Output      `json:"outputs"`  // every output that was named, once, in the order of their numbers
	Timing   Timing        `json:"timing"`
}

// OutputPatch changes settings of one output; what is absent stays.
type OutputPatch struct {
	Name              *string      `json:"name,omitempty"`
	ShortDelayMS      *int64       `json:"shortDelayMs,omitempty"` // 100 to 86400000
	PowerUp           *pdu.PowerUp `json:"powerUp,omitempty"`
	PowerUpIntervalMS *int64       `json:"powerUpIntervalMs,omitempty"`
}

// EnergyResetRequest clears resettable counters.
type EnergyResetRequest struct {
	Outputs []pdu.OutputID `json:"outputs,omitempty"` // absent: all outputs and the device
}

// Health lists what a person should know about.
type Health struct {
	OK         bool        `json:"ok"` // no condition of severity "error"
	Conditions []Condition `json:"conditions"`
}

// Condition is one thing that is wrong. Code and subject together name it.
type Condition struct {
	Code     string          `json:"code"`    // stable, the key of translations
	Subject  string          `json:"subject"` // what it is about: "http", "output 3"
	Severity health.Severity `json:"severity"`
	Text     string          `json:"text"`
	Args     map[string]any  `json:"args,omitempty"`
	Since    time.Time       `json:"since"`
}

// ProtocolStatus says how one protocol service is doing.
type ProtocolStatus struct {
	Name    string   `json:"name"` // also its member of "protocols" in the configuration
	Enabled bool     `json:"enabled"`
	Running bool     `json:"running"`
	Listen  []string `json:"listen"` // addresses it answers on
	Error   string   `json:"error"`  // why it does not run although enabled; "" otherwise
}

// Change is one change event of the stream.
type Change struct {
	Seq    uint64    `json:"seq"` // consecutive
	At     time.Time `json:"at"`
	Event  any       `json:"event" ts:"DeviceEvent"`
	Device any       `json:"device" ts:"Partial<Device>"` // the members that changed; outputs holds the changed ones only, each whole
}

// OutputSwitchedEvent: the commanded level of an output changed, or a pulse was
// started or ended on it.
type OutputSwitchedEvent struct {
	Name   string       `json:"name" ts:"\"outputSwitched\""`
	Output pdu.OutputID `json:"output"`
	From   pdu.Level    `json:"from"`
	To     pdu.Level    `json:"to"`
	Action ActionName   `json:"action"`
	Pulse  *Pulse       `json:"pulse"` // the pulse that this event started
	Ended  bool         `json:"ended"` // this event ended a pulse, by time or by interruption
	Origin Origin       `json:"origin"`
}

// CommandDroppedEvent: a command was ignored because a pulse runs on the output.
type CommandDroppedEvent struct {
	Name   string       `json:"name" ts:"\"commandDropped\""`
	Output pdu.OutputID `json:"output"`
	Action ActionName   `json:"action"`
	Origin Origin       `json:"origin"`
}

// ContactMovedEvent: a contact was seen in a new position.
type ContactMovedEvent struct {
	Name   string       `json:"name" ts:"\"contactMoved\""`
	Output pdu.OutputID `json:"output"`
	Level  pdu.Level    `json:"level"`
	Timing Timing       `json:"timing"` // of the command that it follows
}

// RelayFaultChangedEvent: a relay stopped following its commands, or follows again.
type RelayFaultChangedEvent struct {
	Name   string         `json:"name" ts:"\"relayFaultChanged\""`
	Output pdu.OutputID   `json:"output"`
	Fault  RelayFaultName `json:"fault"`
}

// MeasuredEvent: measured values are new.
type MeasuredEvent struct {
	Name     string  `json:"name" ts:"\"measured\""`
	WindowMS float64 `json:"windowMs"` // length of the metering window; 0 when only energy counters are new
}

// InputChangedEvent: a digital input changed its level or counted pulses.
type InputChangedEvent struct {
	Name   string      `json:"name" ts:"\"inputChanged\""`
	Input  pdu.InputID `json:"input"`
	Level  pdu.Level   `json:"level"`
	Pulses uint32      `json:"pulses"` // counted with this event
}

// PowerChangedEvent: mains was lost or returned.
type PowerChangedEvent struct {
	Name    string `json:"name" ts:"\"powerChanged\""`
	Powered bool   `json:"powered"`
}

// PowerUpDoneEvent: the power-up sequence has ended.
type PowerUpDoneEvent struct {
	Name string `json:"name" ts:"\"powerUpDone\""`
}

// EnergyResetEvent: resettable counters were cleared.
type EnergyResetEvent struct {
	Name    string         `json:"name" ts:"\"energyReset\""`
	Outputs []pdu.OutputID `json:"outputs"` // none: all and the device
	Origin  Origin         `json:"origin"`
}

// SettingsChangedEvent: settings in the device document are new.
type SettingsChangedEvent struct {
	Name   string `json:"name" ts:"\"settingsChanged\""`
	Origin Origin `json:"origin"`
}

// JournalFaultEvent: the state could not be written to storage, or can be again.
type JournalFaultEvent struct {
	Name  string `json:"name" ts:"\"journalFault\""`
	Error string `json:"error"` // "" when it can be written again
}
