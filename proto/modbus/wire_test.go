package modbus

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// wireCase is one request and its answer, as PDUs in hexadecimal, and what reached
// the unit.
type wireCase struct{ name, request, answer, asked string }

// wireCases are for an 8KS with everything allowed. They are also the seeds of the
// fuzz target.
var wireCases = []wireCase{
	{"coils", "01 0065 0008", "01 01 55", ""},
	{"some coils", "01 0066 0003", "01 01 02", ""},
	{"discrete input", "02 0321 0001", "02 01 01", ""},
	{"counts", "03 0000 0003", "03 06 0001 0008 0008", ""},
	{"states", "03 0065 0002", "03 04 0001 0000", ""},
	{"short delays, rounded up and clamped", "03 00c9 0003", "03 06 0010 ffff 0032", ""},
	{"input as register", "03 0321 0001", "03 02 0001", ""},
	{"device values", "04 0000 0006", "04 0c 1386 0908 03d1 0280 0091 febb", ""},
	{"currents, clamped", "04 0064 0003", "04 06 0280 0280 ffff", ""},
	{"powers, none below 0", "04 00c8 0003", "04 06 0091 0091 0000", ""},
	{"energies", "04 012c 0006", "04 0c 0001 1170 0001 1170 0000 0000", ""},
	{"the low half alone", "04 012d 0001", "04 02 1170", ""},
	{"factors without sign", "04 0190 0003", "04 06 03d1 03d1 0356", ""},
	{"phases with sign", "04 01f4 0003", "04 06 febb febb 4650", ""},
	{"the last of the map", "04 01fc 0001", "04 02 0000", ""},
	{"energies for life wrap", "04 07d0 0002", "04 04 0000 0005", ""},
	{"reverse energies", "04 0834 0002", "04 04 0000 0002", ""},
	{"reverse for life", "04 0898 0002", "04 04 0000 0003", ""},
	{"pulse counter", "04 08fe 0002", "04 04 1234 5678", ""},
	{"no temperature", "04 0961 0001", "04 02 8000", ""},
	{"apparent power", "04 09c4 0002", "04 04 0000 05c9", ""},
	{"power with sign", "04 0a28 0006", "04 0c 0000 05a6 0000 05a6 ffff ebfd", ""},
	{"no pulse", "04 0a8d 0002", "04 04 0000 0000", ""},
	{"model text", "04 0b54 0006", "04 0c 506f 7765 7250 4455 2038 4b53", ""},
	{"SunSpec marker and header", "03 9c40 0004", "03 08 5375 6e53 0001 0042", ""},

	{"coil on", "05 0066 ff00", "05 0066 ff00", "2:on"},
	{"coil off", "05 0065 0000", "05 0065 0000", "1:off"},
	{"action", "06 0068 0002", "06 0068 0002", "4:shortOff"},
	{"no change", "06 0068 0005", "06 0068 0005", "4:noChange"},
	{"short delay", "06 00cb 0001", "06 00cb 0001", "3=100ms"},
	{"longest short delay", "06 00cb ffff", "06 00cb ffff", "3=1h49m13.5s"},
	{"a delay that is so already", "06 00c9 0010", "06 00c9 0010", ""},
	{"all coils", "0f 0065 0008 01 f0", "0f 0065 0008", "1:off 2:off 3:off 4:off 5:on 6:on 7:on 8:on"},
	{"three coils, padding ignored", "0f 0067 0003 01 fd", "0f 0067 0003", "3:on 4:off 5:on"},
	{"actions", "10 0065 0003 06 0004 0005 0003", "10 0065 0003", "1:toggle 2:noChange 3:shortOn"},
	{"delays", "10 00c9 0002 04 0014 000a", "10 00c9 0002", "1=2s 2=1s"},
	{"write, then read", "17 0065 0002 0066 0001 02 0001", "17 04 0001 0001", "2:on"},
	{"write a delay, then read", "17 00c9 0001 00c9 0001 02 0014", "17 02 0014", "1=2s"},

	{"basic identification", "2b 0e 01 00", "2b 0e 01 82 00 00 03 0009" + hex.EncodeToString([]byte("Zerocross")) +
		"01 03" + hex.EncodeToString([]byte("8KS")) + "02 05" + hex.EncodeToString([]byte("4.0.0")), ""},
	{"regular identification goes on", "2b 0e 02 04", "2b 0e 02 82 00 00 03 040c" + hex.EncodeToString([]byte("PowerPDU 8KS")) +
		"05 03" + hex.EncodeToString([]byte("8ks")) + "06 0b" + hex.EncodeToString([]byte("Rack Žluť")), ""},
	{"one object", "2b 0e 04 01", "2b 0e 04 82 00 00 01 01 03" + hex.EncodeToString([]byte("8KS")), ""},
	{"an unknown start begins anew", "2b 0e 01 99", "2b 0e 01 82 00 00 03 0009" + hex.EncodeToString([]byte("Zerocross")) +
		"01 03" + hex.EncodeToString([]byte("8KS")) + "02 05" + hex.EncodeToString([]byte("4.0.0")), ""},

	{"function 0", "00", "80 01", ""},
	{"function 7", "07", "87 01", ""},
	{"function 22", "16 0065 ffff 0001", "96 01", ""},
	{"a function with the flag of exceptions", "83 0000 0001", "83 01", ""},
	{"another interface", "2b 0d 00 00", "ab 01", ""},
	{"encapsulated nothing", "2b", "ab 01", ""},
	{"identification, short", "2b 0e 01", "ab 03", ""},
	{"identification, unknown kind", "2b 0e 05 00", "ab 03", ""},
	{"identification, unknown object", "2b 0e 04 07", "ab 02", ""},

	{"no coils", "01 0065 0000", "81 03", ""},
	{"too many coils", "01 0065 07d1", "81 03", ""},
	{"no registers", "03 0000 0000", "83 03", ""},
	{"too many registers", "04 0064 007e", "84 03", ""},
	{"short request", "03 0000 00", "83 03", ""},
	{"long request", "03 0000 0001 00", "83 03", ""},
	{"coil 0", "01 0064 0001", "81 02", ""},
	{"one coil too many", "01 0065 0009", "81 02", ""},
	{"second input", "02 0322 0001", "82 02", ""},
	{"a gap", "04 0005 0002", "84 02", ""},
	{"beyond the last address", "03 ffff 0002", "83 02", ""},
	{"neither on nor off", "05 0066 0001", "85 03", ""},
	{"value before address", "05 0000 0001", "85 03", ""},
	{"no such coil", "05 006d ff00", "85 02", ""},
	{"a coil as long request", "05 0066 ff00 00", "85 03", ""},
	{"action 6", "06 0065 0006", "86 03", ""},
	{"action 256", "06 0065 0100", "86 03", ""},
	{"no delay", "06 00c9 0000", "86 03", ""},
	{"a count cannot be written", "06 0001 0004", "86 02", ""},
	{"an input cannot be written", "06 0321 0001", "86 02", ""},
	{"SunSpec cannot be written", "06 9c40 0001", "86 02", ""},
	{"address before value", "06 006d 0009", "86 02", ""},
	{"coils beyond the end", "0f 0068 0006 01 3f", "8f 02", ""},
	{"coils from before", "0f 0064 0008 01 ff", "8f 02", ""},
	{"wrong count of bytes", "0f 0065 0008 02 ff00", "8f 03", ""},
	{"no coils to write", "0f 0065 0000 00", "8f 03", ""},
	{"too many coils to write", "0f 0065 07b1 f7" + strings.Repeat("ff", 247), "8f 03", ""},
	{"a good and a bad action", "10 0065 0002 04 0001 0006", "90 03", ""},
	{"registers beyond the end", "10 006c 0002 04 0001 0001", "90 02", ""},
	{"wrong count of register bytes", "10 0065 0002 02 0001 0001", "90 03", ""},
	{"missing registers", "10 0065 0002 04 0001", "90 03", ""},
	{"nothing but an address", "10 0065", "90 03", ""},
	{"write, but not read", "17 0064 0001 0066 0001 02 0001", "97 02", ""},
	{"read, but not write", "17 0065 0001 0066 0001 02 0007", "97 03", ""},
	{"read too much", "17 0065 007e 0066 0001 02 0001", "97 03", ""},
	{"write and read, short", "17 0065 0001 0066 0001", "97 03", ""},
}

