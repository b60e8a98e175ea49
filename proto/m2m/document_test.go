package m2m

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/zerocross-pdu/zerocross/pdu"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGoldenDocuments pins every byte of the documents of every model.
func TestGoldenDocuments(t *testing.T) {
	for _, model := range pdu.ProfileIDs() {
		s := sample(t, model)
		for ext, encode := range map[string]func(*pdu.Snapshot, time.Time) []byte{"json": encodeJSON, "xml": encodeXML} {
			golden(t, model+"."+ext, encode(s, s.At))
		}
	}
	golden(t, "error.json", errorJSON(400, `bad "thing" <1>`))
	golden(t, "error.xml", errorXML(400, `bad "thing" <1>`))
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; write it with -update and read it before committing", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// TestMembers checks what the reference says about presence, not our files
// (reference: netio-http-telnet.md 2.3).
func TestMembers(t *testing.T) {
	for _, model := range pdu.ProfileIDs() {
		s := sample(t, model)
		var doc struct {
			Agent         map[string]any
			GlobalMeasure map[string]any
			Outputs       []map[string]any
			Inputs        []map[string]any
		}
		if err := json.Unmarshal(encodeJSON(s, s.At), &doc); err != nil {
			t.Fatalf("%s: %v", model, err)
		}
		p := s.Profile
		newer := p.Generation == pdu.GenerationESP && p.JSONVersion != "2.0"
		has := func(what string, m map[string]any, key string, want bool) {
			t.Helper()
			if _, ok := m[key]; ok != want {
				t.Errorf("%s: %s has %s: %t, want %t", model, what, key, ok, want)
			}
		}
		for _, key := range []string{"Model", "Version", "JSONVer", "DeviceName", "VendorID", "OemID", "SerialNumber", "Uptime", "Time", "NumOutputs"} {
			has("Agent", doc.Agent, key, true)
		}
		has("Agent", doc.Agent, "MAC", p.Generation == pdu.GenerationESP)
		has("Agent", doc.Agent, "NumInputs", newer)
		if (doc.GlobalMeasure != nil) != p.InletMeter {
			t.Errorf("%s: GlobalMeasure present: %t", model, doc.GlobalMeasure != nil)
		}
		if p.InletMeter {
			has("GlobalMeasure", doc.GlobalMeasure, "TotalCurrent", model != "101x")
			has("GlobalMeasure", doc.GlobalMeasure, "OverallPowerFactor", true)
			for _, key := range []string{"TotalPowerFactor", "TotalPhase", "OverallPhase", "TotalEnergyNR", "TotalReverseEnergy", "TotalReverseEnergyNR"} {
				has("GlobalMeasure", doc.GlobalMeasure, key, newer)
			}
		}
		for i, o := range doc.Outputs {
			metered := p.IsMetered(pdu.OutputID(i + 1))
			if o["ID"] != float64(i+1) || o["Action"] != 6.0 {
				t.Errorf("%s: output %d reads %v", model, i+1, o)
			}
			for _, key := range []string{"Current", "PowerFactor", "Energy", "Load"} {
				has("output", o, key, metered)
			}
			for _, key := range []string{"Phase", "ReverseEnergy", "EnergyNR", "ReverseEnergyNR"} {
				has("output", o, key, metered && newer)
			}
		}
		if wantInputs := newer && p.Inputs > 0; (doc.Inputs != nil) != wantInputs || wantInputs && len(doc.Inputs) != p.Inputs {
			t.Errorf("%s: inputs %v", model, doc.Inputs)
		}
	}
}

// TestStates: what is not known to be on reads off, and a relay that does not
// follow reads as it is.
func TestStates(t *testing.T) {
	s := sample(t, "4ks")
	s.Outputs[0].Commanded, s.Outputs[0].Contact = pdu.Unknown, pdu.Unknown
	s.Outputs[1].Commanded, s.Outputs[1].Contact, s.Outputs[1].Fault = pdu.Off, pdu.On, pdu.RelayNotFollowing
	s.Outputs[2].Commanded, s.Outputs[2].Contact = pdu.On, pdu.Off // still moving
	s.Outputs[3].Commanded, s.Outputs[3].Contact = pdu.Off, pdu.Unknown
	var doc struct{ Outputs []struct{ State int } }
	if err := json.Unmarshal(encodeJSON(s, s.At), &doc); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]struct{ State int }{{0}, {1}, {1}, {0}}, doc.Outputs); diff != "" {
		t.Error(diff)
	}
}

