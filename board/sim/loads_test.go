package sim

import (
	"fmt"
	"math"
	"testing"
)

// inside fails unless low <= got <= high.
func inside(t *testing.T, what string, got, low, high float64) {
	t.Helper()
	if !(got >= low && got <= high) {
		t.Errorf("%s: %.5g, want %.5g to %.5g", what, got, low, high)
	}
}

// The inrush of a capacitor-input supply by closing angle and series resistance, as
// computed in the reference, metering-and-hardware.md 4.2.
func TestRectifierInrush(t *testing.T) {
	for ohm, peaks := range map[float64][3]float64{
		0.5: {60, 176, 305}, 2: {39, 75, 135}, 5: {28, 35, 62}, 10: {20, 21, 32},
	} {
		for k, angle := range []float64{0, 30, 90} {
			l := &Rectifier{Watts: 100, CapacitanceUF: 470, ResistanceOhm: ohm, InductanceUH: 200}
			got := watchLoad(t, l, mains50, angle).run(0.1).peakA
			within(t, fmt.Sprintf("peak at %v ohms, %v degrees", ohm, angle), got, peaks[k], 0.07*peaks[k]+0.5)
		}
	}
}

func TestRectifierRuns(t *testing.T) {
	for _, watts := range []float64{60, 150, 250} {
		sc := watchLoad(t, &Rectifier{Watts: watts, CapacitanceUF: 470, ResistanceOhm: 0.5, InductanceUH: 200}, Mains{230, 50.1, true}, 0)
		sc.run(2)
		got := sc.run(10)
		// Reference, section 8: supply without PFC on a stiff source.
		inside(t, "power factor", got.pf, 0.36, 0.455)
		inside(t, "crest factor", got.crest, 3.85, 5)
		// What goes in is what the converter takes and the resistance warms.
		within(t, "power", got.p, watts+0.5*got.rmsA*got.rmsA, watts*0.01)
	}
}

// Without mains the converter lives on its capacitor: E = C·U²/2, and then stops.
func TestRectifierHoldUp(t *testing.T) {
	sc := watchLoad(t, &Rectifier{Watts: 100, CapacitanceUF: 470, ResistanceOhm: 0.5, InductanceUH: 200}, mains50, 0)
	sc.run(1)
	s := sc.source.(*rectifierSource)
	held := 0.0
	before := s.bridge.busV
	for ; s.converter.running && held < 1; held += 0.001 {
		sc.rest(0.001)
	}
	within(t, "seconds of hold-up", held, 470e-6/2*(before*before-70*70)/100, 0.004)
}

func TestLEDDraws(t *testing.T) {
	sc := watchLoad(t, &LED{Watts: 40}, mains50, 90)
	inrush := sc.run(0.02)
	sc.run(1)
	got := sc.run(1)
	inside(t, "power", got.p, 40, 46)
	inside(t, "power factor", got.pf, 0.5, 0.95)
	inside(t, "crest factor", got.crest, 2, 4)
	inside(t, "inrush over running current", inrush.peakA/got.rmsA, 20, 80)
	inside(t, "phase of the fundamental", math.Atan2(got.q, got.p1)*180/math.Pi, -30, -5)
}

// The current of a capacitor behind a resistance has a closed form, at any size.
func TestCapacitor(t *testing.T) {
	for _, hz := range []float64{20, 50, 60, 70} {
		for _, c := range []Capacitor{{1, 0.5}, {10, 0.01}, {100, 50}, {500, 10_000}, {0.01, 10_000}} {
			sc := watchLoad(t, &c, Mains{230, hz, true}, 0)
			sc.run(math.Ceil(12*c.CapacitanceUF*1e-6*c.ResistanceOhm) + 1)
			got := sc.run(1)
			x := 1 / (2 * math.Pi * hz * c.CapacitanceUF * 1e-6)
			z2 := x*x + c.ResistanceOhm*c.ResistanceOhm
			s := 230 * 230 / math.Sqrt(z2)
			what := fmt.Sprintf("%v µF, %v ohms at %v Hz: ", c.CapacitanceUF, c.ResistanceOhm, hz)
			within(t, what+"apparent power", got.s, s, s*1e-3)
			within(t, what+"active power", got.p, 230*230*c.ResistanceOhm/z2, s*1e-3)
			within(t, what+"reactive power", got.q, -230*230*x/z2, s*1e-3)
		}
	}
}

