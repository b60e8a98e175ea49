package metering

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

const testRate = 6400

// wave is a sum of sines: amplitude and phase (radians) for each harmonic, and an
// offset.
type wave struct {
	frequency float64
	offset    float64
	parts     []part3
}

type part3 struct {
	harmonic    float64
	amp, radian float64
}

func (w wave) at(t float64) float64 {
	x := w.offset
	for _, p := range w.parts {
		x += p.amp * math.Sin(2*math.Pi*w.frequency*p.harmonic*t+p.radian)
	}
	return x
}

func sine(frequency, rms, degrees float64) wave {
	return wave{frequency: frequency, parts: []part3{{1, rms * math.Sqrt2, degrees * math.Pi / 180}}}
}

func (w wave) samples(rate float64, n int) []float64 {
	s := make([]float64, n)
	for k := range s {
		s[k] = w.offset
	}
	for _, p := range w.parts { // a turning phasor is faster than a sine each
		sin, cos := math.Sincos(p.radian)
		stepSin, stepCos := math.Sincos(2 * math.Pi * w.frequency * p.harmonic / rate)
		for k := range s {
			s[k] += p.amp * sin
			sin, cos = sin*stepCos+cos*stepSin, cos*stepCos-sin*stepSin
		}
	}
	return s
}

func newMeter(t testing.TB, cfg Config) *Meter {
	t.Helper()
	if cfg.Rate == 0 {
		cfg.Rate = testRate
	}
	if cfg.Channels == 0 {
		cfg.Channels = 1
	}
	m, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// result is a window that outlives its emit.
type result struct {
	Window
	Channel
}

func collect(to *[]result) func(*Window) {
	return func(w *Window) {
		c := w.Channels[0]
		if c.Spectrum != nil {
			c.Spectrum = new(*c.Spectrum)
		}
		*to = append(*to, result{*w, c})
	}
}

// meterAll pushes everything in blocks of odd lengths and flushes.
func meterAll(m *Meter, v, i []float64) []result {
	var got []result
	for at, block := 0, 1; at < len(v); block = block*7%613 + 1 {
		n := min(block, len(v)-at)
		m.Push(v[at:at+n], []Samples{{I: i[at : at+n]}}, collect(&got))
		at += n
	}
	m.Flush(collect(&got))
	return got
}

func within(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %.8g, want %.8g within %.2g", what, got, want, tolerance)
	}
}

func TestSineAgainstClosedForm(t *testing.T) {
	for _, frequency := range []float64{45, 49.97, 50, 50.05, 52.5, 60.3, 65} {
		for _, degrees := range []float64{0, 60, -60, 90, -179} {
			for _, amps := range []float64{0.1, 10} {
				v, i := sine(frequency, 230, 17), sine(frequency, amps, 17-degrees)
				got := meterAll(newMeter(t, Config{}), v.samples(testRate, testRate), i.samples(testRate, testRate))
				if len(got) < 4 {
					t.Fatalf("%v Hz: %d windows in 1 s", frequency, len(got))
				}
				for _, w := range got[:len(got)-1] {
					s := 230 * amps
					p := s * math.Cos(degrees*math.Pi/180)
					within(t, "frequency", w.FrequencyHz, frequency, 0.001)
					within(t, "voltage", w.VoltageV, 230, 230*2e-5)
					within(t, "current", w.CurrentA, amps, amps*2e-5)
					within(t, "active power", w.ActivePowerW, p, s*3e-5)
					within(t, "apparent power", w.ApparentPowerVA, s, s*4e-5)
					within(t, "reactive power", w.ReactivePowerVAr, s*math.Sin(degrees*math.Pi/180), s*4e-5)
					within(t, "power factor", w.PowerFactor, math.Cos(degrees*math.Pi/180), 5e-5)
					within(t, "phase", w.PhaseDeg, degrees, 0.005)
					within(t, "crest factor", w.CrestFactor, math.Sqrt2, 0.002)
				}
				if t.Failed() {
					t.Fatalf("at %v Hz, %v degrees, %v A", frequency, degrees, amps)
				}
			}
		}
	}
}

func TestWindowsAreWholeCyclesWithoutGaps(t *testing.T) {
	for frequency, cycles := range map[float64]int{45: 10, 50: 10, 54.9: 10, 55.1: 12, 60: 12, 65: 12} {
		x := sine(frequency, 230, 0).samples(testRate, 3*testRate)
		got := meterAll(newMeter(t, Config{}), x, x)
		end := 0.0
		for k, w := range got {
			if w.Start != end {
				t.Errorf("%v Hz: window %d starts at %v, the one before ended at %v", frequency, k, w.Start, end)
			}
			end = w.End
			if k < len(got)-1 && w.Cycles != cycles {
				t.Errorf("%v Hz: window %d has %d cycles, want %d", frequency, k, w.Cycles, cycles)
			}
			if k > 0 && k < len(got)-1 {
				within(t, "length", (w.End-w.Start)/testRate, float64(cycles)/frequency, 1e-6)
			}
		}
		if end != float64(len(x)-1) {
			t.Errorf("%v Hz: the last window ends at %v, the samples at %d", frequency, end, len(x)-1)
		}
	}
}

