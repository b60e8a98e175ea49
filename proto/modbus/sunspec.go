package modbus

import (
	"math"
	"strconv"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// The SunSpec chain in the holding registers (reference: netio-snmp-modbus.md 6.2;
// SunSpec models 1, 201 and 211).
const (
	sunSpecBase = 40000
	// Unit identifiers that choose the chain of an outlet; all others mean the inlet.
	firstOutletUnit = 101
	lastOutletUnit  = 108

	commonLength = 66
	meterLength  = 105 // integers with scale factors
	floatLength  = 124 // 32-bit floats
	// sunSpecRegisters is the length of the whole chain: marker, models with their
	// headers, end. A chain without a meter is shorter; zeros follow.
	sunSpecRegisters = 2 + (2 + commonLength) + (2 + meterLength) + (2 + floatLength) + 2
)

// Values that mean "not implemented", by type; a counter (acc32) has 0 for it.
const (
	noInt16 = 0x8000
	noFloat = 0x7fc00000
)

// powerFailure is the event that mains is missing (M_EVENT_Power_Failure).
const powerFailure = 1 << 2

// sunSpecSubject gives what the chain of a unit identifier is about: an output, or
// 0 for the inlet.
func sunSpecSubject(unit byte) int {
	if unit >= firstOutletUnit && unit <= lastOutletUnit {
		return int(unit) - firstOutletUnit + 1
	}
	return 0
}

// hasSunSpec reports whether the unit identifier names something that exists.
func hasSunSpec(v *view) bool { return sunSpecSubject(v.unit) <= len(v.snap.Outputs) }

func sunSpecValue(v *view, n int) uint32 {
	if v.sun == nil {
		v.sun = sunSpecChain(v)
	}
	return uint32(v.sun[n])
}

// sunSpecChain builds the chain of the unit identifier in v. What has no meter has
// no meter model.
func sunSpecChain(v *view) []uint16 {
	subject := sunSpecSubject(v.unit)
	metered := v.snap.Profile.InletMeter
	if subject > 0 {
		metered = v.snap.Outputs[subject-1].Metered
	}
	c := chain{words: make([]uint16, sunSpecRegisters)}
	c.words[0], c.words[1] = 0x5375, 0x6e53 // "SunS"
	c.next = 2
	c.common(v, subject)
	if metered {
		m := meter{reading: v.reading(subject), energy: v.energy(subject), frequencyHz: v.snap.FrequencyHz, powered: v.snap.Powered}
		c.integers(m)
		c.floats(m)
	}
	c.words[c.next] = 0xffff // end; length 0 follows
	return c.words
}

// chain is a chain under construction.
type chain struct {
	words []uint16
	model []uint16 // the model that is being written, from its identifier on
	next  int      // where the next model begins
}

func (c *chain) begin(id, length uint16) {
	c.model = c.words[c.next:][:2+length]
	c.model[0], c.model[1] = id, length
	c.next += len(c.model)
}

func (c *chain) put16(value uint32, at ...int) {
	for _, i := range at {
		c.model[i] = uint16(value)
	}
}

func (c *chain) put32(value uint32, at ...int) {
	for _, i := range at {
		c.model[i], c.model[i+1] = uint16(value>>16), uint16(value)
	}
}

func (c *chain) putFloat(value float64, at ...int) { c.put32(math.Float32bits(float32(value)), at...) }

func (c *chain) text(s string, at, registers int) {
	for n := range registers {
		c.model[at+n] = uint16(textWord(s, registers, n))
	}
}

// common writes model 1. Outlets have serial numbers of their own, because
// collectors tell devices apart by them.
func (c *chain) common(v *view, subject int) {
	serial, option := v.snap.Identity.Serial, "inlet"
	if subject > 0 {
		number := strconv.Itoa(subject)
		serial, option = serial+"-"+number, "outlet "+number
	}
	c.begin(1, commonLength)
	c.text(vendorName, 2, 16)
	c.text(v.snap.Profile.Name, 18, 16)
	c.text(option, 34, 8)
	c.text(v.snap.Identity.Firmware, 42, 8)
	c.text(serial, 50, 16)
	c.model[66] = uint16(v.unit)
	c.model[67] = noInt16 // pad
}

// meter is what the meter models show. Import is consumption, export what is fed
// back; both count for life, as accumulators must.
type meter struct {
	reading     *pdu.Reading
	energy      *pdu.Energy
	frequencyHz float64
	powered     bool
}

func (m meter) events() uint32 {
	if m.powered {
		return 0
	}
	return powerFailure
}

// integers writes model 201. The scale factors are constants; watts go up to
// 32767, so that they have no decimals: model 211 has them.
func (c *chain) integers(m meter) {
	c.begin(201, meterLength)
	for i := 2; i <= 104; i++ {
		if isCounter := i >= 38 && i <= 103 && i != 54 && i != 71; !isCounter {
			c.model[i] = noInt16
		}
	}
	scale := func(exponent int8, at int) { c.model[at] = uint16(int16(exponent)) }
	r := m.reading
	c.put16(signed16(r.CurrentA*1000), 2, 3)
	scale(-3, 6)
	c.put16(signed16(r.VoltageV*100), 7, 8)
	scale(-2, 15)
	c.put16(signed16(m.frequencyHz*100), 16)
	scale(-2, 17)
	c.put16(signed16(r.ActivePowerW), 18, 19)
	scale(0, 22)
	c.put16(signed16(r.ApparentPowerVA), 23, 24)
	scale(0, 27)
	c.put16(signed16(r.ReactivePowerVAr), 28, 29)
	scale(0, 32)
	c.put16(signed16(r.PowerFactor*1000), 33, 34) // percent with one decimal
	scale(-1, 37)
	c.put32(wattHours(m.energy.ReverseLife), 38, 40)
	c.put32(wattHours(m.energy.ForwardLife), 46, 48)
	scale(0, 54)
	c.put32(m.events(), 105)
}

// floats writes model 211.
func (c *chain) floats(m meter) {
	c.begin(211, floatLength)
	for i := 2; i < 124; i += 2 {
		c.put32(noFloat, i)
	}
	r := m.reading
	c.putFloat(r.CurrentA, 2, 4)
	c.putFloat(r.VoltageV, 10, 12)
	c.putFloat(m.frequencyHz, 26)
	c.putFloat(r.ActivePowerW, 28, 30)
	c.putFloat(r.ApparentPowerVA, 36, 38)
	c.putFloat(r.ReactivePowerVAr, 44, 46)
	c.putFloat(r.PowerFactor, 52, 54)
	c.putFloat(float64(m.energy.ReverseLife)/pdu.MicroWsPerWh, 60, 62)
	c.putFloat(float64(m.energy.ForwardLife)/pdu.MicroWsPerWh, 68, 70)
	c.put32(m.events(), 124)
}
