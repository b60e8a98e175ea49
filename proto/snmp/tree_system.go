package snmp

import (
	"sync/atomic"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto/snmp/ber"
	"github.com/zerocross-pdu/zerocross/proto/snmp/usm"
)

// Names that more than one file needs.
var (
	oidSystem      = ber.MustOID("1.3.6.1.2.1.1")
	oidSnmp        = ber.MustOID("1.3.6.1.2.1.11")
	oidSetSerialNo = ber.MustOID("1.3.6.1.6.3.1.1.6.1")
	oidSysUpTime   = oidSystem.Append(3, 0)
	oidMPDStats    = ber.MustOID("1.3.6.1.6.3.11.2.1")
	oidUsmStats    = ber.MustOID("1.3.6.1.6.3.15.1.1")
	oidTargetStats = ber.MustOID("1.3.6.1.6.3.12.1")
)

// modules are the rows of sysORTable: what the agent implements.
var modules = []struct{ oid, text string }{
	{"1.3.6.1.6.3.1", "SNMPv2-MIB, RFC 3418"},
	{"1.3.6.1.6.3.10.3.1.1", "SNMP-FRAMEWORK-MIB, RFC 3411"},
	{"1.3.6.1.6.3.11.3.1.1", "SNMP-MPD-MIB, RFC 3412"},
	{"1.3.6.1.6.3.15.2.1.1", "SNMP-USER-BASED-SM-MIB, RFC 3414: statistics"},
	{"1.3.6.1.2.1.31", "IF-MIB, RFC 2863: identity of the network port"},
	{"1.3.6.1.2.1.47", "ENTITY-MIB, RFC 6933"},
	{"1.3.6.1.2.1.99", "ENTITY-SENSOR-MIB, RFC 3433"},
	{"1.3.6.1.2.1.229", "ENERGY-OBJECT-MIB, RFC 7460: power, switching and energy"},
	{"1.3.6.1.4.1.47952", "NETIO-PRODUCTS-NETIO-MIB"},
}

// enterprise is the root of what is our own.
func (c *Config) enterprise() ber.OID { return ber.MustOID("1.3.6.1.4.1").Append(c.Enterprise) }

// objectID is the value of sysObjectID.
func (c *Config) objectID() ber.OID {
	if oid, err := ber.ParseOID(c.ObjectID); err == nil {
		return oid
	}
	return c.enterprise().Append(2, 1)
}

func plantSystem(p *planter, c *Config) {
	sys := func(n uint32) ber.OID { return oidSystem.Append(n) }
	p.add(sys(1), scalar, fixedText(c.Description))
	p.add(sys(2), scalar, fixedOID(c.objectID()))
	p.add(sys(3), scalar, unsigned(ber.TimeTicks, func(v view) uint32 { return v.agent.ticks(time.Now()) }))
	p.add(sys(4), scalar, fixedText(c.Contact))
	p.addWritable(sys(5), scalar, text(deviceName), writeDeviceName)
	p.add(sys(6), scalar, fixedText(c.Location))
	p.add(sys(7), scalar, fixedInt(72)) // application and end-to-end layers
	p.add(sys(8), scalar, fixedUint(ber.TimeTicks, 0))
	for i, m := range modules {
		n := row(uint32(i + 1))
		p.add(sys(9).Append(1, 2), n, fixedOID(ber.MustOID(m.oid)))
		p.add(sys(9).Append(1, 3), n, fixedText(m.text))
		p.add(sys(9).Append(1, 4), n, fixedUint(ber.TimeTicks, 0))
	}
}

// deviceName is sysName.
func deviceName(v view) string {
	if v.snap.Settings == nil {
		return ""
	}
	return v.snap.Settings.DeviceName
}

