package sim

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// ask sends a request to the bench and gives status and body.
func ask(t testing.TB, b *Bench, method, path string, body io.Reader) (int, string, http.Header) {
	t.Helper()
	w := httptest.NewRecorder()
	b.Handler().ServeHTTP(w, httptest.NewRequest(method, path, body))
	return w.Code, w.Body.String(), w.Header()
}

func put(t testing.TB, b *Bench, path, body string) (int, string) {
	t.Helper()
	status, answer, _ := ask(t, b, "PUT", apiRoot+path, strings.NewReader(body))
	return status, answer
}

// wave is a recording of n samples of 50 Hz at 6,400 samples per second.
func wave(n int) []byte {
	var b []byte
	for k := range n {
		x := int16(10000 * math.Sin(2*math.Pi*float64(k)/128))
		b = append(b, byte(x), byte(x>>8), byte(x), byte(x>>8))
	}
	return b
}

func TestGetBench(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "kettle.i16"), wave(1280), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "README.md"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b := newBench(t, "101x", Options{Recordings: []string{dir, filepath.Join(dir, "missing")}, Loads: []Load{&ConstantPF{Watts: new(45.0), PowerFactor: 0.9, Shift: Capacitive}}})
	b.hw.powerCycle = "CYCLE"
	status, got, header := ask(t, b, "GET", apiRoot, nil)
	reading := `{"voltageV":0,"currentA":0,"activePowerW":0,"apparentPowerVA":0,"reactivePowerVAr":0,"powerFactor":0,"phaseDeg":0,"crestFactor":0}`
	want := `{"mains":{"voltage":230,"frequency":50,"on":true,"powered":true},"powerCycle":"CYCLE",` +
		`"outlets":[{"id":1,"load":{"type":"constantPF","watts":45,"powerFactor":0.9,"shift":"capacitive"},"relay":{"fault":"none"},"contact":"off","operations":0,"reading":` + reading + `}],` +
		`"inlet":` + reading + `,"inputs":[],"recordings":[{"name":"kettle.i16","bytes":5120,"uploaded":false}]}` + "\n"
	if diff := cmp.Diff(want, got); status != 200 || diff != "" || header.Get("Content-Type") != "application/json" {
		t.Errorf("%d %v\n%s", status, header, diff)
	}
}

func TestSteering(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "8ks", Options{})
		do := func(path, body, want string) {
			t.Helper()
			if status, got := put(t, b, path, body); status != 200 || !strings.Contains(got, want) {
				t.Errorf("PUT %s %s: %d %s, want 200 with %s", path, body, status, got, want)
			}
		}
		seen := watch(t, b, func() time.Duration {
			do("/outlets/3", `{"load":{"type":"resistive","watts":1000}}`, `"load":{"type":"resistive","watts":1000}`)
			do("/outlets/3", `{"relay":{"fault":"stuck"}}`, `"load":{"type":"resistive","watts":1000},"relay":{"fault":"stuck"}`)
			do("/outlets/3", `{"load":{"type":"resistive","watts":0},"relay":{"fault":"none"}}`, `"watts":0},"relay":{"fault":"none"}`)
			do("/outlets/3", `{"load":{"type":"none"}}`, `"load":{"type":"none"}`)
			do("/outlets/8", `{"load":{"type":"constantPF","va":100,"powerFactor":0.5}}`, `"va":100,"powerFactor":0.5,"shift":"inductive"`)
			do("/outlets/3", `{"load":{"type":"resistive","watts":1000}}`, ``)
			do("/mains", `{"voltage":240}`, `{"voltage":240,"frequency":50,"on":true,"powered":true}`)
			do("/mains", ` {"frequency" : 50.1 } `, `{"voltage":240,"frequency":50.1,"on":true,"powered":true}`)
			do("/inputs/1", `{"level":"on"}`, `{"id":1,"level":"on"}`)
			do("/inputs/1", `{"pulses":3}`, `{"id":1,"level":"on"}`)
			on(t, b, 3)
			return time.Second
		}, func() time.Duration {
			do("/mains", `{"on":false}`, `{"voltage":240,"frequency":50.1,"on":false,"powered":false}`)
			do("/mains", `{"on":true}`, `"powered":true}`)
			return 0
		})
		var inputs []pdu.BoardInput
		for _, ev := range seen[0] {
			if in, ok := ev.(pdu.BoardInput); ok {
				in.At = time.Time{}
				inputs = append(inputs, in)
			}
		}
		if diff := cmp.Diff([]pdu.BoardInput{{Input: 1, Level: pdu.On}, {Input: 1, Level: pdu.On, Pulses: 3}}, inputs); diff != "" {
			t.Error(diff)
		}
		d := b.document()
		within(t, "power", d.Outlets[2].Reading.ActivePowerW, 1000*240*240/230.0/230, 0.1)
		if d.Outlets[2].Operations != 1 || d.Outlets[2].Contact != pdu.On {
			t.Errorf("%+v", d.Outlets[2])
		}
	})
}

