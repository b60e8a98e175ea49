package snmp

import (
	"fmt"
	"math"
	"strconv"

	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto/snmp/ber"
)

// Types, scales and states of ENTITY-SENSOR-MIB (RFC 3433).
const (
	sensorOther   = 1
	sensorVoltsAC = 3
	sensorAmperes = 5
	sensorWatts   = 6
	sensorHertz   = 7
	sensorTruth   = 12
	scaleMilli    = 8
	scaleUnits    = 9
	scaleKilo     = 10
	sensorOK      = 1
	sensorUnavail = 2
	sensorLimit   = 1_000_000_000 // of entPhySensorValue, on both sides
	meterEveryMs  = 200
	truthTrue     = 1
	truthFalse    = 2
)

var oidSensor = ber.MustOID("1.3.6.1.2.1.99.1.1.1")

// sensor is one row of entPhySensorTable with its physical entity.
type sensor struct {
	index, parent uint32
	position      int32
	descr, name   string
	kind          int32
	scale         int32
	precision     int32
	units         string
	everyMs       uint32 // 0: it changes when something happens
	// value is what is shown, and whether it is known.
	value func(s *pdu.Snapshot) (n int64, known bool)
	// grows marks counters: from sensorLimit on they are shown in thousands.
	grows bool
}

func plantSensors(p *planter, profile *pdu.Profile, id pdu.Identity) {
	for n := pdu.OutputID(1); int(n) <= profile.Outputs; n++ {
		channel := meterOf{of: "output " + strconv.Itoa(int(n)), parent: outletBase + uint32(n), base: sensorBase + sensorStep*uint32(n),
			reading: func(s *pdu.Snapshot) *pdu.Reading { return &s.Outputs[n-1].Reading },
			energy:  func(s *pdu.Snapshot) *pdu.Energy { return &s.Outputs[n-1].Energy }}
		plantSensor(p, relaySensor(channel, n), id)
		if profile.IsMetered(n) {
			channel.plant(p, id)
		}
	}
	if profile.InletMeter {
		channel := meterOf{of: "inlet", parent: inletIndex, base: sensorBase,
			reading: func(s *pdu.Snapshot) *pdu.Reading { return &s.Inlet },
			energy:  func(s *pdu.Snapshot) *pdu.Energy { return &s.InletEnergy }}
		channel.plant(p, id)
		plantMains(p, channel, id)
	}
	for n := range profile.Inputs {
		plantInput(p, pdu.InputID(n+1), id)
	}
}

// meterOf is one metered channel.
type meterOf struct {
	of           string
	parent, base uint32
	reading      func(s *pdu.Snapshot) *pdu.Reading
	energy       func(s *pdu.Snapshot) *pdu.Energy
}

// plant plants what every metered channel has (reference section 5.2): 1 current,
// 2 power, 3 power factor, 4 energy, 6 phase, 7 reverse energy; 5 is the relay.
func (m meterOf) plant(p *planter, id pdu.Identity) {
	of := func(f func(r *pdu.Reading) float64, factor float64) func(s *pdu.Snapshot) (int64, bool) {
		return func(s *pdu.Snapshot) (int64, bool) { return scaled(f(m.reading(s)), factor), true }
	}
	counter := func(f func(e *pdu.Energy) uint64) func(s *pdu.Snapshot) (int64, bool) {
		return func(s *pdu.Snapshot) (int64, bool) { return int64(pdu.WattHours(f(m.energy(s)))), true }
	}
	for _, s := range []sensor{
		{position: 1, name: "current", kind: sensorAmperes, scale: scaleMilli, units: "mA", value: of(func(r *pdu.Reading) float64 { return r.CurrentA }, 1000)},
		{position: 2, name: "power", kind: sensorWatts, scale: scaleUnits, precision: 1, units: "W", value: of(func(r *pdu.Reading) float64 { return r.ActivePowerW }, 10)},
		{position: 3, name: "power factor", kind: sensorOther, scale: scaleUnits, precision: 3, units: "PF", value: of(func(r *pdu.Reading) float64 { return r.PowerFactor }, 1000)},
		{position: 4, name: "energy", kind: sensorOther, scale: scaleUnits, units: "Wh", grows: true, value: counter(func(e *pdu.Energy) uint64 { return e.Forward })},
		{position: 6, name: "phase", kind: sensorOther, scale: scaleUnits, precision: 2, units: "deg", value: of(func(r *pdu.Reading) float64 { return r.PhaseDeg }, 100)},
		{position: 7, name: "reverse energy", kind: sensorOther, scale: scaleUnits, units: "Wh", grows: true, value: counter(func(e *pdu.Energy) uint64 { return e.Reverse })},
	} {
		s.everyMs = meterEveryMs
		plantSensor(p, m.place(s), id)
	}
}

