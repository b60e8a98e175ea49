package sim

import (
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// contactsSeen picks the movements of contacts out of events.
func contactsSeen(events []pdu.BoardEvent) (c []pdu.BoardContact) {
	for _, ev := range events {
		if x, ok := ev.(pdu.BoardContact); ok {
			c = append(c, x)
		}
	}
	return c
}

// relayOf reads a relay of a bench that runs.
func relayOf(b *Bench, id pdu.OutputID) relay {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.hw.relays[id-1]
}

func setTiming(t testing.TB, b *Bench, id pdu.OutputID, timing RelayTiming) {
	t.Helper()
	if err := b.SetRelayTiming(id, timing); err != nil {
		t.Fatal(err)
	}
}

// travels switches output 1 on and off and gives how long it took each time, in ms.
func travels(t *testing.T, seed uint64, timing RelayTiming, times int) (operate, release []float64) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "8ks", Options{Seed: seed})
		setTiming(t, b, 1, timing)
		var scripts []func() time.Duration
		for n := range 2 * times {
			scripts = append(scripts, func() time.Duration {
				switchTo(t, b, pdu.LevelOf(n%2 == 0), 1)
				return 100 * time.Millisecond
			})
		}
		start := time.Now()
		for n, part := range watch(t, b, scripts...) {
			c := contactsSeen(part)
			if len(c) != 1 || c[0].Level != pdu.LevelOf(n%2 == 0) {
				t.Fatalf("movement %d: %+v", n, c)
			}
			ms := c[0].At.Sub(start).Seconds()*1000 - 100*float64(n)
			if n%2 == 0 {
				operate = append(operate, ms)
			} else {
				release = append(release, ms)
			}
		}
	})
	return operate, release
}

func meanAndSpread(x []float64) (mean, spread float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		spread += (v - mean) * (v - mean) / float64(len(x))
	}
	return mean, math.Sqrt(spread)
}

func TestRelayTimes(t *testing.T) {
	operate, release := travels(t, 0, RelayTiming{}, 3)
	for _, ms := range append(operate, release...) {
		within(t, "from the factory", ms, 8, 1e-6)
	}
	operate, release = travels(t, 0, RelayTiming{OperateMs: 12, ReleaseMs: 3.5, BounceMs: 4}, 3)
	within(t, "operate", operate[2], 12, 1e-6)
	within(t, "release", release[2], 3.5, 1e-6)

	spread := RelayTiming{OperateMs: 12, ReleaseMs: 5, SpreadMs: 0.5}
	operate, release = travels(t, 1, spread, 120)
	mean, deviation := meanAndSpread(operate)
	within(t, "mean operate time", mean, 12, 0.15)
	within(t, "its spread", deviation, 0.5, 0.1)
	mean, deviation = meanAndSpread(release)
	within(t, "mean release time", mean, 5, 0.15)
	within(t, "its spread", deviation, 0.5, 0.1)

	again, _ := travels(t, 1, spread, 20)
	if diff := cmp.Diff(operate[:20], again); diff != "" {
		t.Errorf("the same seed moves otherwise: %s", diff)
	}
	if other, _ := travels(t, 2, spread, 20); cmp.Equal(other, again) {
		t.Error("another seed moves the same")
	}
}

// An armature that is on its way arrives before it turns back: the newest command wins.
func TestNewestCommandWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "8ks", Options{})
		setTiming(t, b, 1, RelayTiming{OperateMs: 50, ReleaseMs: 1})
		seen := contactsSeen(watch(t, b, func() time.Duration {
			on(t, b, 1)
			switchTo(t, b, pdu.Off, 1)
			return time.Second
		})[0])
		if len(seen) != 2 || seen[0].Level != pdu.On || seen[1].Level != pdu.Off || seen[1].At.Before(seen[0].At) {
			t.Errorf("%+v", seen)
		}
	})
}

// A closing contact parts and touches again, is seen once, and conducts in the end.
func TestBounce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "8ks", Options{Loads: []Load{&Resistive{Watts: 2300}, &Resistive{Watts: 2300}}})
		setTiming(t, b, 1, RelayTiming{BounceMs: 8})
		var joules [2]float64
		changes, last := 0, false
		var steps []func() time.Duration
		for range 100 {
			steps = append(steps, func() time.Duration {
				r := relayOf(b, 1)
				if now := r.conducts(); now != last {
					changes, last = changes+1, now
				}
				return 200 * time.Microsecond
			})
		}
		steps = append(steps, func() time.Duration { return time.Second })
		all := watch(t, b, append([]func() time.Duration{func() time.Duration { on(t, b, 1, 2); return 0 }}, steps...)...)
		contacts := 0
		for _, part := range all {
			contacts += len(contactsSeen(part))
			for _, m := range measurements(part) {
				joules[0] += float64(m.Outputs[0].ForwardMicroWs) / 1e6
				joules[1] += float64(m.Outputs[1].ForwardMicroWs) / 1e6
			}
		}
		if changes != 1+2*bounces || contacts != 2 || !b.hw.relays[0].conducts() || b.hw.relays[0].bouncing {
			t.Errorf("%d changes, %d reports, %+v", changes, contacts, b.hw.relays[0])
		}
		inside(t, "joules that the bounce took", joules[1]-joules[0], 1, 2300*2*8e-3)
		if r := b.hw.relays; r[0].wear <= 2*r[1].wear {
			t.Errorf("wear with bounce %v, without %v", r[0].wear, r[1].wear)
		}
	})
}

