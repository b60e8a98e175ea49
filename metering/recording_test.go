package metering

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// recordingOf encodes a voltage and a current as counts.
func recordingOf(v, i []float64) []byte {
	var b []byte
	for k := range v {
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(math.Round(i[k]))))
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(math.Round(v[k]))))
	}
	return b
}

func TestReadRecording(t *testing.T) {
	rec, err := ReadRecording(bytes.NewReader([]byte{0x02, 0x01, 0xff, 0xff, 0x00, 0x80, 0xff, 0x7f}))
	if err != nil {
		t.Fatal(err)
	}
	if rec.Len() != 2 || rec.Current(0) != 0x102 || rec.Voltage(0) != -1 || rec.Current(1) != -32768 || rec.Voltage(1) != 32767 {
		t.Errorf("read %+v", rec)
	}
	for name, c := range map[string]struct {
		from io.Reader
		kind pdu.Kind
	}{
		"empty":   {bytes.NewReader(nil), pdu.Invalid},
		"odd":     {bytes.NewReader(make([]byte, 5)), pdu.Invalid},
		"half":    {bytes.NewReader(make([]byte, 6)), pdu.Invalid},
		"huge":    {zeros{}, pdu.TooLarge},
		"failing": {iotest.ErrReader(errors.New("disk gone")), pdu.Internal},
	} {
		if _, err := readRecording(c.from, 1<<16); err == nil || pdu.KindOf(err) != c.kind {
			t.Errorf("%s: %v, want kind %v", name, err, c.kind)
		}
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func TestAnalyzeSyntheticRecording(t *testing.T) {
	const n = 3 * testRate
	v, i := sine(50.02, 4000, 5), sine(50.02, 9000, -40)
	rec, err := ParseRecording(recordingOf(v.samples(testRate, n), i.samples(testRate, n)))
	if err != nil {
		t.Fatal(err)
	}
	s, err := Analyze(rec, testRate, 230.0/4000, -2.0/9000)
	if err != nil {
		t.Fatal(err)
	}
	p := -460 * math.Cos(45*math.Pi/180)
	within(t, "voltage", s.Voltage, 230, 0.003)
	within(t, "current", s.Current, 2, 0.0001)
	within(t, "active power", s.ActivePower, p, 0.02)
	within(t, "apparent power", s.ApparentPower, 460, 0.02)
	within(t, "reactive power", s.ReactivePower, p, 0.02)
	within(t, "power factor", s.PowerFactor, p/460, 1e-4)
	within(t, "phase", s.Phase, -135, 0.01)
	within(t, "frequency", s.Frequency, 50.02, 0.0005)
	within(t, "crest factor", s.CrestFactor, math.Sqrt2, 0.001)
	within(t, "energy", s.EnergyWh, p*float64(n-1)/testRate/3600, 460/(4*math.Pi*50)/3600) // the last cycle is not whole
}

// The keys are an interface: the first ten as they always were, the others added.
func TestSummaryAsJSON(t *testing.T) {
	const n = testRate
	v, i := sine(50, 4000, 0), wave{frequency: 50, parts: []part3{{1, 900, -math.Pi / 3}, {3, 300, 0.5}}}
	rec, err := ParseRecording(recordingOf(v.samples(testRate, n), i.samples(testRate, n)))
	if err != nil {
		t.Fatal(err)
	}
	s, err := Analyze(rec, testRate, 0.1, 0.01)
	if err != nil {
		t.Fatal(err)
	}
	within(t, "displacement power factor", s.DisplacementPF, 0.5, 5e-4)
	within(t, "voltage THD", s.VoltageTHD, 0, 1e-4)
	within(t, "current THD", s.CurrentTHD, 1.0/3, 1e-4)
	within(t, "voltage peak", s.VoltagePeak, 400*math.Sqrt2, 0.2)
	within(t, "current peak", s.CurrentPeak, peakOf(i)*0.01, 0.02)
	within(t, "third harmonic", s.CurrentHarmonics[2].RMS, 3/math.Sqrt2, 1e-3)
	within(t, "its phase", s.CurrentHarmonics[2].Phase, 0.5*180/math.Pi, 0.1)
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(b, &members); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"voltage", "current", "activePower", "apparentPower", "reactivePower", "powerFactor", "phase", "frequency", "crestFactor", "energyWh",
		"displacementPowerFactor", "voltageTHD", "currentTHD", "voltagePeak", "currentPeak", "voltageHarmonics", "currentHarmonics",
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(members))); diff != "" {
		t.Error(diff)
	}
	var lines []Line
	if err := json.Unmarshal(members["currentHarmonics"], &lines); err != nil || len(lines) != MaxHarmonic || lines[2] != s.CurrentHarmonics[2] || lines[2].Order != 3 {
		t.Errorf("%s: %v", members["currentHarmonics"], err)
	}
}

