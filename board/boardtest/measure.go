package boardtest

import (
	"math"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// windows is how many measurements are looked at.
const windows = 12

// measurementsAreConsistent checks measurements against each other, not against a
// known load: what they mean is the matter of package metering.
func (c *check) measurementsAreConsistent() {
	s := c.start(c.rig.Board)
	on := pdu.OutputID(1)
	c.drive(s.board, pdu.Off, c.outputs()...)
	s.settle(pdu.Off, c.outputs()...)
	c.drive(s.board, pdu.On, on)
	s.settle(pdu.On, on)
	var m pdu.BoardMeasurement
	for range 3 { // windows in which a contact still moved
		m = await[pdu.BoardMeasurement](s, "a measurement")
	}
	var elapsed time.Duration
	first := m.At
	for range windows {
		previous := m.At
		m = await[pdu.BoardMeasurement](s, "a measurement")
		elapsed += m.Window
		if !m.At.After(previous) {
			c.Errorf("window ended at %v, the one before at %v", m.At, previous)
		}
		if late := time.Since(m.At); late < 0 || late > c.longestReport() {
			c.Errorf("window that ended at %v was reported %v later", m.At, late)
		}
		if m.Window < 100*time.Millisecond || m.Window > 400*time.Millisecond {
			c.Errorf("window of %v, expected about 200 ms", m.Window)
		}
		if len(m.Outputs) != c.h.Profile.Outputs {
			c.Fatalf("%d outputs measured, the model has %d", len(m.Outputs), c.h.Profile.Outputs)
		}
		c.reading("inlet", m.Inlet, m.Window, c.h.Profile.InletMeter, true)
		for k, r := range m.Outputs {
			id := pdu.OutputID(k + 1)
			c.reading("output", r, m.Window, c.h.Profile.IsMetered(id), id == on)
		}
		if !(m.FrequencyHz > 0) {
			c.Errorf("frequency %v Hz with mains", m.FrequencyHz)
		}
	}
	if between := m.At.Sub(first); (between - elapsed).Abs() > 20*time.Millisecond {
		c.Errorf("%d windows of together %v took %v: time is missing or counted twice", windows, elapsed, between)
	}
}

// longestReport is how long after its end a window may be reported.
func (c *check) longestReport() time.Duration {
	if c.h.Virtual {
		return 200 * time.Millisecond
	}
	return c.h.Patience
}

// reading checks that the members of one reading go together.
func (c *check) reading(what string, r pdu.Reading, window time.Duration, metered, closed bool) {
	c.Helper()
	if !metered {
		if r != (pdu.Reading{}) {
			c.Errorf("%s has no meter and reads %+v", what, r)
		}
		return
	}
	for _, x := range []float64{r.VoltageV, r.CurrentA, r.ActivePowerW, r.ApparentPowerVA, r.ReactivePowerVAr, r.PowerFactor, r.PhaseDeg, r.CrestFactor} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			c.Fatalf("%s: %+v", what, r)
		}
	}
	if r.VoltageV < 0 || r.CurrentA < 0 || math.Abs(r.ActivePowerW) > r.ApparentPowerVA*1.001+0.01 || math.Abs(r.PowerFactor) > 1 || math.Abs(r.PhaseDeg) > 180 {
		c.Errorf("%s: values that cannot be: %+v", what, r)
	}
	if !closed && (math.Abs(r.ActivePowerW) > 1 || r.CurrentA > 0.02) {
		c.Errorf("%s: %v W and %v A through an open contact", what, r.ActivePowerW, r.CurrentA)
	}
	counted := float64(r.ForwardMicroWs) - float64(r.ReverseMicroWs)
	if expected := r.ActivePowerW * window.Seconds() * 1e6; math.Abs(counted-expected) > math.Abs(expected)*0.01+1000 {
		c.Errorf("%s: %v µWs counted in a window of %v at %v W, expected %v", what, counted, window, r.ActivePowerW, expected)
	}
}