// place gives a sensor its place at the channel.
func (m meterOf) place(s sensor) sensor {
	s.index, s.parent = m.base+uint32(s.position), m.parent
	s.descr = m.of + ", " + s.name
	s.name = s.descr
	return s
}

func relaySensor(m meterOf, id pdu.OutputID) sensor {
	return m.place(sensor{position: 5, name: "relay", kind: sensorTruth, scale: scaleUnits,
		value: func(s *pdu.Snapshot) (int64, bool) { return truthOf(s.Outputs[id-1].State()) }})
}

// plantMains plants what only the inlet has.
func plantMains(p *planter, m meterOf, id pdu.Identity) {
	plantSensor(p, m.place(sensor{position: 8, name: "voltage", kind: sensorVoltsAC, scale: scaleMilli, units: "mV", everyMs: meterEveryMs,
		value: func(s *pdu.Snapshot) (int64, bool) { return scaled(s.Inlet.VoltageV, 1000), true }}), id)
	plantSensor(p, m.place(sensor{position: 9, name: "frequency", kind: sensorHertz, scale: scaleMilli, units: "mHz", everyMs: meterEveryMs,
		value: func(s *pdu.Snapshot) (int64, bool) { return scaled(s.FrequencyHz, 1000), true }}), id)
}

// plantInput plants the contact of a digital input and its S0 counter.
func plantInput(p *planter, n pdu.InputID, id pdu.Identity) {
	what := fmt.Sprintf("input %d", n)
	contact := sensor{index: inputBase + uint32(n), parent: chassisIndex, position: int32(n), descr: what + ", contact", name: what,
		kind: sensorTruth, scale: scaleUnits,
		value: func(s *pdu.Snapshot) (int64, bool) { return truthOf(s.Inputs[n-1].Level) }}
	pulses := sensor{index: counterBase + uint32(n), parent: contact.index, position: 1, descr: what + ", S0 pulses", name: what + ", S0 pulses",
		kind: sensorOther, scale: scaleUnits, units: "pulses", grows: true,
		value: func(s *pdu.Snapshot) (int64, bool) { return int64(s.Inputs[n-1].Count), true }}
	plantSensor(p, contact, id)
	plantSensor(p, pulses, id)
}

func truthOf(l pdu.Level) (int64, bool) {
	if l == pdu.On {
		return truthTrue, true
	}
	return truthFalse, l != pdu.Unknown
}

func plantSensor(p *planter, s sensor, id pdu.Identity) {
	plantEntity(p, entity{index: s.index, parent: s.parent, class: classSensor, position: s.position, descr: s.descr, name: fixedText(s.name)}, id)
	at := func(column uint32, read reader) { p.add(oidSensor.Append(column), row(s.index), read) }
	at(1, fixedInt(s.kind))
	at(2, integer(func(v view) int64 { scale, _, _ := s.read(v.snap); return int64(scale) }))
	at(3, fixedInt(s.precision))
	at(4, integer(func(v view) int64 { _, n, _ := s.read(v.snap); return n }))
	at(5, integer(func(v view) int64 {
		if _, _, known := s.read(v.snap); !known {
			return sensorUnavail
		}
		return sensorOK
	}))
	at(6, fixedText(s.units))
	at(7, unsigned(ber.TimeTicks, func(v view) uint32 { return v.agent.ticks(v.snap.At) }))
	at(8, fixedUint(ber.Gauge32, uint64(s.everyMs)))
}

// read gives the row's scale and value. A counter that gets too long changes to
// thousands.
func (s *sensor) read(snap *pdu.Snapshot) (scale int32, n int64, known bool) {
	n, known = s.value(snap)
	if s.grows && n >= sensorLimit {
		return scaleKilo, min(n/1000, math.MaxInt32), known
	}
	return s.scale, min(max(n, -sensorLimit), sensorLimit), known
}
