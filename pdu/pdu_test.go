package pdu

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestParseAction(t *testing.T) {
	for in, want := range map[string]Action{
		"0": ActionOff, "1": ActionOn, "2": ActionShortOff, "3": ActionShortOn, "4": ActionToggle, "5": ActionNoChange,
		"6": ActionIgnore, "i": ActionShortOff, "u": ActionNoChange, "toggle": ActionToggle, "shortOff": ActionShortOff,
	} {
		if got, ok := ParseAction(in); !ok || got != want {
			t.Errorf("ParseAction(%q) = %v, %v; want %v", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "7", "-1", "01", "I", "On", "invalid", " 1"} {
		if got, ok := ParseAction(in); ok {
			t.Errorf("ParseAction(%q) = %v, want a refusal", in, got)
		}
	}
}

func TestLevelText(t *testing.T) {
	for l := Unknown; l <= On; l++ {
		b, _ := l.MarshalText()
		var got Level
		if err := got.UnmarshalText(b); err != nil || got != l {
			t.Errorf("%v does not survive its text: %v, %v", l, got, err)
		}
	}
	var l Level
	if err := l.UnmarshalText([]byte("maybe")); KindOf(err) != Invalid {
		t.Errorf("UnmarshalText(maybe) = %v, want Invalid", err)
	}
}

func TestShortDelayRange(t *testing.T) {
	for d, ok := range map[time.Duration]bool{
		0: false, 99 * time.Millisecond: false, MinShortDelay: true, MaxShortDelay: true, MaxShortDelay + 1: false, -1: false,
	} {
		if err := CheckShortDelay(d); (err == nil) != ok {
			t.Errorf("CheckShortDelay(%v) = %v", d, err)
		}
	}
}

func TestErrorKeepsKindThroughWrapping(t *testing.T) {
	cause := errors.New("coil open")
	err := fmt.Errorf("switch output 3: %w", Errorf(Unavailable, CodeNoMains, "no mains: %w", cause).With("output", 3))
	if KindOf(err) != Unavailable || CodeOf(err) != CodeNoMains || !errors.Is(err, cause) {
		t.Errorf("kind %v, code %q, cause lost: %v", KindOf(err), CodeOf(err), !errors.Is(err, cause))
	}
	if KindOf(cause) != Internal || CodeOf(cause) != "" {
		t.Error("a foreign error must be Internal without a code")
	}
}

func TestKindsHaveDistinctNames(t *testing.T) {
	seen := map[string]Kind{}
	for i, k := range Kinds() {
		if int(k) != i {
			t.Errorf("Kinds()[%d] = %d: the list must be complete and in order", i, k)
		}
		if other, dup := seen[k.String()]; dup {
			t.Errorf("%d and %d share the name %q", k, other, k)
		}
		seen[k.String()] = k
	}
}

func TestStateShowsTheTruthAboutAFaultyRelay(t *testing.T) {
	for _, c := range []struct {
		name string
		out  Output
		want Level
	}{
		{"moving", Output{Commanded: On, Contact: Off}, On},
		{"does not follow", Output{Commanded: On, Contact: Off, Fault: RelayNotFollowing}, Off},
		{"fault, cannot be read", Output{Commanded: On, Contact: Unknown, Fault: RelayDriveFailed}, On},
		{"never commanded", Output{Contact: On}, On},
	} {
		if got := c.out.State(); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestProfiles(t *testing.T) {
	if n := len(ProfileIDs()); n != 13 {
		t.Errorf("%d profiles, want 13", n)
	}
	for _, id := range ProfileIDs() {
		p, err := ProfileByID(id)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range p.Metered {
			if !p.HasOutput(m) {
				t.Errorf("%s: metered output %d does not exist", id, m)
			}
		}
		if p.InletMeter != (len(p.Metered) > 0) {
			t.Errorf("%s: every metered model has whole-device values, no other has", id)
		}
		if p.Outputs < 1 || p.WireModel == "" || p.JSONVersion == "" || p.Firmware == "" || p.OutputMaxA <= 0 || p.DeviceMaxA < p.OutputMaxA {
			t.Errorf("%s is incomplete: %+v", id, p)
		}
		s := p.DefaultSettings()
		if len(s.Outputs) != p.Outputs || len(s.InputNames) != p.Inputs || s.Outputs[0].Name != "output_1" {
			t.Errorf("%s: default settings do not fit: %+v", id, s)
		}
		for _, o := range s.Outputs {
			if err := CheckShortDelay(o.ShortDelay); err != nil {
				t.Errorf("%s: %v", id, err)
			}
		}
	}
	if _, err := ProfileByID("9xx"); KindOf(err) != NotFound {
		t.Errorf("unknown model: %v", err)
	}
}

func TestPulseFinal(t *testing.T) {
	if (&Pulse{Action: ActionShortOff}).Final() != On || (&Pulse{Action: ActionShortOn}).Final() != Off {
		t.Error("a short off ends on, a short on ends off")
	}
}
