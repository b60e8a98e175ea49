package e2e

import (
	"encoding/binary"
	"fmt"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestFirstSteps does what the README shows, with a driver's eyes.
func TestFirstSteps(t *testing.T) {
	d := start(t, "demo")
	var doc netioDocument
	d.get("/netio.json", netio, &doc)
	if doc.Agent.Model != "8KS" || doc.Agent.NumOutputs != 8 || len(doc.Outputs) != 8 {
		t.Fatalf("document %+v", doc)
	}
	for _, account := range []string{"admin:admin", "demo:demo"} {
		d.get("/api/v1/device", account, nil)
	}
	d.request(http.MethodPut, "/api/v1/bench/outlets/3", "", `{"load":{"type":"resistive","watts":1000}}`, nil)
	d.request(http.MethodPost, "/netio.json", netio, `{"Outputs":[{"ID":3,"Action":1}]}`, &doc)
	if doc.Outputs[2].State != 1 {
		t.Errorf("the answer does not show the new state: %+v", doc.Outputs[2])
	}
	eventually(t, "the documents show 1000 W on output 3", func() bool {
		d.get("/netio.json", netio, &doc)
		return math.Abs(doc.Outputs[2].Load-1000) <= 1
	})
	_, xml, err := d.call(http.MethodGet, "/netio.xml", netio, "")
	if err != nil || !strings.Contains(string(xml), "<Load>1000</Load>") {
		t.Errorf("XML: %v\n%s", err, xml)
	}
	if status, body, err := d.call(http.MethodGet, "/netio.cgi?pass=&output3=0", "", ""); err != nil || status != 200 || string(body) != "OK" {
		t.Errorf("URL API: %v, %d, %q", err, status, body)
	}
	eventually(t, "output 3 is off and takes nothing", func() bool {
		d.get("/netio.json", netio, &doc)
		return doc.Outputs[2].State == 0 && doc.Outputs[2].Load == 0
	})
	d.stop()
}

// TestRecordings plays real appliances on three outlets and compares what the unit
// shows with the integral of the recordings.
func TestRecordings(t *testing.T) {
	folder := recordings(t)
	const ampsPerCount, voltsPerCount = 0.0241, 0.0595
	d := start(t, "demo", "--recordings", folder)
	files := map[int]string{1: "kettle-1.i16", 2: "refrigerator-1.i16", 3: "induction-cooker-1.i16"}
	want := map[int]float64{}
	for id, file := range files {
		want[id] = integrate(t, filepath.Join(folder, file)) * ampsPerCount * voltsPerCount
		d.request(http.MethodPut, fmt.Sprintf("/api/v1/bench/outlets/%d", id), "",
			fmt.Sprintf(`{"load":{"type":"recording","file":%q,"ampsPerCount":%v,"voltsPerCount":%v}}`, file, ampsPerCount, voltsPerCount), nil)
	}
	d.request(http.MethodPost, "/netio.json", netio, `{"Outputs":[{"ID":1,"Action":1},{"ID":2,"Action":1},{"ID":3,"Action":1}]}`, nil)

	// A window of 200 ms follows the appliance, so the mean over several passes of
	// the 3 s recording is what its integral must give.
	sum, n := map[int]float64{}, 0
	api := map[int]float64{}
	time.Sleep(time.Second)
	for end := time.Now().Add(12 * time.Second); time.Now().Before(end); n++ {
		var doc netioDocument
		var dev device
		d.get("/netio.json", netio, &doc)
		d.get("/api/v1/device", admin, &dev)
		for id := range files {
			sum[id] += doc.Outputs[id-1].Load
			api[id] += dev.Outputs[id-1].Reading.ActivePowerW
		}
		time.Sleep(20 * time.Millisecond)
	}
	for id, file := range files {
		shown, full := sum[id]/float64(n), api[id]/float64(n)
		t.Logf("%s: integral %.3f W, JSON document %.3f W, admin API %.3f W (%+.3f %%)", file, want[id], shown, full, 100*(full/want[id]-1))
		if math.Abs(full/want[id]-1) > 0.001 {
			t.Errorf("%s: the admin API shows %.3f W, the integral is %.3f W", file, full, want[id])
		}
		// Load is in whole watts: the mean of rounded values adds 0.1 W to the tolerance.
		if math.Abs(shown-want[id]) > 0.001*want[id]+0.1 {
			t.Errorf("%s: the documents show %.3f W, the integral is %.3f W", file, shown, want[id])
		}
	}
}

// integrate gives the mean of current times voltage over a whole recording, in
// squared counts and without offsets: deliberately not through a Meter.
func integrate(t *testing.T, file string) float64 {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var si, sv, siv, n float64
	for ; len(raw) >= 4; raw, n = raw[4:], n+1 {
		i := float64(int16(binary.LittleEndian.Uint16(raw)))
		v := float64(int16(binary.LittleEndian.Uint16(raw[2:])))
		si, sv, siv = si+i, sv+v, siv+i*v
	}
	return siv/n - si/n*sv/n
}

// recordings finds the folder with recordings of real appliances.
func recordings(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("ZEROCROSS_RECORDINGS")
	if folder == "" {
		folder = filepath.Join("..", "..", "shared", "data", "recordings")
	}
	if _, err := os.Stat(folder); err != nil {
		t.Skipf("needs the recordings of real appliances: %v; set ZEROCROSS_RECORDINGS to their folder", err)
	}
	abs, err := filepath.Abs(folder)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

func TestMainsCutIsARealLossOfPower(t *testing.T) {
	d := start(t, "demo", "--set", `outputs[0].powerUp=off`, "--set", `outputs[4].powerUp=on`)
	d.request(http.MethodPost, "/netio.json", netio, `{"Outputs":[{"ID":1,"Action":1},{"ID":3,"Action":1},{"ID":5,"Action":0}]}`, nil)
	d.request(http.MethodPut, "/api/v1/bench/mains", "", `{"on":false}`, nil)
	var doc netioDocument
	eventually(t, "the documents show no voltage", func() bool {
		d.get("/netio.json", netio, &doc)
		return doc.GlobalMeasure.Voltage == 0 && doc.GlobalMeasure.TotalLoad == 0
	})
	if status, body, _ := d.call(http.MethodPost, "/netio.json", netio, `{"Outputs":[{"ID":2,"Action":1}]}`); status/100 != 5 {
		t.Errorf("switching without mains: %d %s", status, body)
	}
	d.request(http.MethodPut, "/api/v1/bench/mains", "", `{"voltage":230,"frequency":50,"on":true}`, nil)
	eventually(t, "power-up states: 1 off, 3 as before, 5 on", func() bool {
		d.get("/netio.json", netio, &doc)
		return doc.GlobalMeasure.Voltage > 200 && doc.Outputs[0].State == 0 && doc.Outputs[2].State == 1 && doc.Outputs[4].State == 1
	})
}

func TestRelayThatDoesNotFollowIsShown(t *testing.T) {
	d := start(t, "demo")
	d.request(http.MethodPut, "/api/v1/bench/outlets/3", "", `{"relay":{"fault":"stuck"}}`, nil)
	d.request(http.MethodPost, "/netio.json", netio, `{"Outputs":[{"ID":3,"Action":1}]}`, nil)
	eventually(t, "the fault is shown everywhere", func() bool {
		var dev device
		var doc netioDocument
		d.get("/api/v1/device", admin, &dev)
		d.get("/netio.json", netio, &doc)
		_, b, _ := d.call(http.MethodGet, "/api/v1/health", admin, "")
		return dev.Outputs[2].Fault == "notFollowing" && doc.Outputs[2].State == 0 && strings.Contains(string(b), "relay.fault")
	})
}

func TestPortTaken(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	taken := ln.Addr().String()
	d := launch(t, "demo", "--listen", "http="+taken, "--set", "protocols.json.listen=127.0.0.1:0")
	eventually(t, "it gets ready all the same", func() bool { return strings.Contains(d.log.String(), "msg=ready") })
	var lines []string
	for line := range strings.Lines(d.log.String()) {
		if strings.Contains(line, "level=ERROR") {
			lines = append(lines, line)
		}
	}
	if len(lines) != 1 || !strings.Contains(lines[0], taken) || !strings.Contains(lines[0], "--listen http=") {
		t.Errorf("want one error line with port and option, got %q", lines)
	}
	d.stop()
}

func TestSetIsForThisStartOnly(t *testing.T) {
	state := t.TempDir()
	d := start(t, "demo", "--state", state, "--set", "device.name=for-now", "--set", `outputs[2].name="third one"`)
	var doc netioDocument
	d.get("/netio.json", netio, &doc)
	if doc.Agent.DeviceName != "for-now" || doc.Outputs[2].Name != "third one" {
		t.Errorf("names %q and %q", doc.Agent.DeviceName, doc.Outputs[2].Name)
	}
	d.stop()
	d = start(t, "demo", "--state", state)
	if d.get("/netio.json", netio, &doc); doc.Agent.DeviceName == "for-now" {
		t.Error("the value of --set was stored")
	}
	d.stop()

	out, err := exec.Command(program("pdud"), "demo", "--state", state, "--set", "outputs[2].shortDelayMs=5").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "outputs[2].shortDelayMs") {
		t.Errorf("a bad value of --set: %v\n%s", err, out)
	}
}

func TestConfigCommands(t *testing.T) {
	state := t.TempDir()
	d := start(t, "demo", "--state", state)
	if out, err := exec.Command(program("pdud"), "config", "set", "--state", state, "device.name=rack-b").CombinedOutput(); err == nil {
		t.Errorf("the configuration of a running unit was changed behind its back: %s", out)
	}
	d.stop()
	run := func(args ...string) string {
		t.Helper()
		out, err := exec.Command(program("pdud"), append([]string{"config"}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("pdud config %v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	run("set", "--state", state, "device.name=rack-b")
	if got := run("get", "--state", state, "device.name"); got != `"rack-b"` {
		t.Errorf("device.name is %s", got)
	}
	if all := run("get", "--state", state); strings.Contains(all, "argon2") || !strings.Contains(all, "********") {
		t.Error("secrets are not masked")
	}
	if schema := run("schema"); !strings.Contains(schema, `"shortDelayMs"`) {
		t.Errorf("schema: %.300s", schema)
	}
	d = start(t, "demo", "--state", state)
	var doc netioDocument
	if d.get("/netio.json", netio, &doc); doc.Agent.DeviceName != "rack-b" {
		t.Errorf("the daemon calls itself %q", doc.Agent.DeviceName)
	}
}

func TestDamagedStateFolder(t *testing.T) {
	state := t.TempDir()
	d := start(t, "demo", "--state", state)
	d.request(http.MethodPost, "/netio.json", netio, `{"Outputs":[{"ID":3,"Action":1},{"ID":1,"Action":0}]}`, nil)
	for _, name := range []string{"first", "second"} {
		req, _ := http.NewRequest(http.MethodPatch, d.http+"/api/v1/config", strings.NewReader(`{"device":{"name":"`+name+`"}}`))
		req.SetBasicAuth("admin", "admin")
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("If-Match", "*")
		resp, err := http.DefaultClient.Do(req)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%v %v", err, resp)
		}
		resp.Body.Close()
	}
	d.kill()
	config := filepath.Join(state, "config.json")
	b, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, b[:len(b)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	segments, err := filepath.Glob(filepath.Join(state, "journal", "*.zj"))
	if err != nil || len(segments) == 0 {
		t.Fatalf("no journal: %v", err)
	}
	for _, file := range segments {
		if err := os.WriteFile(file, []byte("not a journal any more"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d = start(t, "demo", "--state", state)
	var doc netioDocument
	d.get("/netio.json", netio, &doc)
	if doc.Agent.DeviceName != "first" {
		t.Errorf("the name is %q, want that of the last good document", doc.Agent.DeviceName)
	}
	if doc.Outputs[2].State != 1 || doc.Outputs[0].State != 0 {
		t.Errorf("a damaged journal moved relays: %+v", doc.Outputs[:3])
	}
	if log := d.log.String(); !strings.Contains(log, "journal") || !strings.Contains(log, "config") {
		t.Errorf("the log does not tell of the damage:\n%s", log)
	}
}

func TestTwoDaemonsDoNotShareAState(t *testing.T) {
	state := t.TempDir()
	start(t, "demo", "--state", state)
	second := exec.Command(program("pdud"), "demo", "--state", state, "--listen", "http=127.0.0.1:0")
	if out, err := second.CombinedOutput(); err == nil || !strings.Contains(string(out), state) {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestRunKnowsNoPassword(t *testing.T) {
	d := start(t, "run", "--state", t.TempDir(), "--listen", "http=127.0.0.1:0")
	for _, c := range []struct {
		path, credentials string
		want              int
	}{
		{"/netio.json", netio, 404}, {"/netio.xml", netio, 404}, {"/netio.cgi?pass=&output1=1", "", 404},
		{"/api/v1/device", "", 401}, {"/api/v1/device", admin, 401}, {"/api/v1/bench", "", 404},
	} {
		status, body, err := d.call(http.MethodGet, c.path, c.credentials, "")
		if err != nil || status != c.want {
			t.Errorf("%s as %q: %v, %d %s; want %d", c.path, c.credentials, err, status, body, c.want)
		}
	}
	d.request(http.MethodPost, "/api/v1/setup", "", `{"password":"correct horse"}`, nil)
	d.get("/api/v1/device", "admin:correct horse", nil)
	if status, _, _ := d.call(http.MethodPost, "/api/v1/setup", "", `{"password":"another one"}`); status/100 != 4 {
		t.Errorf("a second setup: %d", status)
	}
}

// TestAllProtocolsAtOnce wants every protocol of the demo up, each with an address.
func TestAllProtocolsAtOnce(t *testing.T) {
	d := start(t, "demo")
	var protocols []struct {
		Name             string
		Enabled, Running bool
		Listen           []string
		Error            string
	}
	d.get("/api/v1/protocols", admin, &protocols)
	if len(protocols) < 5 {
		t.Errorf("only %d protocols", len(protocols))
	}
	for _, p := range protocols {
		if !p.Enabled || !p.Running || len(p.Listen) == 0 || p.Error != "" {
			t.Errorf("%+v", p)
		}
	}
	if status, body, err := d.call(http.MethodGet, "/metrics", "", ""); err != nil || status != 200 || !strings.Contains(string(body), `pdu_outlet_on{outlet="1"} 1`) {
		t.Errorf("metrics: %v, %d %.200s", err, status, body)
	}
}

// TestEveryModelStarts looks at the documents of all thirteen models on real ports.
func TestEveryModelStarts(t *testing.T) {
	out, err := exec.Command(program("pdud"), "demo", "--model", "9xx").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "8ks") {
		t.Errorf("an unknown model: %v\n%s", err, out)
	}
	for _, id := range []string{"8ks", "8qs", "4ks", "4ps", "4c", "netio4", "netio4all", "3px", "4kx", "101x", "2pz", "2kz", "4pz"} {
		t.Run(id, func(t *testing.T) {
			d := start(t, "demo", "--model", id)
			var doc netioDocument
			d.get("/netio.json", netio, &doc)
			if doc.Agent.NumOutputs != len(doc.Outputs) || doc.Agent.Model == "" {
				t.Errorf("document %+v", doc)
			}
			d.request(http.MethodPost, "/netio.json", netio, `{"Outputs":[{"ID":1,"Action":4}]}`, nil)
			d.stop()
		})
	}
}