// What GET prints can be put into another bench.
func TestArrangeTakesWhatGetPrints(t *testing.T) {
	from := newBench(t, "8ks", Options{Loads: DemoLoads(profile(t, "8ks"))})
	for path, body := range map[string]string{"/mains": `{"voltage":117,"frequency":60}`, "/inputs/1": `{"level":"on"}`, "/outlets/2": `{"relay":{"fault":"welded"}}`} {
		if status, answer := put(t, from, path, body); status != 200 {
			t.Fatal(answer)
		}
	}
	_, doc, _ := ask(t, from, "GET", apiRoot, nil)
	to := newBench(t, "8ks", Options{})
	if err := to.Arrange([]byte(doc)); err != nil {
		t.Fatal(err)
	}
	to.hw.powerCycle = from.hw.powerCycle
	if _, again, _ := ask(t, to, "GET", apiRoot, nil); again != doc {
		t.Error(cmp.Diff(doc, again))
	}
}

func TestArrangeChangesNothingWhenAnythingIsWrong(t *testing.T) {
	b := newBench(t, "8ks", Options{})
	_, before, _ := ask(t, b, "GET", apiRoot, nil)
	for doc, path := range map[string]string{
		`{"mains":{"voltage":100},"outlets":[{"id":1,"load":{"type":"resistive","watts":"x"}}]}`:               "outlets[0].load.watts",
		`{"mains":{"voltage":100},"outlets":[{"load":{"type":"none"}}]}`:                                       "outlets[0].id",
		`{"outlets":[{"id":1,"load":{"type":"resistive","watts":1}},{"id":9}]}`:                                "outlets[1].id",
		`{"outlets":[{"id":1,"load":{"type":"resistive","watts":1}},{"id":1}]}`:                                "outlets[1].id",
		`{"outlets":[{"id":1,"load":{"type":"resistive","watts":1}}],"mains":{"voltage":1000}}`:                "mains.voltage",
		`{"inputs":[{"id":1,"level":"on"},{"id":2,"level":"on"}]}`:                                             "inputs[1].id",
		`{"outlets":[{"id":1,"load":{"type":"recording","file":"a.i16","ampsPerCount":1,"voltsPerCount":1}}]}`: "outlets",
		`{"outlets":[{"id":1,"load":{"type":"resistive","watts":1}}],"colour":"red"}`:                          "colour",
		`{"outlets":{}}`: "outlets",
		`[]`:             "",
		`{`:              "",
	} {
		err := b.Arrange([]byte(doc))
		if pdu.KindOf(err) != pdu.Invalid || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want Invalid at %q", doc, err, path)
		}
	}
	if _, after, _ := ask(t, b, "GET", apiRoot, nil); after != before {
		t.Error(cmp.Diff(before, after))
	}
}

// errorDocument is the error form of the admin API.
type errorDocument struct {
	Error struct {
		Kind, Code, Message string
		Args                map[string]any
		Faults              []struct{ Path, Code, Message string }
	}
}

