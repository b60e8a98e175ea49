package sim

import (
	"math"
	"math/rand/v2"

	"github.com/zerocross-pdu/zerocross/config"
)

// PFC is a supply with active power factor correction: {"type":"pfc","watts":150}. At
// load its current follows the voltage; idle, its filter capacitor leads. Before the
// corrector starts, the bulk capacitor charges through a bridge and an NTC resistor,
// which is a small one while it is still warm.
type PFC struct {
	Watts      float64 `json:"watts"`      // from the mains, 0 to ratedWatts; 150
	RatedWatts float64 `json:"ratedWatts"` // 10 to 5,000; 500
	BulkUF     float64 `json:"bulkUF"`     // bulk capacitor, 10 to 10,000; 330
	FilterUF   float64 `json:"filterUF"`   // across the mains, 0.01 to 50; 1.5
	NTCOhm     float64 `json:"ntcOhm"`     // at 25 °C, 0.1 to 100; 10
}

func defaultPFC() *PFC {
	return &PFC{Watts: 150, RatedWatts: 500, BulkUF: 330, FilterUF: 1.5, NTCOhm: 10}
}

func (*PFC) kind() string { return "pfc" }

func (l *PFC) parameters() parameters {
	return parameters{
		{"ratedWatts", &l.RatedWatts, 10, 5000, "W"},
		{"watts", &l.Watts, 0, l.RatedWatts, "W, the rated power"},
		{"bulkUF", &l.BulkUF, 10, 10_000, "µF"},
		{"filterUF", &l.FilterUF, 0.01, 50, "µF"},
		{"ntcOhm", &l.NTCOhm, 0.1, 100, "ohms"},
	}
}

func (l *PFC) fields() object         { return l.parameters().fields() }
func (l *PFC) check(f *config.Faults) { l.parameters().check(f) }

func (l *PFC) source(*library, *rand.Rand) (source, error) {
	return newPFCSource(*l), nil
}

// pfcSource is a supply with active power factor correction.
type pfcSource struct {
	filter    branch
	bridge    bridge // past the corrector; conducts at switch-on and after a sag
	converter converter
	ntc       thermistor
	ratedW    float64
	fedFor    float64 // seconds
}

const (
	pfcBusV        = 390  // which the corrector keeps
	pfcStopV       = 300  // below which the output stops
	pfcStartDelay  = 0.2  // seconds from power to the start of the corrector
	pfcRegulation  = 0.2  // seconds in which it makes good a difference in energy
	pfcLeastV      = 80   // RMS, below which it does not work
	pfcFixedOhm    = 0.3  // beside the NTC resistor
	pfcInductance  = 2e-4 // henry, of filter and corrector
	pfcFilterOhm   = 0.5
	pfcOverload    = 2 // most it takes over its rating
	pfcMostCurrent = 90
)

func newPFCSource(l PFC) *pfcSource {
	return &pfcSource{
		filter:    newBranch(pfcFilterOhm, l.FilterUF*1e-6),
		bridge:    bridge{henry: pfcInductance, farad: l.BulkUF * 1e-6},
		converter: converter{watts: l.Watts, startV: pfcBusV * 0.97, stopV: pfcStopV},
		ntc:       thermistor{coldOhm: l.NTCOhm, kelvin: roomKelvin},
		ratedW:    l.RatedWatts,
	}
}

// conductance is what the corrector looks like to the mains now.
func (s *pfcSource) conductance(rmsV float64) float64 {
	if s.fedFor < pfcStartDelay || rmsV < pfcLeastV {
		return 0
	}
	missing := s.bridge.farad / 2 * (pfcBusV*pfcBusV - s.bridge.busV*s.bridge.busV)
	watts := missing / pfcRegulation
	if s.converter.takes(s.bridge.busV) {
		watts += s.converter.watts
	}
	most := pfcOverload * s.ratedW
	return max(0, min(watts/(rmsV*rmsV), most/(pfcMostCurrent*pfcMostCurrent)))
}

