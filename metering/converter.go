package metering

import (
	"math"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// Converter tells by how much what a converter shows differs from what is true:
//
//	shown(t) = (1+GainError)·(1+GainDriftPerK·ΔT)·true(t-delay) + Offset + OffsetDriftPerK·ΔT
//	delay = DelayS + DelayDriftPerK·ΔT,  ΔT = temperature - ReferenceC
//
// The zero value is a converter without errors. A Meter undoes what it tells; a
// simulated converter does it. The model has the errors that metering chips are
// calibrated for (reference: metering-and-hardware.md 1 and 8, sensor model); an
// error that is an angle and no time, as that of a current transformer, is undone
// at the frequency of calibration and leaves its proportion of the frequency's
// deviation.
type Converter struct {
	GainError       float64 `json:"gainError,omitempty"`       // 0.003 shows 0.3 % too much; within ±MaxGainError
	GainDriftPerK   float64 `json:"gainDriftPerK,omitempty"`   // 50e-6 is 50 ppm/K; within ±MaxGainDriftPerK
	Offset          float64 `json:"offset,omitempty"`          // V or A
	OffsetDriftPerK float64 `json:"offsetDriftPerK,omitempty"` // V/K or A/K
	DelayS          float64 `json:"delayS,omitempty"`          // how late it shows; 5.6 µs are 0.1° at 50 Hz
	DelayDriftPerK  float64 `json:"delayDriftPerK,omitempty"`  // s/K
	ReferenceC      float64 `json:"referenceC,omitempty"`      // °C at which the errors are as told
}

// Limits of a Converter. Beyond them it is defective or wired wrongly, and a number
// that hides it would be a wrong watt.
const (
	MaxGainError     = 0.5
	MaxGainDriftPerK = 1e-3
	MaxDelaySamples  = 3 // how far samples can be shifted, 8.4° at 50 Hz and 6,400 samples per second
)

// Temperatures that a Meter corrects for, in °C; others are taken for the nearest.
const (
	MinTemperatureC = -60
	MaxTemperatureC = 150
)

// LatencySamples is by how many samples a meter with a calibration is late, so that
// it can shift a channel in both directions.
const LatencySamples = 5

// maxOffset is the largest offset and drift per kelvin of an offset.
const maxOffset = 1000

// check returns an Invalid error when no converter that works could be like this.
func (c *Converter) check(name string, rate float64) error {
	delay := MaxDelaySamples / rate
	for _, f := range []struct {
		name       string
		value, max float64
	}{
		{"gainError", c.GainError, MaxGainError}, {"gainDriftPerK", c.GainDriftPerK, MaxGainDriftPerK},
		{"offset", c.Offset, maxOffset}, {"offsetDriftPerK", c.OffsetDriftPerK, maxOffset},
		{"delayS", c.DelayS, delay}, {"delayDriftPerK", c.DelayDriftPerK, delay},
		{"referenceC", c.ReferenceC, MaxTemperatureC},
	} {
		if !(math.Abs(f.value) <= f.max) {
			return pdu.Errorf(pdu.Invalid, "calibration.range", "calibration of the %s converter: %s is %v, expected at most %.3g either way; calibrate again", name, f.name, f.value, f.max).
				With("converter", name).With("field", f.name)
		}
	}
	return nil
}

// at gives gain, offset and delay in seconds at a temperature.
func (c *Converter) at(celsius float64) (gain, offset, delayS float64) {
	dT := celsius - c.ReferenceC
	return (1 + c.GainError) * (1 + c.GainDriftPerK*dT), c.Offset + c.OffsetDriftPerK*dT, c.DelayS + c.DelayDriftPerK*dT
}

// Calibration is what a Meter knows of its converters. The zero value has none of
// their errors. It is kept as JSON.
type Calibration struct {
	Voltage  Converter            `json:"voltage"`  // of the common voltage
	Channels []ChannelCalibration `json:"channels"` // one per channel of the meter, or none
}

// ChannelCalibration is that of one channel.
type ChannelCalibration struct {
	Current Converter `json:"current"`
	// Voltage is that of a voltage of the channel's own; nil takes the common one's.
	Voltage *Converter `json:"voltage,omitempty"`
}

// Calibrate makes the meter undo other errors from the next samples on; one that had
// no calibration sees LatencySamples of silence first. It returns an Invalid error, and changes nothing, when a value is beyond the limits of
// Converter or the number of channels does not fit.
func (m *Meter) Calibrate(c Calibration) error {
	if len(c.Channels) != 0 && len(c.Channels) != len(m.channels) {
		return pdu.Errorf(pdu.Invalid, "calibration.channels", "calibration of %d channels for a meter of %d", len(c.Channels), len(m.channels))
	}
	converters := make([]Converter, 1+2*len(m.channels)) // common voltage, then current and voltage of each channel
	converters[0] = c.Voltage
	for k := range m.channels {
		converters[2*k+2] = c.Voltage
		if k >= len(c.Channels) {
			continue
		}
		converters[2*k+1] = c.Channels[k].Current
		if own := c.Channels[k].Voltage; own != nil {
			converters[2*k+2] = *own
		}
	}
	for k, x := range converters {
		if err := x.check(converterName(k), m.cfg.Rate); err != nil {
			return err
		}
	}
	if m.correctors == nil {
		m.correctors = make([]corrector, len(converters))
	}
	for k := range converters {
		m.correctors[k].converter = converters[k]
	}
	m.SetTemperature(m.celsius)
	return nil
}

func converterName(k int) string {
	switch {
	case k == 0:
		return "voltage"
	case k%2 == 1:
		return "current"
	}
	return "channel voltage"
}

// SetTemperature tells the temperature of the converters in °C, for their drift. A
// new meter takes them to be at 25 °C; what is not a number is ignored.
func (m *Meter) SetTemperature(celsius float64) {
	if math.IsNaN(celsius) {
		return
	}
	m.celsius = max(MinTemperatureC, min(MaxTemperatureC, celsius))
	for k := range m.correctors {
		m.correctors[k].set(m.cfg.Rate, m.celsius)
	}
}

// corrector undoes the errors of one converter.
type corrector struct {
	converter    Converter
	scale, minus float64     // sample to true value
	lag          int         // samples from the newest to the newest that counts
	tap          [6]float64  // weights of six samples, newest first
	line         [16]float64 // ring of true values
	at           int         // place of the newest
}

// set prepares for a temperature. Between samples the signal is the polynomial
// through the six nearest (Lagrange); a straight line, as some open meters use, would
// lose 0.03 % of the amplitude half-way at 128 samples per cycle.
func (c *corrector) set(rate, celsius float64) {
	gain, offset, delayS := c.converter.at(celsius)
	c.scale, c.minus = 1/gain, offset
	late := LatencySamples - max(-MaxDelaySamples, min(MaxDelaySamples, delayS*rate))
	c.lag = int(late) - 2
	at := late - float64(c.lag) // where, among the six
	for k := range c.tap {
		c.tap[k] = 1
		for n := range c.tap {
			if n != k {
				c.tap[k] *= (at - float64(n)) / float64(k-n)
			}
		}
	}
}

// apply replaces samples by true values, LatencySamples later.
func (c *corrector) apply(x []float64) {
	const mask = len(c.line) - 1
	t0, t1, t2, t3, t4, t5 := c.tap[0], c.tap[1], c.tap[2], c.tap[3], c.tap[4], c.tap[5]
	at, lag := c.at, c.lag
	for k, shown := range x {
		at++
		c.line[at&mask] = (shown - c.minus) * c.scale
		n := at - lag
		x[k] = t0*c.line[n&mask] + t1*c.line[(n-1)&mask] + t2*c.line[(n-2)&mask] +
			t3*c.line[(n-3)&mask] + t4*c.line[(n-4)&mask] + t5*c.line[(n-5)&mask]
	}
	c.at = at & mask
}
