package sim

import (
	"math"

	"github.com/zerocross-pdu/zerocross/metering"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// player plays a recording in a loop of whole cycles, each as long as one of the
// mains and with the fundamental of its voltage in step with it.
type player struct {
	rec         *metering.Recording
	volts, amps float64 // per count
	from        float64 // place of the loop in samples
	cycles      float64 // mains cycles in the loop
	perCycle    float64 // samples in one of them
	lead        float64 // cycles by which the voltage is ahead at from
	rmsV        float64
}

// newPlayer finds the loop of a recording. It returns an Invalid error when the
// voltage has no whole cycles.
func newPlayer(rec *metering.Recording, l Recorded) (*player, error) {
	from, to, cycles := rec.WholeCycles(l.Rate)
	if cycles == 0 {
		return nil, pdu.Errorf(pdu.Invalid, "recording.cycles",
			"recording %s has no whole cycles of %d to %d Hz in its voltage at %v samples per second; check the rate, and that each pair is current before voltage",
			l.File, metering.MinFrequencyHz, metering.MaxFrequencyHz, l.Rate).With("file", l.File)
	}
	p := &player{rec: rec, volts: l.VoltsPerCount, amps: l.AmpsPerCount, perCycle: (to - from) / float64(cycles)}
	p.from, cycles = chooseLoop(rec, from, to, cycles)
	p.cycles = float64(cycles)
	p.inspect(p.from + p.cycles*p.perCycle)
	return p, nil
}

// inspect finds RMS value and phase of the recorded voltage.
func (p *player) inspect(to float64) {
	var sum, squares, re, im, n float64
	for k := int(math.Ceil(p.from)); k <= int(to); k++ {
		v := p.rec.Voltage(k)
		s, c := math.Sincos(2 * math.Pi * (float64(k) - p.from) / p.perCycle)
		sum += v
		squares += v * v
		re += v * s
		im += v * c
		n++
	}
	p.rmsV = math.Sqrt(max(0, squares/n-sum/n*sum/n)) * math.Abs(p.volts)
	if p.lead = math.Atan2(im, re) / (2 * math.Pi); p.volts < 0 {
		p.lead += 0.5
	}
}

// faintV is the voltage below which a recorded appliance is not fed.
const faintV = 1

func (p *player) draw(m *block, t *terminal) {
	t.ownVoltage = true
	if m.sineV < faintV {
		clear(t.current)
		clear(t.voltage)
		return
	}
	t.ratio = p.rmsV / m.sineV
	turn := math.Mod(m.cycle-p.lead+p.cycles, p.cycles)
	for k := range t.current {
		if turn >= p.cycles {
			turn -= p.cycles
		}
		at := p.from + turn*p.perCycle
		first := int(at)
		w := weights(at - float64(first))
		var a, b float64
		for tap, x := range w {
			n := max(0, min(p.rec.Len()-1, first-1+tap))
			a += x * p.rec.Voltage(n)
			b += x * p.rec.Current(n)
		}
		t.voltage[k], t.current[k] = a*p.volts, b*p.amps
		turn += m.step
	}
}

// weights are those of the cubic through four neighbouring samples, a fraction x
// behind the second. A straight line between two would lose 0.04 % of the power.
func weights(x float64) [4]float64 {
	return [4]float64{
		-x * (x - 1) * (x - 2) / 6,
		(x + 1) * (x - 1) * (x - 2) / 2,
		-(x + 1) * x * (x - 2) / 2,
		(x + 1) * x * (x - 1) / 6,
	}
}
