package ber

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// MaxOIDLen is the greatest number of sub-identifiers (RFC 2578 section 3.5).
const MaxOIDLen = 128

// OID is an object identifier: its sub-identifiers, at least two.
type OID []uint32

// ParseOID reads the dotted form, with or without a dot in front.
func ParseOID(s string) (OID, error) {
	parts := strings.Split(strings.TrimPrefix(s, "."), ".")
	if len(parts) < 2 || len(parts) > MaxOIDLen {
		return nil, fmt.Errorf("object identifier %q has %d parts, which is not 2 to %d", s, len(parts), MaxOIDLen)
	}
	oid := make(OID, len(parts))
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("object identifier %q: %q is no number from 0 to 4294967295", s, p)
		}
		oid[i] = uint32(n)
	}
	if oid[0] > 2 || oid[0] < 2 && oid[1] > 39 {
		return nil, fmt.Errorf("object identifier %q cannot begin with %d.%d", s, oid[0], oid[1])
	}
	return oid, nil
}

// MustOID is ParseOID for identifiers that stand in the source. It panics on a
// bad one.
func MustOID(s string) OID {
	oid, err := ParseOID(s)
	if err != nil {
		panic(err)
	}
	return oid
}

// String gives the dotted form without a dot in front.
func (o OID) String() string {
	var b []byte
	for i, n := range o {
		if i > 0 {
			b = append(b, '.')
		}
		b = strconv.AppendUint(b, uint64(n), 10)
	}
	return string(b)
}

// Compare orders identifiers as a walk does.
func (o OID) Compare(other OID) int { return slices.Compare(o, other) }

// HasPrefix reports whether o is prefix or lies below it.
func (o OID) HasPrefix(prefix OID) bool {
	return len(o) >= len(prefix) && slices.Equal(o[:len(prefix)], prefix)
}

// Append gives a new identifier: o with more sub-identifiers.
func (o OID) Append(sub ...uint32) OID { return slices.Concat(o, OID(sub)) }

// Content gives the encoded form without tag and length (X.690 section 8.19).
func (o OID) Content() []byte {
	b := appendBase128(nil, uint64(o[0])*40+uint64(o[1]))
	for _, n := range o[2:] {
		b = appendBase128(b, uint64(n))
	}
	return b
}

func appendBase128(b []byte, n uint64) []byte {
	for shift := 63; shift > 0; shift -= 7 {
		if n>>shift != 0 {
			b = append(b, byte(n>>shift)|0x80)
		}
	}
	return append(b, byte(n)&0x7f)
}

var errOID = errors.New("malformed object identifier")

// DecodeOID appends to oid the identifier whose content is given. There is one
// content for each identifier: leading zeros are refused.
func DecodeOID(oid OID, content []byte) (OID, error) {
	if len(content) == 0 || content[len(content)-1]&0x80 != 0 {
		return nil, errOID
	}
	begin := len(oid)
	var n uint64
	start := true
	for _, c := range content {
		if start && c == 0x80 {
			return nil, errOID
		}
		n = n<<7 | uint64(c&0x7f)
		if n > 1<<32-1+80 {
			return nil, errOID
		}
		if start = c&0x80 == 0; !start {
			continue
		}
		switch {
		case len(oid) == begin: // the first two share one number
			first := min(n/40, 2)
			oid = append(oid, uint32(first))
			n -= first * 40
			fallthrough
		default:
			if n > 1<<32-1 || len(oid)-begin == MaxOIDLen {
				return nil, errOID
			}
			oid = append(oid, uint32(n))
		}
		n = 0
	}
	return oid, nil
}