func plantSnmp(p *planter, c *Config) {
	counter := func(object ber.OID, f func(a *agent) uint32) {
		p.add(object, scalar, unsigned(ber.Counter32, func(v view) uint32 { return f(v.agent) }))
	}
	stat := func(object ber.OID, f func(s *stats) *atomic.Uint32) {
		counter(object, func(a *agent) uint32 { return f(&a.stats).Load() })
	}
	stat(oidSnmp.Append(1), func(s *stats) *atomic.Uint32 { return &s.inPkts })
	stat(oidSnmp.Append(3), func(s *stats) *atomic.Uint32 { return &s.inBadVersions })
	stat(oidSnmp.Append(4), func(s *stats) *atomic.Uint32 { return &s.inBadCommunityNames })
	stat(oidSnmp.Append(5), func(s *stats) *atomic.Uint32 { return &s.inBadCommunityUses })
	stat(oidSnmp.Append(6), func(s *stats) *atomic.Uint32 { return &s.inASNParseErrs })
	enabled := int32(2)
	if c.Notify.AuthenticationFailure {
		enabled = 1
	}
	p.add(oidSnmp.Append(30), scalar, fixedInt(enabled))
	stat(oidSnmp.Append(31), func(s *stats) *atomic.Uint32 { return &s.silentDrops })
	p.add(oidSnmp.Append(32), scalar, fixedUint(ber.Counter32, 0)) // there is no proxy

	stat(oidMPDStats.Append(1), func(s *stats) *atomic.Uint32 { return &s.unknownSecurityModels })
	stat(oidMPDStats.Append(2), func(s *stats) *atomic.Uint32 { return &s.invalidMsgs })
	stat(oidMPDStats.Append(3), func(s *stats) *atomic.Uint32 { return &s.unknownPDUHandlers })
	stat(oidTargetStats.Append(5), func(s *stats) *atomic.Uint32 { return &s.unknownContexts })
	for n := usm.UnsupportedSecLevels; n <= usm.DecryptionErrors; n++ {
		counter(oidUsmStats.Append(uint32(n)), func(a *agent) uint32 { return a.engine.Count(n) })
	}
	plantEngine(p)
}

// plantEngine plants the snmpEngine group and snmpSetSerialNo.
func plantEngine(p *planter) {
	engine := ber.MustOID("1.3.6.1.6.3.10.2.1")
	p.add(engine.Append(1), scalar, func(v view, b *ber.Builder) { b.Value(ber.OctetString, v.agent.engine.ID()) })
	p.add(engine.Append(2), scalar, integer(func(v view) int64 { return int64(v.agent.engine.Boots()) }))
	p.add(engine.Append(3), scalar, integer(func(v view) int64 { return int64(v.agent.engine.Time()) }))
	p.add(engine.Append(4), scalar, fixedInt(maxMessage))
	p.addWritable(oidSetSerialNo, scalar, integer(func(v view) int64 { return int64(v.agent.serial.Load()) }), writeSerial)
}

// plantInterface plants the row of the one network port. Its speed, size of packets
// and counters are known to the host, not here, and are left out.
func plantInterface(p *planter, id pdu.Identity) {
	entry, extended := ber.MustOID("1.3.6.1.2.1.2.2.1"), ber.MustOID("1.3.6.1.2.1.31.1.1.1")
	one := row(1)
	p.add(ber.MustOID("1.3.6.1.2.1.2.1"), scalar, fixedInt(1))
	p.add(entry.Append(1), one, fixedInt(1))
	p.add(entry.Append(2), one, fixedText("LAN"))
	p.add(entry.Append(3), one, fixedInt(6)) // ethernetCsmacd
	p.add(entry.Append(6), one, fixed(func(b *ber.Builder) { b.Value(ber.OctetString, id.MAC[:]) }))
	p.add(entry.Append(7), one, fixedInt(1)) // up, or nobody could ask
	p.add(entry.Append(8), one, fixedInt(1))
	p.add(entry.Append(9), one, fixedUint(ber.TimeTicks, 0))
	p.add(extended.Append(1), one, fixedText("lan"))
	p.add(extended.Append(17), one, fixedInt(1))
	p.add(extended.Append(18), one, fixedText(""))
}
