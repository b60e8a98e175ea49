package modbus

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"strings"
	"testing"
)

// readHolding reads registers in pieces, as a collector does.
func readHolding(t *testing.T, s *Service, unit byte, first, count int) []uint16 {
	t.Helper()
	var words []uint16
	for count > 0 {
		n := min(count, 100)
		answer := ask(s, unit, fmt.Sprintf("03%04x%04x", first, n))
		b, _ := hex.DecodeString(answer)
		if b[0] != fnReadHolding {
			t.Fatalf("unit %d, %d registers from %d: answered %s", unit, n, first, answer)
		}
		for i := 2; i < len(b); i += 2 {
			words = append(words, binary.BigEndian.Uint16(b[i:]))
		}
		first, count = first+n, count-n
	}
	return words
}

// discover walks the chain as SunSpec clients do and gives the models by identifier.
func discover(t *testing.T, s *Service, unit byte) map[uint16][]uint16 {
	t.Helper()
	if w := readHolding(t, s, unit, 40000, 2); w[0] != 'S'<<8|'u' || w[1] != 'n'<<8|'S' {
		t.Fatalf("unit %d: no marker: %x", unit, w)
	}
	models := make(map[uint16][]uint16)
	for at := 40002; ; {
		head := readHolding(t, s, unit, at, 2)
		if head[0] == 0xffff {
			return models
		}
		models[head[0]] = readHolding(t, s, unit, at, int(head[1])+2)
		at += int(head[1]) + 2
	}
}

func textOf(words []uint16) string {
	var b []byte
	for _, w := range words {
		b = binary.BigEndian.AppendUint16(b, w)
	}
	return strings.TrimRight(string(b), "\x00")
}

func TestSunSpecInlet(t *testing.T) {
	_, s := newUnit(t, "8ks", openConfig())
	for _, unit := range []byte{0, 1, 100, 109, 255} {
		m := discover(t, s, unit)
		c := m[1]
		if c[1] != 66 || textOf(c[2:18]) != "Zerocross" || textOf(c[18:34]) != "PowerPDU 8KS" || textOf(c[34:42]) != "inlet" ||
			textOf(c[42:50]) != "4.0.0" || textOf(c[50:66]) != "020000123A5F" || c[66] != uint16(unit) {
			t.Errorf("unit %d: common model %x", unit, c)
		}
	}
}

// TestSunSpecIntegers checks the points of model 201 that the reference lists, with
// their scale factors.
func TestSunSpecIntegers(t *testing.T) {
	_, s := newUnit(t, "8ks", openConfig())
	m := discover(t, s, 1)[201]
	if m[1] != 105 || len(m) != 107 {
		t.Fatalf("length %d, %d registers", m[1], len(m))
	}
	for _, p := range []struct {
		name      string
		at, scale int
		want      float64
	}{
		{"A", 2, 6, 0.640}, {"AphA", 3, 6, 0.640}, {"PhV", 7, 15, 231.24}, {"PhVphA", 8, 15, 231.24}, {"Hz", 16, 17, 49.98},
		{"W", 18, 22, 145}, {"WphA", 19, 22, 145}, {"VA", 23, 27, 148}, {"VAR", 28, 32, -21}, {"PF in percent", 33, 37, 97.7},
	} {
		got := float64(int16(m[p.at])) * math.Pow10(int(int16(m[p.scale])))
		if math.Abs(got-p.want) > 1e-9 {
			t.Errorf("%s reads %v, want %v", p.name, got, p.want)
		}
	}
	for at, want := range map[int]uint32{38: 3, 40: 3, 46: 5, 48: 5, 42: 0, 50: 0, 105: 0} {
		if got := uint32(m[at])<<16 | uint32(m[at+1]); got != want {
			t.Errorf("counter at %d reads %d, want %d", at, got, want)
		}
	}
	if m[54] != 0 {
		t.Errorf("scale of energy %d", int16(m[54]))
	}
	for _, at := range []int{4, 5, 9, 10, 11, 14, 20, 21, 35, 71, 104} {
		if m[at] != noInt16 {
			t.Errorf("register %d reads %#x, want not implemented", at, m[at])
		}
	}
}

func TestSunSpecFloats(t *testing.T) {
	u, s := newUnit(t, "8ks", openConfig())
	u.snap.Powered = false
	m := discover(t, s, 102)[211]
	if m[1] != 124 || len(m) != 126 {
		t.Fatalf("length %d, %d registers", m[1], len(m))
	}
	float := func(at int) float32 { return math.Float32frombits(uint32(m[at])<<16 | uint32(m[at+1])) }
	for at, want := range map[int]float32{2: 70, 4: 70, 10: 231.24, 12: 231.24, 26: 49.98, 28: -512.34, 36: 600, 44: 0, 52: -0.8539, 60: 0, 68: 0} {
		if float(at) != want {
			t.Errorf("point at %d reads %v, want %v", at, float(at), want)
		}
	}
	for _, at := range []int{6, 8, 14, 30 + 2, 76, 122} {
		if got := float(at); got == got {
			t.Errorf("point at %d reads %v, want not a number", at, got)
		}
	}
	if m[124] != 0 || m[125] != powerFailure {
		t.Errorf("events %x without mains", m[124:])
	}
}

// TestSunSpecOutlets: each outlet has a chain; who has no meter shows none; who does
// not exist is refused and never shown as the inlet.
func TestSunSpecOutlets(t *testing.T) {
	_, s := newUnit(t, "4pz", openConfig())
	for unit, metered := range map[byte]bool{101: true, 102: true, 103: false, 104: false} {
		m := discover(t, s, unit)
		if _, has := m[201]; has != metered || len(m[1]) != 68 {
			t.Errorf("unit %d has models %v", unit, m)
		}
		number := string(rune('0' + unit - 100))
		if c := m[1]; textOf(c[34:42]) != "outlet "+number || textOf(c[50:66]) != "020000123A5F-"+number {
			t.Errorf("unit %d: options %q, serial %q", unit, textOf(c[34:42]), textOf(c[50:66]))
		}
	}
	for _, unit := range []byte{105, 108} {
		if got := ask(s, unit, "03 9c40 0002"); got != "8302" {
			t.Errorf("unit %d: answered %s", unit, got)
		}
		if got := ask(s, unit, "03 0001 0001"); got != "03020004" {
			t.Errorf("unit %d: other registers answer %s", unit, got)
		}
	}
	_, s = newUnit(t, "3px", openConfig())
	if m := discover(t, s, 1); len(m) != 1 || m[1] == nil {
		t.Errorf("a model without meter shows %v", m)
	}
}

func TestTextWords(t *testing.T) {
	for _, c := range []struct {
		text string
		size int
		want string
	}{
		{"", 2, ""}, {"a", 2, "a"}, {"abcd", 2, "abcd"}, {"abcde", 2, "abcd"}, {"Žluť", 3, "?lu?"}, {"a\nb", 2, "a?b"},
	} {
		var words []uint16
		for n := range c.size {
			words = append(words, uint16(textWord(c.text, c.size, n)))
		}
		if got := textOf(words); got != c.want {
			t.Errorf("%q in %d registers reads %q, want %q", c.text, c.size, got, c.want)
		}
	}
}
