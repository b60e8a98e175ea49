package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
)

// fakeDevice answers /netio.json like a device of one generation. It is not a
// model of one: a command takes effect at once, and a short off ends when the
// test or the number of reads says so.
type fakeDevice struct {
	*httptest.Server
	mu       sync.Mutex
	agent    string
	total    string
	metered  bool
	names    []string
	state    []int
	stuck    map[int]bool // outputs that ignore commands
	user     string       // with password "secret"; empty: open
	readOnly bool
	onRead   func(d *fakeDevice, n int) // before the n-th read is answered; holds the lock
	reads    int
	posts    []string // bodies of writes
}

// newFake4x makes an open two-output device of the 4x generation.
func newFake4x(t *testing.T) *fakeDevice {
	return (&fakeDevice{
		agent: `"Model":"PowerPDU 4C","Version":"3.4.2","JSONVer":"2.1","DeviceName":"rack-b","VendorID":0,"OemID":0,` +
			`"SerialNumber":"24:A4:2C:00:00:01","Uptime":93784,"Time":"2026-11-20T09:15:00+01:00","NumOutputs":2`,
		total:   `{"Voltage":231.2,"Frequency":50.0,"TotalCurrent":640,"OverallPowerFactor":0.98,"TotalLoad":145,"TotalEnergy":900}`,
		metered: true, names: []string{"router", "spare"}, state: []int{1, 0},
	}).start(t)
}

// newFakeESP makes an open four-output device of the later generation without meters.
func newFakeESP(t *testing.T) *fakeDevice {
	return (&fakeDevice{
		agent: `"Model":"4PS","DeviceName":"rack-a","MAC":"02:00:00:12:34:56","SerialNumber":"020000123456","JSONVer":"2.4",` +
			`"Time":"2026-11-20T09:15:00+01:00","Uptime":65,"Version":"4.0.0","OemID":"0","VendorID":"0","NumOutputs":4,"NumInputs":1`,
		names: []string{"Server A", "switch", "left, right", "\x1b[2Jevil"}, state: []int{1, 1, 0, 1},
	}).start(t)
}

func (d *fakeDevice) start(t *testing.T) *fakeDevice {
	d.stuck = map[int]bool{}
	d.Server = httptest.NewServer(d)
	t.Cleanup(d.Close)
	return d
}

func (d *fakeDevice) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if user, password, _ := r.BasicAuth(); d.user != "" && (user != d.user || password != "secret") {
		refuse(w, 401, "unauthorized")
		return
	}
	if r.Method == http.MethodPost {
		body, _ := io.ReadAll(r.Body)
		if d.readOnly {
			refuse(w, 403, "read only")
			return
		}
		d.posts = append(d.posts, string(body))
		d.apply(body)
	} else {
		d.reads++
		if d.onRead != nil {
			d.onRead(d, d.reads)
		}
	}
	io.WriteString(w, d.document())
}

// refuse answers with an error in the form of the devices.
func refuse(w http.ResponseWriter, status int, message string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"result":{"error":{"code":%d,"message":%q}}}`, status, message)
}

// apply carries out a control document.
func (d *fakeDevice) apply(body []byte) {
	var doc struct{ Outputs []struct{ ID, Action int } }
	if err := json.Unmarshal(body, &doc); err != nil {
		panic(err) // the program sent something that is no JSON
	}
	for _, o := range doc.Outputs {
		switch i := o.ID - 1; {
		case d.stuck[o.ID]:
		case o.Action == 4:
			d.state[i] = 1 - d.state[i]
		default:
			d.state[i] = o.Action & 1 // off and short off, on and short on
		}
	}
}

// document gives the state document.
func (d *fakeDevice) document() string {
	outputs := make([]map[string]any, len(d.names))
	for i, name := range d.names {
		outputs[i] = map[string]any{"ID": i + 1, "Name": name, "State": d.state[i], "Action": 6, "Delay": 2000}
		if d.metered {
			maps.Copy(outputs[i], map[string]any{"Current": 640 * d.state[i], "PowerFactor": 0.98, "Load": 145 * d.state[i], "Energy": 900})
		}
	}
	list, _ := json.Marshal(outputs)
	doc := fmt.Sprintf(`{"Agent":{%s},"Outputs":%s`, d.agent, list)
	if d.total != "" {
		doc += `,"GlobalMeasure":` + d.total
	} else {
		doc += `,"Inputs":[{"ID":1,"Name":"door","State":1,"S0Counter":12}]`
	}
	return doc + "}"
}

// written gives the bodies of the writes so far.
func (d *fakeDevice) written() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.posts)
}

// quiet swallows what the server says about requests that a test breaks off.
var quiet = log.New(io.Discard, "", 0)
