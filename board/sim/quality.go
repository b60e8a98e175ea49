package sim

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/zerocross-pdu/zerocross/config"
)

// Quality is how the mains differ from a steady sine. The zero value is not at all.
type Quality struct {
	Harmonics      []Harmonic // Mains.VoltageV is with them
	DriftHz        float64    // standard deviation of the frequency, 0 to 1; wanders within a minute
	FlickerPercent float64    // from the lowest to the highest amplitude, 0 to 20
	FlickerHz      float64    // 0.1 to 30; 0 is 8.8, to which the eye is most sensitive
	NoiseV         float64    // RMS of white noise, 0 to 5
	// SourceOhm and SourceReactanceOhm let the voltage sag with the current of all
	// outlets, 0 to 2. EN 61000-3-3 has 0.4 and 0.25 for a single phase.
	SourceOhm          float64
	SourceReactanceOhm float64
}

// Harmonic is a part of the voltage: percent of the fundamental at a multiple of its
// frequency. At phase 0 it rises through zero together with the fundamental.
type Harmonic struct {
	Order    int     `json:"order"`    // 2 to 40
	Percent  float64 `json:"percent"`  // 0 to 30
	PhaseDeg float64 `json:"phaseDeg"` // -360 to 360
}

const (
	maxHarmonics     = 39
	defaultFlickerHz = 8.8
	driftTime        = 60 // seconds
)

func (q *Quality) parameters() parameters {
	return parameters{
		{"driftHz", &q.DriftHz, 0, 1, "Hz"},
		{"flickerPercent", &q.FlickerPercent, 0, 20, "%"},
		{"flickerHz", &q.FlickerHz, 0, 30, "Hz"},
		{"noiseV", &q.NoiseV, 0, 5, "V"},
		{"sourceOhm", &q.SourceOhm, 0, 2, "ohms"},
		{"sourceReactanceOhm", &q.SourceReactanceOhm, 0, 2, "ohms"},
	}
}

// check adds what is wrong to f.
func (q Quality) check(f *config.Faults) {
	q.parameters().check(f)
	if q.FlickerHz != 0 {
		inRange(f, "flickerHz", q.FlickerHz, 0.1, 30, "Hz")
	}
	seen := map[int]bool{}
	for k, h := range q.Harmonics {
		at := f.At("harmonics[" + strconv.Itoa(k) + "]")
		inRange(at, "order", float64(h.Order), 2, 40, "")
		inRange(at, "percent", h.Percent, 0, 30, "%")
		inRange(at, "phaseDeg", h.PhaseDeg, -360, 360, "degrees")
		if seen[h.Order] {
			at.Add("order", "field.repeated", "harmonic %d is given more than once", h.Order)
		}
		seen[h.Order] = true
	}
}

// readHarmonics is the member "harmonics".
func readHarmonics(to **[]Harmonic) func(*config.Faults, json.RawMessage) {
	return func(f *config.Faults, raw json.RawMessage) {
		var list []json.RawMessage
		before := f.Len()
		if value(&list)(f, raw); f.Len() > before {
			return
		}
		if len(list) > maxHarmonics {
			f.Add("", "field.range", "%d harmonics; at most %d", len(list), maxHarmonics)
			return
		}
		harmonics := make([]Harmonic, len(list))
		for k, one := range list {
			h := &harmonics[k]
			object{"order": need(&h.Order), "percent": need(&h.Percent), "phaseDeg": may(&h.PhaseDeg)}.decode(f.At("["+strconv.Itoa(k)+"]"), one)
		}
		*to = &harmonics
	}
}

// SetQuality changes the quality of the mains. It returns an Invalid error with the
// path of each fault. Unlike the mains it is forgotten when the process ends.
func (b *Bench) SetQuality(q Quality) error {
	var f config.Faults
	q.check(&f)
	if err := refusal("mains", &f); err != nil {
		return err
	}
	q.Harmonics = slices.Clone(q.Harmonics)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.advance(time.Now())
	b.wave.grid.set(q)
	return nil
}

