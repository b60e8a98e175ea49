package metering

import "math"

const (
	// crossingFilterHz is the corner of the low-pass in front of the detector. It
	// delays every crossing alike, which moves windows but not their length.
	crossingFilterHz = 100
	// armingLevel is how far below zero, relative to the peak, the voltage must have
	// been before a rising crossing counts: noise and harmonics around zero do not
	// reach it. It allows an offset of half the amplitude.
	armingLevel = 0.25
	// peakMemory is the time constant, in seconds, with which the peak is forgotten.
	peakMemory = 0.1
)

// crossingDetector finds rising zero crossings of a voltage behind a Butterworth
// low-pass of second order.
type crossingDetector struct {
	b0, a1, a2     float64 // b1 = 2 b0, b2 = b0
	x1, x2, y1, y2 float64 // inputs and outputs one and two samples ago
	peak, forget   float64
	minPeak        float64
	corner         float64 // of the low-pass, prewarped
	armed, started bool
}

func newCrossingDetector(rate, minPeak float64) crossingDetector {
	k := math.Tan(math.Pi * crossingFilterHz / rate)
	norm := 1 / (1 + math.Sqrt2*k + k*k)
	return crossingDetector{
		b0:      k * k * norm,
		a1:      2 * (k*k - 1) * norm,
		a2:      (1 - math.Sqrt2*k + k*k) * norm,
		forget:  math.Exp(-1 / (peakMemory * rate)),
		minPeak: minPeak,
		corner:  k,
	}
}

// step takes the next sample. When the voltage crossed zero upwards it reports how
// many samples ago, 0 to below 1.
func (d *crossingDetector) step(x float64) (ago float64, found bool) {
	if !d.started {
		d.started = true
		d.x1, d.x2, d.y1, d.y2 = x, x, x, x
	}
	y := d.b0*(x+2*d.x1+d.x2) - d.a1*d.y1 - d.a2*d.y2
	before := d.y1
	d.x2, d.x1 = d.x1, x
	d.y2, d.y1 = before, y
	d.peak = max(math.Abs(y), d.peak*d.forget)
	switch {
	case d.peak <= d.minPeak:
		d.armed = false
	case y < -armingLevel*d.peak:
		d.armed = true
	case d.armed && y >= 0:
		d.armed = false
		return y / (y - before), true
	}
	return 0, false
}

// delay is by how many samples the low-pass delays a sine of the given period, in
// samples.
func (d *crossingDetector) delay(period float64) float64 {
	w := math.Tan(math.Pi/period) / d.corner
	return math.Atan2(math.Sqrt2*w, 1-w*w) / (2 * math.Pi) * period
}
