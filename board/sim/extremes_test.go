package sim

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/zerocross-pdu/zerocross/config"
)

// anyLoad draws a load of any kind with parameters anywhere in their ranges, often at
// an end.
func anyLoad(t *rapid.T) Load {
	l := rapid.SampledFrom([]Load{
		&Resistive{}, defaultRectifier(), defaultLED(), defaultPFC(), defaultCapacitor(), defaultMotor(),
		defaultTransformer(), defaultThermostat(), defaultServer(), defaultInverter(),
	}).Draw(t, "load")
	if r, ok := l.(*Resistive); ok {
		r.Watts = rapid.Float64Range(-maxWatts, maxWatts).Draw(t, "watts")
		return l
	}
	type tunable interface{ parameters() parameters }
	for k := range l.(tunable).parameters() {
		q := l.(tunable).parameters()[k] // afresh, for limits may depend on what was drawn
		low, high := math.Min(q.low, q.high), q.high
		switch rapid.SampledFrom([]string{"least", "most", "between", "as it is"}).Draw(t, q.name) {
		case "least":
			*q.value = low
		case "most":
			*q.value = high
		case "between":
			*q.value = rapid.Float64Range(low, high).Draw(t, q.name)
		}
		*q.value = max(low, min(high, *q.value))
	}
	return l
}

// mostAmps is more than any load within its limits can draw.
const mostAmps = 1e5

// Whatever a load is set to and whatever the mains do, its current is finite, and so
// is what it reports.
func TestNoLoadInventsInfinity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := anyLoad(t)
		var f config.Faults
		if l.check(&f); f.Len() > 0 {
			t.Fatalf("%+v: %v", l, f.Err())
		}
		s, err := l.source(&library{}, rand.New(rand.NewPCG(1, 1)))
		if err != nil {
			t.Fatal(err)
		}
		m, g := newBlock(), newGrid(1)
		if rapid.Bool().Draw(t, "dirty mains") {
			g.set(Quality{Harmonics: []Harmonic{{3, 30, 180}, {40, 30, 0}}, DriftHz: 1, FlickerPercent: 20, NoiseV: 5, SourceOhm: 2, SourceReactanceOhm: 2})
		}
		term := terminal{current: make([]float64, blockSize), voltage: make([]float64, blockSize)}
		if w, ok := s.(settler); ok && rapid.Bool().Draw(t, "settled") {
			w.settle(rapid.Float64Range(0, 300).Draw(t, "settled at"))
		}
		for range rapid.IntRange(1, 12).Draw(t, "blocks") {
			volts := rapid.SampledFrom([]float64{0, 1e-9, 0.5, 49, 85, 230, 300}).Draw(t, "volts")
			hertz := rapid.SampledFrom([]float64{20, 40, 50, 60, 70}).Draw(t, "hertz")
			n := rapid.IntRange(1, blockSize).Draw(t, "samples")
			m.cycle = rapid.Float64Range(0, 100).Draw(t, "cycle")
			if r, ok := s.(rester); ok && rapid.IntRange(0, 3).Draw(t, "off") == 0 {
				r.rest(rapid.SampledFrom([]float64{0, 1e-4, 0.05, 3600}).Draw(t, "off for"))
			}
			if g.quality.NoiseV > 0 {
				g.fill(&m, n, volts, hertz)
			} else {
				m.fill(n, volts, hertz)
			}
			term.current = term.current[:n]
			s.draw(&m, &term)
			g.sag(&m, term.current)
			for k, i := range term.current {
				if !(math.Abs(i) < mostAmps) {
					t.Fatalf("%+v: %v A at sample %d of %d, %v V, %v Hz", l, i, k, n, volts, hertz)
				}
			}
		}
		if r, ok := s.(reporter); ok {
			if _, err := json.Marshal(r.report()); err != nil {
				t.Fatalf("%+v: %v", r.report(), err)
			}
		}
	})
}
