package metering

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// Whatever the blocks, the capture holds exactly the newest samples pushed, cut at
// rising zeros of the voltage.
func TestWaveformIsWhatWasPushed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		frequency := rapid.Float64Range(45, 65).Draw(t, "frequency")
		cycles := rapid.IntRange(1, 12).Draw(t, "cycles")
		capture := rapid.Float64Range(0.05, 0.3).Draw(t, "capture")
		n := rapid.IntRange(1200, 8000).Draw(t, "samples")
		v, i := sine(frequency, 230, 0).samples(testRate, n), sine(frequency, 1, 30).samples(testRate, n)
		m, _ := New(Config{Rate: testRate, Channels: 1, CaptureS: capture})
		for at := 0; at < n; {
			end := min(n, at+rapid.IntRange(1, 3000).Draw(t, "block"))
			m.Push(v[at:end], []Samples{{I: i[at:end]}}, func(*Window) {})
			at = end
		}
		w := m.Waveform(0, cycles)
		whole := min(cycles, int(capture*frequency))
		if n < 2500 { // the newest zero is up to one cycle old
			whole = min(whole, int((float64(n)/testRate-0.005)*frequency)-1)
		}
		length := float64(whole) * testRate / frequency
		if got := float64(len(w.VoltageV)); len(w.VoltageV) != len(w.CurrentA) || got < length-2 || got > length+2 && n >= 2500 {
			t.Fatalf("%v samples for %d cycles of %v Hz", got, whole, frequency)
		}
		for k := range w.VoltageV {
			if at := int(w.Start) + k; w.VoltageV[k] != float32(v[at]) || w.CurrentA[k] != float32(i[at]) {
				t.Fatalf("sample %d of %+v", k, w)
			}
		}
		for _, place := range []float64{float64(w.Start), float64(w.Start) + float64(len(w.VoltageV)) - 1} {
			if off := math.Abs(math.Remainder(place/testRate*frequency, 1)); off > 1.6*frequency/testRate {
				t.Fatalf("cut %v of a cycle away from a zero", off)
			}
		}
		if age := n - int(w.Start) - len(w.VoltageV); float64(age) > 1.4*testRate/frequency {
			t.Fatalf("the newest sample is %d old", age)
		}
	})
}

func TestWaveformWithoutMains(t *testing.T) {
	x := make([]float64, testRate)
	for k := range x {
		x[k] = float64(k)
	}
	m := newMeter(t, Config{CaptureS: 0.1})
	if w := m.Waveform(0, 1); len(w.VoltageV) != 0 {
		t.Errorf("%d samples before the first", len(w.VoltageV))
	}
	m.Push(make([]float64, testRate), []Samples{{I: x}}, func(*Window) {})
	w := m.Waveform(0, 3)
	if len(w.CurrentA) != 384 || w.CurrentA[383] != testRate-1 || w.Start != testRate-384 {
		t.Errorf("%d samples from %d to %v", len(w.CurrentA), w.Start, w.CurrentA[len(w.CurrentA)-1])
	}
	if w := m.Waveform(0, 1000); len(w.CurrentA) != 640 {
		t.Errorf("%d samples of a ring of 0.1 s", len(w.CurrentA))
	}
	if w := m.Waveform(0, 0); len(w.CurrentA) != 0 {
		t.Errorf("%d samples of no cycle", len(w.CurrentA))
	}
	if w := newMeter(t, Config{}).Waveform(0, 1); len(w.CurrentA) != 0 {
		t.Errorf("%d samples without a capture", len(w.CurrentA))
	}
}

func TestWaveformOfAnOwnVoltage(t *testing.T) {
	common, own := sine(50, 230, 0).samples(testRate, testRate), sine(50, 100, 0).samples(testRate, testRate)
	m := newMeter(t, Config{CaptureS: 2, Channels: 2})
	half := testRate / 2
	m.Push(common[:half], []Samples{{I: own[:half]}, {I: own[:half]}}, func(*Window) {})
	m.Push(common[half:], []Samples{{I: own[half:]}, {V: own[half:], I: own[half:]}}, func(*Window) {})
	for channel, want := range []float64{230, 100} {
		w := m.Waveform(channel, 100)
		if w.VoltageV[50] != float32(common[int(w.Start)+50]) {
			t.Errorf("channel %d: starts with %v", channel, w.VoltageV[50])
		}
		if at := len(w.VoltageV) - 30; math.Abs(float64(w.VoltageV[at])-want*math.Sqrt2*math.Sin(2*math.Pi*50*float64(int(w.Start)+at)/testRate)) > 1e-3 {
			t.Errorf("channel %d: ends with %v", channel, w.VoltageV[at])
		}
	}
}

