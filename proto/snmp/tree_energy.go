package snmp

import (
	"math"

	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto/snmp/ber"
)

// Power states of IANAPowerStateSet-MIB that an outlet can have.
const (
	ieee1621Off  = 257
	ieee1621On   = 259
	emanMechOff  = 1025
	emanHigh     = 1036
	calUnavail   = 1 // eoPowerMeasurementCaliber
	calActual    = 3
	milliUnits   = -3
	totalMode    = 3 // since the last reset
	storageRO    = 5
	rowActive    = 1
	currentAC    = 1
	capNone      = 0x80 // eoMeterCapability, BITS
	capPowerWork = 0x60 // power and energy
)

var (
	oidMeterCapability = ber.MustOID("1.3.6.1.2.1.229.1.1.1.1")
	oidPower           = ber.MustOID("1.3.6.1.2.1.229.1.2.1")
	oidEnergyParams    = ber.MustOID("1.3.6.1.2.1.229.1.4.1")
	oidEnergy          = ber.MustOID("1.3.6.1.2.1.229.1.5.1")
)

// energyObject is an outlet or the inlet as ENERGY-OBJECT-MIB sees it (RFC 7460).
type energyObject struct {
	index   uint32
	metered bool
	reading func(s *pdu.Snapshot) *pdu.Reading
	energy  func(s *pdu.Snapshot) *pdu.Energy
	admin   func(s *pdu.Snapshot) pdu.Level
	oper    func(s *pdu.Snapshot) pdu.Level
	reason  func(s *pdu.Snapshot) string
	write   writer // nil: it cannot be switched
}

func plantEnergy(p *planter, profile *pdu.Profile) {
	powered := func(s *pdu.Snapshot) pdu.Level { return pdu.LevelOf(s.Powered) }
	energyObject{index: inletIndex, metered: profile.InletMeter,
		reading: func(s *pdu.Snapshot) *pdu.Reading { return &s.Inlet },
		energy:  func(s *pdu.Snapshot) *pdu.Energy { return &s.InletEnergy },
		admin:   powered, oper: powered,
		reason: func(*pdu.Snapshot) string { return "" }}.plant(p)
	for id := pdu.OutputID(1); int(id) <= profile.Outputs; id++ {
		energyObject{index: outletBase + uint32(id), metered: profile.IsMetered(id),
			reading: func(s *pdu.Snapshot) *pdu.Reading { return &s.Outputs[id-1].Reading },
			energy:  func(s *pdu.Snapshot) *pdu.Energy { return &s.Outputs[id-1].Energy },
			admin:   func(s *pdu.Snapshot) pdu.Level { return s.Outputs[id-1].Commanded },
			oper:    func(s *pdu.Snapshot) pdu.Level { return s.Outputs[id-1].State() },
			reason:  func(s *pdu.Snapshot) string { return reasonOf(s.Outputs[id-1].LastOrigin) },
			write:   writePowerState(id)}.plant(p)
	}
}

func (e energyObject) plant(p *planter) {
	capability, caliber := byte(capNone), int32(calUnavail)
	if e.metered {
		capability, caliber = capPowerWork, calActual
	}
	p.add(oidMeterCapability, row(e.index), fixed(func(b *ber.Builder) { b.Value(ber.OctetString, []byte{capability}) }))
	at := func(column uint32, read reader) { p.add(oidPower.Append(column), row(e.index), read) }
	at(1, integer(func(v view) int64 { return scaled(e.reading(v.snap).ActivePowerW, 1000) }))
	at(2, fixedUint(ber.Gauge32, 0)) // what is plugged in is not known
	at(3, fixedInt(milliUnits))
	at(4, fixedInt(0)) // accuracy is not known
	at(5, fixedInt(caliber))
	at(6, fixedInt(currentAC))
	at(7, fixedInt(truthTrue)) // measured here
	p.addWritable(oidPower.Append(8), row(e.index), powerState(e.admin), e.write)
	at(9, powerState(e.oper))
	at(10, text(func(v view) string { return e.reason(v.snap) }))
	if e.metered {
		e.plantCounters(p)
	}
}

// plantCounters plants the one interval that the object has: since the last reset.
// Its start in sysUpTime is 0, since it began before the agent or with it.
func (e energyObject) plantCounters(p *planter) {
	params := func(column uint32, read reader) {
		p.add(oidEnergyParams.Append(column), ber.OID{e.index, e.index}, read)
	}
	params(3, fixedInt(0)) // no length: it does not end
	params(4, fixedUint(ber.Gauge32, 1))
	params(5, fixedInt(totalMode))
	params(6, fixedInt(0))
	params(7, fixedUint(ber.Gauge32, meterEveryMs))
	params(8, fixedInt(storageRO))
	params(9, fixedInt(rowActive))

	at := func(column uint32, read reader) { p.add(oidEnergy.Append(column), ber.OID{e.index, 0}, read) }
	wh := func(f func(c *pdu.Energy) uint64) reader {
		return unsigned(ber.Gauge32, func(v view) uint32 { return uint32(min(pdu.WattHours(f(e.energy(v.snap))), math.MaxUint32)) })
	}
	at(2, wh(func(c *pdu.Energy) uint64 { return c.Forward }))
	at(3, wh(func(c *pdu.Energy) uint64 { return c.Reverse }))
	at(4, wh(func(c *pdu.Energy) uint64 { return max(c.Forward, c.Reverse) - c.Reverse }))
	at(5, fixedInt(0))
	at(6, fixedInt(0))
	at(9, unsigned(ber.TimeTicks, func(v view) uint32 { return v.agent.ticks(e.energy(v.snap).ResetAt) }))
}

func powerState(f func(s *pdu.Snapshot) pdu.Level) reader {
	return integer(func(v view) int64 {
		if f(v.snap) == pdu.On {
			return ieee1621On
		}
		return ieee1621Off
	})
}

// reasonOf is who switched the outlet last.
func reasonOf(o pdu.Origin) string {
	s := o.Protocol
	if s == "" {
		s = o.Source.String()
	}
	if o.User != "" {
		s += " " + o.User
	}
	return cut(s, 127)
}

// writePowerState takes eoPowerAdminState: the only standard object that switches.
func writePowerState(id pdu.OutputID) writer {
	return func(c *change, tag ber.Tag, content []byte) Status {
		n, status := integerOf(tag, content)
		if status != NoError {
			return status
		}
		switch n {
		case ieee1621Off, emanMechOff:
			c.switchOutput(id, pdu.ActionOff)
		case ieee1621On, emanHigh:
			c.switchOutput(id, pdu.ActionOn)
		default:
			return WrongValue
		}
		return NoError
	}
}