func TestBadRequests(t *testing.T) {
	b := newBench(t, "8ks", Options{StateDir: stateDir(t), Recordings: []string{t.TempDir()}})
	deep := strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000)
	for _, c := range []struct {
		method, path, body string
		status             int
		code, fault        string
	}{
		{"GET", "/nothing", "", 404, "request.path", ""},
		{"GET", "/", "", 404, "request.path", ""},
		{"POST", "", "", 405, "request.method", ""},
		{"DELETE", "/outlets/1", "", 405, "request.method", ""},
		{"GET", "/recordings/a.i16", "", 405, "request.method", ""},
		{"GET", "/outlets/0", "", 404, "output.unknown", ""},
		{"GET", "/outlets/9", "", 404, "output.unknown", ""},
		{"PUT", "/outlets/9", `{"load":{"type":"none"}}`, 404, "output.unknown", ""},
		{"GET", "/outlets/one", "", 404, "output.unknown", ""},
		{"GET", "/outlets/99999999999999999999", "", 404, "output.unknown", ""},
		{"GET", "/inputs/2", "", 404, "input.unknown", ""},
		{"PUT", "/inputs/0", `{"level":"on"}`, 404, "input.unknown", ""},
		{"PUT", "/outlets/1", ``, 400, "request.syntax", ""},
		{"PUT", "/outlets/1", `{"load":`, 400, "request.syntax", ""},
		{"PUT", "/outlets/1", `{"load":{"type":"none"}} x`, 400, "request.syntax", ""},
		{"PUT", "/outlets/1", `{"load":{"type":"none"}}{}`, 400, "request.syntax", ""},
		{"PUT", "/outlets/1", deep, 400, "request.syntax", ""},
		{"PUT", "/outlets/1", strings.Repeat(" ", maxRequestBytes) + "{}", 413, "request.size", ""},
		{"PUT", "/outlets/1", `{}`, 400, "request.empty", ""},
		{"PUT", "/outlets/1", `[]`, 400, CodeInvalid, ""},
		{"PUT", "/outlets/1", `null`, 400, CodeInvalid, ""},
		{"PUT", "/outlets/1", `{"lod":{"type":"none"}}`, 400, CodeInvalid, "lod"},
		{"PUT", "/outlets/1", `{"load":{"type":"none"},"load":{"type":"none"}}`, 400, CodeInvalid, "load"},
		{"PUT", "/outlets/1", `{"load":null}`, 400, CodeInvalid, "load.type"},
		{"PUT", "/outlets/1", `{"load":{}}`, 400, CodeInvalid, "load.type"},
		{"PUT", "/outlets/1", `{"load":{"type":7}}`, 400, CodeInvalid, "load.type"},
		{"PUT", "/outlets/1", `{"load":{"TYPE":"none"}}`, 400, CodeInvalid, "load.TYPE"},
		{"PUT", "/outlets/1", `{"load":{"type":"dragon"}}`, 400, CodeInvalid, "load.type"},
		{"PUT", "/outlets/1", `{"load":{"type":"none","watts":1}}`, 400, CodeInvalid, "load.watts"},
		{"PUT", "/outlets/1", `{"load":{"type":"resistive"}}`, 400, CodeInvalid, "load.watts"},
		{"PUT", "/outlets/1", `{"load":{"type":"resistive","watts":null}}`, 400, CodeInvalid, "load.watts"},
		{"PUT", "/outlets/1", `{"load":{"type":"resistive","watts":"1000"}}`, 400, CodeInvalid, "load.watts"},
		{"PUT", "/outlets/1", `{"load":{"type":"resistive","watts":1e999}}`, 400, CodeInvalid, "load.watts"},
		{"PUT", "/outlets/1", `{"load":{"type":"resistive","watts":20001}}`, 400, CodeInvalid, "load.watts"},
		{"PUT", "/outlets/1", `{"load":{"type":"resistive","watts":-20001}}`, 400, CodeInvalid, "load.watts"},
		{"PUT", "/outlets/1", `{"load":{"type":"resistive","watts":1,"ohms":3}}`, 400, CodeInvalid, "load.ohms"},
		{"PUT", "/outlets/1", `{"load":{"type":"constantPF","watts":1}}`, 400, CodeInvalid, "load.powerFactor"},
		{"PUT", "/outlets/1", `{"load":{"type":"constantPF","powerFactor":1}}`, 400, CodeInvalid, "load.watts"},
		{"PUT", "/outlets/1", `{"load":{"type":"constantPF","watts":1,"va":1,"powerFactor":1}}`, 400, CodeInvalid, "load.va"},
		{"PUT", "/outlets/1", `{"load":{"type":"constantPF","watts":1,"powerFactor":0}}`, 400, CodeInvalid, "load.powerFactor"},
		{"PUT", "/outlets/1", `{"load":{"type":"constantPF","va":1,"powerFactor":1.01}}`, 400, CodeInvalid, "load.powerFactor"},
		{"PUT", "/outlets/1", `{"load":{"type":"constantPF","va":-1,"powerFactor":1}}`, 400, CodeInvalid, "load.va"},
		{"PUT", "/outlets/1", `{"load":{"type":"constantPF","va":1,"powerFactor":1,"shift":"left"}}`, 400, CodeInvalid, "load.shift"},
		{"PUT", "/outlets/1", `{"load":{"type":"recording","file":"a.i16","ampsPerCount":1}}`, 400, CodeInvalid, "load.voltsPerCount"},
		{"PUT", "/outlets/1", `{"load":{"type":"recording","file":"a.i16","ampsPerCount":0,"voltsPerCount":1}}`, 400, CodeInvalid, "load.ampsPerCount"},
		{"PUT", "/outlets/1", `{"load":{"type":"recording","file":"a.i16","ampsPerCount":1,"voltsPerCount":1,"rate":1}}`, 400, CodeInvalid, "load.rate"},
		{"PUT", "/outlets/1", `{"load":{"type":"recording","file":"../a.i16","ampsPerCount":1,"voltsPerCount":1}}`, 400, CodeInvalid, "load.file"},
		{"PUT", "/outlets/1", `{"load":{"type":"recording","file":"/etc/passwd","ampsPerCount":1,"voltsPerCount":1}}`, 400, CodeInvalid, "load.file"},
		{"PUT", "/outlets/1", `{"load":{"type":"recording","file":"a.i16","ampsPerCount":1,"voltsPerCount":1}}`, 400, "recording.missing", ""},
		{"PUT", "/outlets/1", `{"relay":{}}`, 400, CodeInvalid, "relay.fault"},
		{"PUT", "/outlets/1", `{"relay":{"fault":"bored"}}`, 400, CodeInvalid, "relay.fault"},
		{"PUT", "/outlets/1", `{"relay":{"fault":null}}`, 400, CodeInvalid, "relay.fault"},
		{"PUT", "/outlets/1", `{"relay":"stuck"}`, 400, CodeInvalid, "relay"},
		{"PUT", "/mains", `{"voltage":301}`, 400, CodeInvalid, "mains.voltage"},
		{"PUT", "/mains", `{"voltage":-1}`, 400, CodeInvalid, "mains.voltage"},
		{"PUT", "/mains", `{"frequency":39.9}`, 400, CodeInvalid, "mains.frequency"},
		{"PUT", "/mains", `{"frequency":71,"on":false}`, 400, CodeInvalid, "mains.frequency"},
		{"PUT", "/mains", `{"on":"yes"}`, 400, CodeInvalid, "on"},
		{"PUT", "/mains", `{"on":1}`, 400, CodeInvalid, "on"},
		{"PUT", "/mains", `{"volts":1}`, 400, CodeInvalid, "volts"},
		{"PUT", "/inputs/1", `{"level":"unknown"}`, 400, CodeInvalid, "level"},
		{"PUT", "/inputs/1", `{"pulses":0}`, 400, CodeInvalid, "pulses"},
		{"PUT", "/inputs/1", `{"pulses":-1}`, 400, CodeInvalid, "pulses"},
		{"PUT", "/inputs/1", `{"pulses":1.5}`, 400, CodeInvalid, "pulses"},
		{"PUT", "/inputs/1", `{"pulses":100001}`, 400, CodeInvalid, "pulses"},
		{"PUT", "/recordings/a.txt", "1234", 400, "recording.name", ""},
		{"PUT", "/recordings/.i16", "1234", 400, "recording.name", ""},
		{"PUT", "/recordings/..%2fa.i16", "1234", 400, "recording.name", ""},
		{"PUT", "/recordings/a.i16", "123", 400, "recording.pairs", ""},
		{"PUT", "/recordings/a.i16", "", 400, "recording.empty", ""},
	} {
		_, before, _ := ask(t, b, "GET", apiRoot, nil)
		status, body, header := ask(t, b, c.method, apiRoot+c.path, strings.NewReader(c.body))
		name := c.method + " " + c.path + " " + c.body[:min(len(c.body), 90)]
		var d errorDocument
		if err := json.Unmarshal([]byte(body), &d); err != nil {
			t.Errorf("%s: %v in %s", name, err, body)
			continue
		}
		if status != c.status || d.Error.Code != c.code || d.Error.Kind == "" || d.Error.Message == "" || header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s, want %d %s", name, status, body, c.status, c.code)
		}
		if c.fault != "" && (len(d.Error.Faults) == 0 || d.Error.Faults[0].Path != c.fault) {
			t.Errorf("%s: %s, want a fault at %s", name, body, c.fault)
		}
		if status == 405 && header.Get("Allow") == "" {
			t.Errorf("%s: no Allow", name)
		}
		if _, after, _ := ask(t, b, "GET", apiRoot, nil); after != before {
			t.Errorf("%s changed the bench: %s", name, cmp.Diff(before, after))
		}
	}
}

