package sim

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/zerocross-pdu/zerocross/pdu"
)

func describe(t *testing.T, b *Bench) pdu.BoardState {
	t.Helper()
	s, err := b.Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Killing the process right after Drive is a crash of the controller: the coil was
// driven, so the contact is where it was sent.
func TestHardwareOutlivesTheProcess(t *testing.T) {
	dir := stateDir(t)
	first := newBench(t, "8ks", Options{StateDir: dir})
	on(t, first, 2, 7)
	switchTo(t, first, pdu.Off, 2)
	if err := first.SetMains(Mains{VoltageV: 117, FrequencyHz: 60, On: true}); err != nil {
		t.Fatal(err)
	}
	if err := first.SetLoad(3, &Resistive{Watts: 42}); err != nil {
		t.Fatal(err)
	}
	if err := first.SetRelayFault(4, RelayWelded); err != nil {
		t.Fatal(err)
	}
	first.editInput(1, inputEdit{level: new(pdu.On)})
	cycle := describe(t, first).PowerCycle

	second := newBench(t, "8ks", Options{StateDir: dir, Loads: DemoLoads(profile(t, "8ks"))})
	s := describe(t, second)
	want := slices.Repeat([]pdu.Level{pdu.Off}, 8)
	want[6] = pdu.On
	if s.PowerCycle != cycle || !slices.Equal(s.Contacts, want) || s.Inputs[0] != pdu.On || !s.Powered {
		t.Errorf("after the restart: %+v, want power cycle %s, contacts %v", s, cycle, want)
	}
	for id, n := range map[pdu.OutputID]uint64{1: 0, 2: 2, 7: 1, 9: 0} {
		if got := second.Operations(id); got != n {
			t.Errorf("relay %d moved %d times, want %d", id, got, n)
		}
	}
	if m := second.mains(); m != (Mains{117, 60, true}) {
		t.Errorf("mains %+v", m)
	}
	if l, ok := second.plugged[2].spec.(*Resistive); !ok || l.Watts != 42 {
		t.Errorf("outlet 3 has %+v", second.plugged[2].spec)
	}
	if f := second.hw.relays[3].fault; f != RelayWelded {
		t.Errorf("relay 4 is %s", f)
	}
}

func TestCorruptHardwareIsANewUnit(t *testing.T) {
	damage := map[string]func([]byte) []byte{
		"cut":         func(b []byte) []byte { return b[:len(b)-7] },
		"one bit":     func(b []byte) []byte { b[40] ^= 1; return b },
		"foreign":     func([]byte) []byte { return []byte("hello, this is not a bench") },
		"zeros":       func(b []byte) []byte { clear(b); return b },
		"longer":      func(b []byte) []byte { return append(b, 0) },
		"short":       func([]byte) []byte { return []byte("ZCB1") },
		"other model": func([]byte) []byte { hw := newHardware(profile(t, "4ps")); return hw.encode(nil) },
	}
	for name, spoil := range damage {
		t.Run(name, func(t *testing.T) {
			dir := stateDir(t)
			b := newBench(t, "8ks", Options{StateDir: dir})
			on(t, b, 1, 2, 3)
			before := describe(t, b).PowerCycle
			raw, err := dir.ReadFile(hardwareFile)
			if err != nil {
				t.Fatal(err)
			}
			if err := dir.WriteFile(hardwareFile, spoil(raw), 0o600); err != nil {
				t.Fatal(err)
			}
			var logged bytes.Buffer
			again := newBench(t, "8ks", Options{StateDir: dir, Log: slog.New(slog.NewTextHandler(&logged, nil))})
			s := describe(t, again)
			if s.PowerCycle == before || slices.Contains(s.Contacts, pdu.On) {
				t.Errorf("%+v", s)
			}
			if !strings.Contains(logged.String(), "corrupt") {
				t.Errorf("the log does not say so: %s", &logged)
			}
			third := newBench(t, "8ks", Options{StateDir: dir})
			if now := describe(t, third).PowerCycle; now != s.PowerCycle {
				t.Errorf("the new unit was not kept: %s, then %s", s.PowerCycle, now)
			}
		})
	}
}

func TestCorruptLoadsAreReplacedByDefaults(t *testing.T) {
	dir := stateDir(t)
	var logged bytes.Buffer
	log := slog.New(slog.NewTextHandler(&logged, nil))
	for _, content := range []string{"", "{", `[{"type":"dragon"}]`, `[{"type":"resistive","watts":1e9}]`} {
		logged.Reset()
		if err := dir.WriteFile(loadsFile, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		b := newBench(t, "8ks", Options{StateDir: dir, Loads: []Load{&Resistive{Watts: 7}}, Log: log})
		if l, ok := b.plugged[0].spec.(*Resistive); !ok || l.Watts != 7 {
			t.Errorf("%q: outlet 1 has %+v", content, b.plugged[0].spec)
		}
		if !strings.Contains(logged.String(), "corrupt") {
			t.Errorf("%q: the log does not say so: %s", content, &logged)
		}
	}
}

// A stored load whose recording has gone leaves its outlet empty, and the bench
// works.
func TestStoredLoadWithoutItsRecording(t *testing.T) {
	dir := stateDir(t)
	stored := `[{"type":"recording","file":"gone.i16","ampsPerCount":1,"voltsPerCount":1},{"type":"resistive","watts":5}]`
	if err := dir.WriteFile(loadsFile, []byte(stored), 0o600); err != nil {
		t.Fatal(err)
	}
	b := newBench(t, "8ks", Options{StateDir: dir})
	if b.plugged[0].spec.kind() != "none" || b.plugged[1].spec.kind() != "resistive" {
		t.Errorf("plugged in: %+v", b.plugged[:2])
	}
}

func TestNewReportsAnUnusableStateFolder(t *testing.T) {
	dir := stateDir(t)
	if err := dir.Mkdir(hardwareFile, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := New(profile(t, "8ks"), Options{StateDir: dir}); err == nil || !strings.Contains(err.Error(), hardwareFile) {
		t.Errorf("%v, want an error that names %s", err, hardwareFile)
	}
}

func TestNewRefusesLoadsOutOfRange(t *testing.T) {
	for name, l := range map[string]Load{
		"power":   &Resistive{Watts: 1e9},
		"missing": &Recorded{File: "gone.i16", AmpsPerCount: 1, VoltsPerCount: 1, Rate: 6400},
	} {
		if _, err := New(profile(t, "8ks"), Options{Loads: []Load{l}}); pdu.KindOf(err) != pdu.Invalid {
			t.Errorf("%s: %v, want Invalid", name, err)
		}
	}
}

func FuzzHardware(f *testing.F) {
	p, err := pdu.ProfileByID("8ks")
	if err != nil {
		f.Fatal(err)
	}
	hw := newHardware(p)
	f.Add(hw.encode(nil))
	f.Add([]byte(hardwareMagic))
	f.Fuzz(func(t *testing.T, raw []byte) {
		hw, err := decodeHardware(raw, p)
		if err != nil {
			return
		}
		if !bytes.Equal(hw.encode(nil), raw) {
			t.Errorf("%x is read as %+v, which is written as %x", raw, hw, hw.encode(nil))
		}
	})
}
