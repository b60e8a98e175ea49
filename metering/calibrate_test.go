package metering

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// samplesOf is what a converter shows of a wave, with noise of a given RMS value.
func samplesOf(c Converter, w wave, celsius, noise float64, n int, random *rand.Rand) []float64 {
	gain, offset, delay := c.at(celsius)
	x := make([]float64, n)
	for k := range x {
		x[k] = gain*w.at(float64(k)/testRate-delay) + offset + noise*random.NormFloat64()
	}
	return x
}

// A unit under test: the errors of the reference's sensor model, with drift.
var (
	trueVoltage = Converter{GainError: 0.003, GainDriftPerK: 50e-6, Offset: 0.4, OffsetDriftPerK: 0.002, ReferenceC: 25}
	trueCurrent = Converter{GainError: -0.003, GainDriftPerK: -50e-6, Offset: 0.002, OffsetDriftPerK: 20e-6, DelayS: 0.1 / 360 / 50, DelayDriftPerK: 1e-9, ReferenceC: 25}
)

// Noise of a metering chip: 101 dB below full scale (reference: metering-and-hardware.md
// 3.1, ADE9000), 600 V and 23 A peak.
const (
	noiseV = 0.004
	noiseA = 0.00015
)

// calibrationRun makes the procedure's samples at one temperature, two seconds each.
func calibrationRun(t testing.TB, voltage, current Converter, celsius float64, random *rand.Rand) CalibrationRun {
	t.Helper()
	show := func(amps, degrees float64) Observation {
		const n = 2 * testRate
		v := samplesOf(voltage, sine(50, 230, 0), celsius, noiseV, n, random)
		i := samplesOf(current, sine(50, amps, -degrees), celsius, noiseA, n, random)
		o, err := Observe(testRate, v, i)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	return CalibrationRun{
		TemperatureC: celsius, NoLoad: show(0, 0),
		Unity: Step{show(5, 0), Reference{230, 1150, 0}},
		Half:  Step{show(5, 60), Reference{230, 575, 60}},
	}
}

// calibrated gives a maker of meters after the whole procedure at three temperatures.
func calibrated(t testing.TB, voltage, current Converter, random *rand.Rand) func(celsius float64) *Meter {
	t.Helper()
	var runs []CalibrationRun
	for _, celsius := range []float64{-10, 20, 45} {
		runs = append(runs, calibrationRun(t, voltage, current, celsius, random))
	}
	v, i, err := Calibrate(runs...)
	if err != nil {
		t.Fatal(err)
	}
	return func(celsius float64) *Meter {
		m := newMeter(t, Config{Calibration: &Calibration{Voltage: v, Channels: []ChannelCalibration{{Current: i}}}})
		m.SetTemperature(celsius)
		return m
	}
}

// worst keeps the largest errors, in the units of the promises.
type worst struct{ unity, half, crest, frequency, phase float64 }

func (w worst) String() string {
	return fmt.Sprintf("P at PF 1 %.4f %%, P at PF 0.5 %.4f %%, P at crest factor 4 %.4f %%, frequency %.5f Hz, phase %.4f°", w.unity, w.half, w.crest, w.frequency, w.phase)
}

// measured is the mean of the whole windows of one setting.
func measured(m *Meter, v, i []float64) (watts, hertz, degrees float64) {
	var seconds float64
	add := func(w *Window) {
		if w.Cycles > 0 {
			s := w.End - w.Start
			c := &w.Channels[0]
			watts, hertz, degrees, seconds = watts+c.ActivePowerW*s, hertz+w.FrequencyHz*s, degrees+c.PhaseDeg*s, seconds+s
		}
	}
	m.Push(v, []Samples{{I: i}}, add)
	return watts / seconds, hertz / seconds, degrees / seconds
}

func TestAccuracyAfterCalibration(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for name, sign := range map[string]float64{"as told": 1, "turned round": -1} {
		voltage, current := turned(trueVoltage, sign), turned(trueCurrent, sign)
		meter := calibrated(t, voltage, current, random)
		var w worst
		for _, celsius := range []float64{-20, 25, 50} {
			for _, f := range []float64{45, 50, 65} {
				v := samplesOf(voltage, sine(f, 230, 0), celsius, noiseV, testRate, random)
				for _, amps := range []float64{0.1, 10} {
					for _, degrees := range []float64{0, 60, -60} {
						i := samplesOf(current, sine(f, amps, -degrees), celsius, noiseA, len(v), random)
						watts, hertz, phase := measured(meter(celsius), v, i)
						want := 230 * amps * math.Cos(degrees*math.Pi/180)
						off := math.Abs(watts/want-1) * 100
						if degrees == 0 {
							w.unity = max(w.unity, off)
						} else {
							w.half = max(w.half, off)
						}
						w.frequency = max(w.frequency, math.Abs(hertz-f))
						w.phase = max(w.phase, math.Abs(phase-degrees))
					}
				}
				crest := crestFour(f, 0.5)
				watts, _, _ := measured(meter(celsius), v, samplesOf(current, crest, celsius, noiseA, len(v), random))
				w.crest = max(w.crest, math.Abs(watts/(230*crest.parts[0].amp/math.Sqrt2)-1)*100)
			}
		}
		t.Logf("%s: %v", name, w)
		if w.unity > 0.01 || w.half > 0.1 || w.crest > 0.1 || w.frequency > 0.01 || w.phase > 0.1 {
			t.Errorf("%s: worst errors: %v", name, w)
		}
	}
}

func turned(c Converter, sign float64) Converter {
	return Converter{
		GainError: sign * c.GainError, GainDriftPerK: sign * c.GainDriftPerK, Offset: sign * c.Offset, OffsetDriftPerK: sign * c.OffsetDriftPerK,
		DelayS: sign * c.DelayS, DelayDriftPerK: sign * c.DelayDriftPerK, ReferenceC: c.ReferenceC,
	}
}

// crestFour is a current of odd harmonics that peak together, as short pulses on the
// crest of the voltage do, with a crest factor of 4.
func crestFour(f, amps float64) wave {
	w := wave{frequency: f}
	sum, squares := 0.0, 0.0
	for h := 1; h <= 39; h += 2 {
		a := math.Exp(-float64(h*h) / 163)
		sum, squares = sum+a, squares+a*a/2
		// The phase lets all peak at a quarter of the cycle.
		w.parts = append(w.parts, part3{float64(h), amps * a, math.Pi/2 - float64(h)*math.Pi/2})
	}
	if crest := sum / math.Sqrt(squares); math.Abs(crest-4) > 0.1 {
		panic(fmt.Sprint("crest factor ", crest))
	}
	return w
}

// An error that is an angle is undone at the frequency of calibration, and stays
// within the promise at the others.
func TestAccuracyWithAnAngleError(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	meter := calibrated(t, trueVoltage, trueCurrent, random)
	worst := 0.0
	for _, f := range []float64{45, 50, 65} {
		current := trueCurrent
		current.DelayS *= 50 / f
		v := samplesOf(trueVoltage, sine(f, 230, 0), 25, noiseV, 2*testRate, random)
		for _, degrees := range []float64{60, -60} {
			watts, _, phase := measured(meter(25), v, samplesOf(current, sine(f, 10, -degrees), 25, noiseA, len(v), random))
			worst = max(worst, math.Abs(watts/1150-1)*100)
			within(t, "phase", phase, degrees, 0.1)
		}
	}
	t.Logf("P at PF 0.5 with an angle of 0.1°: %.4f %%", worst)
	if worst > 0.1 {
		t.Errorf("P at PF 0.5 is wrong by %v %%", worst)
	}
}

// Noise of 0.02 % of the range, many times a metering chip's, needs a minute at
// 0.1 A.
func TestAccuracyWithMuchNoise(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	meter := calibrated(t, trueVoltage, trueCurrent, random)
	const n = 60 * testRate
	v := samplesOf(trueVoltage, sine(50, 230, 0), 25, 0.12, n, random)
	watts, hertz, _ := measured(meter(25), v, samplesOf(trueCurrent, sine(50, 0.1, 0), 25, emptyOutletNoiseA, n, random))
	t.Logf("P at 0.1 A over a minute: %.4f %%", (watts/23-1)*100)
	within(t, "active power", watts, 23, 23*2e-4)
	within(t, "frequency", hertz, 50, 0.01)
}

func TestCalibrateFindsTheErrors(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(name string, most float64) float64 { return rapid.Float64Range(-most, most).Draw(rt, name) }
		voltage := Converter{GainError: draw("gain V", 0.1), GainDriftPerK: draw("drift V", 2e-4), Offset: draw("offset V", 5), OffsetDriftPerK: draw("offset drift V", 0.01)}
		current := Converter{GainError: draw("gain A", 0.1), GainDriftPerK: draw("drift A", 2e-4), Offset: draw("offset A", 0.1), OffsetDriftPerK: draw("offset drift A", 1e-4), DelayS: draw("delay", 3e-4), DelayDriftPerK: draw("delay drift", 1e-7)}
		var runs []CalibrationRun
		for _, celsius := range []float64{-20, 10, 30} {
			runs = append(runs, ideal(voltage, current, celsius))
		}
		v, i, err := Calibrate(runs...)
		if err != nil {
			rt.Fatal(err)
		}
		for _, celsius := range []float64{-20, 0, 50} {
			for k, pair := range [][2]Converter{{voltage, v}, {current, i}} {
				g1, o1, d1 := pair[0].at(celsius)
				g2, o2, d2 := pair[1].at(celsius)
				if math.Abs(g2/g1-1) > 1e-6 || math.Abs(o2-o1) > 1e-9 || math.Abs(d2-d1) > 1e-9 {
					rt.Fatalf("converter %d at %v °C: gain %v, offset %v, delay %v; found %v, %v, %v", k, celsius, g1, o1, d1, g2, o2, d2)
				}
			}
		}
	})
}

