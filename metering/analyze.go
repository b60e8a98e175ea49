package metering

import (
	"math"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// Summary is what a meter says of a whole recording, in volts, amperes, watts and
// so on. Its JSON keys are the interface of "pdud meter --json".
type Summary struct {
	Voltage       float64 `json:"voltage"`       // V RMS
	Current       float64 `json:"current"`       // A RMS
	ActivePower   float64 `json:"activePower"`   // W, negative when the load feeds back
	ApparentPower float64 `json:"apparentPower"` // VA
	ReactivePower float64 `json:"reactivePower"` // var of the fundamental, positive is inductive
	PowerFactor   float64 `json:"powerFactor"`   // true power factor, -1 to 1
	Phase         float64 `json:"phase"`         // degrees, fundamental of current behind voltage, -180 to 180
	Frequency     float64 `json:"frequency"`     // Hz; 0 when the voltage has no whole cycles
	CrestFactor   float64 `json:"crestFactor"`   // peak over RMS of the current
	EnergyWh      float64 `json:"energyWh"`      // net energy of all samples

	DisplacementPF float64 `json:"displacementPowerFactor"` // cosine of Phase, -1 to 1
	VoltageTHD     float64 `json:"voltageTHD"`              // ratio; see Harmonics.THD
	CurrentTHD     float64 `json:"currentTHD"`              // ratio
	VoltagePeak    float64 `json:"voltagePeak"`             // V, largest of either sign
	CurrentPeak    float64 `json:"currentPeak"`             // A, largest of either sign
	// Harmonics 1 to 40; empty without two whole cycles.
	VoltageHarmonics []Line `json:"voltageHarmonics,omitempty"`
	CurrentHarmonics []Line `json:"currentHarmonics,omitempty"`
}

// Line is one harmonic of a Summary: the mean of its phasors, so that noise does not
// add to it.
type Line struct {
	Order int     `json:"order"` // 1 is the fundamental
	RMS   float64 `json:"rms"`   // V or A
	Phase float64 `json:"phase"` // degrees against the fundamental of the voltage; see Harmonic
}

// analyzeBlock is the number of samples scaled and pushed at once.
const analyzeBlock = 4096

// Analyze measures a whole recording with a Meter. rate is in samples per second,
// the scales in volts and amperes per count. Quantities are those of all whole
// cycles together; without any they are those of the whole recording, and what is
// about frequency or the fundamental is 0. Errors are Invalid: an impossible rate or scale.
func Analyze(rec *Recording, rate, voltsPerCount, ampsPerCount float64) (Summary, error) {
	if err := CheckScale("volts per count", voltsPerCount); err != nil {
		return Summary{}, err
	}
	if err := CheckScale("amperes per count", ampsPerCount); err != nil {
		return Summary{}, err
	}
	m, err := New(Config{Rate: rate, Channels: 1, NoLoadVA: DefaultNoLoadVA, Spectrum: true, Extremes: true})
	if err != nil {
		return Summary{}, err
	}
	var t totals
	add := func(w *Window) { t.add(w, rate) }
	var v, i [analyzeBlock]float64
	for at := 0; at < rec.Len(); at += analyzeBlock {
		n := min(analyzeBlock, rec.Len()-at)
		for k := range n {
			v[k] = rec.Voltage(at+k) * voltsPerCount
			i[k] = rec.Current(at+k) * ampsPerCount
		}
		m.Push(v[:n], []Samples{{I: i[:n]}}, add)
	}
	m.Flush(add)
	return t.summary(), nil
}

// totals add up windows, weighted by their length in seconds.
type totals struct {
	whole, rest part // windows of whole cycles, and the others
	energyWh    float64

	volts, amps     phasors
	spectralSeconds float64 // of the windows with a spectrum
}

// phasors are sums of spectra over time.
type phasors [MaxHarmonic + 1]complex128

func (p *phasors) add(h *Harmonics, seconds float64) {
	for k, x := range h {
		sin, cos := math.Sincos(x.PhaseDeg * math.Pi / 180)
		p[k] += complex(x.RMS*cos*seconds, x.RMS*sin*seconds)
	}
}

// mean gives the harmonics that sum up to p in a number of seconds.
func (p *phasors) mean(seconds float64) (h Harmonics) {
	for k, x := range p {
		h[k] = Harmonic{RMS: math.Hypot(real(x), imag(x)) / seconds, PhaseDeg: math.Atan2(imag(x), real(x)) * 180 / math.Pi}
	}
	return h
}

type part struct {
	seconds, cycles float64
	vv, ii, p       float64
	p1, q1          float64
	peakV, peak     float64
}

func (t *totals) add(w *Window, rate float64) {
	c := &w.Channels[0]
	to, seconds := &t.rest, (w.End-w.Start)/rate
	if w.Cycles > 0 {
		to, seconds = &t.whole, float64(w.Cycles)/w.FrequencyHz
	}
	to.seconds += seconds
	to.cycles += float64(w.Cycles)
	to.vv += c.VoltageV * c.VoltageV * seconds
	to.ii += c.CurrentA * c.CurrentA * seconds
	to.p += c.ActivePowerW * seconds
	to.p1 += c.FundamentalW * seconds
	to.q1 += c.ReactivePowerVAr * seconds
	to.peakV, to.peak = max(to.peakV, c.PeakV), max(to.peak, c.PeakA)
	if c.Spectrum != nil {
		t.spectralSeconds += seconds
		t.volts.add(&c.Spectrum.Voltage, seconds)
		t.amps.add(&c.Spectrum.Current, seconds)
	}
	t.energyWh += (float64(c.ForwardMicroWs) - float64(c.ReverseMicroWs)) / pdu.MicroWsPerWh
}

func (t *totals) summary() Summary {
	s := Summary{EnergyWh: t.energyWh, VoltageHarmonics: []Line{}, CurrentHarmonics: []Line{}}
	from := t.whole
	if from.seconds == 0 {
		from = t.rest
	}
	if from.seconds == 0 { // a single pair has no duration
		return s
	}
	var c Channel
	c.VoltageV = math.Sqrt(from.vv / from.seconds)
	c.CurrentA = math.Sqrt(from.ii / from.seconds)
	c.ActivePowerW = from.p / from.seconds
	c.FundamentalW, c.ReactivePowerVAr = from.p1/from.seconds, from.q1/from.seconds
	c.PeakA = from.peak
	c.SetRatios(DefaultNoLoadVA)
	s.Voltage, s.Current = c.VoltageV, c.CurrentA
	s.ActivePower, s.ApparentPower, s.ReactivePower = c.ActivePowerW, c.ApparentPowerVA, c.ReactivePowerVAr
	s.PowerFactor, s.Phase, s.CrestFactor = c.PowerFactor, c.PhaseDeg, c.CrestFactor
	s.Frequency = from.cycles / from.seconds
	s.DisplacementPF, s.VoltagePeak, s.CurrentPeak = c.DisplacementPF, from.peakV, from.peak
	t.spectrum(&s)
	return s
}

// spectrum adds harmonics and distortion.
func (t *totals) spectrum(s *Summary) {
	if t.spectralSeconds == 0 {
		return
	}
	volts, amps := t.volts.mean(t.spectralSeconds), t.amps.mean(t.spectralSeconds)
	s.VoltageTHD = volts.THD()
	if s.ApparentPower >= DefaultNoLoadVA {
		s.CurrentTHD = amps.THD()
	}
	for h := 1; h <= MaxHarmonic; h++ {
		s.VoltageHarmonics = append(s.VoltageHarmonics, Line{h, volts[h].RMS, volts[h].PhaseDeg})
		s.CurrentHarmonics = append(s.CurrentHarmonics, Line{h, amps[h].RMS, amps[h].PhaseDeg})
	}
}
