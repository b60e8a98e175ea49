package sim

import (
	"math"
	"math/rand/v2"

	"github.com/zerocross-pdu/zerocross/config"
)

// Transformer is a mains transformer, by default without a load:
// {"type":"transformer","va":500}. Its core keeps a part of its flux when it is
// switched off, and saturates when it is switched on at the wrong moment.
type Transformer struct {
	VA               float64 `json:"va"`               // rating, 5 to 5,000; 500
	Watts            float64 `json:"watts"`            // of a resistive load, 0 to va; 0
	NoLoadPercent    float64 `json:"noLoadPercent"`    // magnetizing over rated current, 0.1 to 50; 5
	LossPercent      float64 `json:"lossPercent"`      // of the core, of va, 0.1 to 10; 1
	CopperPercent    float64 `json:"copperPercent"`    // voltage lost in the winding at rated current, 0.2 to 20; 3
	SaturatedPercent float64 `json:"saturatedPercent"` // reactance in saturation, of the rated impedance, 1 to 50; 6
	Remanence        float64 `json:"remanence"`        // part of the flux that stays, 0 to 0.9; 0.6
}

func defaultTransformer() *Transformer {
	return &Transformer{VA: 500, NoLoadPercent: 5, LossPercent: 1, CopperPercent: 3, SaturatedPercent: 6, Remanence: 0.6}
}

func (*Transformer) kind() string { return "transformer" }

func (l *Transformer) parameters() parameters {
	return parameters{
		{"va", &l.VA, 5, 5000, "VA"},
		{"watts", &l.Watts, 0, l.VA, "W, the rating"},
		{"noLoadPercent", &l.NoLoadPercent, 0.1, 50, "%"},
		{"lossPercent", &l.LossPercent, 0.1, 10, "%"},
		{"copperPercent", &l.CopperPercent, 0.2, 20, "%"},
		{"saturatedPercent", &l.SaturatedPercent, 1, 50, "%"},
		{"remanence", &l.Remanence, 0, 0.9, ""},
	}
}

func (l *Transformer) fields() object         { return l.parameters().fields() }
func (l *Transformer) check(f *config.Faults) { l.parameters().check(f) }

const (
	ratedFlux = nominalV * math.Sqrt2 / (2 * math.Pi * nominalHz) // peak at 230 V and 50 Hz, in volt seconds
	kneeFlux  = 1.2 * ratedFlux                                   // where the core saturates
)

func (l *Transformer) source(*library, *rand.Rand) (source, error) {
	const omega = 2 * math.Pi * nominalHz
	ohms := nominalV * nominalV / l.VA // rated impedance
	henry := ohms / omega / (l.NoLoadPercent / 100)
	return &transformerSource{
		ohm:       ohms * l.CopperPercent / 100,
		henry:     henry,
		saturated: min(henry, ohms/omega*l.SaturatedPercent/100),
		siemens:   (l.VA*l.LossPercent/100 + l.Watts) / (nominalV * nominalV),
		remanence: l.Remanence,
		flux:      l.Remanence * ratedFlux,
		resting:   true,
	}, nil
}

// transformerSource integrates the flux of the core: dλ/dt = v - R·i(λ), where i is
// λ/L up to the knee and rises with the inductance of air beyond.
type transformerSource struct {
	ohm              float64
	henry, saturated float64
	siemens          float64 // core loss and load
	remanence        float64
	flux             float64
	resting          bool
}

// magnetizing is the current at a flux.
func (s *transformerSource) magnetizing(flux float64) float64 {
	beyond := math.Abs(flux) - kneeFlux
	if beyond <= 0 {
		return flux / s.henry
	}
	return math.Copysign(kneeFlux/s.henry+beyond/s.saturated, flux)
}

// step advances by h seconds of mean voltage v. It solves for the flux at the end,
// on the straight piece of the curve on which that lies.
func (s *transformerSource) step(v, h float64) {
	free := s.flux + h*v
	next := free / (1 + h*s.ohm/s.henry)
	if math.Abs(next) > kneeFlux {
		offset := math.Copysign(1, next) * (kneeFlux/s.henry - kneeFlux/s.saturated)
		next = (free - h*s.ohm*offset) / (1 + h*s.ohm/s.saturated)
	}
	s.flux = next
}

func (s *transformerSource) draw(m *block, t *terminal) {
	s.resting = false
	v0 := m.beforeV
	for k, v1 := range m.mainsV {
		for n := range subSteps {
			s.step(v0+(v1-v0)*(float64(n)+0.5)/subSteps, subTime)
		}
		t.current[k] = s.magnetizing(s.flux) + s.siemens*v1
		v0 = v1
	}
}

// rest lets the flux fall to what the iron keeps, within the first instant.
func (s *transformerSource) rest(float64) {
	if !s.resting {
		s.flux = s.remanence * max(-ratedFlux, min(ratedFlux, s.flux))
		s.resting = true
	}
}

func (s *transformerSource) settle(rmsV float64) { s.flux = -ratedFlux * rmsV / nominalV }

func (s *transformerSource) inherit(from source) {
	if old, ok := from.(*transformerSource); ok {
		s.flux, s.resting = old.flux, old.resting
	}
}

func (s *transformerSource) report() any {
	return struct {
		Flux float64 `json:"flux"` // of the rated peak
	}{s.flux / ratedFlux}
}