// ideal is a run that was observed without noise, by closed forms.
func ideal(voltage, current Converter, celsius float64) CalibrationRun {
	gv, ov, _ := voltage.at(celsius)
	gi, oi, delay := current.at(celsius)
	step := func(degrees float64) Step {
		shown := degrees + delay*50*360
		return Step{
			Observation{ov, oi, 230 * gv, 1150 * gv * gi * math.Cos(shown*math.Pi/180), shown, 50},
			Reference{230, 1150 * math.Cos(degrees*math.Pi/180), degrees},
		}
	}
	return CalibrationRun{TemperatureC: celsius, NoLoad: Observation{MeanV: ov, MeanA: oi}, Unity: step(0.5), Half: step(-60)}
}

func TestCalibrateRefuses(t *testing.T) {
	for name, change := range map[string]func(*CalibrationRun){
		"no voltage":             func(r *CalibrationRun) { r.Unity.True.VoltageV = 0 },
		"no power":               func(r *CalibrationRun) { r.Unity.True.ActivePowerW = 0 },
		"offset not a number":    func(r *CalibrationRun) { r.NoLoad.MeanA = math.NaN() },
		"unity is inductive":     func(r *CalibrationRun) { r.Unity.True.PhaseDeg = 60 },
		"half is unity":          func(r *CalibrationRun) { r.Half.True.PhaseDeg = 0 },
		"half is a coil":         func(r *CalibrationRun) { r.Half.True.PhaseDeg = 90 },
		"no frequency":           func(r *CalibrationRun) { r.Half.Shown.FrequencyHz = 0 },
		"phase not a number":     func(r *CalibrationRun) { r.Half.Shown.PhaseDeg = math.Inf(1) },
		"current wired reversed": func(r *CalibrationRun) { r.Unity.Shown.ActivePowerW *= -1 },
		"current dead":           func(r *CalibrationRun) { r.Unity.Shown.ActivePowerW = 0 },
		"voltage dead":           func(r *CalibrationRun) { r.Unity.Shown.VoltageV = 0 },
		"hot":                    func(r *CalibrationRun) { r.TemperatureC = 1000 },
		"another load":           func(r *CalibrationRun) { r.Half.Shown.PhaseDeg = 120 },
	} {
		r := ideal(Converter{}, Converter{}, 25)
		change(&r)
		if v, i, err := Calibrate(r); err == nil || v != (Converter{}) || i != (Converter{}) {
			t.Errorf("%s: %+v, %+v, %v", name, v, i, err)
		}
	}
	if _, _, err := Calibrate(); err == nil {
		t.Error("no run was accepted")
	}
	if v, i, err := Calibrate(ideal(Converter{}, Converter{}, 25)); err != nil || v.ReferenceC != 25 || math.Abs(v.GainError) > 1e-12 || math.Abs(i.GainError) > 1e-12 {
		t.Errorf("without errors: %+v, %+v, %v", v, i, err)
	}
}