// peakOf is the largest value of a wave of 50 Hz.
func peakOf(w wave) float64 {
	return slices.Max(w.samples(1e6, 20000))
}

func TestAnalyzeRefusesImpossibleScales(t *testing.T) {
	rec, _ := ParseRecording(make([]byte, 400))
	for _, c := range [][3]float64{
		{0, 1, 1}, {math.NaN(), 1, 1}, {math.Inf(1), 1, 1}, {-6400, 1, 1}, {6400, 0, 1}, {6400, math.NaN(), 1}, {6400, math.Inf(1), 1},
		{6400, 1, 0}, {6400, 1, math.NaN()}, {6400, 1, math.Inf(-1)}, {6400, 1e9, 1},
	} {
		if _, err := Analyze(rec, c[0], c[1], c[2]); pdu.KindOf(err) != pdu.Invalid {
			t.Errorf("%v: %v, want Invalid", c, err)
		}
	}
}

func TestWholeCycles(t *testing.T) {
	x := sine(49.9, 5000, 100).samples(testRate, testRate)
	rec, _ := ParseRecording(recordingOf(x, x))
	from, to, cycles := rec.WholeCycles(testRate)
	if cycles < 46 || cycles%2 != 0 {
		t.Errorf("%d cycles in one second, expected an even number of nearly 50", cycles)
	}
	within(t, "length", (to-from)/testRate, float64(cycles)/49.9, 1e-6)
	short, _ := ParseRecording(recordingOf(x[:420], x[:420]))
	if _, _, cycles := short.WholeCycles(testRate); cycles != 2 {
		t.Errorf("%d cycles in three", cycles)
	}
	silent, _ := ParseRecording(make([]byte, 40000))
	if _, _, cycles := silent.WholeCycles(testRate); cycles != 0 {
		t.Errorf("%d cycles in silence", cycles)
	}
}

// recordingsFolder finds the real recordings, which are not part of this project.
func recordingsFolder(t testing.TB) string {
	dir := os.Getenv("ZEROCROSS_RECORDINGS")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data", "recordings")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no recordings of real appliances: set ZEROCROSS_RECORDINGS to a folder of .i16 files (%v)", err)
	}
	return dir
}

// comparison is one recording measured twice: by the meter, and by a computation that
// shares nothing with it.
type comparison struct {
	name      string
	got, want Summary
}

// compareAll measures every recording, in counts.
func compareAll(t testing.TB) (all []comparison) {
	files, _ := filepath.Glob(filepath.Join(recordingsFolder(t), "*.i16"))
	if len(files) == 0 {
		t.Fatal("the folder of recordings is empty")
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		rec, err := ParseRecording(raw)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Analyze(rec, testRate, 1, 1)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, comparison{strings.TrimSuffix(filepath.Base(file), ".i16"), got, independent(rec, testRate)})
	}
	return all
}

// Every real recording agrees within 0.05 % or a hundredth of a count, or what a
// hundredth of a count in the current makes of a power or a ratio; harmonics of the
// voltage within a tenth of a count, which is 3e-5 of it.
func TestRealRecordings(t *testing.T) {
	for _, c := range compareAll(t) {
		name, s, want := c.name, c.got, c.want
		near := func(what string, got, want, count float64) {
			t.Helper()
			within(t, name+" "+what, got, want, max(math.Abs(want)*5e-4, count))
		}
		near("frequency", s.Frequency, want.Frequency, 0)
		near("voltage", s.Voltage, want.Voltage, 0)
		near("current", s.Current, want.Current, 0.01)
		near("active power", s.ActivePower, want.ActivePower, want.Voltage/100)
		near("apparent power", s.ApparentPower, want.ApparentPower, want.Voltage/100)
		near("reactive power", s.ReactivePower, want.ReactivePower, want.Voltage/100)
		near("power factor", s.PowerFactor, want.PowerFactor, 0.01/want.Current)
		near("displacement power factor", s.DisplacementPF, math.Cos(want.Phase*math.Pi/180), 0.01/want.Current)
		within(t, name+" phase", s.Phase, want.Phase, 0.1)
		near("voltage THD", s.VoltageTHD, want.VoltageTHD, 0.01/want.Voltage)
		near("current THD", s.CurrentTHD, want.CurrentTHD, 0.01/want.Current)
		within(t, name+" energy", s.EnergyWh, want.EnergyWh, math.Abs(want.EnergyWh)*1e-5)
		for h := range MaxHarmonic {
			near("voltage harmonic", s.VoltageHarmonics[h].RMS, want.VoltageHarmonics[h].RMS, 0.1)
			near("current harmonic", s.CurrentHarmonics[h].RMS, want.CurrentHarmonics[h].RMS, 0.01)
		}
	}
}