func TestUpload(t *testing.T) {
	dir, folder := stateDir(t), t.TempDir()
	b := newBench(t, "8ks", Options{StateDir: dir, Recordings: []string{folder}})
	load := `{"load":{"type":"recording","file":"my fan.i16","ampsPerCount":0.001,"voltsPerCount":0.03}}`
	if status, answer := put(t, b, "/outlets/1", load); status != 400 || !strings.Contains(answer, "PUT /api/v1/bench/recordings/my fan.i16") || !strings.Contains(answer, filepath.Base(folder)) {
		t.Errorf("a missing recording does not say where it was looked for and what to do: %d %s", status, answer)
	}
	status, answer, _ := ask(t, b, "PUT", apiRoot+"/recordings/my%20fan.i16", bytes.NewReader(wave(1280)))
	if status != 200 || answer != `{"name":"my fan.i16","bytes":5120,"uploaded":true}`+"\n" {
		t.Fatalf("%d %s", status, answer)
	}
	if status, answer := put(t, b, "/outlets/1", load); status != 200 || !strings.Contains(answer, `"rate":6400`) {
		t.Errorf("%d %s", status, answer)
	}
	status, answer, _ = ask(t, b, "GET", apiRoot+"/recordings", nil)
	if status != 200 || answer != `{"recordings":[{"name":"my fan.i16","bytes":5120,"uploaded":true}]}`+"\n" {
		t.Errorf("%d %s", status, answer)
	}
	// It is there after a restart, and so is the load.
	again := newBench(t, "8ks", Options{StateDir: dir})
	if again.plugged[0].spec.kind() != "recording" {
		t.Errorf("outlet 1 has %+v", again.plugged[0].spec)
	}
	// A recording that is no mains is refused as a load, not as a file.
	if status, answer, _ := ask(t, b, "PUT", apiRoot+"/recordings/flat.i16", bytes.NewReader(make([]byte, 4096))); status != 200 {
		t.Errorf("%d %s", status, answer)
	}
	if status, answer := put(t, b, "/outlets/2", strings.Replace(load, "my fan", "flat", 1)); status != 400 || !strings.Contains(answer, "recording.cycles") {
		t.Errorf("%d %s", status, answer)
	}
	status, answer, _ = ask(t, b, "PUT", apiRoot+"/recordings/big.i16", io.LimitReader(endless{}, maxUploadBytes+1))
	if status != 413 || !strings.Contains(answer, "request.size") {
		t.Errorf("%d %s", status, answer)
	}
	for range maxUploads {
		status, answer, _ = ask(t, b, "PUT", apiRoot+"/recordings/"+strings.Repeat("x", 1+len(b.library.list()))+".i16", bytes.NewReader(wave(4)))
	}
	if status != 429 || !strings.Contains(answer, "recording.tooMany") {
		t.Errorf("%d %s", status, answer)
	}
	entries, err := os.ReadDir(filepath.Join(dir.Name(), uploadFolder))
	if err != nil || len(entries) != maxUploads {
		t.Errorf("%d files, %v", len(entries), err)
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

// A link in a folder of recordings leads nowhere else.
func TestRecordingsStayInTheirFolder(t *testing.T) {
	folder, outside := t.TempDir(), t.TempDir()
	secret := filepath.Join(outside, "secret.i16")
	if err := os.WriteFile(secret, wave(1280), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, filepath.Join(folder, "link.i16")); err != nil {
		t.Skipf("links cannot be made here: %v", err)
	}
	b := newBench(t, "8ks", Options{Recordings: []string{folder}})
	status, answer := put(t, b, "/outlets/1", `{"load":{"type":"recording","file":"link.i16","ampsPerCount":1,"voltsPerCount":1}}`)
	if status != 400 || !strings.Contains(answer, "recording.missing") {
		t.Errorf("followed a link out of the folder: %d %s", status, answer)
	}
	if list := b.library.list(); len(list) != 0 {
		t.Errorf("lists %+v", list)
	}
}

func FuzzLoad(f *testing.F) {
	for _, l := range []Load{&Empty{}, &Resistive{Watts: -3}, &ConstantPF{VA: new(3.0), Shift: Inductive}, &Recorded{File: "a.i16", AmpsPerCount: 1, VoltsPerCount: -2, Rate: 500},
		defaultRectifier(), defaultLED(), defaultPFC(), defaultCapacitor(), defaultMotor(), defaultTransformer(), defaultThermostat(), defaultServer(), defaultInverter()} {
		raw, err := json.Marshal(loadJSON{l})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(`{"outlets":[{"id":1,"load":` + string(raw) + `}],"mains":{"voltage":60}}`)
	}
	f.Add(`{"outlets":[{"id":8,"relay":{"fault":"stuck"}}],"inputs":[{"id":1,"pulses":7}]}`)
	p, err := pdu.ProfileByID("8ks")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		b, err := New(p, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Arrange([]byte(doc)); err != nil {
			if pdu.KindOf(err) != pdu.Invalid {
				t.Fatalf("%q: %v", doc, err)
			}
			return
		}
		// What was accepted is printed, read again, and measured without a NaN.
		_, printed, _ := ask(t, b, "GET", apiRoot, nil)
		if err := b.Arrange([]byte(printed)); err != nil {
			t.Fatalf("%q is printed as %s, which is refused: %v", doc, printed, err)
		}
		for k := range b.hw.relays {
			b.hw.relays[k].contact = pdu.On
		}
		if err := b.begin(); err != nil {
			t.Fatal(err)
		}
		b.step(time.Now().Add(300 * time.Millisecond))
		if status, answer, _ := ask(t, b, "GET", apiRoot, nil); status != 200 {
			t.Fatalf("%q: %s", doc, answer)
		}
	})
}