func TestWire(t *testing.T) {
	for _, c := range wireCases {
		t.Run(c.name, func(t *testing.T) {
			u, s := newUnit(t, "8ks", openConfig())
			if got := ask(s, 1, c.request); got != compact(c.answer) {
				t.Errorf("%s is answered %s, want %s", c.request, got, compact(c.answer))
			}
			if got := u.take(); got != c.asked {
				t.Errorf("the unit was asked %q, want %q", got, c.asked)
			}
		})
	}
}

func TestModelsWithLess(t *testing.T) {
	for _, c := range []struct{ model, request, answer string }{
		{"2pz", "03 0000 0003", "03 06 0002 0002 0000"},
		{"2pz", "02 0321 0002", "02 01 03"},
		{"2pz", "01 0067 0001", "81 02"},
		{"2pz", "04 0064 0003", "04 06 0000 0000 0000"}, // unmetered reads 0
		{"2pz", "04 0001 0001", "04 02 0000"},
		{"8qs", "03 0000 0003", "03 06 0001 0008 0001"},
		{"4c", "02 0321 0001", "82 02"},
		{"4c", "06 0069 0001", "86 02"},
		{"4c", "04 08fe 0002", "84 02"},
		{"101x", "05 0065 ff00", "05 0065 ff00"},
	} {
		_, s := newUnit(t, c.model, openConfig())
		if got := ask(s, 1, c.request); got != compact(c.answer) {
			t.Errorf("%s: %s is answered %s, want %s", c.model, c.request, got, compact(c.answer))
		}
	}
}