// Prints what the meter makes of every recording, and by how much the independent
// computation differs.
func BenchmarkRecordings(b *testing.B) {
	all := compareAll(b)
	var table strings.Builder
	fmt.Fprintln(&table, "values in counts; behind ± the difference to an independent computation")
	fmt.Fprintf(&table, "%-20s %8s %9s %9s %20s %20s %17s %17s %17s %17s\n", "", "V", "A", "S", "P", "PF", "phase", "THD V", "THD A", "Hz")
	for _, c := range all {
		s, w := c.got, c.want
		fmt.Fprintf(&table, "%-20s %8.1f %9.2f %9.0f %11.0f ±%6.3f %% %9.4f ±%8.5f %8.2f ±%6.4f° %6.2f ±%6.4f %% %6.1f ±%6.3f %% %8.4f ±%.5f\n",
			c.name, s.Voltage, s.Current, s.ApparentPower, s.ActivePower, math.Abs(s.ActivePower/w.ActivePower-1)*100, s.PowerFactor, math.Abs(s.PowerFactor-w.PowerFactor),
			s.Phase, math.Abs(s.Phase-w.Phase), s.VoltageTHD*100, math.Abs(s.VoltageTHD-w.VoltageTHD)*100,
			s.CurrentTHD*100, math.Abs(s.CurrentTHD-w.CurrentTHD)*100, s.Frequency, math.Abs(s.Frequency-w.Frequency))
	}
	fmt.Print(table.String()) // a benchmark's log would be cut after ten lines
	x := sine(50, 5000, 0).samples(testRate, testRate)
	rec, err := ParseRecording(recordingOf(x, x))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Analyze(rec, testRate, 1, 1); err != nil {
			b.Fatal(err)
		}
	}
}

// independent measures without zero crossings: the frequency from the advance of
// the fundamental's phase between the two halves, everything else as a mean under a
// window that tapers over three cycles at each end, whose leakage is negligible
// without any synchronism.
func independent(rec *Recording, rate float64) Summary {
	n := rec.Len()
	weight := make([]float64, n)
	taper := int(3 * rate / 50)
	for k := range weight {
		weight[k] = 1
		if edge := min(k, n-1-k); edge < taper {
			weight[k] = (1 - math.Cos(math.Pi*(float64(edge)+0.5)/float64(taper))) / 2
		}
	}
	f := 50.0
	for range 3 { // the phase advance refines itself
		a, b := tone(rec.Voltage, 0, n/2, f, rate), tone(rec.Voltage, n/2, n, f, rate)
		advance := math.Remainder(math.Atan2(imag(b), real(b))-math.Atan2(imag(a), real(a)), 2*math.Pi)
		f += advance / (2 * math.Pi * float64(n/2) / rate)
	}
	var w, v, i, vv, ii, vi, all float64
	var v1, i1 complex128
	for k, g := range weight {
		a, b := rec.Voltage(k), rec.Current(k)
		w += g
		v, i, vv, ii, vi = v+g*a, i+g*b, vv+g*a*a, ii+g*b*b, vi+g*a*b
		sin, cos := math.Sincos(2 * math.Pi * f * float64(k) / rate)
		v1 += complex(g*a*cos, -g*a*sin)
		i1 += complex(g*b*cos, -g*b*sin)
		all += a * b
	}
	all -= (rec.Voltage(0)*rec.Current(0) + rec.Voltage(n-1)*rec.Current(n-1)) / 2
	s := Summary{Frequency: f, EnergyWh: (all - float64(n-1)*v/w*i/w) / rate / 3600}
	s.Voltage, s.Current = math.Sqrt(vv/w-v/w*v/w), math.Sqrt(ii/w-i/w*i/w)
	s.ActivePower = vi/w - v/w*i/w
	s.ApparentPower = s.Voltage * s.Current
	s.PowerFactor = s.ActivePower / s.ApparentPower
	power := v1 * complex(real(i1), -imag(i1)) * complex(2/(w*w), 0)
	s.ReactivePower = imag(power)
	s.Phase = math.Atan2(imag(power), real(power)) * 180 / math.Pi
	turns := trackPhase(rec, f, rate)
	s.VoltageHarmonics, s.VoltageTHD = tracked(rec.Voltage, weight, w, turns)
	s.CurrentHarmonics, s.CurrentTHD = tracked(rec.Current, weight, w, turns)
	return s
}

