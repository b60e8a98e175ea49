package sim

import (
	"math"

	"github.com/zerocross-pdu/zerocross/metering"
)

// shortestLoop is the share of the whole cycles that a loop has at least.
const shortestLoop = 0.9

// chooseLoop gives the start and the number of cycles of the loop that stands for
// the whole recording, whose cycles are perCycle samples long. A recording that
// ends inside a cycle has two mean powers, over all samples and over whole cycles,
// which differ by up to 0.15 %; and appliances drift. Of all loops with an even
// number of cycles the one is taken whose mean power is closest to the middle
// between the two, so that it is right for whoever integrates either way.
func chooseLoop(rec *metering.Recording, from, to float64, cycles int) (start float64, count int) {
	perCycle := (to - from) / float64(cycles)
	if from > perCycle || float64(rec.Len())-to > 2*perCycle+1 {
		return from, cycles // only a part of it has whole cycles
	}
	sums := newRunningPower(rec)
	last := float64(rec.Len() - 1)
	target := (sums.mean(0, last) + sums.mean(from, to)) / 2
	start, count = from, cycles
	best := math.Abs(sums.mean(from, to) - target)
	fewest := int(math.Ceil(shortestLoop * float64(cycles)))
	for n := int(last/perCycle) / 2 * 2; n >= fewest; n -= 2 {
		for at := 0.0; at+float64(n)*perCycle <= last; at++ {
			if off := math.Abs(sums.mean(at, at+float64(n)*perCycle) - target); off < best {
				start, count, best = at, n, off
			}
		}
	}
	return start, count
}

// runningPower holds sums over all samples up to each one.
type runningPower struct{ vi, v, i []float64 }

func newRunningPower(rec *metering.Recording) *runningPower {
	n := rec.Len()
	s := &runningPower{make([]float64, n), make([]float64, n), make([]float64, n)}
	for k := 1; k < n; k++ {
		// The trapezoid between two samples.
		v0, v1, i0, i1 := rec.Voltage(k-1), rec.Voltage(k), rec.Current(k-1), rec.Current(k)
		s.vi[k] = s.vi[k-1] + (v0*i0+v1*i1)/2
		s.v[k] = s.v[k-1] + (v0+v1)/2
		s.i[k] = s.i[k-1] + (i0+i1)/2
	}
	return s
}

// mean is the mean power without offsets between two places, in squared counts.
func (s *runningPower) mean(from, to float64) float64 {
	over := func(sums []float64) float64 { return (between(sums, to) - between(sums, from)) / (to - from) }
	return over(s.vi) - over(s.v)*over(s.i)
}

// between reads sums at a place between two samples.
func between(sums []float64, at float64) float64 {
	k := min(int(at), len(sums)-2)
	return sums[k] + (sums[k+1]-sums[k])*(at-float64(k))
}
