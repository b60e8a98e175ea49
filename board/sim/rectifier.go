package sim

import (
	"math"
	"math/rand/v2"

	"github.com/zerocross-pdu/zerocross/config"
)

// Rectifier is a supply without power factor correction: bridge, bulk capacitor and a
// converter that takes a constant power from it. {"type":"rectifier","watts":60}
type Rectifier struct {
	Watts         float64 `json:"watts"`         // on the DC side, 0 to 5,000; 60
	CapacitanceUF float64 `json:"capacitanceUF"` // of the bulk capacitor, 1 to 20,000; 150
	ResistanceOhm float64 `json:"resistanceOhm"` // in series, 0.05 to 1,000; 2
	InductanceUH  float64 `json:"inductanceUH"`  // in series, 1 to 100,000; 200
}

func defaultRectifier() *Rectifier {
	return &Rectifier{Watts: 60, CapacitanceUF: 150, ResistanceOhm: 2, InductanceUH: 200}
}

func (*Rectifier) kind() string { return "rectifier" }

func (l *Rectifier) parameters() parameters {
	return parameters{
		{"watts", &l.Watts, 0, 5000, "W"},
		{"capacitanceUF", &l.CapacitanceUF, 1, 20_000, "µF"},
		{"resistanceOhm", &l.ResistanceOhm, 0.05, 1000, "ohms"},
		{"inductanceUH", &l.InductanceUH, 1, 100_000, "µH"},
	}
}

func (l *Rectifier) fields() object         { return l.parameters().fields() }
func (l *Rectifier) check(f *config.Faults) { l.parameters().check(f) }

func (l *Rectifier) source(*library, *rand.Rand) (source, error) {
	return &rectifierSource{
		bridge:    bridge{ohm: l.ResistanceOhm, henry: l.InductanceUH * 1e-6, farad: l.CapacitanceUF * 1e-6},
		converter: converter{watts: l.Watts, startV: 100, stopV: 70},
	}, nil
}

// rectifierSource is a bridge with a converter behind it.
type rectifierSource struct {
	bridge    bridge
	converter converter
}

func (s *rectifierSource) draw(m *block, t *terminal) {
	before := m.beforeV
	for k, v := range m.mainsV {
		s.sample(before, v)
		t.current[k] = s.bridge.lineA
		before = v
	}
}

// sample advances by one sample.
func (s *rectifierSource) sample(v0, v1 float64) {
	if s.bridge.blocked(v0, v1) {
		s.bridge.step(v1, sampleTime, s.converter.amps(s.bridge.busV))
		return
	}
	for n := 1; n <= subSteps; n++ {
		v := v0 + (v1-v0)*float64(n)/subSteps
		s.bridge.step(v, subTime, s.converter.amps(s.bridge.busV))
	}
}

func (s *rectifierSource) rest(seconds float64) { s.bridge.rest(&s.converter, seconds) }

func (s *rectifierSource) settle(rmsV float64) { s.bridge.busV = rmsV * math.Sqrt2 }

func (s *rectifierSource) inherit(from source) {
	if old, ok := from.(*rectifierSource); ok {
		s.bridge.lineA, s.bridge.busV = old.bridge.lineA, old.bridge.busV
		s.converter.running = old.converter.running
	}
}

func (s *rectifierSource) report() any {
	return struct {
		BusV float64 `json:"busV"`
	}{s.bridge.busV}
}

// LED is a number of LED drivers: each a small rectifier behind an interference
// filter. {"type":"led","watts":40}
type LED struct {
	Watts float64 `json:"watts"` // of all together, 1 to 2,000; 40
}

func defaultLED() *LED { return &LED{Watts: 40} }

// What LED drivers have per watt: their capacitors store little, so that current flows
// for longer than with Rectifier, and there is little to limit the inrush.
const (
	ledBulkFaradPerWatt   = 0.4e-6
	ledFilterFaradPerWatt = 5e-9
	ledOhmWatts           = 1500 // series resistance times power
	ledHenryWatts         = 20e-3
)

func (*LED) kind() string { return "led" }

func (l *LED) parameters() parameters {
	return parameters{{"watts", &l.Watts, 1, 2000, "W"}}
}

func (l *LED) fields() object         { return l.parameters().fields() }
func (l *LED) check(f *config.Faults) { l.parameters().check(f) }

func (l *LED) source(*library, *rand.Rand) (source, error) {
	s := &ledSource{filter: newBranch(ledOhmWatts/l.Watts/10, l.Watts*ledFilterFaradPerWatt)}
	s.bridge = bridge{ohm: ledOhmWatts / l.Watts, henry: ledHenryWatts / l.Watts, farad: l.Watts * ledBulkFaradPerWatt}
	s.converter = converter{watts: l.Watts, startV: 60, stopV: 40}
	return s, nil
}

// ledSource is a rectifier with a capacitor across the mains.
type ledSource struct {
	rectifierSource
	filter branch
}

func (s *ledSource) draw(m *block, t *terminal) {
	s.rectifierSource.draw(m, t)
	s.filter.add(m, t)
}

func (s *ledSource) rest(seconds float64) {
	s.rectifierSource.rest(seconds)
	s.filter.rest(seconds)
}

func (s *ledSource) settle(rmsV float64) {
	s.rectifierSource.settle(rmsV)
	s.filter.settle()
}

func (s *ledSource) inherit(from source) {
	if old, ok := from.(*ledSource); ok {
		s.rectifierSource.inherit(&old.rectifierSource)
		s.filter.volts = old.filter.volts
	}
}
