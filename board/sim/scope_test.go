package sim

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/zerocross-pdu/zerocross/config"
)

// scope looks at one source on a mains of its own, without relay and meter.
type scope struct {
	t      testing.TB
	mains  Mains
	block  block
	source source
	term   terminal
}

// watchLoad makes a scope for a load, with the mains at phaseDeg.
func watchLoad(t testing.TB, l Load, m Mains, phaseDeg float64) *scope {
	t.Helper()
	var f config.Faults
	if l.check(&f); f.Len() > 0 {
		t.Fatalf("%+v: %v", l, f.Err())
	}
	s, err := l.source(&library{}, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	sc := &scope{t: t, mains: m, block: newBlock(), source: s}
	sc.term = terminal{current: make([]float64, blockSize), voltage: make([]float64, blockSize)}
	sc.block.cycle = phaseDeg/360 + m.FrequencyHz/sampleRate // a load is closed in one sample before its first
	return sc
}

// seen is what a scope measured.
type seen struct {
	rmsV, rmsA, peakA      float64
	p, s, q, p1, pf, crest float64
}

// run feeds the source for some seconds and measures all of them.
func (sc *scope) run(seconds float64) seen {
	sc.t.Helper()
	var out seen
	var vv, ii, vi, vs, vc, is, ic float64
	total := int(math.Round(seconds * sampleRate))
	for done := 0; done < total; {
		n := min(blockSize, total-done)
		m := &sc.block
		m.fill(n, sc.mains.VoltageV, sc.mains.FrequencyHz)
		sc.term.current = sc.term.current[:n]
		sc.source.draw(m, &sc.term)
		for k, i := range sc.term.current {
			v := m.mainsV[k]
			if math.IsNaN(i) || math.IsInf(i, 0) {
				sc.t.Fatalf("current %v at sample %d", i, done+k)
			}
			vv, ii, vi = vv+v*v, ii+i*i, vi+v*i
			vs, vc = vs+v*m.sin[k], vc+v*m.cos[k]
			is, ic = is+i*m.sin[k], ic+i*m.cos[k]
			out.peakA = max(out.peakA, math.Abs(i))
		}
		m.cycle += float64(n) * m.step
		done += n
	}
	n := float64(total)
	out.rmsV, out.rmsA, out.p = math.Sqrt(vv/n), math.Sqrt(ii/n), vi/n
	out.s = out.rmsV * out.rmsA
	out.p1, out.q = 2*(vs*is+vc*ic)/n/n, 2*(vc*is-vs*ic)/n/n
	if out.s > 0 {
		out.pf, out.crest = out.p/out.s, out.peakA/out.rmsA
	}
	return out
}

// rest leaves the source without power.
func (sc *scope) rest(seconds float64) { sc.source.(rester).rest(seconds) }

var mains50 = Mains{VoltageV: 230, FrequencyHz: 50, On: true}
