package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zerocross-pdu/zerocross/board/sim"
	"github.com/zerocross-pdu/zerocross/pdu"
)

const (
	kills = 200
	// Outputs 1 to 6 are switched on and off, 7 and 8 get short offs, so that it is
	// always known whether a relay may move after a start.
	lastPlain   = 6
	firstPulsed = 7
	pulseDelay  = 150 * time.Millisecond
	maxLife     = 250 * time.Millisecond // of one process under load
)

// TestKill kills the daemon 200 times at random moments under load. The simulated
// hardware keeps its contacts and counts of operations in the state folder, as real
// relays do, so what a start moves can be counted.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("kills a process 200 times; left out with -short")
	}
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("KILL_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	t.Logf("KILL_SEED=%d repeats the moments", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	k := &killTest{t: t, state: t.TempDir()}
	k.d = start(t, "demo", "--state", k.state)
	k.prepare()
	for n := range kills {
		ctx, cancel := context.WithCancel(t.Context())
		load := k.load(ctx)
		time.Sleep(time.Duration(rng.Int64N(int64(maxLife)))) // the random moment
		k.d.kill()
		cancel()
		load.Wait()
		before := k.hardware()
		k.d = start(t, "demo", "--state", k.state)
		k.check(n, before)
		if t.Failed() {
			return
		}
	}
	t.Logf("%d kills; %d commands, %d settings and %d readings acknowledged", kills, k.commands, k.settings, k.readings)
	if k.commands < kills || k.settings < kills/4 || k.readings < kills {
		t.Error("too little load for the kills to mean anything")
	}
}

// killTest is what is known about the unit across all its lives.
type killTest struct {
	t     *testing.T
	state string
	d     *daemon

	mu                           sync.Mutex
	acked, tried                 int             // numbers in the device's name: known to be stored, and sent
	energy                       map[int]float64 // highest counters ever seen, 0 the inlet
	commands, settings, readings int
}

// prepare gives outputs loads, so that counters run, and leaves power-up alone.
func (k *killTest) prepare() {
	k.energy = map[int]float64{}
	for id := 1; id <= firstPulsed+1; id++ {
		k.d.request(http.MethodPut, fmt.Sprintf("/api/v1/bench/outlets/%d", id), "", `{"load":{"type":"resistive","watts":2000}}`, nil)
	}
	k.d.request(http.MethodPost, "/netio.json", netio, `{"Outputs":[{"ID":7,"Action":1},{"ID":8,"Action":1}]}`, nil)
	eventually(k.t, "the contacts have followed", func() bool {
		var dev device
		k.d.get("/api/v1/device", admin, &dev)
		return dev.Outputs[6].Contact == "on" && dev.Outputs[7].Contact == "on"
	})
}

// load switches, edits and reads from several clients until ctx ends or the
// process dies.
func (k *killTest) load(ctx context.Context) *sync.WaitGroup {
	var wg sync.WaitGroup
	loop := func(do func() bool) {
		wg.Go(func() {
			for ctx.Err() == nil && do() {
			}
		})
	}
	for range 2 {
		loop(func() bool {
			a, b := 1+rand.IntN(lastPlain), 1+rand.IntN(lastPlain)
			return k.switches(fmt.Sprintf(`{"Outputs":[{"ID":%d,"Action":%d},{"ID":%d,"Action":4}]}`, a, rand.IntN(2), b))
		})
	}
	loop(func() bool {
		return k.switches(fmt.Sprintf(`{"Outputs":[{"ID":%d,"Action":2,"Delay":%d}]}`, firstPulsed+rand.IntN(2), pulseDelay.Milliseconds()))
	})
	loop(k.rename)
	loop(k.read)
	return &wg
}

func (k *killTest) switches(body string) bool {
	status, _, err := k.d.call(http.MethodPost, "/netio.json", netio, body)
	if err == nil && status == http.StatusOK {
		k.mu.Lock()
		k.commands++
		k.mu.Unlock()
	}
	return err == nil
}

// rename stores the next number as the name of the device.
func (k *killTest) rename() bool {
	k.mu.Lock()
	k.tried++
	n := k.tried
	k.mu.Unlock()
	req, err := http.NewRequest(http.MethodPatch, k.d.http+"/api/v1/config", strings.NewReader(fmt.Sprintf(`{"device":{"name":"n%d"}}`, n)))
	if err != nil {
		return false
	}
	req.SetBasicAuth("admin", "admin")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("If-Match", "*")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	if resp.StatusCode == http.StatusOK {
		k.mu.Lock()
		k.acked = n
		k.settings++
		k.mu.Unlock()
	}
	return true
}

