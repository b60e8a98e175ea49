package client

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// readTestdata gives a file of testdata.
func readTestdata(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDecode(t *testing.T) {
	cases := map[string]*Device{
		"4x.json": {
			Model: "PowerPDU 4C", Name: "rack-b", Firmware: "3.4.2", JSONVersion: "2.1", Serial: "24:A4:2C:00:00:01",
			Time: "2026-11-20T09:15:00+01:00", UptimeS: new(93784.0),
			Total: &Total{VoltageV: new(231.2), FrequencyHz: new(50.0), CurrentMA: new(640.0), PowerFactor: new(0.98),
				LoadW: new(145.0), EnergyWh: new(900.0), EnergyStart: "1970-01-01T01:00:00+01:00"},
			Outputs: []Output{
				{ID: 1, Name: "router", State: pdu.On, ShortDelayMs: new(5000.0), CurrentMA: new(640.0), PowerFactor: new(0.98),
					LoadW: new(145.0), EnergyWh: new(900.0)},
				{ID: 2, Name: "spare", State: pdu.Off, ShortDelayMs: new(5000.0), CurrentMA: new(0.0), PowerFactor: new(0.0),
					LoadW: new(0.0), EnergyWh: new(0.0)},
			},
		},
		"esp.json": {
			Model: "8KS", Name: "rack-a", Firmware: "4.0.0", JSONVersion: "2.4", MAC: "02:00:00:12:34:56", Serial: "020000123456",
			Time: "2026-11-20T09:15:00+01:00", UptimeS: new(4711.0),
			Total: &Total{VoltageV: new(231.0), FrequencyHz: new(50.0), CurrentMA: new(640.0), PowerFactor: new(0.98), PhaseDeg: new(-3.0),
				LoadW: new(145.0), EnergyWh: new(900.0), EnergyNRWh: new(1900.0), ReverseEnergyWh: new(1.0), ReverseNRWh: new(2.0),
				EnergyStart: "2026-10-01T00:00:00+02:00"},
			Outputs: []Output{
				{ID: 1, Name: "router", State: pdu.On, ShortDelayMs: new(5000.0), CurrentMA: new(640.0), PowerFactor: new(0.98),
					PhaseDeg: new(-3.5), LoadW: new(145.0), EnergyWh: new(900.0), EnergyNRWh: new(1900.0),
					ReverseEnergyWh: new(3.0), ReverseNRWh: new(4.0)},
				{ID: 2, Name: "spare", State: pdu.Off, ShortDelayMs: new(2000.0)},
			},
			Inputs: []Input{{ID: 1, Name: "door", Level: pdu.On, S0Count: new(12.0)}},
		},
		"odd.json": {
			Model: "101x", Firmware: "2.1", MAC: "24:A4:2C:00:00:02", UptimeS: new(17.0),
			Total: &Total{VoltageV: new(230.5), PhaseDeg: new(-1.0)},
			Outputs: []Output{
				{ID: 1, Name: "x", State: pdu.On, ShortDelayMs: new(100.0), CurrentMA: new(15.0)},
				{ID: 2, State: pdu.Off, EnergyNRWh: new(7.0), ReverseNRWh: new(8.0)},
				{ID: 3, State: pdu.Unknown},
			},
		},
	}
	for name, want := range cases {
		for variant, body := range map[string][]byte{
			"as it is": readTestdata(t, name),
			"with BOM": append([]byte("\xef\xbb\xbf"), readTestdata(t, name)...),
		} {
			got, err := Decode(body)
			if err != nil {
				t.Errorf("%s %s: %v", name, variant, err)
			} else if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s %s (-want +got):\n%s", name, variant, diff)
			}
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for body, part := range map[string]string{
		``:                                     "not a NETIO state document",
		`Errors`:                               "not a NETIO state document",
		`{}`:                                   "Agent or Outputs is missing",
		`{"Agent":{}}`:                         "Agent or Outputs is missing",
		`{"Outputs":[]}`:                       "Agent or Outputs is missing",
		`{"Agent":{},"Outputs":{}}`:            "not a NETIO state document",
		`{"Agent":{},"Outputs":[1]}`:           "not a NETIO state document",
		`{"Agent":{},"Outputs":[{"State":1}]}`: "no usable ID in Outputs[0]",
		`{"Agent":{},"Outputs":[{"ID":0}]}`:    "no usable ID in Outputs[0]",
		`{"Agent":{},"Outputs":[{"ID":1},{"ID":1.5}]}`:          "no usable ID in Outputs[1]",
		`{"Agent":{},"Outputs":[{"ID":1e300}]}`:                 "no usable ID in Outputs[0]",
		`{"Agent":{},"Outputs":[{"ID":"NaN"}]}`:                 "no usable ID in Outputs[0]",
		`{"Agent":{},"Outputs":[{"ID":2},{"ID":"2"}]}`:          "output 2 twice",
		`{"Agent":{},"Outputs":[{"ID":1}],"Inputs":[{"ID":0}]}`: "no usable ID in Inputs[0]",
	} {
		d, err := Decode([]byte(body))
		if err == nil || !strings.Contains(err.Error(), part) || pdu.CodeOf(err) != CodeDocument {
			t.Errorf("Decode(%s) = %v, %v; want an error with %q", body, d, err, part)
		}
	}
}

func TestInterpretRefusals(t *testing.T) {
	u := &url.URL{Scheme: "http", Host: "pdu", Path: "/netio.json"}
	withError := func(code string) string {
		return fmt.Sprintf(`{"result":{"error":{"code":%s,"message":"no\u001b way"}}}`, code)
	}
	cases := []struct {
		status int
		body   string
		kind   pdu.Kind
		want   StatusError
	}{
		{400, withError("400"), pdu.Invalid, StatusError{400, 400, "no\x1b way"}},
		{401, "", pdu.Unauthenticated, StatusError{401, 401, ""}},
		{403, withError(`"403"`), pdu.Forbidden, StatusError{403, 403, "no\x1b way"}},
		{404, "<html>", pdu.NotFound, StatusError{404, 404, ""}},
		{429, "", pdu.TooMany, StatusError{429, 429, ""}},
		{500, withError("500"), pdu.Internal, StatusError{500, 500, "no\x1b way"}},
		{503, "", pdu.Unavailable, StatusError{503, 503, ""}},
		{204, "", pdu.Internal, StatusError{204, 204, ""}},
		{307, "https://pdu/", pdu.Invalid, StatusError{307, 307, "https://pdu/"}},
		{200, withError("403"), pdu.Forbidden, StatusError{200, 403, "no\x1b way"}},
		{200, withError(`"?"`), pdu.Internal, StatusError{200, 500, "no\x1b way"}},
	}
	for _, c := range cases {
		_, err := interpret(u, c.status, []byte(c.body))
		got, ok := errors.AsType[*StatusError](err)
		if !ok || *got != c.want || pdu.KindOf(err) != c.kind || pdu.CodeOf(err) != CodeStatus {
			t.Errorf("status %d, body %s: %v (kind %v)", c.status, c.body, err, pdu.KindOf(err))
		}
		if err != nil && strings.ContainsRune(err.Error(), '\x1b') {
			t.Errorf("the error passes a control character on: %q", err)
		}
	}
}

// TestDecodeSpellings: however a firmware writes a number, it is read the same.
func TestDecodeSpellings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.IntRange(1, maxID).Draw(t, "id")
		current := rapid.IntRange(-100000, 100000).Draw(t, "current")
		on := rapid.Bool().Draw(t, "on")
		spell := func(n int, label string) string {
			form := rapid.SampledFrom([]string{"%d", `"%d"`, "%d.0", `"%d.00"`, `" %d "`, "%de0"}).Draw(t, label)
			return fmt.Sprintf(form, n)
		}
		state := 0
		if on {
			state = 1
		}
		body := fmt.Sprintf(`{"Agent":{},"Outputs":[{"ID":%s,"State":%s,"Current":%s}]}`,
			spell(id, "id form"), spell(state, "state form"), spell(current, "current form"))
		d, err := Decode([]byte(body))
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		want := []Output{{ID: pdu.OutputID(id), State: pdu.LevelOf(on), CurrentMA: new(float64(current))}}
		if diff := cmp.Diff(want, d.Outputs); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", body, diff)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"4x.json", "esp.json", "odd.json"} {
		f.Add(readTestdata(f, name))
	}
	f.Add([]byte(`{"Agent":{},"Outputs":[{"ID":2},{"ID":"2"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := Decode(body)
		if err != nil {
			if pdu.CodeOf(err) != CodeDocument {
				t.Fatalf("error without its code: %v", err)
			}
			return
		}
		for i, o := range d.Outputs {
			if o.ID < 1 || i > 0 && o.ID <= d.Outputs[i-1].ID {
				t.Fatalf("outputs are not ascending from 1: %v", d.Outputs)
			}
		}
	})
}

func FuzzRefusal(f *testing.F) {
	f.Add([]byte(`{"result":{"error":{"code":400,"message":"x"}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if e := refusalIn(body); e != nil && (e.Code < 100 || e.Code > 999 || len(e.Message) > 300) {
			t.Fatalf("refusal out of range: %+v", e)
		}
	})
}