// A command that comes while the contact bounces ends the bouncing.
func TestOpenedWhileItBounces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "8ks", Options{})
		setTiming(t, b, 1, RelayTiming{OperateMs: 8, ReleaseMs: 1, BounceMs: 10})
		watch(t, b, func() time.Duration { on(t, b, 1); return 9 * time.Millisecond },
			func() time.Duration { switchTo(t, b, pdu.Off, 1); return 20 * time.Millisecond },
			func() time.Duration {
				if r := relayOf(b, 1); r.conducts() || r.bouncing || r.apart {
					t.Errorf("%+v", r)
				}
				return 0
			})
		if len(b.moves) != 0 {
			t.Errorf("still to come: %+v", b.moves)
		}
	})
}

// openAt closes a load of some watts, opens it at an angle of its current and gives
// the wear of the opening.
func openAt(t *testing.T, watts, angle float64) (wear float64) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "8ks", Options{Loads: []Load{&Resistive{Watts: watts}}})
		on(t, b, 1)
		watch(t, b, wait(time.Second), func() time.Duration {
			wear = relayOf(b, 1).wear
			return 20*time.Millisecond + seconds(angle/360*0.02) - operateTime
		}, func() time.Duration { switchTo(t, b, pdu.Off, 1); return 50 * time.Millisecond })
		wear = b.hw.relays[0].wear - wear
	})
	return wear
}

// What wears a contact is the charge of its arc until the next zero of the current.
func TestWear(t *testing.T) {
	const watts = 16 * 230
	for _, angle := range []float64{10, 45, 90, 135, 170, 190, 270, 350} {
		turn := math.Mod(angle, 180) * math.Pi / 180
		want := 16*math.Sqrt2/(2*math.Pi*50)*(1+math.Cos(turn))/ratedCharge/ratedOperations + 1.0/ratedEmptyOperations
		within(t, "wear of an opening", openAt(t, watts, angle)*1e6, want*1e6, 1.5)
	}
	var sum float64
	for angle := 2.0; angle < 360; angle += 10 {
		sum += openAt(t, watts, angle) / 36
	}
	within(t, "openings at 16 A in a life", 1/sum, ratedOperations, 0.04*ratedOperations)
	within(t, "openings without current", 1/openAt(t, 0, 45), ratedEmptyOperations, 1)
}

func TestDeadRelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "8ks", Options{})
		on(t, b, 2)
		watch(t, b, wait(50*time.Millisecond), func() time.Duration {
			for _, path := range []string{"/outlets/1", "/outlets/2"} {
				if status, answer := put(t, b, path, `{"relay":{"fault":"dead"}}`); status != 200 {
					t.Fatal(answer)
				}
			}
			on(t, b, 1)
			switchTo(t, b, pdu.Off, 2)
			return 50 * time.Millisecond
		}, func() time.Duration { on(t, b, 1, 2); return 50 * time.Millisecond })
		if r := b.hw.relays; r[0].contact != pdu.Off || r[1].contact != pdu.Off || r[0].operations != 0 || r[1].operations != 2 {
			t.Errorf("%+v", r[:2])
		}
	})
}

func TestRelayOverTheAPI(t *testing.T) {
	dir := stateDir(t)
	b := newBench(t, "8ks", Options{StateDir: dir})
	b.hw.relays[2].wear = 0.25
	status, answer := put(t, b, "/outlets/3", `{"relay":{"operateMs":12,"releaseMs":6,"spreadMs":0.3,"bounceMs":2}}`)
	want := `"relay":{"fault":"none","operateMs":12,"releaseMs":6,"spreadMs":0.3,"bounceMs":2,"wear":0.25}`
	if status != 200 || !strings.Contains(answer, want) {
		t.Errorf("%d %s", status, answer)
	}
	if status, answer := put(t, b, "/outlets/3", `{"relay":{"fault":"dead"}}`); status != 200 || !strings.Contains(answer, strings.Replace(want, "none", "dead", 1)) {
		t.Errorf("%d %s", status, answer)
	}
	again := newBench(t, "8ks", Options{StateDir: dir})
	if r := again.hw.relays[2]; r.wear != 0.25 || r.fault != RelayDead || r.timing != (RelayTiming{12, 6, 0.3, 2}) {
		t.Errorf("after a restart %+v", r)
	}
	_, doc, _ := ask(t, b, "GET", apiRoot, nil)
	to := newBench(t, "8ks", Options{})
	if err := to.Arrange([]byte(doc)); err != nil || to.hw.relays[2].timing != (RelayTiming{12, 6, 0.3, 2}) {
		t.Errorf("%v, %+v", err, to.hw.relays[2])
	}
	for body, path := range map[string]string{
		`{"relay":{"operateMs":0.5}}`: "relay.operateMs",
		`{"relay":{"releaseMs":51}}`:  "relay.releaseMs",
		`{"relay":{"spreadMs":-1}}`:   "relay.spreadMs",
		`{"relay":{"bounceMs":11}}`:   "relay.bounceMs",
		`{"relay":{"bounceMs":"2"}}`:  "relay.bounceMs",
		`{"relay":{"wear":0}}`:        "relay.fault",
		`{"relay":{"age":1}}`:         "relay.age",
		`{"load":{"type":"resistive","watts":7},"relay":{"operateMs":99}}`: "relay.operateMs",
	} {
		if status, answer := put(t, b, "/outlets/3", body); status != 400 || !strings.Contains(answer, `"path":"`+path+`"`) {
			t.Errorf("%s: %d %s", body, status, answer)
		}
	}
	if b.plugged[2].spec.kind() != "none" {
		t.Error("a refused edit plugged in a load")
	}
}