func (s *pfcSource) draw(m *block, t *terminal) {
	s.bridge.ohm = pfcFixedOhm + s.ntc.ohm()
	v0, heat := m.beforeV, 0.0
	for k, v1 := range m.mainsV {
		g := s.conductance(m.rmsV)
		if s.bridge.blocked(v0, v1) {
			s.step(v1, sampleTime, g)
		} else {
			for n := 1; n <= subSteps; n++ {
				s.step(v0+(v1-v0)*float64(n)/subSteps, subTime, g)
			}
		}
		a := s.bridge.lineA + g*v1
		t.current[k] = a
		heat += a * a * sampleTime
		v0 = v1
	}
	s.fedFor += m.seconds()
	if m.rmsV < pfcLeastV {
		s.fedFor = 0
	}
	s.ntc.warm(heat, m.seconds())
	s.filter.add(m, t)
}

// step lets the bulk capacitor be charged by bridge and corrector and discharged by
// the converter.
func (s *pfcSource) step(v, h, g float64) {
	amps := s.converter.amps(s.bridge.busV)
	if g > 0 {
		amps -= g * v * v / max(s.bridge.busV, 1)
	}
	s.bridge.step(v, h, amps)
}

func (s *pfcSource) rest(seconds float64) {
	s.fedFor = 0
	s.bridge.rest(&s.converter, seconds)
	s.filter.rest(seconds)
	s.ntc.warm(0, seconds)
}

func (s *pfcSource) settle(rmsV float64) {
	s.fedFor, s.bridge.busV = pfcStartDelay, pfcBusV
	s.converter.running = true
	s.filter.settle()
	amps := s.converter.watts / max(rmsV, pfcLeastV)
	s.ntc.warm(amps*amps*hour, hour)
}

func (s *pfcSource) inherit(from source) {
	if old, ok := from.(*pfcSource); ok {
		s.fedFor, s.filter.volts, s.ntc.kelvin = old.fedFor, old.filter.volts, old.ntc.kelvin
		s.bridge.lineA, s.bridge.busV = old.bridge.lineA, old.bridge.busV
		s.converter.running = old.converter.running
	}
}

func (s *pfcSource) report() any {
	return struct {
		BusV         float64 `json:"busV"`
		OutputOn     bool    `json:"outputOn"`
		NTCOhm       float64 `json:"ntcOhm"`
		NTCTempC     float64 `json:"ntcTemperatureC"`
		CorrectorRun bool    `json:"correctorOn"`
	}{s.bridge.busV, s.converter.running, s.ntc.ohm(), s.ntc.kelvin - zeroCelsius, s.fedFor >= pfcStartDelay}
}

const (
	zeroCelsius = 273.15
	roomKelvin  = 25 + zeroCelsius
	hour        = 3600.0 // seconds
)

// thermistor is an NTC resistor that its current heats:
//
//	R = R25·exp(B·(1/T - 1/298.15))    Cth·dT/dt = i²·R - (T - T0)·δ
type thermistor struct{ coldOhm, kelvin float64 }

const (
	ntcB          = 3000  // kelvin
	ntcWattsPerK  = 0.02  // δ
	ntcTime       = 40    // seconds, Cth/δ
	ntcMostKelvin = 473.0 // its resistance hardly falls any more
)

func (t *thermistor) ohm() float64 {
	return t.coldOhm * math.Exp(ntcB*(1/t.kelvin-1/roomKelvin))
}

// warm heats it with the integral of the squared current over some seconds.
func (t *thermistor) warm(squareAs, seconds float64) {
	if seconds <= 0 {
		return
	}
	// In parts, for its resistance falls while it is heated.
	parts := int(min(1000, 1+squareAs*t.coldOhm/(ntcTime*ntcWattsPerK)+seconds))
	h := seconds / float64(parts)
	keep := math.Exp(-h / ntcTime)
	for range parts {
		steady := roomKelvin + squareAs/seconds*t.ohm()/ntcWattsPerK
		t.kelvin = min(ntcMostKelvin, steady+(t.kelvin-steady)*keep)
	}
}