func TestConfigOfExtrasIsChecked(t *testing.T) {
	for _, cfg := range []Config{{CaptureS: -1}, {CaptureS: 11}, {CaptureS: math.NaN()}, {StartW: -1}, {StartW: math.NaN()}, {StartW: math.Inf(1)}} {
		cfg.Rate, cfg.Channels = testRate, 1
		if m, err := New(cfg); err == nil || m != nil {
			t.Errorf("%+v was accepted", cfg)
		}
	}
}

// everything is a meter with all that it can do.
func everything(calibration Calibration) Config {
	return Config{
		Rate: testRate, Channels: 1, NoLoadVA: DefaultNoLoadVA, StartW: DefaultStartW,
		Spectrum: true, Extremes: true, CaptureS: 0.1, Calibration: &calibration,
	}
}

func TestEverythingStaysFinite(t *testing.T) {
	bad := []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, 0, 1e6, -1e6}
	calibration := Calibration{Voltage: Converter{GainError: -0.5, DelayS: 2.5 / testRate}, Channels: []ChannelCalibration{{Current: Converter{GainError: -0.5, DelayS: -1.5 / testRate}}}}
	rapid.Check(t, func(t *rapid.T) {
		frequency := rapid.Float64Range(10, 100).Draw(t, "frequency")
		v, i := sine(frequency, 230, 0).samples(testRate, 4000), sine(frequency, 1, 0).samples(testRate, 4000)
		scale := rapid.SampledFrom([]float64{0, 1e-300, 1e-12, 1, 1e3, 1e300}).Draw(t, "scale")
		for k := range i {
			i[k] *= scale
		}
		for range rapid.IntRange(0, 30).Draw(t, "spikes") {
			v[rapid.IntRange(0, 3999).Draw(t, "at")] = rapid.SampledFrom(bad).Draw(t, "volts")
			i[rapid.IntRange(0, 3999).Draw(t, "at")] = rapid.SampledFrom(bad).Draw(t, "amps")
		}
		m, err := New(everything(calibration))
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range meterAll(m, v, i) {
			numbers := []float64{w.VoltageV, w.CurrentA, w.ActivePowerW, w.ApparentPowerVA, w.ReactivePowerVAr, w.PowerFactor, w.PhaseDeg, w.CrestFactor, w.PeakA, w.PeakV, w.DisplacementPF, w.MeanV, w.MeanA}
			if s := w.Spectrum; s != nil {
				numbers = append(numbers, s.VoltageTHD, s.CurrentTHD)
				for h := range s.Voltage {
					numbers = append(numbers, s.Voltage[h].RMS, s.Voltage[h].PhaseDeg, s.Current[h].RMS, s.Current[h].PhaseDeg)
				}
			}
			for _, x := range numbers {
				if math.IsNaN(x) || math.IsInf(x, 0) {
					t.Fatalf("%+v %+v", w, w.Spectrum)
				}
			}
			if math.Abs(w.DisplacementPF) > 1+1e-12 || w.HeldMicroWs > math.MaxInt64/2 {
				t.Fatalf("%+v", w)
			}
		}
		e := m.Extremes(0)
		for _, x := range []float64{e.VoltageV.Min, e.VoltageV.Max, e.CurrentA.Max, e.ActivePowerW.Min, e.ActivePowerW.Max, e.FrequencyHz.Max, e.PeakV, e.PeakA} {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				t.Fatalf("%+v", e)
			}
		}
	})
}

func TestEverythingDoesNotAllocate(t *testing.T) {
	v := sine(50, 230, 0).samples(testRate, 320)
	m, err := New(everything(Calibration{}))
	if err != nil {
		t.Fatal(err)
	}
	channels := []Samples{{I: v}}
	if n := testing.AllocsPerRun(100, func() { m.Push(v, channels, func(*Window) {}) }); n != 0 {
		t.Errorf("%v allocations per block", n)
	}
}

// Reports ns per sample of one channel with each extra.
func BenchmarkExtras(b *testing.B) {
	for name, cfg := range map[string]Config{
		"none": {}, "spectrum": {Spectrum: true}, "extremes": {Extremes: true}, "capture": {CaptureS: 1}, "start": {StartW: DefaultStartW},
		"calibration": {Calibration: &Calibration{}}, "everything": everything(Calibration{}),
	} {
		b.Run(name, func(b *testing.B) {
			const channels = 9
			cfg.Rate, cfg.Channels = testRate, channels
			v := sine(50, 230, 0).samples(testRate, testRate)
			m := newMeter(b, cfg)
			blocks := make([]Samples, channels)
			for k := range blocks {
				blocks[k].I = v
			}
			n := 0
			for b.Loop() {
				m.Push(v, blocks, func(*Window) {})
				n += testRate * channels
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/sample")
		})
	}
	b.Run("halfcycle", func(b *testing.B) {
		v := sine(50, 230, 0).samples(testRate, testRate)
		h, err := NewHalfCycleRMS(testRate, 0)
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for b.Loop() {
			h.Push(v, func(HalfCycle) {})
			n += testRate
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/sample")
	})
}