// trackPhase gives the phase of the voltage's fundamental at every sample, in
// radians: mains drifts so far in seconds that at harmonic 40 one frequency for all
// would blur the line. It is measured each cycle over eight, straight between.
func trackPhase(rec *Recording, f, rate float64) []float64 {
	n, hop := rec.Len(), int(rate/f)
	var centres, phases []float64
	for from := 0; from+8*hop <= n; from += hop {
		c := tone(rec.Voltage, from, from+8*hop, f, rate)
		phase := math.Atan2(imag(c), real(c))
		if last := len(phases) - 1; last >= 0 {
			phase = phases[last] + math.Remainder(phase-phases[last], 2*math.Pi)
		}
		centres, phases = append(centres, float64(from+4*hop)-0.5), append(phases, phase)
	}
	turns := make([]float64, n)
	for k := range turns {
		at := (float64(k) - centres[0]) / float64(hop)
		below := max(0, min(len(phases)-2, int(math.Floor(at))))
		turns[k] = 2*math.Pi*f*float64(k)/rate + phases[below] + (at-float64(below))*(phases[below+1]-phases[below])
	}
	return turns
}

// tracked gives harmonics and distortion of a signal along a phase.
func tracked(x func(int) float64, weight []float64, sum float64, turns []float64) (lines []Line, thd float64) {
	var re, im [MaxHarmonic + 1]float64
	for k, g := range weight {
		sin, cos := math.Sincos(turns[k])
		c, s := g*x(k), 0.0
		for h := 1; h <= MaxHarmonic; h++ {
			c, s = c*cos+s*sin, s*cos-c*sin
			re[h] += c
			im[h] += s
		}
	}
	for h := 1; h <= MaxHarmonic; h++ {
		lines = append(lines, Line{Order: h, RMS: math.Hypot(re[h], im[h]) / sum * math.Sqrt2})
		if h > 1 {
			thd += lines[h-1].RMS * lines[h-1].RMS
		}
	}
	return lines, math.Sqrt(thd) / lines[0].RMS
}

// tone is the Fourier coefficient of part of a signal under a Hann window.
func tone(x func(int) float64, from, to int, f, rate float64) complex128 {
	var sum complex128
	for k := from; k < to; k++ {
		hann := 1 - math.Cos(2*math.Pi*(float64(k-from)+0.5)/float64(to-from))
		sin, cos := math.Sincos(2 * math.Pi * f * float64(k) / rate)
		sum += complex(hann*x(k)*cos, -hann*x(k)*sin)
	}
	return sum
}

func FuzzRecording(f *testing.F) {
	x := sine(50, 5000, 0).samples(testRate, 2000)
	f.Add(recordingOf(x, x), 6400.0, 0.0595, 0.0241)
	f.Add([]byte{1, 2, 3, 4}, 500.0, 1.0, -1.0)
	f.Add([]byte{}, 0.0, 0.0, 0.0)
	f.Fuzz(func(t *testing.T, raw []byte, rate, volts, amps float64) {
		rec, err := ParseRecording(raw)
		if err != nil {
			return
		}
		rec.WholeCycles(rate)
		s, err := Analyze(rec, rate, volts, amps)
		if err != nil {
			return
		}
		for _, q := range []float64{s.Voltage, s.Current, s.ActivePower, s.ApparentPower, s.ReactivePower, s.PowerFactor, s.Phase, s.Frequency, s.CrestFactor, s.EnergyWh, s.DisplacementPF, s.VoltageTHD, s.CurrentTHD, s.VoltagePeak, s.CurrentPeak} {
			if math.IsNaN(q) || math.IsInf(q, 0) {
				t.Fatalf("%+v", s)
			}
		}
		if math.Abs(s.PowerFactor) > 1 || math.Abs(s.Phase) > 180 {
			t.Fatalf("%+v", s)
		}
	})
}