// A capacitor takes its charge C·U in the first sample.
func TestCapacitorInrush(t *testing.T) {
	peak := 230 * math.Sqrt2
	got := watchLoad(t, &Capacitor{10, 0.5}, mains50, 90).run(0.005)
	within(t, "amperes at 90 degrees", got.peakA, 10e-6*peak*sampleRate, 0.2)
	steady := 230 * math.Sqrt2 * 2 * math.Pi * 50 * 10e-6
	got = watchLoad(t, &Capacitor{10, 0.5}, mains50, 0).run(0.005)
	within(t, "amperes at 0 degrees", got.peakA, steady, steady*0.02)
}

func TestPFC(t *testing.T) {
	for watts, want := range map[float64][2]float64{400: {0.99, 1}, 250: {0.98, 1}, 100: {0.9, 0.98}, 15: {0.45, 0.8}} {
		l := defaultPFC()
		l.Watts = watts
		for _, m := range []Mains{mains50, {115, 60, true}} {
			sc := watchLoad(t, l, m, 0)
			sc.run(3)
			got := sc.run(1)
			within(t, "power", got.p, watts, 0.01*watts)
			if m == mains50 {
				inside(t, fmt.Sprintf("power factor at %v W", watts), got.pf, want[0], want[1])
				x := 230 * 230 * 2 * math.Pi * 50 * l.FilterUF * 1e-6
				within(t, "reactive power", got.q, -x, 0.02*x+0.005*watts)
			}
		}
	}
}

// Closed in at the peak, the NTC resistor limits the inrush; closed in again while it
// is warm, it limits less.
func TestPFCInrush(t *testing.T) {
	l := &PFC{Watts: 400, RatedWatts: 500, BulkUF: 330, FilterUF: 0.01, NTCOhm: 10}
	sc := watchLoad(t, l, mains50, 90)
	cold := sc.run(0.02).peakA
	inside(t, "cold", cold, 0.85*325/10.3, 325/10.3)
	within(t, "after 40 ms", sc.run(0.08).peakA, 0, 6)
	sc.run(120)
	sc.rest(2) // the bulk capacitor is empty but for what stops the converter
	sc.source.(*pfcSource).bridge.busV = 0
	sc.block.cycle = 0.25
	if warm := sc.run(0.02).peakA; warm < 2*cold {
		t.Errorf("warm %.1f A, cold %.1f A", warm, cold)
	}
}

// A motor at rated load has what its plate says, and starts with a current that falls
// as it comes up to speed.
func TestMotor(t *testing.T) {
	for _, l := range []Motor{
		{Watts: 250, PowerFactor: 0.75, StartRatio: 6, InertiaS: 0.6, Load: 1},
		{Watts: 2000, PowerFactor: 0.85, StartRatio: 5, InertiaS: 0.3, Load: 1},
		{Watts: 60, PowerFactor: 0.6, StartRatio: 8, InertiaS: 1, Load: 1},
	} {
		sc := watchLoad(t, &l, mains50, 0)
		first := sc.run(0.02)
		second := sc.run(0.02)
		sc.run(6)
		got := sc.run(1)
		within(t, "power", got.p, l.Watts, 0.02*l.Watts)
		within(t, "power factor", got.pf, l.PowerFactor, 0.02)
		if got.q <= 0 {
			t.Errorf("reactive power %.1f var does not lag", got.q)
		}
		inside(t, "crest factor", got.crest, 1.3, 1.5)
		within(t, "starting over running current", second.rmsA/got.rmsA, l.StartRatio, 0.2*l.StartRatio)
		if first.peakA < 1.2*second.rmsA*math.Sqrt2 {
			t.Errorf("first peak %.1f A is not offset against %.1f A later", first.peakA, second.rmsA*math.Sqrt2)
		}
	}
}

func TestMotorLoadSteps(t *testing.T) {
	l := defaultMotor()
	l.StepS, l.StepLoad = 3, 0.2
	sc := watchLoad(t, l, mains50, 0)
	sc.run(2)
	full := sc.run(0.9)
	sc.run(1)
	part := sc.run(1)
	sc.run(2.1)
	again := sc.run(0.9)
	within(t, "power after the load came back", again.p, full.p, 2)
	if part.p > 0.4*full.p || part.pf > full.pf-0.2 || part.rmsA < 0.5*full.rmsA {
		t.Errorf("at a fifth of the load %+v, at full load %+v", part, full)
	}
}

