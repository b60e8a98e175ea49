package sim

import (
	"math/rand/v2"

	"github.com/zerocross-pdu/zerocross/config"
)

// Capacitor is a capacitor across the mains behind the resistance of its leads:
// {"type":"capacitor","capacitanceUF":10}. When it is closed in at a voltage, it
// takes its charge at once.
type Capacitor struct {
	CapacitanceUF float64 `json:"capacitanceUF"` // 0.01 to 500; 10
	ResistanceOhm float64 `json:"resistanceOhm"` // 0.01 to 10,000; 0.5
}

func defaultCapacitor() *Capacitor { return &Capacitor{CapacitanceUF: 10, ResistanceOhm: 0.5} }

func (*Capacitor) kind() string { return "capacitor" }

func (l *Capacitor) parameters() parameters {
	return parameters{
		{"capacitanceUF", &l.CapacitanceUF, 0.01, 500, "µF"},
		{"resistanceOhm", &l.ResistanceOhm, 0.01, 10_000, "ohms"},
	}
}

func (l *Capacitor) fields() object         { return l.parameters().fields() }
func (l *Capacitor) check(f *config.Faults) { l.parameters().check(f) }

func (l *Capacitor) source(*library, *rand.Rand) (source, error) {
	return &capacitorSource{newBranch(l.ResistanceOhm, l.CapacitanceUF*1e-6)}, nil
}

type capacitorSource struct{ branch branch }

func (s *capacitorSource) draw(m *block, t *terminal) {
	clear(t.current)
	s.branch.add(m, t)
}

func (s *capacitorSource) rest(seconds float64) { s.branch.rest(seconds) }
func (s *capacitorSource) settle(float64)       { s.branch.settle() }

func (s *capacitorSource) inherit(from source) {
	if old, ok := from.(*capacitorSource); ok {
		s.branch.volts = old.branch.volts
	}
}
