package sim

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

func testServer() *Server {
	l := defaultServer()
	l.Address, l.BootS = "10.0.0.7", 5
	return l
}

// A server boots, works, hangs, and comes back when its power is cycled, not before.
func TestServerPhases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "8ks", Options{Loads: []Load{testServer()}})
		expect := func(phase ServerPhase, low, high float64) {
			t.Helper()
			b.mu.Lock()
			now := b.plugged[0].source.(*serverSource).phase
			b.mu.Unlock()
			if now != phase {
				t.Errorf("phase %s, want %s", now, phase)
			}
			inside(t, "watts "+string(phase), b.document().Outlets[0].Reading.ActivePowerW, low, high)
			if alive, known := b.AnswersPing("10.0.0.7"); alive != phase.Alive() || !known {
				t.Errorf("%s: answers ping: %v, %v", phase, alive, known)
			}
		}
		steer := func(phase string, status int) {
			t.Helper()
			if got, answer := put(t, b, "/outlets/1", `{"server":{"phase":"`+phase+`"}}`); got != status {
				t.Errorf("%s: %d %s", phase, got, answer)
			}
		}
		watch(t, b,
			func() time.Duration {
				expect(ServerOff, 0, 0)
				steer("frozen", 409)
				on(t, b, 1)
				return 4 * time.Second
			},
			func() time.Duration { expect(ServerBoot, 120, 240); return 4 * time.Second },
			func() time.Duration { expect(ServerIdle, 85, 105); steer("busy", 200); return time.Second },
			func() time.Duration { expect(ServerBusy, 200, 330); steer("frozen", 200); return 10 * time.Second },
			func() time.Duration {
				expect(ServerFrozen, 59, 66)
				switchTo(t, b, pdu.Off, 1)
				return 10 * time.Millisecond
			},
			// Its capacitors carry it over a moment without power: it still hangs.
			func() time.Duration { on(t, b, 1); return time.Second },
			func() time.Duration { expect(ServerFrozen, 59, 66); switchTo(t, b, pdu.Off, 1); return 3 * time.Second },
			func() time.Duration { expect(ServerOff, 0, 0); on(t, b, 1); return 12 * time.Second },
			func() time.Duration { expect(ServerIdle, 85, 105); steer("boot", 200); return time.Second },
			func() time.Duration { expect(ServerBoot, 120, 240); return 0 },
		)
		if _, known := b.AnswersPing("10.0.0.8"); known {
			t.Error("an unknown address is known")
		}
	})
}

// The process that simulates restarts; the server does not.
func TestServerOutlivesTheProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := stateDir(t)
		first := newBench(t, "8ks", Options{StateDir: dir, Loads: []Load{testServer(), defaultPFC(), defaultMotor(), defaultTransformer()}})
		if err := first.SetLoad(1, testServer()); err != nil {
			t.Fatal(err)
		}
		on(t, first, 1, 2, 3, 4)
		watch(t, first, wait(10*time.Second))
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		second := newBench(t, "8ks", Options{StateDir: dir})
		seen := measurements(watch(t, second, wait(5*time.Second))[0])
		if alive, _ := second.AnswersPing("10.0.0.7"); !alive {
			t.Error("the server has gone")
		}
		for _, m := range seen[1:] {
			inside(t, "server", m.Outputs[0].ActivePowerW, 80, 110)
			inside(t, "supply", m.Outputs[1].ActivePowerW, 145, 155)
			inside(t, "motor", m.Outputs[2].CurrentA, 1.2, 1.8)
			inside(t, "transformer", m.Outputs[3].CurrentA, 0.05, 0.3)
		}
	})
}

// Another setting is the same server; another kind of load is not.
func TestServerIsSetWhileItWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "8ks", Options{Loads: []Load{testServer()}})
		on(t, b, 1)
		watch(t, b, wait(10*time.Second), func() time.Duration {
			if status, answer := put(t, b, "/outlets/1", `{"load":{"type":"server","work":"busy","busyWatts":400}}`); status != 200 || !strings.Contains(answer, `"state":{"phase":"busy","alive":true`) {
				t.Errorf("%d %s", status, answer)
			}
			return 2 * time.Second
		}, func() time.Duration {
			inside(t, "watts", b.document().Outlets[0].Reading.ActivePowerW, 300, 500)
			return 0
		})
	})
}

func TestServerEditWithoutServer(t *testing.T) {
	b := newBench(t, "8ks", Options{Loads: []Load{&Resistive{Watts: 5}}})
	for _, c := range []struct {
		body   string
		status int
		text   string
	}{
		{`{"server":{"phase":"frozen"}}`, 400, "server.missing"},
		{`{"relay":{"fault":"welded"},"server":{"phase":"frozen"}}`, 400, "server.missing"},
		{`{"server":{"phase":"off"}}`, 400, "server.phase"},
		{`{"server":{"phase":7}}`, 400, `"path":"server.phase"`},
		{`{"server":{}}`, 400, `"path":"server.phase"`},
		{`{"load":{"type":"server","work":"off"}}`, 400, `"path":"load.work"`},
		{`{"load":{"type":"server","bootS":0}}`, 400, `"path":"load.bootS"`},
	} {
		if status, answer := put(t, b, "/outlets/1", c.body); status != c.status || !strings.Contains(answer, c.text) {
			t.Errorf("%s: %d %s", c.body, status, answer)
		}
	}
	if b.hw.relays[0].fault != RelayHealthy {
		t.Error("a refused edit changed the relay")
	}
}

// A server that hangs does so until its power is cycled, not until the process is.
func TestFrozenServerOutlivesTheProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := stateDir(t)
		first := newBench(t, "8ks", Options{StateDir: dir})
		if err := first.SetLoad(1, testServer()); err != nil {
			t.Fatal(err)
		}
		on(t, first, 1)
		watch(t, first, wait(7*time.Second), func() time.Duration {
			if err := first.SetServerPhase(1, ServerFrozen); err != nil {
				t.Error(err)
			}
			return 0
		})
		second := newBench(t, "8ks", Options{StateDir: dir})
		watch(t, second, wait(7*time.Second), func() time.Duration {
			if alive, known := second.AnswersPing("10.0.0.7"); alive || !known {
				t.Error("a restart of the process thawed the server")
			}
			switchTo(t, second, pdu.Off, 1)
			return 5 * time.Second
		}, func() time.Duration { on(t, second, 1); return 7 * time.Second })
		third := newBench(t, "8ks", Options{StateDir: dir})
		if alive, _ := third.AnswersPing("10.0.0.7"); !alive {
			t.Error("it hangs again after its power was cycled")
		}
	})
}
