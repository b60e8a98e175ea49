package metering

import (
	"math"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// Limits of the mains frequency within which whole cycles are measured. Outside,
// and without voltage, windows are 200 ms long and the frequency is 0.
const (
	MinFrequencyHz = 40
	MaxFrequencyHz = 70
)

// Limits of Config.Rate in samples per second. Below, a cycle has too few samples
// to find its zero crossing.
const (
	MinRate = 500
	MaxRate = 1_000_000
)

// DefaultNoLoadVA is the no-load threshold for mains. The smallest loads that
// metering chips resolve are about four times as large (reference:
// metering-and-hardware.md 1, no-load threshold).
const DefaultNoLoadVA = 0.1

// maxSample is the largest voltage or current taken for true. It keeps every sum
// finite and a window's energy within 64 bits.
const maxSample = 1e6

// defaultCelsius is the temperature of converters before SetTemperature.
const defaultCelsius = 25

// Times that shape windows, in seconds.
const (
	fixedWindow = 0.2                     // length without whole cycles
	longestLead = 0.1                     // whole cycles must begin this soon, or the window is a fixed one
	longestTime = longestLead + 10.0/40.0 // whole cycles end by then at MinFrequencyHz
	bufferTime  = longestTime + 0.05      // one late crossing more
	splitHz     = 55                      // 10 cycles below, 12 above (IEC 61000-4-30 basic window)
	cyclesAt50  = 10
	cyclesAt60  = 12
)

// Config describes the converters that feed a Meter.
type Config struct {
	Rate     float64 // samples per second of each channel, MinRate to MaxRate
	Channels int     // measured channels, at least 1
	// MinVoltageV is the peak voltage below which no zero crossing is looked for;
	// real converters set it above their noise. 0 looks for crossings in any signal.
	MinVoltageV float64
	// NoLoadVA is the apparent power below which power factor, phase and crest
	// factor are reported as 0, because noise decides them. Energy is counted
	// regardless.
	NoLoadVA float64
	// KeepOffset measures direct current and voltage as part of the signal. Without
	// it the mean over whole cycles is taken for an error of the converter and
	// removed from RMS values, power and energy, as current transformers do by
	// nature. Windows without whole cycles always keep it.
	KeepOffset bool

	// Spectrum measures harmonics and distortion, which takes several times as long
	// as all else together. See Channel.Spectrum.
	Spectrum bool
	// Extremes measures the peak of the voltage and keeps minima and maxima. See
	// Meter.Extremes.
	Extremes bool
	// CaptureS is the length in seconds, 0 to MaxCaptureS, of the newest waveform
	// that is kept of each channel. See Meter.Waveform.
	CaptureS float64
	// StartW is the active power in W, in either direction, below which energy is
	// held back until it is clear whether there is a load; what is a load loses
	// nothing. 0 counts everything at once. See the rule at creepGuard.
	StartW float64
	// Calibration tells the errors of the converters; the meter undoes them before
	// everything else, which delays all samples by LatencySamples. nil takes samples
	// as they are.
	Calibration *Calibration
}

// Samples is a block of simultaneous samples of one channel, in volts and amperes.
// A nil V means that the channel has the common voltage.
type Samples struct{ V, I []float64 }

// Window is one finished measurement. It and its Channels are valid until the
// function that received it returns.
type Window struct {
	// Start and End bound the window, in samples since New. Each window starts
	// where the one before ended.
	Start, End float64
	// Cycles is the number of whole mains cycles that the quantities come from, 0
	// for a window of fixed length. The first window after a time without cycles
	// also holds what came before its first crossing: only in Energy and only there.
	Cycles      int
	FrequencyHz float64 // mean over the cycles; 0 when there are none
	Channels    []Channel
}

// Channel is what one channel measured in a window.
type Channel struct {
	pdu.Reading
	FundamentalW float64 // active power of the fundamental; 0 without whole cycles
	PeakA        float64 // largest current of either sign
	// DisplacementPF is the cosine of PhaseDeg, -1 to 1: the power factor that the
	// fundamental alone has. 0 where the power factor is.
	DisplacementPF float64
	// MeanV and MeanA are the means over the window: direct components, or the
	// offsets of converters.
	MeanV, MeanA float64
	// HeldMicroWs is energy, positive is forward, that is not counted yet because it
	// is not clear whether there is a load. See Config.StartW.
	HeldMicroWs int64
	PeakV       float64   // largest voltage of either sign; 0 without Config.Extremes
	Spectrum    *Spectrum // nil without Config.Spectrum and in windows without two whole cycles
}

// Meter measures channels that share one sampling clock. Use New.
type Meter struct {
	cfg      Config
	crossing crossingDetector
	common   []float64 // the voltage that carries the windows' crossings
	channels []channel
	cos, sin []float64 // fundamental of the window being closed
	window   Window

	analyser      *analyser   // nil unless spectra are wanted
	spectrumReady bool        // the window being closed has cycles enough for one
	capture       *capture    // nil unless waveforms are kept
	correctors    []corrector // see Calibrate; nil without a calibration
	celsius       float64     // of the converters

	filled  int     // samples in the buffers
	scanned int     // of these, searched for crossings
	origin  float64 // number of the sample at the start of the buffers

	// Places are in samples from the start of the buffers.
	start        float64 // start of the window
	cyclesStart  float64 // where its whole cycles begin, once aligned
	lastCrossing float64 // newest crossing, may lie in an earlier window
	period       float64 // samples between the two newest crossings; 0 when they are no mains cycle
	cycles       int
	phase        alignment
}

// alignment is how far a window is on its way to whole cycles.
type alignment uint8

const (
	searching alignment = iota // no crossing yet that follows another by one cycle
	aligned                    // counting whole cycles
	fixed                      // crossings are missing or wrong: will close by time
)

// New makes a meter. It returns an Invalid error when cfg is out of range.
func New(cfg Config) (*Meter, error) {
	switch {
	case !(cfg.Rate >= MinRate && cfg.Rate <= MaxRate):
		return nil, pdu.Errorf(pdu.Invalid, "meter.rate", "sample rate %v/s is outside %d to %d samples per second", cfg.Rate, MinRate, MaxRate)
	case cfg.Channels < 1:
		return nil, pdu.Errorf(pdu.Invalid, "meter.channels", "a meter needs at least one channel, not %d", cfg.Channels)
	case !(cfg.MinVoltageV >= 0) || !(cfg.NoLoadVA >= 0) || !(cfg.StartW >= 0) || math.IsInf(cfg.StartW, 1):
		return nil, pdu.Errorf(pdu.Invalid, "meter.threshold", "thresholds of %v V, %v VA and %v W: none may be negative", cfg.MinVoltageV, cfg.NoLoadVA, cfg.StartW)
	case !(cfg.CaptureS >= 0 && cfg.CaptureS <= MaxCaptureS):
		return nil, pdu.Errorf(pdu.Invalid, "meter.capture", "capture of %v s is outside 0 to %v s", cfg.CaptureS, MaxCaptureS)
	}
	size := int(math.Ceil(bufferTime*cfg.Rate)) + 4
	var a *analyser
	if cfg.Spectrum {
		a = newAnalyser(cfg.Rate, size)
		size += a.historySpace
	}
	m := &Meter{
		cfg:          cfg,
		crossing:     newCrossingDetector(cfg.Rate, cfg.MinVoltageV),
		common:       make([]float64, size),
		cos:          make([]float64, size),
		sin:          make([]float64, size),
		channels:     make([]channel, cfg.Channels),
		lastCrossing: math.Inf(-1),
		analyser:     a,
		capture:      newCapture(cfg),
		celsius:      defaultCelsius,
	}
	for k := range m.channels {
		m.channels[k].i = make([]float64, size)
		m.channels[k].guard = creepGuard{startW: cfg.StartW}
		if cfg.Spectrum {
			m.channels[k].spectrum = new(Spectrum)
		}
	}
	m.window.Channels = make([]Channel, cfg.Channels)
	if cfg.Calibration != nil {
		if err := m.Calibrate(*cfg.Calibration); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// Push adds a block of samples and calls emit for each window that ends in it.
// voltage is the common voltage, whose crossings bound the windows of all channels;
// channels holds one block per channel. A sample that is not a number counts as 0
// and one beyond a million is cut. Push panics when the blocks differ in length or
// number. It allocates only when a channel first brings a voltage of its own.
func (m *Meter) Push(voltage []float64, channels []Samples, emit func(*Window)) {
	if len(channels) != len(m.channels) {
		panic("metering: Push got another number of channels than Config.Channels")
	}
	for at := 0; at < len(voltage); {
		end := min(len(voltage), at+len(m.common)-m.filled)
		m.store(voltage, channels, at, end)
		at = end
		m.scan(emit)
	}
}

// Flush ends the running window where the samples end and calls emit with it, if
// it holds anything. Its quantities come from the whole cycles that it has, or from
// all of it when there is none.
func (m *Meter) Flush(emit func(*Window)) {
	end := float64(m.filled - 1)
	if end <= m.start {
		return
	}
	if m.phase == aligned && m.cycles > 0 {
		m.close(m.cyclesStart, m.lastCrossing, end, emit)
	} else {
		m.cycles = 0
		m.close(m.start, end, end, emit)
	}
	m.phase = searching
}

// store copies samples at to end of the block into the buffers and undoes the errors
// of their converters.
func (m *Meter) store(voltage []float64, channels []Samples, at, end int) {
	into := m.filled
	m.filled += end - at
	copySane(m.common[into:m.filled], voltage[at:end])
	m.undo(0, m.common[into:m.filled])
	for k := range channels {
		c, s := &m.channels[k], channels[k]
		copySane(c.i[into:m.filled], s.I[at:end])
		m.undo(2*k+1, c.i[into:m.filled])
		switch {
		case s.V == nil && c.v != nil:
			copy(c.v[into:m.filled], m.common[into:m.filled])
		case s.V != nil && c.v == nil:
			c.v = make([]float64, len(m.common))
			copy(c.v, m.common[:into])
			fallthrough
		case s.V != nil:
			copySane(c.v[into:m.filled], s.V[at:end])
			m.undo(2*k+2, c.v[into:m.filled])
		}
	}
	m.capture.store(m, into, m.filled)
}

// undo corrects new samples of one converter.
func (m *Meter) undo(converter int, x []float64) {
	if m.correctors != nil {
		m.correctors[converter].apply(x)
	}
}

// copySane copies samples and replaces those that would poison sums.
func copySane(to, from []float64) {
	for k, x := range from {
		if !(x >= -maxSample && x <= maxSample) {
			if math.IsNaN(x) {
				x = 0
			}
			x = max(-maxSample, min(maxSample, x))
		}
		to[k] = x
	}
}

// scan searches the new samples for crossings and closes the windows that end.
func (m *Meter) scan(emit func(*Window)) {
	for m.scanned < m.filled {
		back, found := m.crossing.step(m.common[m.scanned])
		now := float64(m.scanned)
		m.scanned++
		if found {
			m.cross(now-back, emit)
		} else {
			m.elapse(now, emit)
		}
	}
}

// cross takes a crossing at place at into account.
func (m *Meter) cross(at float64, emit func(*Window)) {
	period := (at - m.lastCrossing) / m.cfg.Rate
	m.lastCrossing, m.period = at, 0
	inRange := period >= 1.0/MaxFrequencyHz && period <= 1.0/MinFrequencyHz
	if inRange {
		m.period = period * m.cfg.Rate
	}
	switch {
	case m.phase == searching && inRange && at >= m.start:
		m.phase, m.cyclesStart, m.cycles = aligned, at, 0
	case m.phase == aligned && !inRange:
		m.phase = fixed
	case m.phase == aligned:
		m.cycles++
		if m.cycles >= m.wantedCycles(at) {
			m.close(m.cyclesStart, at, at, emit)
			m.phase, m.cyclesStart = aligned, m.start
		}
	}
}

// wantedCycles is the number of cycles that make the window about 200 ms long.
func (m *Meter) wantedCycles(at float64) int {
	if float64(m.cycles)*m.cfg.Rate < splitHz*(at-m.cyclesStart) {
		return cyclesAt50
	}
	return cyclesAt60
}

// elapse looks at place now whether crossings are missing and closes the window by
// time if they are.
func (m *Meter) elapse(now float64, emit func(*Window)) {
	length := (now - m.start) / m.cfg.Rate
	late := now-m.lastCrossing > m.cfg.Rate/MinFrequencyHz
	if m.phase == aligned && late || m.phase == searching && length > longestLead {
		m.phase = fixed
	}
	if m.phase == fixed && length >= fixedWindow {
		m.cycles = 0
		m.close(m.start, now, now, emit)
		m.phase = searching
	}
}

// close measures over from to to, counts energy up to end, hands the window out
// and starts the next one at end.
func (m *Meter) close(from, to, end float64, emit func(*Window)) {
	w := &m.window
	w.Start, w.End = m.origin+m.start, m.origin+end
	w.Cycles, w.FrequencyHz = m.cycles, 0
	if m.cycles > 0 {
		w.FrequencyHz = float64(m.cycles) * m.cfg.Rate / (to - from)
		m.fundamental(from, to)
	}
	m.spectrumReady = m.analyser != nil && m.cycles > 0 && m.analyser.prepare(from, to, m.cycles)
	for k := range m.channels {
		m.channels[k].measure(m, from, to, end, &w.Channels[k])
	}
	emit(w)
	m.keepFrom(end)
}

// fundamental fills cos and sin with one period per cycle of the window.
func (m *Meter) fundamental(from, to float64) {
	step := 2 * math.Pi * float64(m.cycles) / (to - from)
	stepSin, stepCos := math.Sincos(step)
	s, c := 0.0, 1.0
	for k := int(from); k <= int(math.Ceil(to)); k++ {
		m.sin[k], m.cos[k] = s, c
		s, c = s*stepCos+c*stepSin, c*stepCos-s*stepSin
	}
}

// keepFrom starts the next window at place end and drops the samples before it, but
// for those that spectra still need.
func (m *Meter) keepFrom(end float64) {
	drop := int(end)
	if m.analyser != nil {
		drop = max(0, drop-m.analyser.historySpace)
	}
	copy(m.common, m.common[drop:m.filled])
	for k := range m.channels {
		c := &m.channels[k]
		copy(c.i, c.i[drop:m.filled])
		if c.v != nil {
			copy(c.v, c.v[drop:m.filled])
		}
	}
	m.filled -= drop
	m.scanned -= drop
	m.origin += float64(drop)
	m.start = end - float64(drop)
	m.lastCrossing -= float64(drop)
	m.cycles = 0
}