func TestTimes(t *testing.T) {
	s := sample(t, "8ks")
	s.Settings.Location = time.UTC
	text := string(encodeJSON(s, s.At))
	for _, want := range []string{`"Time":"2026-11-20T08:15:00+00:00"`, `"EnergyStart":"1970-01-01T00:00:00+00:00"`, `"Uptime":4711,`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	s.InletEnergy.ResetAt = time.Date(2026, 9, 30, 22, 0, 0, 0, time.UTC)
	s.Settings.Location = time.FixedZone("", 2*3600)
	if text := string(encodeJSON(s, s.At)); !strings.Contains(text, `"EnergyStart":"2026-10-01T00:00:00+02:00"`) {
		t.Error(text)
	}
}

// TestStrictTypes reads a document as a strictly typed client does: integers
// without decimal point, numbers where numbers are due.
func TestStrictTypes(t *testing.T) {
	s := sample(t, "4kx")
	var doc struct {
		Agent struct {
			JSONVer, SerialNumber, MAC         string
			VendorID, OemID, NumInputs, Uptime int
			NumOutputs                         int
			Model, DeviceName, Version, Time   string
		}
		GlobalMeasure struct {
			TotalCurrent, OverallPhase, TotalPhase, TotalLoad                    int
			TotalEnergy, TotalEnergyNR, TotalReverseEnergy, TotalReverseEnergyNR int
			Voltage, Frequency, OverallPowerFactor, TotalPowerFactor             float64
			EnergyStart                                                          string
		}
		Outputs []struct {
			ID, State, Action, Delay, Current, Load          int
			Energy, EnergyNR, ReverseEnergy, ReverseEnergyNR int
			PowerFactor, Phase                               float64
			Name                                             string
		}
	}
	d := json.NewDecoder(bytes.NewReader(encodeJSON(s, s.At)))
	d.DisallowUnknownFields()
	if err := d.Decode(&doc); err != nil {
		t.Fatal(err)
	}
	if doc.Outputs[0].Energy != 900 || doc.Outputs[0].EnergyNR != 1900 || doc.Outputs[0].Current != 640 || doc.GlobalMeasure.TotalPhase != -3 {
		t.Errorf("%+v", doc)
	}
}

// TestAnyReading: whatever a board measures, both documents stay well-formed and
// numbers stay numbers.
func TestAnyReading(t *testing.T) {
	s := sample(t, "8ks")
	jsonNumber := regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), -0.0001, 1e300}))
		draw := func() float64 { return value.Draw(t, "value") }
		c := *s
		c.Outputs = slices.Clone(s.Outputs)
		c.Outputs[0].Reading = pdu.Reading{VoltageV: draw(), CurrentA: draw(), ActivePowerW: draw(), PowerFactor: draw(), PhaseDeg: draw()}
		c.Inlet, c.FrequencyHz = c.Outputs[0].Reading, draw()
		c.Outputs[0].Energy.Forward = rapid.Uint64().Draw(t, "energy")
		settings := *s.Settings
		settings.DeviceName = rapid.String().Draw(t, "name")
		c.Settings = &settings
		for _, f := range append(globalFields(layoutESP, &c), outputFields(layoutESP, &c, &c.Outputs[0])...) {
			if !f.text && (!jsonNumber.MatchString(f.value) || f.value == "-0" || f.value == "-0.0") {
				t.Fatalf("%s is %q", f.name, f.value)
			}
		}
		if b := encodeJSON(&c, c.At); !json.Valid(b) {
			t.Fatalf("not JSON: %s", b)
		}
		b := encodeXML(&c, c.At)
		if err := xml.Unmarshal(b, new(struct{})); err != nil {
			t.Fatalf("%v: %s", err, b)
		}
	})
}

// TestXMLLines: each leaf stands alone on its line from column 0 on, and lines
// end in CRLF, whatever is in a name.
func TestXMLLines(t *testing.T) {
	s := sample(t, "8ks")
	s.Settings.DeviceName = "two\r\nlines\tand <tags>"
	text := string(encodeXML(s, s.At))
	line := regexp.MustCompile(`^(<(\w+)>[^<>]*</(\w+)>|</?(set:)?\w+>|<set:Root xmlns:set="[^"]+">)$`)
	for l := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if !line.MatchString(l) {
			t.Errorf("line %q", l)
		}
	}
	if strings.Count(text, "\n") != strings.Count(text, "\r\n") || strings.Contains(text, "<?xml") {
		t.Errorf("line ends or declaration: %s", text)
	}
}
