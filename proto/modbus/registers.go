package modbus

import (
	"iter"
	"math"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// view is the state that one request reads: all values of an answer belong
// together.
type view struct {
	snap *pdu.Snapshot
	now  time.Time
	unit byte     // unit identifier of the request; it chooses the SunSpec chain
	sun  []uint16 // that chain, once it is needed
}

// reading gives the values of output n, or of the whole device for 0.
func (v *view) reading(n int) *pdu.Reading {
	if n == 0 {
		return &v.snap.Inlet
	}
	return &v.snap.Outputs[n-1].Reading
}

// energy gives the counters of output n, or of the whole device for 0.
func (v *view) energy(n int) *pdu.Energy {
	if n == 0 {
		return &v.snap.InletEnergy
	}
	return &v.snap.Outputs[n-1].Energy
}

// span is a run of registers or bits, one entry after the other.
type span struct {
	first uint16 // address of entry 0, also when there is none
	width int    // registers of an entry: 1, or 2 for 32 bits
	from  int    // number of the first entry
	to    int    // number of the last; below from: none
	value func(v *view, n int) uint32
	// exists, when set, says whether the span is there for this request.
	exists func(v *view) bool
	// write tells what writing a register of this span means; nil: it cannot be
	// written.
	write func(w *write, n int, value uint16) error
}

func (s *span) begin() int { return int(s.first) + s.from*s.width }
func (s *span) end() int   { return int(s.first) + (s.to+1)*s.width }

// table is one of the four address spaces of Modbus.
type table struct {
	spans    []span
	zeroFill bool // addresses between the spans read 0 instead of being refused
	lowFirst bool // 32-bit values have their low word first
}

// at gives the span that address addr lies in, nil for none.
func (t *table) at(v *view, addr int) *span {
	for i := range t.spans {
		s := &t.spans[i]
		if addr >= s.begin() && addr < s.end() && (s.exists == nil || s.exists(v)) {
			return s
		}
	}
	return nil
}

// words gives the values of a range that check has passed, in order.
func (t *table) words(v *view, first, count int) iter.Seq[uint16] {
	return func(yield func(uint16) bool) {
		var s *span
		for addr := first; addr < first+count; addr++ {
			if s == nil || addr >= s.end() {
				s = t.at(v, addr)
			}
			if !yield(t.word(v, s, addr)) {
				return
			}
		}
	}
}

// word gives the value at addr, which lies in s, or in no span when s is nil.
func (t *table) word(v *view, s *span, addr int) uint16 {
	if s == nil {
		return 0
	}
	offset := addr - int(s.first)
	value := s.value(v, offset/s.width)
	if s.width == 2 && (offset%2 == 0) != t.lowFirst {
		value >>= 16
	}
	return uint16(value)
}

// check refuses a range of which an address does not exist.
func (t *table) check(v *view, first, count int) error {
	end := first + count
	if end > 1<<16 {
		return illegalAddress
	}
	for addr := first; !t.zeroFill && addr < end; {
		s := t.at(v, addr)
		if s == nil {
			return illegalAddress
		}
		addr = s.end()
	}
	return nil
}

// unsigned16 is a quantity in a register: rounded, and clamped instead of wrapped.
// What is no number is 0.
func unsigned16(x float64) uint32 { return uint32(clamp(x, 0, math.MaxUint16)) }

// signed16 is a quantity with a sign, two's complement, ±32767.
func signed16(x float64) uint32 { return uint32(int32(clamp(x, -math.MaxInt16, math.MaxInt16))) }

// unsigned32 is a quantity in two registers.
func unsigned32(x float64) uint32 { return uint32(clamp(x, 0, math.MaxUint32)) }

// signed32 is a quantity with a sign in two registers, two's complement.
func signed32(x float64) uint32 { return uint32(int32(clamp(x, -math.MaxInt32, math.MaxInt32))) }

func clamp(x, low, high float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return min(high, max(low, math.Round(x)))
}

// wattHours is a counter in two registers: whole watt hours modulo 2^32.
func wattHours(microWs uint64) uint32 { return uint32(pdu.WattHours(microWs)) }

// tenths is a time in units of 0.1 s, rounded up so that what is not over is not 0.
func tenths(d time.Duration) uint32 {
	const unit = 100 * time.Millisecond
	return uint32(min(math.MaxUint16, (max(0, d)+unit-1)/unit))
}

func bit(l pdu.Level) uint32 {
	if l == pdu.On {
		return 1
	}
	return 0
}
