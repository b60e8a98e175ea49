package pdu

import "time"

// OutputID is the number of an output, from 1.
type OutputID int

// InputID is the number of a digital input, from 1.
type InputID int

// Action is what a command does to one output. The numbers are those of the
// published APIs and cross the wire (reference: netio-http-telnet.md 1.1).
type Action uint8

// The actions, 0 to 6.
const (
	ActionOff      Action = 0 // switch off
	ActionOn       Action = 1 // switch on
	ActionShortOff Action = 2 // off now, on after the short time, also when it was off
	ActionShortOn  Action = 3 // on now, off after the short time, also when it was on
	ActionToggle   Action = 4 // invert the state
	ActionNoChange Action = 5 // nothing happens
	ActionIgnore   Action = 6 // the State of the command decides; without one nothing happens
)

// Valid reports whether a is one of the seven actions.
func (a Action) Valid() bool { return a <= ActionIgnore }

// Pulse reports whether a starts a timed short off or short on.
func (a Action) Pulse() bool { return a == ActionShortOff || a == ActionShortOn }

// String gives the name of the action as used in logs and in the admin API.
func (a Action) String() string {
	names := [...]string{"off", "on", "shortOff", "shortOn", "toggle", "noChange", "ignore"}
	if !a.Valid() {
		return "invalid"
	}
	return names[a]
}

// ParseAction reads an action as text: "0" to "6", the legacy letters "i"
// (interrupt, a short off) and "u" (unchanged), or a name as String gives it.
func ParseAction(s string) (Action, bool) {
	switch s {
	case "i":
		return ActionShortOff, true
	case "u":
		return ActionNoChange, true
	}
	if len(s) == 1 && s[0] >= '0' && s[0] <= '6' {
		return Action(s[0] - '0'), true
	}
	for a := ActionOff; a <= ActionIgnore; a++ {
		if s == a.String() {
			return a, true
		}
	}
	return 0, false
}

// Level is the position of a switch: of a relay as commanded, of a contact as
// observed, or of a digital input. The zero value is unknown.
type Level uint8

// The levels. A contact is unknown while its board cannot tell.
const (
	Unknown Level = iota
	Off           // relay open, input open
	On            // relay closed, input closed
)

// LevelOf gives On for true and Off for false.
func LevelOf(on bool) Level {
	if on {
		return On
	}
	return Off
}

// Inverse gives the opposite of l; the opposite of Unknown is Unknown.
func (l Level) Inverse() Level {
	switch l {
	case Off:
		return On
	case On:
		return Off
	}
	return Unknown
}

// String gives "on", "off" or "unknown".
func (l Level) String() string {
	return [...]string{"unknown", "off", "on"}[min(l, On)]
}

// MarshalText writes the level as String gives it.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (l *Level) UnmarshalText(b []byte) error {
	for v := Unknown; v <= On; v++ {
		if v.String() == string(b) {
			*l = v
			return nil
		}
	}
	return Errorf(Invalid, "level.unknown", "level %q is none of unknown, off, on", b)
}

// Limits of the time of a short off or short on, per command and as a setting.
// The lower bound is what the originals' clients treat as the floor; the upper
// one is our choice (reference: netio-http-telnet.md 2.1).
const (
	MinShortDelay = 100 * time.Millisecond
	MaxShortDelay = 24 * time.Hour
)

// CheckShortDelay returns an Invalid error when d lies outside MinShortDelay to
// MaxShortDelay.
func CheckShortDelay(d time.Duration) error {
	if d < MinShortDelay || d > MaxShortDelay {
		return Errorf(Invalid, CodeDelayRange, "delay %d ms is outside %d to %d ms",
			d.Milliseconds(), MinShortDelay.Milliseconds(), MaxShortDelay.Milliseconds())
	}
	return nil
}
