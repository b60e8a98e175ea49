package snmp

import (
	"crypto/sha1"
	"encoding/binary"
	"fmt"

	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto/snmp/ber"
)

// Indexes of the physical entities (reference section 5.1). Sensors of output n
// begin at sensorBase + sensorStep*n, those of the inlet at sensorBase.
const (
	chassisIndex = 1
	inletIndex   = 10
	lanIndex     = 20
	outletBase   = 100
	inputBase    = 200
	counterBase  = 300 // S0 counters
	sensorBase   = 1000
	sensorStep   = 10
)

// Classes of physical entities (RFC 6933, IANA-ENTITY-MIB).
const (
	classChassis      = 3
	classPowerSupply  = 6
	classSensor       = 8
	classPort         = 10
	classEnergyObject = 13
)

var (
	oidEntPhysical = ber.MustOID("1.3.6.1.2.1.47.1.1.1.1")
	oidEntContains = ber.MustOID("1.3.6.1.2.1.47.1.3.3.1.1")
	oidEntChange   = ber.MustOID("1.3.6.1.2.1.47.1.4.1")
)

// entity is one physical entity.
type entity struct {
	index, parent uint32
	class         int32
	position      int32 // among its siblings of the same class; -1: none
	descr         string
	name          reader
	alias         reader // nil: the row has no alias
	writeAlias    writer
	uuid          bool // the row has one
}

func plantEntities(p *planter, profile *pdu.Profile, id pdu.Identity) {
	chassis := entity{index: chassisIndex, class: classChassis, position: -1, descr: profile.Name + ", " + fmt.Sprint(profile.Outputs) + " outputs",
		name: text(deviceName), alias: text(deviceName), writeAlias: writeDeviceName, uuid: true}
	plantEntity(p, chassis, id)
	plantChassis(p, profile, id)
	plantEntity(p, entity{index: inletIndex, parent: chassisIndex, class: classPowerSupply, position: 1, descr: "mains inlet", name: fixedText("inlet"), uuid: true}, id)
	plantEntity(p, entity{index: lanIndex, parent: chassisIndex, class: classPort, position: 1, descr: "Ethernet port", name: fixedText("lan")}, id)
	for n := pdu.OutputID(1); int(n) <= profile.Outputs; n++ {
		name := text(func(v view) string { return outputName(v.snap, n) })
		plantEntity(p, entity{index: outletBase + uint32(n), parent: chassisIndex, class: classEnergyObject, position: int32(n), descr: "outlet",
			name: name, alias: name, writeAlias: writeOutputName(n), uuid: true}, id)
	}
	p.add(oidEntChange, scalar, fixedUint(ber.TimeTicks, 0))
}

func plantEntity(p *planter, e entity, id pdu.Identity) {
	at := func(column uint32, read reader) { p.add(oidEntPhysical.Append(column), row(e.index), read) }
	at(2, fixedText(e.descr))
	at(3, fixedOID(ber.OID{0, 0}))
	at(4, fixedInt(int32(e.parent)))
	at(5, fixedInt(e.class))
	at(6, fixedInt(e.position))
	at(7, e.name)
	if e.alias != nil {
		p.addWritable(oidEntPhysical.Append(14), row(e.index), e.alias, e.writeAlias)
	}
	if e.uuid {
		at(16, fixedInt(2)) // no field-replaceable unit
		at(19, fixed(func(b *ber.Builder) { b.Value(ber.OctetString, uuid(id, e.index)) }))
	}
	if e.parent != 0 {
		p.add(oidEntContains, ber.OID{e.parent, e.index}, fixedInt(int32(e.index)))
	}
}

// plantChassis plants the columns that only the whole unit has.
func plantChassis(p *planter, profile *pdu.Profile, id pdu.Identity) {
	at := func(column uint32, s string) {
		p.add(oidEntPhysical.Append(column), row(chassisIndex), fixedText(s))
	}
	at(8, "")
	at(9, id.Firmware)
	at(10, "")
	at(11, id.Serial)
	at(12, "Zerocross")
	at(13, profile.WireModel)
	at(15, "")
}

// uuid makes an identifier that stays the same, out of the MAC and the index:
// version 5 of RFC 9562 in the name space of object identifiers.
func uuid(id pdu.Identity, index uint32) []byte {
	h := sha1.New()
	h.Write([]byte{0x6b, 0xa7, 0xb8, 0x12, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8})
	h.Write(id.MAC[:])
	h.Write(binary.BigEndian.AppendUint32(nil, index))
	u := h.Sum(nil)[:16]
	u[6] = u[6]&0x0f | 0x50
	u[8] = u[8]&0x3f | 0x80
	return u
}

// writeDeviceName takes sysName and the alias of the chassis.
func writeDeviceName(c *change, tag ber.Tag, content []byte) Status {
	s, status := textOf(tag, content)
	if status == NoError {
		c.settings.DeviceName = &s
		c.noteSettings()
	}
	return status
}

// writeOutputName takes the alias of an outlet.
func writeOutputName(id pdu.OutputID) writer {
	return func(c *change, tag ber.Tag, content []byte) Status {
		s, status := textOf(tag, content)
		if status != NoError {
			return status
		}
		if c.settings.Outputs == nil {
			c.settings.Outputs = map[pdu.OutputID]pdu.OutputEdit{}
		}
		c.settings.Outputs[id] = pdu.OutputEdit{Name: &s}
		c.noteSettings()
		return NoError
	}
}
