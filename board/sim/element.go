package sim

import (
	"math"
	"math/rand/v2"
)

const (
	sampleTime = 1.0 / sampleRate
	subSteps   = 8 // of a sample, for circuits that change within one
	subTime    = sampleTime / subSteps
)

// bridge is a bridge rectifier that charges a capacitor through a resistance and an
// inductance:
//
//	L·di/dt = v - R·i - sign(i)·u    C·du/dt = |i| - loadA
//
// and no current against the diodes. It is solved by backward Euler, both equations
// at once, which is stable for any R, L and C.
type bridge struct {
	ohm, henry, farad float64
	lineA, busV       float64
}

// step advances by h seconds to the mains voltage v, while loadA is taken from the
// capacitor.
func (b *bridge) step(v, h, loadA float64) {
	bus := max(0, b.busV-h/b.farad*loadA) // if no current came
	if b.lineA == 0 && math.Abs(v) <= bus {
		b.busV = bus
		return
	}
	sign := 1.0
	if b.lineA < 0 || b.lineA == 0 && v < 0 {
		sign = -1
	}
	perHenry := h / b.henry
	i := (b.lineA + perHenry*(v-sign*bus)) / (1 + perHenry*(b.ohm+h/b.farad))
	if sign*i <= 0 {
		i = 0
	}
	b.lineA, b.busV = i, bus+h/b.farad*math.Abs(i)
}

// blocked says whether no current can flow between two voltages of the mains, so
// that one step is as good as many.
func (b *bridge) blocked(v0, v1 float64) bool {
	most := 0.95 * b.busV
	return b.lineA == 0 && math.Abs(v0) < most && math.Abs(v1) < most
}

// bleedTime is the time constant at which resistors discharge a bulk capacitor.
const bleedTime = 30

// rest lets a consumer of power, and resistors, discharge the capacitor.
func (b *bridge) rest(c *converter, seconds float64) {
	b.lineA = 0
	if c.takes(b.busV) {
		energy := b.farad*b.busV*b.busV/2 - c.watts*seconds
		b.busV = math.Sqrt(max(0, 2*energy/b.farad))
		c.takes(b.busV)
	}
	b.busV *= math.Exp(-seconds / bleedTime)
}

// converter takes a constant power from a direct voltage. It starts at startV and
// stops at stopV, which is above 0.
type converter struct {
	watts         float64
	startV, stopV float64
	running       bool
}

// takes starts or stops the converter and says whether it runs.
func (c *converter) takes(busV float64) bool {
	switch {
	case busV >= c.startV:
		c.running = true
	case busV < c.stopV:
		c.running = false
	}
	return c.running
}

// amps is the current that it takes.
func (c *converter) amps(busV float64) float64 {
	if !c.takes(busV) {
		return 0
	}
	return c.watts / busV
}

// branch is a capacitor behind a resistor across the mains: R·C·dx/dt = v - x. It is
// solved exactly for a voltage that is a parabola between two samples, so that it is
// right for any R and C.
type branch struct {
	farad, tau, decay float64 // decay is what a sample leaves of a deviation
	volts             float64 // across the capacitor
}

// newBranch makes an uncharged one; ohm is above 0.
func newBranch(ohm, farad float64) branch {
	return branch{farad: farad, tau: ohm * farad, decay: math.Exp(-sampleTime / (ohm * farad))}
}

// next advances by one sample, from voltage v0 to v1 with slope s1, and gives the
// current. The charge of a surge that is shorter than a sample is spread over it, as a
// converter does.
func (b *branch) next(v0, v1, s1 float64) float64 {
	const h = sampleTime
	bend := 2 * (s1*h - (v1 - v0)) / (h * h)
	s0 := s1 - bend*h
	off := b.volts - (v0 - b.tau*(s0-b.tau*bend)) // from the forced solution
	left := off * b.decay
	b.volts = v1 - b.tau*(s1-b.tau*bend) + left
	surge := left / b.tau
	if b.tau < h/2 {
		surge = (off - left) / h
	}
	return b.farad * (s1 - b.tau*bend - surge)
}

// add adds its current during a block.
func (b *branch) add(m *block, t *terminal) {
	v0 := m.beforeV
	for k, v1 := range m.mainsV {
		t.current[k] += b.next(v0, v1, m.slope[k])
		v0 = v1
	}
}

// filterBleedTime is the time constant at which a resistor discharges a capacitor
// across the mains: a plug that was pulled must be safe to touch after a second.
const filterBleedTime = 0.5

// rest discharges the capacitor.
func (b *branch) rest(seconds float64) { b.volts *= math.Exp(-seconds / filterBleedTime) }

// settle puts the capacitor where it is at phase 0 of the mains.
func (b *branch) settle() { b.volts = 0 }

// coil is an inductance and a resistance in series: L·di/dt = v - R·i.
type coil struct{ henry, amps float64 }

// step advances by h seconds, of which v is the mean voltage. Backward Euler in the
// resistance is stable for any.
func (c *coil) step(v, h, ohm float64) {
	c.amps = (c.amps + h/c.henry*v) / (1 + h*ohm/c.henry)
}

// wander is a value that drifts around 0 with a standard deviation and forgets within
// some seconds (an Ornstein-Uhlenbeck process). It moves in steps of its own time, so
// that the same seed gives the same values however the samples are cut into blocks.
type wander struct {
	value        float64
	spread, time float64
	random       *rand.Rand
	elapsed      float64
}

const wanderStep = 0.1 // seconds

// pass lets time go by.
func (w *wander) pass(seconds float64) {
	for w.elapsed += seconds; w.elapsed >= wanderStep; w.elapsed -= wanderStep {
		keep := math.Exp(-wanderStep / w.time)
		push := max(-4, min(4, w.random.NormFloat64()))
		w.value = w.value*keep + w.spread*math.Sqrt(1-keep*keep)*push
	}
}
