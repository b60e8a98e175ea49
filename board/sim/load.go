package sim

import (
	"math"
	"math/rand/v2"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/metering"
)

// Load describes what is plugged into an outlet. It is one of the structs of this
// package that loadOf knows. A new kind is a struct, a source that draws its current,
// and a line in loadOf.
type Load interface {
	// kind is the value of "type" in JSON.
	kind() string
	// fields names the members of the JSON form and where to decode them.
	fields() object
	// check adds what is wrong to f.
	check(f *config.Faults)
	// source makes the physical thing, not fed until now.
	source(lib *library, random *rand.Rand) (source, error)
}

// Empty is an outlet without a load: {"type":"none"}.
type Empty struct{}

// Resistive is a heater: {"type":"resistive","watts":1000}. Watts are those at
// 230 V; power goes with the square of the voltage. Negative watts feed back.
type Resistive struct {
	Watts float64 `json:"watts"` // -20,000 to 20,000
}

// Shift is the side to which the current of a load is shifted.
type Shift string

// The shifts.
const (
	Inductive  Shift = "inductive"  // current behind voltage
	Capacitive Shift = "capacitive" // current before voltage
)

// ConstantPF is a supply that keeps its power and its power factor:
// {"type":"constantPF","watts":180,"powerFactor":0.97,"shift":"capacitive"}, or
// "va" instead of "watts". Below 90 V its current falls with the voltage, as no
// supply keeps up its power down to nothing. Negative watts feed back.
type ConstantPF struct {
	Watts       *float64 `json:"watts,omitempty"` // -20,000 to 20,000
	VA          *float64 `json:"va,omitempty"`    // 0 to 20,000
	PowerFactor float64  `json:"powerFactor"`     // 0 to 1; with watts at least 0.01
	Shift       Shift    `json:"shift"`           // inductive if not given
}

// Recorded is a recording of a real appliance: {"type":"recording",
// "file":"kettle-1.i16","ampsPerCount":0.0241,"voltsPerCount":0.0595}. Format and
// scales are those of package metering.
type Recorded struct {
	File          string  `json:"file"`
	AmpsPerCount  float64 `json:"ampsPerCount"`
	VoltsPerCount float64 `json:"voltsPerCount"`
	Rate          float64 `json:"rate"` // samples per second, 6,400 if not given
}

// loadOf gives an empty load of a kind, nil for an unknown one.
func loadOf(kind string) Load {
	switch kind {
	case "none":
		return &Empty{}
	case "resistive":
		return &Resistive{}
	case "constantPF":
		return &ConstantPF{Shift: Inductive}
	case "rectifier":
		return defaultRectifier()
	case "led":
		return defaultLED()
	case "pfc":
		return defaultPFC()
	case "capacitor":
		return defaultCapacitor()
	case "motor":
		return defaultMotor()
	case "transformer":
		return defaultTransformer()
	case "thermostat":
		return defaultThermostat()
	case "server":
		return defaultServer()
	case "inverter":
		return defaultInverter()
	case "trace":
		return defaultTrace()
	case "recording":
		return &Recorded{Rate: metering.DefaultRate}
	}
	return nil
}

// loadKinds lists what loadOf knows, for error texts.
const loadKinds = "none, resistive, constantPF, rectifier, led, pfc, capacitor, motor, transformer, thermostat, server, inverter, trace, recording"

const maxWatts = 20_000

func (Empty) kind() string      { return "none" }
func (Resistive) kind() string  { return "resistive" }
func (ConstantPF) kind() string { return "constantPF" }
func (Recorded) kind() string   { return "recording" }

func (*Empty) fields() object       { return object{} }
func (l *Resistive) fields() object { return object{"watts": need(&l.Watts)} }
func (l *ConstantPF) fields() object {
	return object{"watts": may(&l.Watts), "va": may(&l.VA), "powerFactor": need(&l.PowerFactor), "shift": may(&l.Shift)}
}
func (l *Recorded) fields() object {
	return object{"file": need(&l.File), "ampsPerCount": need(&l.AmpsPerCount), "voltsPerCount": need(&l.VoltsPerCount), "rate": may(&l.Rate)}
}

func (Empty) check(*config.Faults) {}

func (l Resistive) check(f *config.Faults) {
	inRange(f, "watts", l.Watts, -maxWatts, maxWatts, "W")
}

