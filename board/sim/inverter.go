package sim

import (
	"math"
	"math/rand/v2"

	"github.com/zerocross-pdu/zerocross/config"
)

// Inverter is a small solar plant that feeds back: {"type":"inverter","watts":600}. It
// watches the mains before it feeds, and stops at once when it is gone.
type Inverter struct {
	Watts    float64 `json:"watts"`    // fed in full sun, 1 to 5,000; 600
	ConnectS float64 `json:"connectS"` // seconds of good mains before it feeds, 0 to 600; 20
	NominalV float64 `json:"nominalV"` // feeds from 0.8 to 1.15 of it, 90 to 260; 230
	FilterUF float64 `json:"filterUF"` // capacitor across the mains, 0.01 to 50; 2
	Clouds   float64 `json:"clouds"`   // mean part of the power that they take, 0 to 1; 0.2
}

func defaultInverter() *Inverter {
	return &Inverter{Watts: 600, ConnectS: 20, NominalV: nominalV, FilterUF: 2, Clouds: 0.2}
}

func (*Inverter) kind() string { return "inverter" }

func (l *Inverter) parameters() parameters {
	return parameters{
		{"watts", &l.Watts, 1, 5000, "W"},
		{"connectS", &l.ConnectS, 0, 600, "s"},
		{"nominalV", &l.NominalV, 90, 260, "V"},
		{"filterUF", &l.FilterUF, 0.01, 50, "µF"},
		{"clouds", &l.Clouds, 0, 1, ""},
	}
}

func (l *Inverter) fields() object         { return l.parameters().fields() }
func (l *Inverter) check(f *config.Faults) { l.parameters().check(f) }

func (l *Inverter) source(_ *library, random *rand.Rand) (source, error) {
	return &inverterSource{
		spec:   *l,
		filter: newBranch(pfcFilterOhm, l.FilterUF*1e-6),
		sky:    wander{spread: 0.5, time: 30, random: random},
	}, nil
}

type inverterSource struct {
	spec    Inverter
	filter  branch
	sky     wander
	goodFor float64 // seconds of mains within its limits
	watts   float64 // fed now
}

// Limits of the mains between which an inverter feeds, of its nominal voltage, and
// what of its power it adds in a second (EN 50549-1).
const (
	leastFeedV  = 0.8
	mostFeedV   = 1.15
	leastFeedHz = 47.5
	mostFeedHz  = 51.5
	feedRamp    = 0.2
)

// good says whether it may feed into such mains. At 60 Hz nominal the band lies 10 Hz
// higher.
func (s *inverterSource) good(m *block) bool {
	hz := m.step * sampleRate
	if hz > splitHz {
		hz -= 10
	}
	part := m.rmsV / s.spec.NominalV
	return part >= leastFeedV && part <= mostFeedV && hz >= leastFeedHz && hz <= mostFeedHz
}

// splitHz parts mains of nominally 50 Hz from those of 60 Hz.
const splitHz = 55

func (s *inverterSource) draw(m *block, t *terminal) {
	seconds := m.seconds()
	s.sky.pass(seconds)
	if s.good(m) {
		s.goodFor += seconds
	} else {
		s.goodFor = 0
	}
	if s.goodFor <= s.spec.ConnectS {
		s.watts = 0
	} else {
		s.watts = min(s.sun(), s.watts+feedRamp*s.spec.Watts*seconds)
	}
	if s.watts > 0 {
		shifted{activeW: -s.watts}.draw(m, t)
	} else {
		clear(t.current)
	}
	s.filter.add(m, t)
}

// sun is the power that the sky gives now.
func (s *inverterSource) sun() float64 {
	shade := s.spec.Clouds * (1 + s.sky.value)
	return s.spec.Watts * max(0, min(1, 1-shade))
}

func (s *inverterSource) rest(seconds float64) {
	s.goodFor, s.watts = 0, 0
	s.sky.pass(seconds)
	s.filter.rest(seconds)
}

func (s *inverterSource) settle(float64) {
	s.goodFor, s.watts = math.Nextafter(s.spec.ConnectS, math.Inf(1)), s.sun()
	s.filter.settle()
}

func (s *inverterSource) inherit(from source) {
	if old, ok := from.(*inverterSource); ok {
		s.goodFor, s.watts = old.goodFor, min(old.watts, s.spec.Watts)
		s.filter.volts = old.filter.volts
	}
}

func (s *inverterSource) report() any {
	return struct {
		Feeding bool    `json:"feeding"`
		SunW    float64 `json:"sunW"`
	}{s.watts > 0, s.sun()}
}
