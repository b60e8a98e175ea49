package sim

import (
	"math"
	"math/rand/v2"

	"github.com/zerocross-pdu/zerocross/config"
)

// Thermostat is a heater with a thermal mass that a thermostat switches:
// {"type":"thermostat","watts":1500}.
type Thermostat struct {
	Watts    float64 `json:"watts"`    // at 230 V, 1 to 5,000; 1,500
	TargetC  float64 `json:"targetC"`  // -20 to 300; 60
	SpreadK  float64 `json:"spreadK"`  // from switching on to switching off, 0.1 to 50; 4
	AmbientC float64 `json:"ambientC"` // -40 to 60; 21
	RiseK    float64 `json:"riseK"`    // above ambient if it heated without end, 1 to 1,000; 80
	TimeS    float64 `json:"timeS"`    // thermal time constant, 1 to 86,400; 600
}

func defaultThermostat() *Thermostat {
	return &Thermostat{Watts: 1500, TargetC: 60, SpreadK: 4, AmbientC: 21, RiseK: 80, TimeS: 600}
}

func (*Thermostat) kind() string { return "thermostat" }

func (l *Thermostat) parameters() parameters {
	return parameters{
		{"watts", &l.Watts, 1, 5000, "W"},
		{"targetC", &l.TargetC, -20, 300, "°C"},
		{"spreadK", &l.SpreadK, 0.1, 50, "K"},
		{"ambientC", &l.AmbientC, -40, 60, "°C"},
		{"riseK", &l.RiseK, 1, 1000, "K"},
		{"timeS", &l.TimeS, 1, 86_400, "s"},
	}
}

func (l *Thermostat) fields() object         { return l.parameters().fields() }
func (l *Thermostat) check(f *config.Faults) { l.parameters().check(f) }

func (l *Thermostat) source(*library, *rand.Rand) (source, error) {
	return &thermostatSource{spec: *l, temperatureC: l.AmbientC}, nil
}

type thermostatSource struct {
	spec         Thermostat
	temperatureC float64
	heating      bool
}

func (s *thermostatSource) draw(m *block, t *terminal) {
	switch {
	case s.temperatureC <= s.spec.TargetC-s.spec.SpreadK/2:
		s.heating = true
	case s.temperatureC >= s.spec.TargetC+s.spec.SpreadK/2:
		s.heating = false
	}
	if !s.heating {
		clear(t.current)
		s.pass(0, m.seconds())
		return
	}
	conductance(s.spec.Watts/(nominalV*nominalV)).draw(m, t)
	s.pass(m.rmsV*m.rmsV/(nominalV*nominalV), m.seconds())
}

// pass lets a part of the rated power heat for some seconds:
// τ·dT/dt = part·rise - (T - ambient).
func (s *thermostatSource) pass(part, seconds float64) {
	steady := s.spec.AmbientC + part*s.spec.RiseK
	s.temperatureC = steady + (s.temperatureC-steady)*math.Exp(-seconds/s.spec.TimeS)
}

func (s *thermostatSource) rest(seconds float64) { s.pass(0, seconds) }

func (s *thermostatSource) settle(float64) {
	s.temperatureC = min(s.spec.TargetC, s.spec.AmbientC+s.spec.RiseK)
	s.heating = true
}

func (s *thermostatSource) inherit(from source) {
	if old, ok := from.(*thermostatSource); ok {
		s.temperatureC, s.heating = old.temperatureC, old.heating
	}
}

func (s *thermostatSource) report() any {
	return struct {
		TemperatureC float64 `json:"temperatureC"`
		Heating      bool    `json:"heating"`
	}{s.temperatureC, s.heating}
}