func TestOptions(t *testing.T) {
	c := openConfig()
	c.WordOrder, c.ZeroFill = LowFirst, true
	_, s := newUnit(t, "8ks", c)
	for request, answer := range map[string]string{
		"04 012c 0002": "04 04 1170 0001", // low word first
		"03 9c40 0002": "03 04 5375 6e53", // but not in SunSpec
		"04 0005 0002": "04 04 febb 0000", // gaps read 0
		"01 0064 000a": "01 02 aa 00",     // around the coils too
		"06 0064 0001": "86 02",           // but cannot be written
		"03 ffff 0002": "83 02",           // and addresses end
		"04 ffff 0001": "04 02 0000",      //
		"03 00c8 000a": "03 14 0000 0010 ffff 0032 0032 0032 0032 0032 0032 0000",
	} {
		if got := ask(s, 1, request); got != compact(answer) {
			t.Errorf("%s is answered %s, want %s", request, got, compact(answer))
		}
	}
}

// TestReadOnly: while writing is off the writing functions do not exist, whatever
// they hold.
func TestReadOnly(t *testing.T) {
	c := openConfig()
	c.WriteEnabled = false
	u, s := newUnit(t, "8ks", c)
	for _, w := range wireCases {
		if w.asked == "" && !strings.HasPrefix(w.answer, "8") {
			continue
		}
		if code := w.request[:2]; code == "05" || code == "06" || code == "0f" || code == "10" || code == "17" {
			if got := ask(s, 1, w.request); len(got) != 4 || got[2:] != "01" {
				t.Errorf("%s: answered %s, want exception 01", w.name, got)
			}
		}
	}
	if asked := u.take(); asked != "" {
		t.Errorf("the unit was asked %q", asked)
	}
	if got := ask(s, 1, "01 0065 0001"); got != "010101" {
		t.Errorf("reading gives %s", got)
	}
}

func TestErrorsOfTheUnit(t *testing.T) {
	for _, kind := range pdu.Kinds() {
		u, s := newUnit(t, "8ks", openConfig())
		u.err = pdu.Errorf(kind, "some.code", "no")
		code, ok := Exception(kind)
		if !ok || code == 0 {
			t.Errorf("no exception for %s", kind)
		}
		for request, function := range map[string]byte{"05 0065 ff00": 5, "06 00cb 0001": 6, "17 0065 0001 0066 0001 02 0001": 0x17} {
			want := hex.EncodeToString([]byte{function | 0x80, code})
			if got := ask(s, 1, request); got != want {
				t.Errorf("%s: %s is answered %s, want %s", kind, request, got, want)
			}
		}
	}
}

func TestPulseLeft(t *testing.T) {
	u, s := newUnit(t, "8ks", openConfig())
	now := time.Now()
	u.snap.Outputs[1].Pulse = &pdu.Pulse{Ends: now.Add(1950 * time.Millisecond)}
	u.snap.Outputs[2].Pulse = &pdu.Pulse{Ends: now.Add(-time.Second)} // about to be ended
	u.snap.Outputs[3].Pulse = &pdu.Pulse{Ends: now.Add(pdu.MaxShortDelay)}
	v := &view{snap: u.snap, now: now}
	var got []uint16
	for w := range s.dev.maps.input.words(v, 2701, 4) {
		got = append(got, w)
	}
	for i, want := range []uint16{0, 20, 0, 65535} {
		if got[i] != want {
			t.Errorf("output %d: %d left, want %d", i+1, got[i], want)
		}
	}
}

// TestIdentificationInParts: texts that do not fit into one answer are fetched with
// several.
func TestIdentificationInParts(t *testing.T) {
	u, s := newUnit(t, "8ks", openConfig())
	name := strings.Repeat("Ž", 130) // 260 bytes
	u.snap.Settings.DeviceName = name
	var texts []string
	for next, more := byte(0), true; more; {
		answer, _ := hex.DecodeString(ask(s, 1, "2b 0e 02"+hex.EncodeToString([]byte{next})))
		if len(answer) > maxPDUBytes {
			t.Fatalf("an answer of %d bytes", len(answer))
		}
		more, next = answer[4] == 0xff, answer[5]
		rest := answer[7:]
		for range answer[6] {
			texts = append(texts, string(rest[2:2+rest[1]]))
			rest = rest[2+rest[1]:]
		}
	}
	if len(texts) != 7 || texts[0] != vendorName || texts[6] != strings.Repeat("Ž", 122) {
		t.Errorf("got %q", texts)
	}
}