// grid makes the voltage that reaches the bench. It is under the mutex of the Bench.
type grid struct {
	quality Quality
	random  *rand.Rand
	drift   wander
	flicker float64 // turns
	load    float64 // what the source impedance takes, over what it leaves
}

func newGrid(seed uint64) grid {
	random := chance(seed, ofMains)
	return grid{random: random, drift: wander{time: driftTime, random: random}}
}

func (g *grid) set(q Quality) {
	g.quality = q
	if g.drift.spread = q.DriftHz; q.DriftHz == 0 {
		g.drift.value = 0
	}
	if !g.weak() {
		g.load = 0
	}
}

// weak says whether the voltage sags with the current.
func (g *grid) weak() bool { return g.quality.SourceOhm > 0 || g.quality.SourceReactanceOhm > 0 }

// fill makes n samples of mains of a voltage and a frequency.
func (g *grid) fill(m *block, n int, rmsV, hz float64) {
	g.drift.pass(float64(n) * sampleTime)
	hz = max(leastHz, min(mostHz, hz+g.drift.value))
	rmsV /= 1 + g.load
	squares := 1.0
	for _, h := range g.quality.Harmonics {
		squares += h.Percent * h.Percent / 1e4
	}
	m.fill(n, rmsV/math.Sqrt(squares), hz)
	m.rmsV = rmsV
	for _, h := range g.quality.Harmonics {
		m.add(h)
	}
	if g.quality.FlickerPercent > 0 {
		g.modulate(m)
	}
	if g.quality.NoiseV > 0 && rmsV > 0 {
		for k := range m.mainsV {
			m.mainsV[k] += g.quality.NoiseV * max(-5, min(5, g.random.NormFloat64()))
		}
	}
}

// Limits of the frequency in Hz, also with drift.
const (
	leastHz = 40
	mostHz  = 70
)

// add adds a harmonic to the block.
func (m *block) add(h Harmonic) {
	order := float64(h.Order)
	peak := m.sineV * math.Sqrt2 * h.Percent / 100
	steep := peak * order * 2 * math.Pi * m.step * sampleRate
	at := func(k int) (sin, cos float64) {
		_, turn := math.Modf(order * (m.cycle + float64(k)*m.step))
		return math.Sincos(2*math.Pi*turn + h.PhaseDeg*math.Pi/180)
	}
	before, _ := at(-1)
	m.beforeV += peak * before
	for k := range m.mainsV {
		s, c := at(k)
		m.mainsV[k] += peak * s
		m.slope[k] += steep * c
	}
}

// modulate lets the amplitude go up and down.
func (g *grid) modulate(m *block) {
	hz := g.quality.FlickerHz
	if hz == 0 {
		hz = defaultFlickerHz
	}
	at := func(k int) float64 {
		return 1 + g.quality.FlickerPercent/200*math.Sin(2*math.Pi*(g.flicker+float64(k)*hz*sampleTime))
	}
	m.beforeV *= at(-1)
	for k := range m.mainsV {
		x := at(k)
		m.mainsV[k] *= x
		m.slope[k] *= x
	}
	_, g.flicker = math.Modf(g.flicker + float64(len(m.mainsV))*hz*sampleTime)
}

const (
	// weakBlock is the length of blocks when the voltage follows the current.
	weakBlock = 64
	sagTime   = 0.02 // seconds in which it follows
)

// sag learns from the inlet's current during the block how far the voltage sags in
// the next: U = U0 - R·Iactive - X·Ireactive. The sag is kept as a ratio, because
// with an impedance for a load that is right at once and cannot swing.
func (g *grid) sag(m *block, inlet []float64) {
	if !g.weak() || m.sineV < faintV {
		return
	}
	var active, behind float64
	for k, i := range inlet {
		active += i * m.sin[k]
		behind -= i * m.cos[k]
	}
	scale := math.Sqrt2 / float64(len(inlet))
	ratio := (g.quality.SourceOhm*active + g.quality.SourceReactanceOhm*behind) * scale / m.sineV
	ratio = max(-0.5, min(10, ratio))
	g.load += (ratio - g.load) * (1 - math.Exp(-m.seconds()/sagTime))
}
