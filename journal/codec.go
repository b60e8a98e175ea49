package journal

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// Sizes of the format in bytes; see the package comment.
const (
	headerBytes = 20
	frameBytes  = 17
	maxBody     = 1 << 19
)

var magic = [8]byte{'Z', 'X', 'J', 'R', 'N', 'L', formatVersion, '\n'}

// formatVersion is the version of the format that this program writes.
const formatVersion = 1

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendHeader writes the header of a segment.
func appendHeader(b []byte, number uint64) []byte {
	start := len(b)
	b = append(b, magic[:]...)
	b = binary.LittleEndian.AppendUint64(b, number)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b[start:], castagnoli))
}

var (
	errHeader = errors.New("the header is damaged")
	errNewer  = errors.New("it was written by a newer version of this program")
)

// checkHeader reads the header of the segment with the given number.
func checkHeader(b []byte, number uint64) error {
	if len(b) < headerBytes || crc32.Checksum(b[:headerBytes-4], castagnoli) != binary.LittleEndian.Uint32(b[headerBytes-4:]) {
		return errHeader
	}
	got := magic
	got[6] = b[6]
	if [8]byte(b) != got || b[6] == 0 || binary.LittleEndian.Uint64(b[8:]) != number {
		return errHeader
	}
	if b[6] > formatVersion {
		return errNewer
	}
	return nil
}

// frameSum is the CRC of a record from its length on, in one segment.
func frameSum(number uint64, b []byte) uint32 {
	var n [8]byte
	binary.LittleEndian.PutUint64(n[:], number)
	return crc32.Update(crc32.Checksum(n[:], castagnoli), castagnoli, b)
}

// kindOf gives the number on disk of one part.
func kindOf(p part) byte {
	switch p {
	case partBoot:
		return 1
	case partOutputs:
		return 2
	}
	return 3
}

// appendRecord writes one part of the image as a record.
func (im *image) appendRecord(b []byte, number, seq uint64, p part) []byte {
	start := len(b)
	b = append(b, make([]byte, 8)...) // CRC and length, known at the end
	b = binary.LittleEndian.AppendUint64(b, seq)
	b = append(b, kindOf(p))
	switch p {
	case partBoot:
		b = appendString(b, im.boot.PowerCycle)
		b = appendTime(b, im.boot.BootedAt)
	case partOutputs:
		b = appendOutputs(b, im.outputs)
	case partCounters:
		b = appendCounters(b, im.counters)
	}
	binary.LittleEndian.PutUint32(b[start+4:], uint32(len(b)-start-frameBytes))
	binary.LittleEndian.PutUint32(b[start:], frameSum(number, b[start+4:]))
	return b
}

func appendOutputs(b []byte, list Outputs) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, o := range list {
		b = binary.AppendUvarint(b, uint64(o.Output))
		b = append(b, byte(o.Commanded), byte(o.Fault))
		b = appendTime(b, o.PowerUpAt)
		b = appendTime(b, o.LastChange)
		b = appendOrigin(b, o.LastOrigin)
		if o.Pulse == nil {
			b = append(b, 0)
			continue
		}
		b = append(b, 1, byte(o.Pulse.Action))
		b = binary.AppendUvarint(b, uint64(o.Pulse.Delay))
		b = appendTime(b, o.Pulse.Ends)
		b = appendOrigin(b, o.Pulse.Origin)
	}
	return b
}

func appendCounters(b []byte, c Counters) []byte {
	b = binary.AppendUvarint(b, uint64(len(c.Energy)))
	for _, e := range c.Energy {
		for _, v := range [...]uint64{e.Forward, e.Reverse, e.ForwardLife, e.ReverseLife} {
			b = binary.AppendUvarint(b, v)
		}
		b = appendTime(b, e.ResetAt)
	}
	b = binary.AppendUvarint(b, uint64(len(c.Inputs)))
	for _, n := range c.Inputs {
		b = binary.AppendUvarint(b, uint64(n))
	}
	return b
}