func TestMotorStandsStillWithoutVoltage(t *testing.T) {
	sc := watchLoad(t, defaultMotor(), mains50, 0)
	sc.run(4)
	sc.rest(30)
	if n := sc.source.(*motorSource).speed; n > 1e-6 {
		t.Errorf("turns at %v", n)
	}
	sc.run(4)
	within(t, "power", sc.run(1).p, 250, 5)
}

// The flux of a core follows the integral of the voltage: closed in at the peak it is
// in step at once, closed in at zero with remanence it saturates.
func TestTransformer(t *testing.T) {
	l := defaultTransformer()
	l.Remanence = 0
	rated := l.VA / 230
	best := watchLoad(t, l, mains50, 90)
	inside(t, "inrush at the peak over rated current", best.run(0.1).peakA/rated, 0, 0.1)
	l.Remanence = 0.6
	sc := watchLoad(t, l, mains50, 0)
	inrush := sc.run(0.02).peakA
	inside(t, "inrush at zero over rated current", inrush/rated, 10, 40)
	inside(t, "a fifth of a second later", sc.run(0.2).peakA/inrush, 0.2, 0.6)
	sc.run(3)
	got := sc.run(1)
	// Core loss beside an inductance.
	loss, magnetizing := l.VA*l.LossPercent/100, l.VA*l.NoLoadPercent/100
	within(t, "no-load power", got.p, loss, 0.02*loss)
	within(t, "no-load reactive power", got.q, magnetizing, 0.02*magnetizing)
	inside(t, "no-load power factor", got.pf, 0.1, 0.3)
}

// Where it was opened decides how it is closed again.
func TestTransformerRemanence(t *testing.T) {
	sc := watchLoad(t, defaultTransformer(), mains50, 0)
	sc.run(3)
	sc.block.cycle = 0
	sc.source.(settler).settle(230)
	sc.run(0.01) // half a cycle from the lowest flux to the highest
	sc.rest(0.05)
	sc.rest(10)
	within(t, "remanence", sc.source.(*transformerSource).flux/ratedFlux, 0.6, 0.03)
}

func TestThermostat(t *testing.T) {
	l := &Thermostat{Watts: 1000, TargetC: 50, SpreadK: 4, AmbientC: 20, RiseK: 60, TimeS: 20}
	sc := watchLoad(t, l, mains50, 0)
	s := sc.source.(*thermostatSource)
	sc.run(12)
	// T = ambient + rise·(1 - exp(-t/τ))
	within(t, "temperature after 12 s", s.temperatureC, 20+60*(1-math.Exp(-0.6)), 0.01)
	sc.run(40)
	low, high := 1e9, -1e9
	var joules float64
	const seconds = 200
	for range seconds * 5 {
		joules += sc.run(0.2).p * 0.2
		low, high = min(low, s.temperatureC), max(high, s.temperatureC)
	}
	within(t, "lowest", low, 48, 0.4)
	within(t, "highest", high, 52, 0.4)
	// On average it heats what it loses: P = Prated·(T - ambient)/rise.
	within(t, "mean power", joules/seconds, 1000*30/60.0, 20)
	sc.rest(20)
	inside(t, "temperature after a time constant without power", s.temperatureC, 20+27.6/math.E, 20+32.4/math.E)
}

func TestInverter(t *testing.T) {
	l := &Inverter{Watts: 600, ConnectS: 5, NominalV: 230, FilterUF: 2, Clouds: 0}
	sc := watchLoad(t, l, mains50, 0)
	within(t, "power while it watches the mains", sc.run(4.9).p, 0, 0.1)
	sc.run(6)
	got := sc.run(1)
	within(t, "power", got.p, -600, 1)
	within(t, "reactive power of the filter", got.q, -230*230*2*math.Pi*50*2e-6, 0.5)
	sc.rest(0.05)
	within(t, "power after an interruption", sc.run(4.9).p, 0, 0.1)
	sc.mains.VoltageV = 180
	within(t, "power at 180 V", sc.run(20).p, 0, 0.1)
	sc.mains = Mains{230, 52, true}
	within(t, "power at 52 Hz", sc.run(20).p, 0, 0.1)
	l.Clouds = 0.5
	sc = watchLoad(t, l, mains50, 0)
	sc.run(30)
	low, high := 0.0, -1e9
	for range 60 {
		p := sc.run(1).p
		low, high = min(low, p), max(high, p)
	}
	if low > high-20 || low < -601 {
		t.Errorf("under clouds between %v and %v W", low, high)
	}
}