func TestHarmonicsAgainstClosedForm(t *testing.T) {
	const f = 49.93
	v := wave{frequency: f, parts: []part3{{1, 325, 0}, {5, 10, 1}, {7, 6, 2}}}
	i := wave{frequency: f, parts: []part3{{1, 2, -0.3}, {3, 1.6, 0.5}, {5, 1, 1.4}, {11, 0.4, 0}}}
	got := meterAll(newMeter(t, Config{}), v.samples(testRate, testRate), i.samples(testRate, testRate))
	rms := func(w wave) float64 {
		sum := 0.0
		for _, p := range w.parts {
			sum += p.amp * p.amp / 2
		}
		return math.Sqrt(sum)
	}
	p := 325*2/2*math.Cos(0.3) + 10*1/2*math.Cos(0.4)
	for _, w := range got[:len(got)-1] {
		within(t, "frequency", w.FrequencyHz, f, 0.001)
		within(t, "voltage", w.VoltageV, rms(v), rms(v)*1e-4)
		within(t, "current", w.CurrentA, rms(i), rms(i)*1e-4)
		within(t, "active power", w.ActivePowerW, p, p*1e-4)
		within(t, "power factor", w.PowerFactor, p/(rms(v)*rms(i)), 1e-4)
		within(t, "reactive power", w.ReactivePowerVAr, 325*math.Sin(0.3), 325*1e-4)
		within(t, "phase", w.PhaseDeg, 0.3*180/math.Pi, 0.01)
	}
}

func TestOffsetIsRemovedOrKept(t *testing.T) {
	v, i := sine(50, 230, 0), sine(50, 1, -60)
	v.offset, i.offset = 30, 0.5
	vs, is := v.samples(testRate, testRate), i.samples(testRate, testRate)
	for _, w := range meterAll(newMeter(t, Config{}), vs, is) {
		within(t, "voltage", w.VoltageV, 230, 0.01)
		within(t, "current", w.CurrentA, 1, 1e-4)
		within(t, "active power", w.ActivePowerW, 115, 0.02)
		within(t, "peak", w.PeakA, math.Sqrt2, 0.002)
	}
	for _, w := range meterAll(newMeter(t, Config{KeepOffset: true}), vs, is) {
		within(t, "voltage with offset", w.VoltageV, math.Hypot(230, 30), 0.01)
		within(t, "current with offset", w.CurrentA, math.Hypot(1, 0.5), 1e-4)
		within(t, "active power with offset", w.ActivePowerW, 115+15, 0.02)
	}
}

// Noise of 2 % around the crossings must not make more of them.
func TestNoiseAroundZeroMakesNoCrossings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		x := sine(50, 230, 0).samples(testRate, testRate)
		for k := range x {
			seed = seed*6364136223846793005 + 1442695040888963407
			x[k] += (float64(seed>>40)/(1<<23) - 1) * 6.5
		}
		m, _ := New(Config{Rate: testRate, Channels: 1})
		got := meterAll(m, x, x)
		for _, w := range got[:len(got)-1] {
			if w.Cycles != 10 || math.Abs(w.FrequencyHz-50) > 0.01 {
				t.Fatalf("%d cycles, %v Hz", w.Cycles, w.FrequencyHz)
			}
		}
	})
}

func TestWithoutCyclesWindowsLast200Ms(t *testing.T) {
	for name, v := range map[string]wave{
		"no voltage": {}, "direct voltage": {offset: 48}, "30 Hz": sine(30, 230, 0), "400 Hz": sine(400, 115, 0),
	} {
		x := v.samples(testRate, 2*testRate)
		got := meterAll(newMeter(t, Config{KeepOffset: true}), x, x)
		for _, w := range got[:len(got)-1] {
			if w.Cycles != 0 || w.FrequencyHz != 0 || w.PhaseDeg != 0 || w.ReactivePowerVAr != 0 {
				t.Errorf("%s: %+v", name, w)
			}
			within(t, name, (w.End-w.Start)/testRate, 0.2, 0.5/testRate)
		}
	}
}

func TestMinVoltageSilencesNoise(t *testing.T) {
	x := sine(50, 1, 0).samples(testRate, testRate)
	for _, w := range meterAll(newMeter(t, Config{MinVoltageV: 5}), x, x) {
		if w.Cycles != 0 {
			t.Errorf("1 V counted %d cycles above a threshold of 5 V", w.Cycles)
		}
	}
}