func (l ConstantPF) check(f *config.Faults) {
	switch {
	case l.Watts != nil && l.VA != nil:
		f.Add("va", "load.either", "give either watts or va, not both")
	case l.Watts != nil:
		inRange(f, "watts", *l.Watts, -maxWatts, maxWatts, "W")
		inRange(f, "powerFactor", l.PowerFactor, 0.01, 1, "with watts; give va for a load without active power")
	case l.VA != nil:
		inRange(f, "va", *l.VA, 0, maxWatts, "VA")
		inRange(f, "powerFactor", l.PowerFactor, 0, 1, "")
	default:
		f.Add("watts", "field.missing", "give watts or va")
	}
	l.Shift.check(f)
}

func (s Shift) check(f *config.Faults) {
	if s != Inductive && s != Capacitive {
		f.Add("shift", "field.value", "%q is neither inductive nor capacitive", s)
	}
}

func (l Recorded) check(f *config.Faults) {
	if err := checkFileName(l.File, recordingSuffix); err != nil {
		f.Add("file", "recording.name", "%v", err)
	}
	checkScale(f, "ampsPerCount", l.AmpsPerCount)
	checkScale(f, "voltsPerCount", l.VoltsPerCount)
	inRange(f, "rate", l.Rate, metering.MinRate, metering.MaxRate, "samples per second")
}

func checkScale(f *config.Faults, name string, scale float64) {
	if err := metering.CheckScale(name, scale); err != nil {
		f.Add(name, "field.range", "%v", err)
	}
}

// source is the physical side of a load.
type source interface {
	// draw fills t with what happens at the outlet, whose contact is closed, during
	// the block m of mains.
	draw(m *block, t *terminal)
}

// A source with a state of its own has some of these abilities.
type (
	// rester lives on while nothing feeds it.
	rester interface{ rest(seconds float64) }
	// settler can be as if it had been fed for long, with a voltage of rmsV that is
	// at phase 0 now. A process that starts finds its loads running.
	settler interface{ settle(rmsV float64) }
	// heir takes over the state of the same kind of appliance: it is that one, set
	// otherwise.
	heir interface{ inherit(from source) }
	// reporter tells its state, for the API.
	reporter interface{ report() any }
)

// terminal is where a source meets its outlet: one block of samples.
type terminal struct {
	current []float64 // as long as the block
	// voltage is room for a source with a voltage of its own, which says so with
	// ownVoltage and with ratio, that of its voltage to the mains. The inlet sees
	// the current times the ratio.
	voltage    []float64
	ownVoltage bool
	ratio      float64
}

// open is a source that draws nothing.
type open struct{}

func (open) draw(_ *block, t *terminal) { clear(t.current) }

// conductance is a source in phase with the voltage, in siemens.
type conductance float64

func (g conductance) draw(m *block, t *terminal) {
	for k, v := range m.mainsV {
		t.current[k] = float64(g) * v
	}
}

// shifted is a source of constant power and power factor.
type shifted struct{ activeW, reactiveVAr float64 }

// regulationV is the voltage down to which a supply keeps its power.
const regulationV = 90

func (s shifted) draw(m *block, t *terminal) {
	// Power P at voltage U takes P/U of current; below regulationV as an impedance.
	perWatt := math.Sqrt2 / m.sineV
	if m.sineV < regulationV {
		perWatt = math.Sqrt2 * m.sineV / (regulationV * regulationV)
	}
	inPhase, behind := s.activeW*perWatt, s.reactiveVAr*perWatt
	for k := range t.current {
		t.current[k] = inPhase*m.sin[k] - behind*m.cos[k]
	}
}

func (Empty) source(*library, *rand.Rand) (source, error) { return open{}, nil }

func (l Resistive) source(*library, *rand.Rand) (source, error) {
	return conductance(l.Watts / (nominalV * nominalV)), nil
}

func (l ConstantPF) source(*library, *rand.Rand) (source, error) {
	sine := math.Sqrt(1 - l.PowerFactor*l.PowerFactor)
	if l.Shift == Capacitive {
		sine = -sine
	}
	if l.Watts != nil {
		return shifted{*l.Watts, math.Abs(*l.Watts) / l.PowerFactor * sine}, nil
	}
	return shifted{*l.VA * l.PowerFactor, *l.VA * sine}, nil
}

func (l Recorded) source(lib *library, _ *rand.Rand) (source, error) {
	rec, err := lib.read(l.File)
	if err != nil {
		return nil, err
	}
	return newPlayer(rec, l)
}
