package sim

import (
	"math"
	"math/rand/v2"

	"github.com/zerocross-pdu/zerocross/config"
)

// Motor is an induction motor that drives a fan: {"type":"motor","watts":250}. It is
// described by what its plate says and by how it starts.
type Motor struct {
	Watts       float64 `json:"watts"`       // from the mains at 230 V, 50 Hz and load 1, 5 to 5,000; 250
	PowerFactor float64 `json:"powerFactor"` // then, 0.4 to 0.95; 0.75
	StartRatio  float64 `json:"startRatio"`  // starting over rated current, 3 to 10; 6
	InertiaS    float64 `json:"inertiaS"`    // seconds to full speed at rated torque, 0.05 to 20; 0.6
	Load        float64 `json:"load"`        // of the rated torque at full speed, 0 to 1.5; 1
	// Every stepS seconds the load changes between load and stepLoad, as that of a
	// compressor does; 0 is never.
	StepS    float64 `json:"stepS"`    // 0 to 86,400; 0
	StepLoad float64 `json:"stepLoad"` // 0 to 1.5; 0.3
}

func defaultMotor() *Motor {
	return &Motor{Watts: 250, PowerFactor: 0.75, StartRatio: 6, InertiaS: 0.6, Load: 1, StepLoad: 0.3}
}

func (*Motor) kind() string { return "motor" }

func (l *Motor) parameters() parameters {
	return parameters{
		{"watts", &l.Watts, 5, 5000, "W"},
		{"powerFactor", &l.PowerFactor, 0.4, 0.95, ""},
		{"startRatio", &l.StartRatio, 3, 10, ""},
		{"inertiaS", &l.InertiaS, 0.05, 20, "s"},
		{"load", &l.Load, 0, 1.5, ""},
		{"stepS", &l.StepS, 0, 86_400, "s"},
		{"stepLoad", &l.StepLoad, 0, 1.5, ""},
	}
}

func (l *Motor) fields() object         { return l.parameters().fields() }
func (l *Motor) check(f *config.Faults) { l.parameters().check(f) }

// lockedPowerFactor is that of the current with a standing rotor.
const lockedPowerFactor = 0.5

// source derives an equivalent circuit: the magnetizing inductance beside stator and
// rotor, R1 + R2/slip in series with the leakage inductance.
func (l *Motor) source(*library, *rand.Rand) (source, error) {
	const omega = 2 * math.Pi * 50
	apparent := l.Watts / l.PowerFactor
	locked := nominalV * nominalV / apparent / l.StartRatio // impedance with a standing rotor
	ohm := locked * lockedPowerFactor
	leak := locked * math.Sqrt(1-lockedPowerFactor*lockedPowerFactor)
	// The series resistance at which the rotor takes the rated power.
	square := float64(nominalV * nominalV)
	run := (square + math.Sqrt(max(0, square*square-4*l.Watts*l.Watts*leak*leak))) / (2 * l.Watts)
	reactive := math.Sqrt(apparent*apparent - l.Watts*l.Watts)
	magnetizing := max(0.05*apparent, reactive-square*leak/(run*run+leak*leak))
	s := &motorSource{
		spec: *l, statorOhm: ohm / 2, rotorOhm: ohm / 2,
		magnet: coil{henry: square / magnetizing / omega},
		rotor:  coil{henry: leak / omega},
	}
	s.ratedGapW = square / (run*run + leak*leak) * (run - s.statorOhm)
	s.ratedSpeed = 1 - s.rotorOhm/(run-s.statorOhm)
	return s, nil
}

// motorSource is a motor at some speed.
type motorSource struct {
	spec                Motor
	statorOhm, rotorOhm float64
	ratedGapW           float64 // power across the air gap at rated torque
	ratedSpeed          float64 // of the synchronous one
	magnet, rotor       coil
	gapW                float64 // power across the air gap, without its pulsation
	speed               float64 // of the synchronous one at 50 Hz
	fedFor              float64 // seconds, for the load steps
}

const (
	leastSlip       = 1e-3
	magnetOhmOfX    = 0.01 // resistance, of its reactance, that ends a direct current in the magnetizing inductance
	coastTime       = 3.0  // inertias: a motor without power stops by its load
	nominalHz       = 50
	mostMotorSpeed  = 2.0
	torqueTime      = 0.03 // seconds; its second winding makes the torque of a motor smooth
	mostMotorTorque = 20   // of the rated one
)

func (s *motorSource) draw(m *block, t *terminal) {
	sync := m.step * sampleRate / nominalHz // synchronous speed
	magnetOhm := magnetOhmOfX * 2 * math.Pi * nominalHz * s.magnet.henry
	v0 := m.beforeV
	for k, v1 := range m.mainsV {
		slip := max(leastSlip, (sync-s.speed)/sync)
		ohm := s.statorOhm + s.rotorOhm/slip
		gapW := 0.0
		for n := range subSteps {
			v := v0 + (v1-v0)*(float64(n)+0.5)/subSteps
			s.magnet.step(v, subTime, magnetOhm)
			s.rotor.step(v, subTime, ohm)
			gapW += s.rotor.amps * s.rotor.amps * (s.rotorOhm / slip) / subSteps
		}
		if s.speed >= sync {
			gapW = 0 // it turns no faster than its field
		}
		s.gapW += (gapW - s.gapW) * sampleTime / torqueTime
		s.turn(s.gapW/s.ratedGapW/sync, sampleTime)
		t.current[k] = s.magnet.amps + s.rotor.amps
		v0 = v1
	}
	s.fedFor += m.seconds()
}

// turn accelerates the rotor by a torque, in units of the rated one.
func (s *motorSource) turn(torque, seconds float64) {
	part := s.speed / s.ratedSpeed
	brake := s.load() * part * part
	s.speed += (min(torque, mostMotorTorque) - brake) / s.spec.InertiaS * seconds
	s.speed = max(0, min(mostMotorSpeed, s.speed))
}

// load is the torque at full speed now.
func (s *motorSource) load() float64 {
	if s.spec.StepS > 0 && int64(s.fedFor/s.spec.StepS)%2 == 1 {
		return s.spec.StepLoad
	}
	return s.spec.Load
}

func (s *motorSource) rest(seconds float64) {
	s.magnet.amps, s.rotor.amps, s.gapW, s.fedFor = 0, 0, 0, 0
	s.speed *= math.Exp(-seconds / (coastTime * s.spec.InertiaS))
}

func (s *motorSource) settle(float64) { s.speed, s.gapW = s.ratedSpeed, s.ratedGapW }

func (s *motorSource) inherit(from source) {
	if old, ok := from.(*motorSource); ok {
		s.speed, s.gapW, s.fedFor = old.speed, old.gapW, old.fedFor
		s.magnet.amps, s.rotor.amps = old.magnet.amps, old.rotor.amps
	}
}

func (s *motorSource) report() any {
	return struct {
		Speed float64 `json:"speed"`
		Load  float64 `json:"load"`
	}{s.speed, s.load()}
}
