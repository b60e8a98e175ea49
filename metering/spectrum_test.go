package metering

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// randomSpectrum is a wave of all harmonics: a fundamental of 1 to 2, and lines up to
// most/h.
func randomSpectrum(random *rand.Rand, most, frequency float64) wave {
	w := wave{frequency: frequency}
	for h := 1; h <= MaxHarmonic; h++ {
		w.parts = append(w.parts, part3{float64(h), most * random.Float64() / float64(h), 6 * (random.Float64() - 0.5)})
	}
	w.parts[0].amp = 1 + random.Float64()
	return w
}

// Any current on a voltage as distorted as EN 50160 allows: every line, and the phase
// of each against the voltage.
func TestSpectrumAgainstClosedForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		frequency := rapid.Float64Range(45, 65).Draw(t, "frequency")
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		v, i := randomSpectrum(random, 0.1, frequency), randomSpectrum(random, 2, frequency)
		m, _ := New(Config{Rate: testRate, Channels: 1, Spectrum: true})
		got := meterAll(m, v.samples(testRate, 2000), i.samples(testRate, 2000))
		reference := v.parts[0].radian
		for n, w := range got[:len(got)-1] {
			if w.Cycles == 0 {
				continue
			}
			for _, c := range []struct {
				name string
				wave wave
				got  *Harmonics
				thd  float64
			}{{"voltage", v, &w.Spectrum.Voltage, w.Spectrum.VoltageTHD}, {"current", i, &w.Spectrum.Current, w.Spectrum.CurrentTHD}} {
				sum := 0.0
				for _, p := range c.wave.parts {
					h, rms := c.got[int(p.harmonic)], p.amp/math.Sqrt2
					off := math.Remainder(h.PhaseDeg*math.Pi/180-p.radian+p.harmonic*reference, 2*math.Pi)
					if math.Abs(h.RMS-rms) > 2e-5*rms+5e-6 || math.Abs(off)*rms > 3e-3*rms+5e-6 {
						t.Fatalf("window %d, %s, harmonic %v: %+v, want %v, phase is off by %v rad", n, c.name, p.harmonic, h, rms, off)
					}
					if p.harmonic > 1 {
						sum += rms * rms
					}
				}
				want := math.Sqrt(sum) / (c.wave.parts[0].amp / math.Sqrt2)
				if math.Abs(c.thd-want) > 5e-5*want {
					t.Fatalf("%s THD %v, want %v", c.name, c.thd, want)
				}
			}
		}
	})
}

func TestSpectrumOfASquareWave(t *testing.T) {
	w := wave{frequency: 50}
	for h := 1; h <= 61; h += 2 { // beyond the last harmonic that is measured
		w.parts = append(w.parts, part3{float64(h), 4 / math.Pi / float64(h), 0})
	}
	x := w.samples(testRate, testRate)
	got := meterAll(newMeter(t, Config{Spectrum: true}), x, x)[2]
	within(t, "fundamental", got.Spectrum.Current[1].RMS, 4/math.Pi/math.Sqrt2, 1e-6)
	within(t, "third", got.Spectrum.Current[3].RMS, 4/math.Pi/math.Sqrt2/3, 1e-6)
	within(t, "fourth", got.Spectrum.Current[4].RMS, 0, 1e-6)
	sum := 0.0
	for h := 3.0; h <= MaxHarmonic; h += 2 {
		sum += 1 / (h * h)
	}
	within(t, "THD", got.Spectrum.CurrentTHD, math.Sqrt(sum), 1e-6)
	within(t, "displacement PF", got.DisplacementPF, 1, 1e-9)
}

// λ = cos φ1 / sqrt(1+THD²) for a sinusoidal voltage.
func TestDistortionClosesWithPowerFactor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		frequency := rapid.Float64Range(45, 65).Draw(t, "frequency")
		i := randomSpectrum(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)), 1, frequency)
		m, _ := New(Config{Rate: testRate, Channels: 1, Spectrum: true})
		got := meterAll(m, sine(frequency, 230, 0).samples(testRate, 2000), i.samples(testRate, 2000))
		for _, w := range got[:len(got)-1] {
			want := w.DisplacementPF / math.Sqrt(1+w.Spectrum.CurrentTHD*w.Spectrum.CurrentTHD)
			if math.Abs(w.PowerFactor-want) > 2e-4 {
				t.Fatalf("power factor %v, displacement %v and THD %v give %v", w.PowerFactor, w.DisplacementPF, w.Spectrum.CurrentTHD, want)
			}
		}
	})
}

