package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sineRecording is one second of 50 Hz: 3,250 counts of voltage, 1,000 of current
// 60 degrees behind.
func sineRecording() []byte {
	var b []byte
	for k := range 6400 {
		x := 2 * math.Pi * 50 * float64(k) / 6400
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(math.Round(1000*math.Sin(x-math.Pi/3)))))
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(math.Round(3250*math.Sin(x)))))
	}
	return b
}

func runMeter(t *testing.T, stdin []byte, args ...string) (string, error) {
	t.Helper()
	cmd := newMeterCommand()
	var out bytes.Buffer
	cmd.SetIn(bytes.NewReader(stdin))
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

func TestMeterJSON(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sine.i16")
	if err := os.WriteFile(file, sineRecording(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := runMeter(t, nil, file, "--json", "--rate", "6400", "--volts-per-count", "0.1", "--amps-per-count", "0.01")
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]float64
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{
		"voltage": 325 / math.Sqrt2, "current": 10 / math.Sqrt2, "activePower": 812.5, "apparentPower": 1625,
		"reactivePower": 1625 * math.Sin(math.Pi/3), "powerFactor": 0.5, "phase": 60, "frequency": 50, "crestFactor": math.Sqrt2,
		"energyWh": 812.5 * 6399 / 6400 / 3600, "displacementPowerFactor": 0.5, "voltagePeak": 325, "currentPeak": 10,
	}
	for _, name := range []string{"voltageTHD", "currentTHD"} {
		if got[name] > 0.001 {
			t.Errorf("%s of a sine: %v", name, got[name])
		}
		delete(got, name)
	}
	keys := func(m map[string]float64) []string { return slices.Sorted(maps.Keys(m)) }
	if diff := cmp.Diff(keys(want), keys(got)); diff != "" {
		t.Fatal(diff)
	}
	for name, x := range want {
		if math.Abs(got[name]-x) > math.Abs(x)*1e-3 {
			t.Errorf("%s: %v, want %v", name, got[name], x)
		}
	}
}

func TestMeterTable(t *testing.T) {
	out, err := runMeter(t, sineRecording(), "-", "--volts-per-count=0.1")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"voltage                    229.8", "phase                      60.00 °", "frequency                  50.0000 Hz", "crest factor               1.41"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

func TestMeterHarmonics(t *testing.T) {
	out, err := runMeter(t, sineRecording(), "-", "--volts-per-count=0.1", "--harmonics")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out, "\n1  ") || !strings.Contains(out, "\n40  ") {
		t.Errorf("harmonics 1 to 40 are not in\n%s", out)
	}
	if out, err = runMeter(t, sineRecording(), "-", "--json", "--harmonics"); err != nil || !strings.Contains(out, `"currentHarmonics":[{"order":1,`) {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestMeterRefuses(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing.i16")
	for name, c := range map[string]struct {
		stdin []byte
		args  []string
		want  string
	}{
		"no file":        {nil, nil, "accepts 1 arg"},
		"missing file":   {nil, []string{missing}, "missing.i16"},
		"a folder":       {nil, []string{t.TempDir()}, "directory"},
		"empty":          {nil, []string{"-"}, "empty"},
		"half a pair":    {[]byte{1, 2, 3}, []string{"-"}, "ends within a pair"},
		"no rate":        {sineRecording(), []string{"-", "--rate", "0"}, "sample rate"},
		"rate a word":    {sineRecording(), []string{"-", "--rate", "fast"}, "invalid argument"},
		"scale 0":        {sineRecording(), []string{"-", "--volts-per-count", "0"}, "volts per count"},
		"scale infinite": {sineRecording(), []string{"-", "--amps-per-count", "Inf"}, "amperes per count"},
	} {
		if _, err := runMeter(t, c.stdin, c.args...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
		}
	}
}