// read remembers the highest counters that a client has seen.
func (k *killTest) read() bool {
	status, b, err := k.d.call(http.MethodGet, "/api/v1/device", admin, "")
	var dev device
	if err != nil || status != http.StatusOK || json.Unmarshal(b, &dev) != nil {
		return err == nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.readings++
	k.seen(dev)
	return true
}

// seen takes the counters of dev into the highest ever seen.
func (k *killTest) seen(dev device) {
	k.energy[0] = max(k.energy[0], dev.InletEnergy.ForwardLifeWh)
	for _, o := range dev.Outputs {
		k.energy[o.ID] = max(k.energy[o.ID], o.Energy.ForwardLifeWh)
	}
}

// relayState is what the hardware knows of one relay.
type relayState struct {
	Contact    string `json:"contact"`
	Operations uint64 `json:"operations"`
}

// hardware reads the simulated hardware while no process runs.
func (k *killTest) hardware() []relayState {
	k.t.Helper()
	dir, err := os.OpenRoot(k.state)
	if err != nil {
		k.t.Fatal(err)
	}
	defer dir.Close()
	profile, _ := pdu.ProfileByID(pdu.DefaultModel)
	bench, err := sim.New(profile, sim.Options{StateDir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		k.t.Fatal(err)
	}
	defer bench.Close()
	answer := httptest.NewRecorder()
	bench.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/api/v1/bench", nil))
	return decodeRelays(k.t, answer.Body.Bytes())
}

func decodeRelays(t *testing.T, b []byte) []relayState {
	t.Helper()
	var doc struct {
		Outlets []relayState `json:"outlets"`
	}
	if err := json.Unmarshal(b, &doc); err != nil || len(doc.Outlets) == 0 {
		t.Fatalf("bench: %v in %s", err, b)
	}
	return doc.Outlets
}

// check looks at the unit after a start: what moved, what was lost.
func (k *killTest) check(n int, before []relayState) {
	t := k.t
	t.Helper()
	var dev device
	k.d.get("/api/v1/device", admin, &dev)

	for id := firstPulsed; id <= firstPulsed+1; id++ {
		eventually(t, fmt.Sprintf("kill %d: output %d is on again, whatever became of its short off", n, id), func() bool {
			var now device
			k.d.get("/api/v1/device", admin, &now)
			o := now.Outputs[id-1]
			return o.Contact == "on" && o.Commanded == "on" && o.Pulse == nil
		})
	}
	_, b, err := k.d.call(http.MethodGet, "/api/v1/bench", "", "")
	if err != nil {
		t.Fatal(err)
	}
	after := decodeRelays(t, b)
	for i := range lastPlain {
		o := dev.Outputs[i]
		if after[i] != before[i] {
			t.Errorf("kill %d: relay %d was %+v before the start and is %+v after it", n, i+1, before[i], after[i])
		}
		if o.State != before[i].Contact || o.Commanded != o.Contact || o.Fault != "" {
			t.Errorf("kill %d: output %d says %s (commanded %s, fault %q), its contact is %s", n, i+1, o.State, o.Commanded, o.Fault, before[i].Contact)
		}
	}
	if got, err := strconv.Atoi(strings.TrimPrefix(dev.Name, "n")); k.acked > 0 && (err != nil || got < k.acked || got > k.tried) {
		t.Errorf("kill %d: the name is %q; n%d was acknowledged, n%d was the last sent", n, dev.Name, k.acked, k.tried)
	}
	if dev.InletEnergy.ForwardLifeWh < k.energy[0] {
		t.Errorf("kill %d: inlet at %v Wh after %v Wh was seen", n, dev.InletEnergy.ForwardLifeWh, k.energy[0])
	}
	for _, o := range dev.Outputs {
		if o.Energy.ForwardLifeWh < k.energy[o.ID] {
			t.Errorf("kill %d: output %d at %v Wh after %v Wh was seen", n, o.ID, o.Energy.ForwardLifeWh, k.energy[o.ID])
		}
	}
	k.seen(dev)
}