func TestObserveRefuses(t *testing.T) {
	x := sine(50, 230, 0).samples(testRate, testRate)
	for name, c := range map[string]struct {
		rate float64
		v, i []float64
	}{
		"rate": {0, x, x}, "lengths": {testRate, x, x[1:]}, "too short": {testRate, x[:1000], x[:1000]}, "silence": {testRate, make([]float64, testRate), x},
	} {
		if o, err := Observe(c.rate, c.v, c.i); err == nil {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

func TestCalibrationIsKeptAsJSON(t *testing.T) {
	own := trueVoltage
	want := Calibration{Voltage: trueVoltage, Channels: []ChannelCalibration{{Current: trueCurrent}, {Current: trueCurrent, Voltage: &own}}}
	b, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Calibration
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	const form = `{"gainError":0.003,"gainDriftPerK":0.00005,"offset":0.4,"offsetDriftPerK":0.002,"referenceC":25}`
	if b, _ := json.Marshal(trueVoltage); string(b) != form {
		t.Errorf("%s, want %s", b, form)
	}
}

func TestCalibrationIsChecked(t *testing.T) {
	for name, c := range map[string]Calibration{
		"gain": {Voltage: Converter{GainError: 0.6}}, "drift": {Voltage: Converter{GainDriftPerK: 0.01}}, "offset": {Voltage: Converter{Offset: math.NaN()}},
		"delay": {Voltage: Converter{DelayS: 4.0 / testRate}}, "reference": {Voltage: Converter{ReferenceC: math.Inf(-1)}},
		"channels": {Channels: make([]ChannelCalibration, 2)}, "current": {Channels: []ChannelCalibration{{Current: Converter{GainError: -1}}}},
		"own voltage": {Channels: []ChannelCalibration{{Voltage: &Converter{GainError: -1}}}},
	} {
		if m, err := New(Config{Rate: testRate, Channels: 1, Calibration: &c}); err == nil || m != nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

// Any shift is the signal at another time, and gain and offset come out exactly.
func TestCorrectorUndoesAConverter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Converter{
			GainError: rapid.Float64Range(-0.5, 0.5).Draw(t, "gain"), Offset: rapid.Float64Range(-100, 100).Draw(t, "offset"),
			DelayS: rapid.Float64Range(-3, 3).Draw(t, "samples late") / testRate, GainDriftPerK: rapid.Float64Range(-1e-3, 1e-3).Draw(t, "drift"),
		}
		celsius := rapid.Float64Range(-60, 100).Draw(t, "temperature")
		w := sine(rapid.Float64Range(40, 70).Draw(t, "frequency"), 230, 0)
		x := samplesOf(c, w, celsius, 0, 400, rand.New(rand.NewPCG(0, 0)))
		k := corrector{converter: c}
		k.set(testRate, celsius)
		k.apply(x[:123])
		k.apply(x[123:])
		for n := 12; n < len(x); n++ {
			if want := w.at(float64(n-LatencySamples) / testRate); math.Abs(x[n]-want) > 230*1e-7 {
				t.Fatalf("sample %d: %v, want %v", n, x[n], want)
			}
		}
	})
}

// Harmonics survive the shift that corrects 0.1 degree.
func TestCalibrationKeepsHarmonics(t *testing.T) {
	w := crestFour(50, 1)
	i := samplesOf(trueCurrent, w, 25, 0, testRate, rand.New(rand.NewPCG(0, 0)))
	m := newMeter(t, Config{Spectrum: true, Calibration: &Calibration{Channels: []ChannelCalibration{{Current: trueCurrent}}}})
	got := meterAll(m, sine(50, 230, 0).samples(testRate, testRate), i)[2]
	for _, p := range w.parts {
		rms, tolerance := p.amp/math.Sqrt2, 0.002
		if p.harmonic > 25 {
			tolerance = 0.015
		}
		within(t, fmt.Sprint("harmonic ", p.harmonic), got.Spectrum.Current[int(p.harmonic)].RMS, rms, tolerance*rms)
	}
}

// A voltage of the channel's own goes through its own converter, or the common one.
func TestOwnVoltageIsCalibrated(t *testing.T) {
	random := rand.New(rand.NewPCG(0, 0))
	own := Converter{GainError: 0.1}
	m := newMeter(t, Config{Channels: 2, Calibration: &Calibration{Voltage: trueVoltage, Channels: []ChannelCalibration{{}, {Voltage: &own}}}})
	common := samplesOf(trueVoltage, sine(50, 230, 0), 25, 0, testRate, random)
	i := sine(50, 1, 0).samples(testRate, testRate)
	m.Push(common, []Samples{{V: common, I: i}, {V: samplesOf(own, sine(50, 100, 0), 25, 0, testRate, random), I: i}}, func(w *Window) {
		within(t, "common converter", w.Channels[0].VoltageV, 230, 0.01)
		within(t, "own converter", w.Channels[1].VoltageV, 100, 0.01)
	})
}

func TestTemperaturesBeyondReasonStayFinite(t *testing.T) {
	bad := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e9, -273}
	x := sine(50, 230, 0).samples(testRate, testRate/2)
	worst := Converter{GainError: -0.5, GainDriftPerK: 1e-3, Offset: 1000, OffsetDriftPerK: -1000, DelayS: 3.0 / testRate, DelayDriftPerK: -3.0 / testRate, ReferenceC: 150}
	m := newMeter(t, Config{Spectrum: true, Extremes: true, StartW: 1, Calibration: &Calibration{Voltage: worst, Channels: []ChannelCalibration{{Current: worst}}}})
	for _, celsius := range bad {
		m.SetTemperature(celsius)
		for _, w := range meterAll(m, x, x) {
			for _, q := range []float64{w.VoltageV, w.CurrentA, w.ActivePowerW, w.PowerFactor, w.PhaseDeg, w.PeakV, w.MeanA} {
				if math.IsNaN(q) || math.IsInf(q, 0) {
					t.Fatalf("%v °C: %+v", celsius, w)
				}
			}
		}
	}
}
