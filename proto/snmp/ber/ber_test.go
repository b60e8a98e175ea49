package ber

import (
	"bytes"
	"encoding/hex"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func built(f func(*Builder)) string {
	var b Builder
	f(&b)
	return hex.EncodeToString(b.Bytes())
}

func TestWire(t *testing.T) {
	is := func(want string, f func(*Builder)) {
		t.Helper()
		if got := built(f); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	integer := func(n int32, want string) {
		t.Helper()
		is(want, func(b *Builder) { b.Int(n) })
	}
	integer(0, "020100")
	integer(127, "02017f")
	integer(128, "02020080")
	integer(-128, "020180")
	integer(-129, "0202ff7f")
	integer(65535, "020300ffff")
	integer(math.MaxInt32, "02047fffffff")
	integer(math.MinInt32, "020480000000")
	is("420100", func(b *Builder) { b.Uint(Gauge32, 0) })
	is("41020080", func(b *Builder) { b.Uint(Counter32, 128) })
	is("430500ffffffff", func(b *Builder) { b.Uint(TimeTicks, math.MaxUint32) })
	is("460900ffffffffffffffff", func(b *Builder) { b.Uint(Counter64, math.MaxUint64) })
	is("04026f6e", func(b *Builder) { b.Text("on") })
	is("8100", func(b *Builder) { b.Empty(NoSuchInstance) })
	is("060b2b0601040182f650010101", func(b *Builder) { b.OID(MustOID("1.3.6.1.4.1.47952.1.1.1")) })
	is("060100", func(b *Builder) { b.OID(OID{0, 0}) })
	is("06028837", func(b *Builder) { b.OID(OID{2, 999}) })
}

func TestCloseMovesLongContents(t *testing.T) {
	for _, size := range []int{0, 1, 127, 128, 255, 256, 65535, 65536} {
		var b Builder
		outer := b.Open(Sequence)
		inner := b.Open(OctetString)
		b.Raw(bytes.Repeat([]byte{0xaa}, size))
		b.Close(inner)
		b.Int(7)
		before := b.Len()
		if shift := b.Close(outer); b.Len() != before+shift {
			t.Errorf("size %d: shift %d, but %d octets more", size, shift, b.Len()-before)
		}
		r := NewReader(b.Bytes())
		seq, err := r.Enter(Sequence)
		if err != nil || !r.Empty() {
			t.Fatal(err, r.Rest())
		}
		text, err := seq.Take(OctetString)
		n, err2 := seq.Int32()
		if err != nil || err2 != nil || len(text) != size || n != 7 || !seq.Empty() {
			t.Errorf("size %d: %d octets and %d back (%v, %v)", size, len(text), n, err, err2)
		}
	}
}

func TestRefused(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "only a tag": "02", "indefinite": "3080020100 0000", "nine octets of length": "0489000000000000000001ff",
		"length without octets": "0482", "longer than the data": "040361 62", "a huge length": "0488ffffffffffffffff61",
	} {
		data, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		r := NewReader(data)
		if tag, content, err := r.Next(); err == nil {
			t.Errorf("%s: read %x %x", name, tag, content)
		}
	}
	for _, content := range []string{"", "80", "2b80", "2b8001", "2b90808080 00", "ffffffffff7f"} {
		data, _ := hex.DecodeString(strings.ReplaceAll(content, " ", ""))
		if oid, err := DecodeOID(nil, data); err == nil {
			t.Errorf("content %s gives %s", content, oid)
		}
	}
	if _, err := DecodeOID(nil, bytes.Repeat([]byte{1}, MaxOIDLen)); err == nil {
		t.Error("129 sub-identifiers pass")
	}
	for _, s := range []string{"", "1", "3.1", "1.40", "1.x", "1.3.4294967296", "1..3"} {
		if oid, err := ParseOID(s); err == nil {
			t.Errorf("%q gives %s", s, oid)
		}
	}
	if n, err := DecodeInt32([]byte{0, 0, 0, 0, 1}); err == nil {
		t.Errorf("five octets give %d", n)
	}
	if n, err := DecodeUint32([]byte{1, 0, 0, 0, 0}); err == nil {
		t.Errorf("2^32 gives %d", n)
	}
	if n, err := DecodeUint32([]byte{0xff}); err == nil {
		t.Errorf("-1 gives %d", n)
	}
}

// TestForgiven: encodings of real clients that are longer or shorter than the
// rules want, but can mean one thing only.
func TestForgiven(t *testing.T) {
	if n, err := DecodeInt32([]byte{0, 0, 0, 1}); n != 1 || err != nil {
		t.Error(n, err)
	}
	if n, err := DecodeUint32([]byte{0xff, 0xff, 0xff, 0xff}); n != math.MaxUint32 || err != nil {
		t.Error(n, err)
	}
	r := NewReader([]byte{2, 0x84, 0, 0, 0, 1, 5})
	if n, err := r.Int32(); n != 5 || err != nil {
		t.Error(n, err)
	}
}

func TestNumbersComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, u, l := rapid.Int32().Draw(t, "n"), rapid.Uint32().Draw(t, "u"), rapid.Uint64().Draw(t, "l")
		var b Builder
		b.Int(n)
		b.Uint(Gauge32, uint64(u))
		b.Uint(Counter64, l)
		r := NewReader(b.Bytes())
		if got, err := r.Int32(); got != n || err != nil {
			t.Fatal(got, err)
		}
		c, _ := r.Take(Gauge32)
		if got, err := DecodeUint32(c); got != u || err != nil {
			t.Fatal(got, err)
		}
		c, _ = r.Take(Counter64)
		if got, err := DecodeUint64(c); got != l || err != nil {
			t.Fatal(got, err)
		}
	})
}

func TestOIDsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := rapid.Uint32Range(0, 2).Draw(t, "first")
		second := rapid.Uint32Range(0, 39).Draw(t, "second")
		if first == 2 {
			second = rapid.Uint32().Draw(t, "any second")
		}
		oid := append(OID{first, second}, rapid.SliceOfN(rapid.Uint32(), 0, MaxOIDLen-2).Draw(t, "rest")...)
		got, err := DecodeOID(nil, oid.Content())
		if err != nil || !slices.Equal(got, oid) {
			t.Fatalf("%v came back as %v (%v)", oid, got, err)
		}
		if parsed, err := ParseOID(oid.String()); err != nil || parsed.Compare(oid) != 0 {
			t.Fatalf("%v parses as %v (%v)", oid, parsed, err)
		}
	})
}

func FuzzReader(f *testing.F) {
	f.Add([]byte{0x30, 3, 2, 1, 5})
	f.Add([]byte{6, 3, 0x2b, 6, 1})
	f.Add([]byte{4, 0x82, 0, 1, 9})
	f.Fuzz(func(t *testing.T, data []byte) {
		walk(t, data, 0)
	})
}

// walk reads everything there is. What can be read as an identifier is written
// back the same.
func walk(t *testing.T, data []byte, depth int) {
	r := NewReader(data)
	for !r.Empty() {
		left := len(r.Rest())
		tag, content, err := r.Next()
		if err != nil {
			return
		}
		if len(r.Rest()) >= left {
			t.Fatal("no progress")
		}
		if oid, err := DecodeOID(nil, content); err == nil && !bytes.Equal(oid.Content(), content) {
			t.Fatalf("%x is %s is %x", content, oid, oid.Content())
		}
		_, _ = DecodeInt32(content)
		_, _ = DecodeUint32(content)
		_, _ = DecodeUint64(content)
		if tag&0x20 != 0 && depth < 50 {
			walk(t, content, depth+1)
		}
	}
}