func TestDirectionOfFlowTurnsSpectrum(t *testing.T) {
	v, i := sine(50, 230, 0).samples(testRate, testRate), sine(50, 1, 150).samples(testRate, testRate)
	w := meterAll(newMeter(t, Config{Spectrum: true}), v, i)[1]
	within(t, "phase of the fundamental", w.Spectrum.Current[1].PhaseDeg, 150, 0.001)
	within(t, "phase", w.PhaseDeg, -150, 0.001)
	within(t, "displacement PF", w.DisplacementPF, math.Cos(150*math.Pi/180), 1e-5)
}

// A wave's spectrum does not depend on what its window began with: the smoothed
// edges of neighbours add up, so a step of the load counts once.
func TestSpectraOfWindowsAddUp(t *testing.T) {
	v, i := sine(50, 230, 0).samples(testRate, 3*testRate), sine(50, 1, 0).samples(testRate, 3*testRate)
	for k := range i[:testRate+777] {
		i[k] = 0
	}
	sum := 0.0
	for _, w := range meterAll(newMeter(t, Config{Spectrum: true}), v, i) {
		if w.Spectrum != nil {
			sum += w.Spectrum.Current[1].RMS * float64(w.Cycles) / w.FrequencyHz
		}
	}
	// Half a cycle before the last zero is the middle of the last edge.
	within(t, "ampere seconds", sum, 3-0.02-float64(testRate+777)/testRate, 0.012)
}

func TestSpectrumNeedsTwoCyclesAndRate(t *testing.T) {
	x := sine(50, 230, 0)
	for _, w := range meterAll(newMeter(t, Config{Rate: 500, Spectrum: true}), x.samples(500, 500), x.samples(500, 500)) {
		if w.Spectrum == nil {
			continue
		}
		within(t, "fundamental at 500 samples per second", w.Spectrum.Voltage[1].RMS, 230, 0.2)
		for h := 5; h <= MaxHarmonic; h++ {
			if w.Spectrum.Voltage[h] != (Harmonic{}) {
				t.Errorf("harmonic %d at 500 samples per second: %+v", h, w.Spectrum.Voltage[h])
			}
		}
	}
	silent := make([]float64, testRate)
	for _, w := range meterAll(newMeter(t, Config{Spectrum: true}), silent, silent) {
		if w.Spectrum != nil {
			t.Error("silence has a spectrum")
		}
	}
}

func TestExtremes(t *testing.T) {
	const n = 3 * testRate
	v, i := sine(50, 230, 0).samples(testRate, n), sine(50, 1, 0).samples(testRate, n)
	for k := testRate; k < 2*testRate; k++ {
		v[k], i[k] = v[k]*0.5, i[k]*3
	}
	v[n/2], i[n/3] = 500, -9
	m := newMeter(t, Config{Extremes: true})
	meterAll(m, v, i)
	e := m.Extremes(0)
	within(t, "lowest voltage", e.VoltageV.Min, 115, 0.01)
	within(t, "highest voltage", e.VoltageV.Max, 230, 0.01)
	within(t, "lowest current", e.CurrentA.Min, 1, 0.001)
	within(t, "highest current", e.CurrentA.Max, 3, 0.05) // the single peak is in one window
	within(t, "lowest power", e.ActivePowerW.Min, 230, 0.1)
	within(t, "highest power", e.ActivePowerW.Max, 345, 1)
	within(t, "lowest frequency", e.FrequencyHz.Min, 50, 0.1)
	within(t, "highest frequency", e.FrequencyHz.Max, 50, 0.1)
	within(t, "peak voltage", e.PeakV, 500, 0.5)
	within(t, "peak current", e.PeakA, 9, 0.1)
	m.ResetExtremes(0)
	if e := m.Extremes(0); e != (Extremes{}) {
		t.Errorf("after reset: %+v", e)
	}
}

// An outage is the smallest voltage, but no frequency.
func TestExtremesDuringAnOutage(t *testing.T) {
	x := sine(50, 230, 0).samples(testRate, 3*testRate)
	clear(x[testRate : 2*testRate])
	m := newMeter(t, Config{Extremes: true})
	meterAll(m, x, x)
	e := m.Extremes(0)
	within(t, "lowest voltage", e.VoltageV.Min, 0, 0.01)
	within(t, "lowest frequency", e.FrequencyHz.Min, 50, 0.1)
}
