package metering

import "math"

// MaxHarmonic is the highest harmonic of a Spectrum: the order up to which
// IEC 61000-3-2 limits and IEC 61000-4-30 measures harmonics.
const MaxHarmonic = 40

// Harmonic is one spectral line, a sine of a multiple of the mains frequency.
type Harmonic struct {
	RMS float64 // V or A, not negative
	// PhaseDeg is the angle of its sine at the moment where the fundamental of the
	// voltage rises through zero, -180 to 180: √2·RMS·sin(h·ωt + PhaseDeg). It is 0
	// when the line or the fundamental of the voltage is not there, and says nothing
	// of a line that drowns in noise.
	PhaseDeg float64
}

// Harmonics are the lines of one signal; [h] is harmonic h, [1] the fundamental,
// [0] is not used. Lines at or above half the sample rate are 0.
type Harmonics [MaxHarmonic + 1]Harmonic

// THD is the total harmonic distortion: the RMS value of harmonics 2 to MaxHarmonic
// over that of the fundamental, a ratio and not percent (reference:
// metering-and-hardware.md 1). It is 0 when the fundamental is less than a millionth
// of the harmonics, where there is nothing that could be distorted.
func (h *Harmonics) THD() float64 {
	sum := 0.0
	for _, x := range h[2:] {
		sum += x.RMS * x.RMS
	}
	rest := math.Sqrt(sum)
	if !(h[1].RMS > rest*1e-6) {
		return 0
	}
	return rest / h[1].RMS
}

// Spectrum is what Config.Spectrum adds to a window of one channel.
type Spectrum struct {
	Voltage, Current Harmonics
	// VoltageTHD and CurrentTHD are those of the harmonics; CurrentTHD is 0 below
	// Config.NoLoadVA.
	VoltageTHD, CurrentTHD float64
}

// analyser measures spectra. Its window is a rectangle of all cycles of the meter's
// window smoothed by a raised cosine of one cycle. Smoothing keeps the rectangle's
// zeros at all other harmonics and makes the cut between two samples harmless, which
// for a plain rectangle costs 2e-4 of the fundamental at harmonic 40. The smoothed
// edges of one window and the next add up to one, so that every sample counts alike;
// for that they lie within the cycle before each end.
type analyser struct {
	first        int       // the sample of the first weight
	weight       []float64 // of the samples
	scaled       []float64 // one signal under the weights
	step         float64   // radians of the fundamental per sample
	top          int       // highest harmonic below half the sample rate
	scale        float64   // of a Fourier sum to an RMS value
	volts, amps  [MaxHarmonic + 1]complex128
	historySpace int // samples that the meter keeps before the start of a window
}

func newAnalyser(rate float64, size int) *analyser {
	return &analyser{
		weight: make([]float64, 0, size), scaled: make([]float64, size),
		historySpace: int(math.Ceil(rate/MinFrequencyHz)) + 2,
	}
}

// prepare computes the weights for cycles whole cycles between two places. Without
// a cycle before them, at the very start, it uses one cycle less. It reports whether
// there are cycles enough.
func (a *analyser) prepare(from, to float64, cycles int) bool {
	period := (to - from) / float64(cycles)
	begin, flat := from-period, float64(cycles)
	if begin < 0 {
		begin, flat = from, flat-1
	}
	if flat < 1 {
		return false
	}
	a.step = 2 * math.Pi / period
	a.top = min(MaxHarmonic, int(math.Ceil(0.499*period))-1)
	a.scale = math.Sqrt2 / (flat * period)
	a.first = int(math.Ceil(begin))
	a.weight = a.weight[:0]
	for k := a.first; float64(k) < to; k++ {
		w := 1.0
		if edge := min(float64(k)-begin, to-float64(k)); edge < period {
			w = (1 - math.Cos(math.Pi*edge/period)) / 2
		}
		a.weight = append(a.weight, w)
	}
	return true
}

// measure fills out with the spectra of one channel. Without a load the current has
// no distortion.
func (a *analyser) measure(v, i []float64, noLoad bool, out *Spectrum) {
	a.lines(v, &a.volts)
	a.lines(i, &a.amps)
	reference := a.volts[1]
	a.report(&a.volts, reference, &out.Voltage)
	a.report(&a.amps, reference, &out.Current)
	out.VoltageTHD, out.CurrentTHD = out.Voltage.THD(), 0
	if !noLoad {
		out.CurrentTHD = out.Current.THD()
	}
}

// lines gives the Fourier coefficients of x, four harmonics at a time by Goertzel's
// recurrence, because one alone would wait for its own result at each sample.
func (a *analyser) lines(x []float64, to *[MaxHarmonic + 1]complex128) {
	clear(to[:])
	y := a.scaled[:len(a.weight)]
	for k, w := range a.weight {
		y[k] = w * x[a.first+k]
	}
	for h := 1; h <= a.top; h += 4 {
		last, before := goertzel4(y, float64(h)*a.step, a.step)
		for n := 0; n < 4 && h+n <= a.top; n++ {
			// The recurrence ends with the phase of the last sample; turned back to
			// that of sample 0, all channels and harmonics have one origin.
			angle := float64(h+n) * a.step
			sin, cos := math.Sincos(angle)
			end := complex(last[n]-before[n]*cos, before[n]*sin)
			sin, cos = math.Sincos(angle * float64(a.first+len(y)-1))
			to[h+n] = end * complex(cos, -sin)
		}
	}
}

// goertzel4 runs the recurrence s = y + 2 cos(angle)·s' - s" for four angles, each
// step above the one before, and gives its last two states.
func goertzel4(y []float64, angle, step float64) (last, before [4]float64) {
	c0, c1 := 2*math.Cos(angle), 2*math.Cos(angle+step)
	c2, c3 := 2*math.Cos(angle+2*step), 2*math.Cos(angle+3*step)
	var a0, a1, a2, a3, b0, b1, b2, b3 float64
	for _, x := range y {
		a0, b0 = x-b0+c0*a0, a0
		a1, b1 = x-b1+c1*a1, a1
		a2, b2 = x-b2+c2*a2, a2
		a3, b3 = x-b3+c3*a3, a3
	}
	return [4]float64{a0, a1, a2, a3}, [4]float64{b0, b1, b2, b3}
}

// report turns coefficients into RMS values and phases against the voltage.
func (a *analyser) report(from *[MaxHarmonic + 1]complex128, reference complex128, to *Harmonics) {
	turn := math.Atan2(real(reference), -imag(reference)) // of the sine, at sample 0
	for h := range to {
		re, im := real(from[h]), imag(from[h])
		to[h] = Harmonic{RMS: a.scale * math.Hypot(re, im)}
		if to[h].RMS > 0 && reference != 0 {
			phase := math.Atan2(re, -im) - float64(h)*turn
			to[h].PhaseDeg = math.Remainder(phase, 2*math.Pi) * 180 / math.Pi
		}
	}
}