// appendString writes a string, cut where it is too long: who caused a change may
// be text from the network.
func appendString(b []byte, s string) []byte {
	s = s[:min(len(s), maxString)]
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, 0)
	}
	b = binary.AppendVarint(append(b, 1), t.Unix())
	return binary.AppendUvarint(b, uint64(t.Nanosecond()))
}

func appendOrigin(b []byte, o pdu.Origin) []byte {
	b = append(b, byte(o.Source))
	b = appendString(b, o.Protocol)
	b = appendString(b, o.User)
	return appendString(b, o.Addr)
}

var errBody = errors.New("a record has a valid checksum but cannot be understood")

// decodeBody reads the body of a record. The result is a complete image of its part.
func decodeBody(kind byte, body []byte) (Record, error) {
	d := decoder{rest: body}
	var r Record
	switch kind {
	case kindOf(partBoot):
		r = Boot{PowerCycle: d.string(), BootedAt: d.time()}
	case kindOf(partOutputs):
		r = d.outputs()
	case kindOf(partCounters):
		r = d.counters()
	default:
		return nil, errBody
	}
	if d.bad || len(d.rest) != 0 || r.check() != nil {
		return nil, errBody
	}
	return r, nil
}

// decoder reads the parts of a body. After the first thing that does not fit, bad
// is set and everything reads as zero.
type decoder struct {
	rest []byte
	bad  bool
}

func (d *decoder) fail() {
	d.bad, d.rest = true, nil
}

func (d *decoder) byte(limit byte) byte {
	if len(d.rest) == 0 || d.rest[0] > limit {
		d.fail()
		return 0
	}
	b := d.rest[0]
	d.rest = d.rest[1:]
	return b
}

func (d *decoder) uvarint(limit uint64) uint64 {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 || v > limit {
		d.fail()
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) string() string {
	n := int(d.uvarint(maxString))
	if n > len(d.rest) {
		d.fail()
		return ""
	}
	s := string(d.rest[:n])
	d.rest = d.rest[n:]
	return s
}

func (d *decoder) time() time.Time {
	if d.byte(1) == 0 {
		return time.Time{}
	}
	seconds, n := binary.Varint(d.rest)
	if n <= 0 {
		d.fail()
		return time.Time{}
	}
	d.rest = d.rest[n:]
	return time.Unix(seconds, int64(d.uvarint(999_999_999))).UTC()
}

func (d *decoder) origin() pdu.Origin {
	return pdu.Origin{Source: pdu.Source(d.byte(math.MaxUint8)), Protocol: d.string(), User: d.string(), Addr: d.string()}
}

func (d *decoder) outputs() Outputs {
	list := make(Outputs, d.uvarint(maxOutputs))
	for i := range list {
		o := OutputState{Output: pdu.OutputID(d.uvarint(maxOutputs)), Commanded: pdu.Level(d.byte(byte(pdu.On))),
			Fault: pdu.RelayFault(d.byte(byte(pdu.RelayDriveFailed))), PowerUpAt: d.time(), LastChange: d.time(), LastOrigin: d.origin()}
		if d.byte(1) == 1 {
			o.Pulse = &pdu.Pulse{Action: pdu.Action(d.byte(byte(pdu.ActionIgnore))), Delay: time.Duration(d.uvarint(math.MaxInt64)), Ends: d.time(), Origin: d.origin()}
		}
		if i > 0 && o.Output <= list[i-1].Output {
			d.fail()
		}
		list[i] = o
	}
	return list
}

func (d *decoder) counters() Counters {
	c := Counters{Energy: make([]pdu.Energy, d.uvarint(maxOutputs+1))}
	for i := range c.Energy {
		all := uint64(math.MaxUint64)
		c.Energy[i] = pdu.Energy{Forward: d.uvarint(all), Reverse: d.uvarint(all), ForwardLife: d.uvarint(all), ReverseLife: d.uvarint(all), ResetAt: d.time()}
	}
	c.Inputs = make([]uint32, d.uvarint(maxOutputs))
	for i := range c.Inputs {
		c.Inputs[i] = uint32(d.uvarint(math.MaxUint32))
	}
	return c
}
