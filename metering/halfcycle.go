package metering

import (
	"math"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// HalfCycleRMS measures the RMS value of a voltage over one cycle, refreshed each
// half cycle: Urms(1/2) of IEC 61000-4-30, on which sags, swells and interruptions
// are judged (reference: metering-and-hardware.md 1, window length). Cycles begin at
// the zeros of the fundamental; when there are none, the newest frequency, at first
// 50 Hz, goes on, so that values also come during an interruption. A value comes
// about 2.5 ms after its cycle ended, 8 ms without zeros. Use NewHalfCycleRMS; it
// belongs to the goroutine that pushes into it.
type HalfCycleRMS struct {
	rate          float64
	rising        crossingDetector
	falling       crossingDetector // sees the voltage upside down
	ring          []float64        // newest samples
	pushed        int              // samples since New
	half          float64          // samples in half a cycle
	lag           float64          // how many samples late zeros are found
	last          float64          // where the newest half cycle ended, in samples since New
	zeros         [2]float64       // the two newest zeros, the older first
	cycle         float64          // samples between the newest zero and the one before the last
	squares, time [2]float64       // integral of the square over, and length of, the two newest halves
	halves        int
}

// HalfCycle is one value of HalfCycleRMS.
type HalfCycle struct {
	End      float64 // of its cycle, in samples since New
	VoltageV float64 // RMS over the cycle
	Synced   bool    // ended at a zero of the voltage, not by time
}

// NewHalfCycleRMS makes one for samples per second of rate. minPeakV is the peak
// voltage below which no zeros are looked for, as in Config.MinVoltageV. Errors are
// Invalid: a rate outside MinRate to MaxRate or a negative voltage.
func NewHalfCycleRMS(rate, minPeakV float64) (*HalfCycleRMS, error) {
	if !(rate >= MinRate && rate <= MaxRate) || !(minPeakV >= 0) {
		return nil, pdu.Errorf(pdu.Invalid, "halfcycle.range", "half-cycle RMS at %v samples per second from %v V: expected %d to %d and a voltage not negative", rate, minPeakV, MinRate, MaxRate)
	}
	h := &HalfCycleRMS{
		rate: rate, rising: newCrossingDetector(rate, minPeakV), falling: newCrossingDetector(rate, minPeakV),
		ring: make([]float64, int(rate*2/MinFrequencyHz)+4),
		half: rate / 100, zeros: [2]float64{math.Inf(-1), math.Inf(-1)},
	}
	h.lag = h.rising.delay(2 * h.half)
	return h, nil
}

// Push takes a block of voltage samples in V and calls emit for each half cycle that
// ends in it, from the second on. Samples are replaced as Meter.Push does. It does
// not allocate.
func (h *HalfCycleRMS) Push(voltage []float64, emit func(HalfCycle)) {
	var x [1]float64
	for k := range voltage {
		copySane(x[:], voltage[k:k+1])
		now := float64(h.pushed)
		h.ring[h.pushed%len(h.ring)] = x[0]
		h.pushed++
		ago, found := h.rising.step(x[0])
		agoFalling, foundFalling := h.falling.step(-x[0])
		switch {
		case found:
			h.zero(now-ago, emit)
		case foundFalling:
			h.zero(now-agoFalling, emit)
		case now-h.last > 1.5*h.half+h.lag:
			h.end(h.last+h.half, false, emit)
		}
	}
}

// zero takes a zero into account that the low-pass let appear at seen. One too soon
// after the end of the newest half cycle does not end another.
func (h *HalfCycleRMS) zero(seen float64, emit func(HalfCycle)) {
	at := seen - h.lag
	cycle, before := seen-h.zeros[0], h.cycle
	h.zeros, h.cycle = [2]float64{h.zeros[1], seen}, cycle
	inRange := cycle >= h.rate/MaxFrequencyHz && cycle <= h.rate/MinFrequencyHz
	if inRange && math.Abs(cycle-before) < 0.02*cycle { // the ringing of the low-pass after a jump is no frequency
		h.half, h.lag = cycle/2, h.rising.delay(cycle)
	}
	if at-h.last >= 0.5*h.half {
		h.end(at, true, emit)
	}
}

// end closes the half cycle at a place between two samples.
func (h *HalfCycleRMS) end(at float64, synced bool, emit func(HalfCycle)) {
	h.squares = [2]float64{h.squares[1], h.integrate(h.last, at)}
	h.time = [2]float64{h.time[1], at - h.last}
	h.last = at
	if h.halves++; h.halves < 2 {
		return
	}
	mean := (h.squares[0] + h.squares[1]) / (h.time[0] + h.time[1])
	emit(HalfCycle{End: at, VoltageV: math.Sqrt(max(0, mean)), Synced: synced})
}

// integrate gives the integral of the squared voltage between two places, as Meter
// does.
func (h *HalfCycleRMS) integrate(from, to float64) float64 {
	square := func(k int) float64 {
		x := h.ring[max(0, k)%len(h.ring)]
		return x * x
	}
	sum := 0.0
	for k := int(math.Ceil(from)); k <= int(to); k++ {
		sum += square(k)
	}
	for _, e := range edges(from, to) {
		if e.weight != 0 {
			sum += e.weight * square(e.at)
		}
	}
	return sum
}
