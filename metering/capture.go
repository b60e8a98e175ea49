package metering

import "math"

// MaxCaptureS is the longest waveform that is kept, in seconds: 500 cycles at 50 Hz.
const MaxCaptureS = 10

// captureMargin is what rings hold beyond what was asked for, in seconds: the newest
// zero is up to one cycle old, and seen late.
const captureMargin = 1.0/MinFrequencyHz + 0.005

// Waveform is a copy of the newest samples of one channel, after calibration.
type Waveform struct {
	Start              int64   // number of the first sample since New, as in Window.Start
	Rate               float64 // samples per second
	VoltageV, CurrentA []float32
}

// capture keeps the newest samples of all channels in rings. A nil capture keeps
// nothing.
type capture struct {
	written  int // samples since New
	common   []float32
	channels []captured
}

type captured struct{ v, i []float32 } // v is nil while it is the common voltage

func newCapture(cfg Config) *capture {
	if cfg.CaptureS == 0 {
		return nil
	}
	size := int(math.Ceil((cfg.CaptureS+captureMargin)*cfg.Rate)) + 1
	c := &capture{common: make([]float32, size), channels: make([]captured, cfg.Channels)}
	for k := range c.channels {
		c.channels[k].i = make([]float32, size)
	}
	return c
}

// store adds the samples from..to of the meter's buffers.
func (c *capture) store(m *Meter, from, to int) {
	if c == nil {
		return
	}
	at := c.written % len(c.common)
	for k := range m.channels {
		ring, now := &c.channels[k], &m.channels[k]
		if now.v != nil && ring.v == nil {
			ring.v = append([]float32(nil), c.common...)
		}
		if now.v != nil {
			fill(ring.v, at, now.v[from:to])
		}
		fill(ring.i, at, now.i[from:to])
	}
	fill(c.common, at, m.common[from:to])
	c.written += to - from
}

// fill writes x into a ring from place at on.
func fill(ring []float32, at int, x []float64) {
	for _, a := range x {
		ring[at] = float32(a)
		if at++; at == len(ring) {
			at = 0
		}
	}
}

// Waveform gives the newest whole cycles of a channel, from one rising zero of the
// voltage to another, as many as asked for or as fit into Config.CaptureS. Without
// mains frequency it gives the newest 20 ms for each cycle. It is empty without
// Config.CaptureS and before the first samples. The samples are a copy.
func (m *Meter) Waveform(channel, cycles int) Waveform {
	w := Waveform{Rate: m.cfg.Rate}
	if m.capture == nil || cycles < 1 {
		return w
	}
	first, end := m.newest(cycles)
	ring := m.capture.channels[channel]
	if ring.v == nil {
		ring.v = m.capture.common
	}
	w.Start = int64(first)
	w.VoltageV, w.CurrentA = make([]float32, 0, end-first), make([]float32, 0, end-first)
	for k := first; k < end; k++ {
		w.VoltageV = append(w.VoltageV, ring.v[k%len(ring.v)])
		w.CurrentA = append(w.CurrentA, ring.i[k%len(ring.i)])
	}
	return w
}

// newest bounds the newest cycles in the rings, in samples since New.
func (m *Meter) newest(cycles int) (first, end int) {
	end = m.capture.written
	oldest, most := max(0, end-len(m.capture.common)), m.cfg.CaptureS*m.cfg.Rate
	if m.period > 0 && float64(m.filled)-m.lastCrossing < 1.5*m.period {
		zero := m.origin + m.lastCrossing - m.crossing.delay(m.period)
		if n := min(float64(cycles), math.Floor(min(most, zero-float64(oldest))/m.period)); n >= 1 {
			return max(oldest, int(math.Ceil(zero-n*m.period))), int(zero) + 1
		}
	}
	length := min(float64(end), most, float64(cycles)*m.cfg.Rate/50)
	return max(oldest, end-int(length)), end
}