// Mains comes, goes within a cycle and comes again: every joule is counted, and
// whole cycles are found again.
func TestOutage(t *testing.T) {
	x := sine(50, 230, 33).samples(testRate, 4*testRate)
	clear(x[testRate+47 : 2*testRate+101])
	got := meterAll(newMeter(t, Config{}), x, x)
	var sum float64
	synced := map[bool]int{}
	for _, w := range got {
		sum += float64(w.ForwardMicroWs) / 1e6
		synced[w.Cycles == 10]++
		if length := (w.End - w.Start) / testRate; length > 0.35 {
			t.Errorf("window of %v s", length)
		}
	}
	within(t, "energy", sum, trapezoid(x, x), 1e-5)
	if synced[true] < 13 || synced[false] < 4 {
		t.Errorf("%d windows of whole cycles, %d others", synced[true], synced[false])
	}
}

// trapezoid integrates v times i in joules.
func trapezoid(v, i []float64) float64 {
	sum := 0.0
	for k := 1; k < len(v); k++ {
		sum += (v[k-1]*i[k-1] + v[k]*i[k]) / 2
	}
	return sum / testRate
}

func drawWave(t *rapid.T, name string, frequency float64) wave {
	w := wave{frequency: frequency}
	for _, h := range []float64{1, 2, 3, 5, 7} {
		w.parts = append(w.parts, part3{h, rapid.Float64Range(0, 300/(h*h)).Draw(t, name), rapid.Float64Range(-3, 3).Draw(t, name+" phase")})
	}
	w.parts[0].amp += 20
	return w
}

func TestEnergiesAddUpToTheIntegral(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		frequency := rapid.Float64Range(20, 90).Draw(t, "frequency")
		n := rapid.IntRange(2, 3*testRate).Draw(t, "samples")
		v := drawWave(t, "voltage", frequency).samples(testRate, n)
		i := drawWave(t, "current", frequency*rapid.SampledFrom([]float64{1, 1, 0.97, 3}).Draw(t, "ratio")).samples(testRate, n)
		m, _ := New(Config{Rate: testRate, Channels: 1, KeepOffset: true})
		var counted int64
		for _, w := range meterAll(m, v, i) {
			counted += int64(w.ForwardMicroWs) - int64(w.ReverseMicroWs)
			if w.ForwardMicroWs != 0 && w.ReverseMicroWs != 0 {
				t.Fatal("a window counts in one direction only")
			}
		}
		want := trapezoid(v, i) * 1e6
		if math.Abs(float64(counted)-want) > 1.01+math.Abs(want)*1e-9 {
			t.Fatalf("%d µWs counted, integral %v", counted, want)
		}
	})
}

func TestScalingAndSignFlip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		frequency := rapid.Float64Range(45, 65).Draw(t, "frequency")
		scale := rapid.Float64Range(0.1, 10).Draw(t, "scale")
		const n = testRate / 2
		v, i := drawWave(t, "voltage", frequency).samples(testRate, n), drawWave(t, "current", frequency).samples(testRate, n)
		flipped := make([]float64, len(i))
		for k := range i {
			flipped[k] = -scale * i[k]
		}
		a, _ := New(Config{Rate: testRate, Channels: 1})
		b, _ := New(Config{Rate: testRate, Channels: 1})
		plain, turned := meterAll(a, v, i), meterAll(b, v, flipped)
		for k, p := range plain {
			q := turned[k]
			tolerance := 1e-9 * (1 + p.ApparentPowerVA*scale)
			if math.Abs(q.ActivePowerW+scale*p.ActivePowerW) > tolerance || math.Abs(q.ReactivePowerVAr+scale*p.ReactivePowerVAr) > tolerance ||
				math.Abs(q.ApparentPowerVA-scale*p.ApparentPowerVA) > tolerance || q.VoltageV != p.VoltageV {
				t.Fatalf("window %d: %+v turned by %v gives %+v", k, p, scale, q)
			}
			forward := float64(p.ForwardMicroWs) - float64(p.ReverseMicroWs)
			back := float64(q.ReverseMicroWs) - float64(q.ForwardMicroWs)
			if math.Abs(back-scale*forward) > 2*(1+scale)+math.Abs(forward)*scale*1e-9 {
				t.Fatalf("window %d: %v µWs forward, turned %v µWs back, scale %v", k, forward, back, scale)
			}
		}
	})
}

func TestFractionsOfEnergyAreCarried(t *testing.T) {
	var c channel
	var forward, reverse uint64
	for range 1000 {
		f, r := c.count(0.3)
		forward, reverse = forward+f, reverse+r
	}
	for range 500 {
		f, r := c.count(-0.3)
		forward, reverse = forward+f, reverse+r
	}
	if net := int64(forward) - int64(reverse); net < 149 || net > 150 {
		t.Errorf("forward %d, reverse %d: net %d, want 150", forward, reverse, net)
	}
}

