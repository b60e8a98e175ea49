package modbus

import (
	"strings"
	"unicode/utf8"
)

// vendorName is who made this unit's software, not whose API it speaks.
const vendorName = "Zerocross"

const vendorURL = "https://github.com/zerocross-pdu/zerocross"

// Read Device Identification (Modbus Application Protocol 6.21).
const (
	meiIdentification = 0x0e
	readBasic         = 1 // objects 0 to 2
	readRegular       = 2 // objects 0 to 6
	readExtended      = 3 // there are none, so the regular ones
	readOne           = 4
	conformity        = 0x82 // regular, as stream and one by one
	basicObjects      = 3
	maxObjectBytes    = maxPDUBytes - 7 - 2 // alone in an answer
)

// identify answers function 43/14.
func (r *request) identify(out []byte) ([]byte, error) {
	if len(r.data) < 1 || r.data[0] != meiIdentification {
		return nil, illegalFunction
	}
	if len(r.data) != 3 {
		return nil, illegalValue
	}
	kind, first := r.data[1], int(r.data[2])
	if kind < readBasic || kind > readOne {
		return nil, illegalValue
	}
	objects := r.objects()
	switch {
	case kind == readBasic:
		objects = objects[:basicObjects]
	case kind == readOne && first >= len(objects):
		return nil, illegalAddress
	case kind == readOne:
		objects = objects[:first+1]
	}
	if first >= len(objects) {
		first = 0 // the standard: a stream begins anew
	}
	return appendObjects(append(out, meiIdentification, kind, conformity), objects, first), nil
}

// objects gives the texts by object number.
func (r *request) objects() []string {
	s := r.dev.reader.Snapshot()
	return []string{
		vendorName,
		s.Profile.WireModel,
		s.Identity.Firmware,
		vendorURL,
		s.Profile.Name,
		s.Profile.ID,
		s.Settings.DeviceName,
	}
}

// appendObjects appends the objects from first on, as many as fit into one PDU, and
// before them whether and where the next request must go on.
func appendObjects(out []byte, objects []string, first int) []byte {
	list := make([]byte, 0, maxPDUBytes)
	n, more, next := 0, byte(0), byte(0)
	for i := first; i < len(objects); i++ {
		text := cut(objects[i], maxObjectBytes)
		if 7+len(list)+2+len(text) > maxPDUBytes {
			more, next = 0xff, byte(i)
			break
		}
		list = append(list, byte(i), byte(len(text)))
		list = append(list, text...)
		n++
	}
	out = append(out, more, next, byte(n))
	return append(out, list...)
}

// cut shortens a text to a number of bytes without breaking a character.
func cut(text string, most int) string {
	text = strings.ToValidUTF8(text, "?")
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}
