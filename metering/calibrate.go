package metering

import (
	"math"
	"slices"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// Observation is what a channel showed, without any calibration, while the source
// and load of a calibration stood still. See Observe.
type Observation struct {
	MeanV        float64 `json:"meanV"` // offset of the voltage
	MeanA        float64 `json:"meanA"` // offset of the current
	VoltageV     float64 `json:"voltageV"`
	ActivePowerW float64 `json:"activePowerW"`
	PhaseDeg     float64 `json:"phaseDeg"` // fundamental of the current behind the voltage
	FrequencyHz  float64 `json:"frequencyHz"`
}

// Reference is what the reference meter showed meanwhile.
type Reference struct {
	VoltageV     float64 `json:"voltageV"`
	ActivePowerW float64 `json:"activePowerW"`
	PhaseDeg     float64 `json:"phaseDeg"`
}

// Step is one known load.
type Step struct {
	Shown Observation `json:"shown"`
	True  Reference   `json:"true"`
}

// CalibrationRun is one run of the procedure at one temperature.
type CalibrationRun struct {
	TemperatureC float64     `json:"temperatureC"`
	NoLoad       Observation `json:"noLoad"` // mains and an open outlet
	Unity        Step        `json:"unity"`  // power factor 1, a good part of the current's range
	Half         Step        `json:"half"`   // power factor 0.5, inductive or capacitive
}

// Limits of the steps' true phases, in degrees: where a gain, and where a phase,
// shows best.
const (
	maxUnityPhase = 10
	minHalfPhase  = 40
	maxHalfPhase  = 75
)

// Observe measures an uncalibrated channel over all whole cycles of v and i, in V and
// A as shown, at a sample rate. Noise falls with the root of the time: one second is
// enough for 0.01 % of converters with 0.02 % noise. It returns an Invalid error for
// an impossible rate, for blocks that differ in length and without ten whole cycles.
func Observe(rate float64, v, i []float64) (Observation, error) {
	if len(v) != len(i) {
		return Observation{}, pdu.Errorf(pdu.Invalid, "calibration.samples", "%d samples of voltage and %d of current: expected as many", len(v), len(i))
	}
	m, err := New(Config{Rate: rate, Channels: 1})
	if err != nil {
		return Observation{}, err
	}
	var t totals
	var meanV, meanA float64
	add := func(w *Window) {
		if w.Cycles > 0 {
			seconds := float64(w.Cycles) / w.FrequencyHz
			meanV += w.Channels[0].MeanV * seconds
			meanA += w.Channels[0].MeanA * seconds
		}
		t.add(w, rate)
	}
	m.Push(v, []Samples{{I: i}}, add)
	m.Flush(add)
	if t.whole.cycles < cyclesAt50 {
		return Observation{}, pdu.Errorf(pdu.Invalid, "calibration.cycles", "%v whole mains cycles in %d samples: expected at least %d; check mains and wiring", t.whole.cycles, len(v), cyclesAt50)
	}
	s := t.summary()
	return Observation{
		MeanV: meanV / t.whole.seconds, MeanA: meanA / t.whole.seconds,
		VoltageV: s.Voltage, ActivePowerW: s.ActivePower, FrequencyHz: s.Frequency,
		PhaseDeg: math.Atan2(t.whole.q1, t.whole.p1) * 180 / math.Pi,
	}, nil
}

// Calibrate derives the errors of the converters of one channel, in the order that
// guides of metering chips use because each step needs the ones before (reference:
// metering-and-hardware.md 1, phase correction): offsets from the open outlet, gains
// at power factor 1, where phase hardly matters, and the delay of the current at
// power factor 0.5, where it matters most. The delay is that of the current against
// the voltage; the voltage's own remains 0.
//
// Runs at several temperatures give drifts, as the straight lines that fit best;
// without them drifts are 0. Errors are Invalid and name the step: a load that is
// not what the step needs, or an error no working converter has.
func Calibrate(runs ...CalibrationRun) (voltage, current Converter, err error) {
	if len(runs) == 0 {
		return voltage, current, pdu.Errorf(pdu.Invalid, "calibration.runs", "calibrate: no run was made")
	}
	n := len(runs)
	celsius := make([]float64, n)
	offsetV, offsetA, gainV, gainA, delay := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for k, r := range runs {
		if err := r.check(); err != nil {
			return Converter{}, Converter{}, err
		}
		celsius[k] = r.TemperatureC
		offsetV[k], offsetA[k] = r.NoLoad.MeanV, r.NoLoad.MeanA
		gainV[k], gainA[k] = r.gains()
		delay[k] = r.delay()
	}
	reference, _ := line(celsius, celsius)
	voltage.ReferenceC, current.ReferenceC = reference, reference
	voltage.Offset, voltage.OffsetDriftPerK = line(celsius, offsetV)
	current.Offset, current.OffsetDriftPerK = line(celsius, offsetA)
	voltage.GainError, voltage.GainDriftPerK = gainLine(celsius, gainV)
	current.GainError, current.GainDriftPerK = gainLine(celsius, gainA)
	current.DelayS, current.DelayDriftPerK = line(celsius, delay)
	if err := voltage.check("voltage", MinRate); err != nil {
		return Converter{}, Converter{}, err
	}
	if err := current.check("current", MinRate); err != nil {
		return Converter{}, Converter{}, err
	}
	return voltage, current, nil
}

// delay is how late the current is shown, in seconds, -180 to 180 degrees.
func (r *CalibrationRun) delay() float64 {
	return math.Remainder(r.Half.Shown.PhaseDeg-r.Half.True.PhaseDeg, 360) / 360 / r.Half.Shown.FrequencyHz
}

// gains gives what the converters show of one volt and one ampere. Power tells the
// current's because noise does not add to it.
func (r *CalibrationRun) gains() (volts, amps float64) {
	u := &r.Unity
	volts = u.Shown.VoltageV / u.True.VoltageV
	radians := u.True.PhaseDeg * math.Pi / 180
	late := r.delay() * u.Shown.FrequencyHz * 2 * math.Pi
	return volts, u.Shown.ActivePowerW / u.True.ActivePowerW / volts * math.Cos(radians) / math.Cos(radians+late)
}

// check refuses steps that tell nothing.
func (r *CalibrationRun) check() error {
	bad := func(step, format string, args ...any) error {
		return pdu.Errorf(pdu.Invalid, "calibration.step", "calibrate at %v °C, step %s: "+format, append([]any{r.TemperatureC, step}, args...)...).With("step", step)
	}
	finite := func(x ...float64) bool {
		return !slices.ContainsFunc(x, func(x float64) bool { return !(math.Abs(x) <= maxSample*maxSample) })
	}
	u, h := &r.Unity, &r.Half
	switch {
	case !(r.TemperatureC >= MinTemperatureC && r.TemperatureC <= MaxTemperatureC):
		return bad("noLoad", "temperature is outside %d to %d °C", MinTemperatureC, MaxTemperatureC)
	case !finite(r.NoLoad.MeanV, r.NoLoad.MeanA):
		return bad("noLoad", "an offset is not a number")
	case !finite(u.Shown.VoltageV, u.Shown.ActivePowerW) || !(u.True.VoltageV > 0) || u.True.ActivePowerW == 0 || !finite(u.True.VoltageV, u.True.ActivePowerW):
		return bad("unity", "voltage and power must be numbers other than 0")
	case !(math.Abs(u.True.PhaseDeg) <= maxUnityPhase):
		return bad("unity", "true phase of %v degrees: expected within %d of 0", u.True.PhaseDeg, maxUnityPhase)
	case !(u.Shown.FrequencyHz > 0 && h.Shown.FrequencyHz > 0) || !finite(u.Shown.FrequencyHz, h.Shown.FrequencyHz):
		return bad("half", "frequency must be above 0")
	case !(math.Abs(h.True.PhaseDeg) >= minHalfPhase && math.Abs(h.True.PhaseDeg) <= maxHalfPhase) || !finite(h.Shown.PhaseDeg):
		return bad("half", "true phase of %v degrees: expected %d to %d either way", h.True.PhaseDeg, minHalfPhase, maxHalfPhase)
	}
	return nil
}

// gainLine is line for gains, as error and relative drift.
func gainLine(celsius, gain []float64) (gainError, driftPerK float64) {
	mean, slope := line(celsius, gain)
	if mean == 0 {
		return -1, 0 // dead; the limits of Converter refuse it
	}
	return mean - 1, slope / mean
}

// line fits a straight line by least squares and gives its value at the mean of x,
// and its slope, 0 when x is always the same.
func line(x, y []float64) (mean, slope float64) {
	var meanX, xx, xy float64
	for k := range x {
		meanX += x[k] / float64(len(x))
		mean += y[k] / float64(len(y))
	}
	for k := range x {
		xx += (x[k] - meanX) * (x[k] - meanX)
		xy += (x[k] - meanX) * (y[k] - mean)
	}
	if xx < 1 { // less than a kelvin apart
		return mean, 0
	}
	return mean, xy / xx
}