func TestNoLoadHasNoRatios(t *testing.T) {
	v := sine(50, 230, 0).samples(testRate, testRate)
	i := sine(50, 0.0003, -80).samples(testRate, testRate)
	for _, w := range meterAll(newMeter(t, Config{NoLoadVA: DefaultNoLoadVA}), v, i) {
		if w.PowerFactor != 0 || w.PhaseDeg != 0 || w.CrestFactor != 0 {
			t.Errorf("0.07 VA has ratios: %+v", w)
		}
		if w.ForwardMicroWs == 0 {
			t.Error("energy below the threshold must be counted")
		}
	}
}

func TestSamplesBeyondReasonStayFinite(t *testing.T) {
	bad := []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, 0, 1e6}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 4000).Draw(t, "samples")
		x, y := make([]float64, n), make([]float64, n)
		pick := rapid.SampledFrom(bad)
		every := rapid.IntRange(1, 50).Draw(t, "every")
		for k := range n {
			x[k], y[k] = 300*math.Sin(float64(k)/20), math.Cos(float64(k)/20)
			if k%every == 0 {
				x[k], y[k] = pick.Draw(t, "v"), pick.Draw(t, "i")
			}
		}
		m, _ := New(Config{Rate: testRate, Channels: 1})
		for _, w := range meterAll(m, x, y) {
			for _, q := range []float64{w.FrequencyHz, w.VoltageV, w.CurrentA, w.ActivePowerW, w.ApparentPowerVA, w.ReactivePowerVAr, w.PowerFactor, w.PhaseDeg, w.CrestFactor, w.PeakA} {
				if math.IsNaN(q) || math.IsInf(q, 0) {
					t.Fatalf("%+v", w)
				}
			}
			if math.Abs(w.PowerFactor) > 1 || math.Abs(w.PhaseDeg) > 180 {
				t.Fatalf("power factor %v, phase %v", w.PowerFactor, w.PhaseDeg)
			}
		}
	})
}

func TestChannelsMayHaveTheirOwnVoltage(t *testing.T) {
	common, own := sine(50, 230, 0).samples(testRate, testRate), sine(50, 115, 40).samples(testRate, testRate)
	i := sine(50, 2, 40).samples(testRate, testRate)
	m := newMeter(t, Config{Channels: 3})
	var late []float64
	emit := func(w *Window) {
		within(t, "common", w.Channels[0].ActivePowerW, 460*math.Cos(40*math.Pi/180), 0.02)
		within(t, "own", w.Channels[1].ActivePowerW, 230, 0.02)
		late = append(late, w.Channels[2].VoltageV)
	}
	half := testRate / 2
	m.Push(common[:half], []Samples{{I: i[:half]}, {own[:half], i[:half]}, {I: i[:half]}}, emit)
	m.Push(common[half:], []Samples{{I: i[half:]}, {own[half:], i[half:]}, {own[half:], i[half:]}}, emit)
	within(t, "before the change", late[0], 230, 0.02)
	within(t, "after the change", late[len(late)-1], 115, 0.02)
}

func TestPushDoesNotAllocate(t *testing.T) {
	v := sine(50, 230, 0).samples(testRate, 320)
	m := newMeter(t, Config{})
	channels := []Samples{{I: v}}
	windows := 0
	emit := func(*Window) { windows++ }
	if n := testing.AllocsPerRun(100, func() { m.Push(v, channels, emit) }); n != 0 {
		t.Errorf("%v allocations per block", n)
	}
	if windows == 0 {
		t.Error("no window ended")
	}
}

func TestConfigIsChecked(t *testing.T) {
	for _, cfg := range []Config{
		{Rate: 0, Channels: 1}, {Rate: math.NaN(), Channels: 1}, {Rate: math.Inf(1), Channels: 1}, {Rate: 499, Channels: 1}, {Rate: 2e6, Channels: 1},
		{Rate: 6400}, {Rate: 6400, Channels: -1}, {Rate: 6400, Channels: 1, NoLoadVA: math.NaN()}, {Rate: 6400, Channels: 1, MinVoltageV: -1},
	} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%+v was accepted", cfg)
		}
	}
}

// Reports ns per sample of one channel, whole pipeline.
func BenchmarkMeter(b *testing.B) {
	for _, channels := range []int{1, 9} {
		b.Run(map[int]string{1: "one", 9: "nine"}[channels], func(b *testing.B) {
			v := sine(50, 230, 0).samples(testRate, testRate)
			m := newMeter(b, Config{Channels: channels})
			blocks := make([]Samples, channels)
			for k := range blocks {
				blocks[k].I = v
			}
			emit := func(*Window) {}
			n := 0
			for b.Loop() {
				m.Push(v, blocks, emit)
				n += testRate * channels
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/sample")
		})
	}
}
