package snmp

import (
	"math"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto/snmp/ber"
)

// netioRoot is netio4 of NETIO-PRODUCTS-NETIO-MIB (reference section 2).
var netioRoot = ber.MustOID("1.3.6.1.4.1.47952.1")

// maxOutputName is the length of netioOutputName in octets.
const maxOutputName = 100

// idleAction is what the action column reads: nothing is being asked. The
// originals are not known; 5 is the value that asks for nothing.
const idleAction = int32(pdu.ActionNoChange)

// netioForm plants the NETIO objects under all their names, one of which a walk
// shows (reference section 2.4).
type netioForm struct {
	*planter
	cellZero   bool // a walk shows column.x.0 instead of column.x
	scalarBare bool // a walk shows the bare object instead of object.0
}

func plantNetio(p *planter, profile *pdu.Profile, form pdu.SNMPForm) {
	f := netioForm{planter: p, cellZero: form == pdu.SNMPForm8KS, scalarBare: form == pdu.SNMPFormNetio4}
	for id := pdu.OutputID(1); int(id) <= profile.Outputs; id++ {
		f.output(id)
	}
	f.device()
}

func (f netioForm) cell(column uint32, id pdu.OutputID, read reader, write writer) {
	col := netioRoot.Append(1, 1, column)
	short, long := row(uint32(id)), ber.OID{uint32(id), 0}
	if f.cellZero {
		short, long = long, short
	}
	f.addWritable(col, short, read, write)
	f.alias(col.Append(long...), col.Append(short...))
}

func (f netioForm) scalar(number uint32, read reader) {
	object := netioRoot.Append(2, number)
	shown, other := scalar, ber.OID{}
	if f.scalarBare {
		shown, other = other, shown
	}
	f.add(object, shown, read)
	f.alias(object.Append(other...), object.Append(shown...))
}

// output plants a row of netioOutputTable (reference section 2.1).
func (f netioForm) output(id pdu.OutputID) {
	of := func(v view) *pdu.Output { return &v.snap.Outputs[id-1] }
	f.cell(1, id, fixedInt(int32(id)), nil)
	f.cell(2, id, func(v view, b *ber.Builder) { b.Text(cut(outputName(v.snap, id), maxOutputName)) }, nil)
	f.cell(3, id, integer(func(v view) int64 {
		if of(v).State() == pdu.On {
			return 1
		}
		return 0
	}), nil)
	f.cell(4, id, text(func(v view) string {
		if of(v).State() == pdu.On {
			return "on"
		}
		return "off"
	}), nil)
	f.cell(5, id, fixedInt(idleAction), writeAction(id))
	f.cell(25, id, positive(func(v view) float64 { return of(v).Reading.ActivePowerW }, 1), nil)
	f.cell(26, id, wattHours(func(v view) *pdu.Energy { return &of(v).Energy }), nil)
	f.cell(27, id, energyStart, nil)
	f.cell(28, id, positive(func(v view) float64 { return of(v).Reading.CurrentA }, 1000), nil)
	f.cell(29, id, powerFactor(func(v view) float64 { return of(v).Reading.PowerFactor }), nil)
}

// device plants netioGlobalMeasure (reference section 2.2).
func (f netioForm) device() {
	f.scalar(1, positive(func(v view) float64 { return v.snap.Inlet.VoltageV }, 1000))
	f.scalar(2, positive(func(v view) float64 { return v.snap.FrequencyHz }, 1000))
	f.scalar(3, positive(func(v view) float64 { return v.snap.Inlet.CurrentA }, 1000))
	f.scalar(4, powerFactor(func(v view) float64 { return v.snap.Inlet.PowerFactor }))
	f.scalar(5, positive(func(v view) float64 { return v.snap.Inlet.ActivePowerW }, 1))
	f.scalar(6, wattHours(func(v view) *pdu.Energy { return &v.snap.InletEnergy }))
	f.scalar(7, energyStart)
}

// positive reads a quantity for which the tree has no sign: what flows back is 0.
func positive(f func(v view) float64, factor float64) reader {
	return integer(func(v view) int64 { return max(0, scaled(f(v), factor)) })
}

// powerFactor reads a power factor in thousandths, without its sign.
func powerFactor(f func(v view) float64) reader {
	return integer(func(v view) int64 { return min(1000, scaled(math.Abs(f(v)), 1000)) })
}

// wattHours reads the resettable forward counter.
func wattHours(f func(v view) *pdu.Energy) reader {
	return integer(func(v view) int64 { return int64(min(pdu.WattHours(f(v).Forward), math.MaxInt32)) })
}

// energyStart reads when the device's counters were last cleared; never shows as
// the beginning of Unix time. The outputs show the same moment (reference 2.1).
func energyStart(v view, b *ber.Builder) {
	at := v.snap.InletEnergy.ResetAt
	if at.IsZero() {
		at = time.Unix(0, 0)
	}
	dateAndTime(b, at)
}

func outputName(s *pdu.Snapshot, id pdu.OutputID) string {
	if s.Settings == nil || int(id) > len(s.Settings.Outputs) {
		return ""
	}
	return s.Settings.Outputs[id-1].Name
}

// writeAction takes the actions of the module: 0 to 5 (reference section 2.3).
func writeAction(id pdu.OutputID) writer {
	return func(c *change, tag ber.Tag, content []byte) Status {
		n, status := integerOf(tag, content)
		if status != NoError {
			return status
		}
		if n < 0 || n > int32(pdu.ActionNoChange) {
			return WrongValue
		}
		c.switchOutput(id, pdu.Action(n))
		return NoError
	}
}

// integerOf reads the value of an Integer32 that is to be written.
func integerOf(tag ber.Tag, content []byte) (int32, Status) {
	if tag != ber.Integer {
		return 0, WrongType
	}
	n, err := ber.DecodeInt32(content)
	if err != nil {
		return 0, WrongEncoding
	}
	return n, NoError
}
