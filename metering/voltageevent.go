package metering

import "github.com/zerocross-pdu/zerocross/pdu"

// VoltageEventKind says what happens to a voltage.
type VoltageEventKind uint8

// The kinds of events, as IEC 61000-4-30 tells them apart.
const (
	NoEvent      VoltageEventKind = iota
	Sag                           // below Thresholds.Sag: a dip
	Swell                         // above Thresholds.Swell
	Interruption                  // below Thresholds.Interruption
)

// String gives the name of the kind as used in APIs, "" for none.
func (k VoltageEventKind) String() string {
	return [...]string{"", "sag", "swell", "interruption"}[min(k, Interruption)]
}

// Thresholds tell where events begin, as fractions of the nominal voltage. An event
// ends Hysteresis inside of where it began, so that a voltage at a threshold is one
// event and not many.
type Thresholds struct {
	NominalV     float64 `json:"nominalV"` // declared voltage, RMS, above 0
	Sag          float64 `json:"sag"`
	Swell        float64 `json:"swell"`
	Interruption float64 `json:"interruption"`
	Hysteresis   float64 `json:"hysteresis"`
}

// DefaultThresholds are the customary values of IEC 61000-4-30 and EN 50160: 90 %,
// 110 %, 5 % and 2 % hysteresis.
func DefaultThresholds(nominalV float64) Thresholds {
	return Thresholds{NominalV: nominalV, Sag: 0.9, Swell: 1.1, Interruption: 0.05, Hysteresis: 0.02}
}

// VoltageEvent is a sag, swell or interruption. A sag that gets as deep as an
// interruption becomes one, and stays it until the sag ends.
type VoltageEvent struct {
	Kind  VoltageEventKind
	Start float64 // place where it was first seen, as the caller counts
	End   float64 // where it was over; meaningless while Active
	// ExtremeV is the lowest RMS value of a sag or interruption, the residual
	// voltage, or the highest of a swell.
	ExtremeV float64
	Active   bool
}

// VoltageEvents detects events in half-cycle RMS values. Use NewVoltageEvents.
type VoltageEvents struct {
	t       Thresholds
	current VoltageEvent
}

// NewVoltageEvents makes a detector. It returns an Invalid error unless
// 0 <= Interruption < Sag < 1 < Swell, the nominal voltage is above 0 and hysteresis
// leaves room between sag and swell.
func NewVoltageEvents(t Thresholds) (*VoltageEvents, error) {
	ordered := t.NominalV > 0 && t.NominalV <= maxSample && t.Interruption >= 0 && t.Interruption < t.Sag && t.Sag < 1 && t.Swell > 1 && t.Swell <= 10
	if !ordered || !(t.Hysteresis >= 0 && t.Sag+t.Hysteresis < t.Swell-t.Hysteresis) {
		return nil, pdu.Errorf(pdu.Invalid, "voltage.thresholds", "voltage thresholds %+v: expected 0 <= interruption < sag < 1 < swell, a nominal voltage, and a hysteresis that leaves room between sag and swell", t)
	}
	return &VoltageEvents{t: t}, nil
}

// Current is the event that is under way, its Kind NoEvent when there is none.
func (d *VoltageEvents) Current() VoltageEvent { return d.current }

// Next takes the next RMS value in V and the place it is for. It reports the event
// when one begins, when a sag becomes an interruption, and when it ends; its extreme
// is final then. When a sag turns into a swell between two values the sag ends with
// the first and the swell begins with the next that is too high.
func (d *VoltageEvents) Next(at, rmsV float64) (event VoltageEvent, changed bool) {
	u := rmsV / d.t.NominalV
	kind := d.judge(u)
	c := &d.current
	switch {
	case kind == NoEvent && c.Kind == NoEvent:
		return VoltageEvent{}, false
	case kind == NoEvent:
		ended := *c
		ended.End, ended.Active = at, false
		*c = VoltageEvent{}
		return ended, true
	case c.Kind == NoEvent:
		*c = VoltageEvent{Kind: kind, Start: at, ExtremeV: rmsV, Active: true}
		return *c, true
	case kind == Swell:
		c.ExtremeV = max(c.ExtremeV, rmsV)
	default:
		c.ExtremeV = min(c.ExtremeV, rmsV)
	}
	changed = c.Kind != kind
	c.Kind = kind
	return *c, changed
}

// judge gives the kind of event that there is with a voltage of u times the nominal
// one, after the event there was.
func (d *VoltageEvents) judge(u float64) VoltageEventKind {
	t, was := &d.t, d.current.Kind
	switch {
	case was == Swell:
		if u > t.Swell-t.Hysteresis {
			return Swell
		}
	case was == Interruption && u < t.Sag+t.Hysteresis:
		return Interruption
	case was == Sag && u < t.Sag+t.Hysteresis:
		if u < t.Interruption {
			return Interruption
		}
		return Sag
	case was != NoEvent:
	case u < t.Interruption:
		return Interruption
	case u < t.Sag:
		return Sag
	case u > t.Swell:
		return Swell
	}
	return NoEvent
}
