package sim

import (
	"bytes"
	"context"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zerocross-pdu/zerocross/metering"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// on drives outputs on.
func on(t testing.TB, b *Bench, ids ...pdu.OutputID) {
	t.Helper()
	switchTo(t, b, pdu.On, ids...)
}

func switchTo(t testing.TB, b *Bench, l pdu.Level, ids ...pdu.OutputID) {
	t.Helper()
	var d []pdu.Drive
	for _, id := range ids {
		d = append(d, pdu.Drive{Output: id, Level: l})
	}
	if err := b.Drive(d); err != nil {
		t.Fatal(err)
	}
}

// watch runs the bench and hands out what it saw during the given times: during
// each, script i runs first. It must be called in a bubble.
func watch(t *testing.T, b *Bench, during ...func() time.Duration) [][]pdu.BoardEvent {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	events := make(chan pdu.BoardEvent, 1<<16)
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx, events) }()
	synctest.Wait()
	var seen [][]pdu.BoardEvent
	for _, script := range during {
		time.Sleep(script())
		synctest.Wait()
		var part []pdu.BoardEvent
		for len(events) > 0 {
			part = append(part, <-events)
		}
		seen = append(seen, part)
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Run: %v", err)
	}
	return seen
}

func wait(d time.Duration) func() time.Duration { return func() time.Duration { return d } }

// measurements picks measurements out of events.
func measurements(events []pdu.BoardEvent) (m []pdu.BoardMeasurement) {
	for _, ev := range events {
		if x, ok := ev.(pdu.BoardMeasurement); ok {
			m = append(m, x)
		}
	}
	return m
}

func within(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %.7g, want %.7g within %.2g", what, got, want, tolerance)
	}
}

func TestLoadsDrawWhatTheyShould(t *testing.T) {
	for name, c := range map[string]struct {
		load       Load
		mains      Mains
		p, s, q, f float64
	}{
		"heater":              {&Resistive{Watts: 1000}, Mains{230, 50, true}, 1000, 1000, 0, 50},
		"heater, low voltage": {&Resistive{Watts: 1000}, Mains{115, 60, true}, 250, 250, 0, 60},
		"back-feed":           {&Resistive{Watts: -300}, Mains{230, 50, true}, -300, 300, 0, 50},
		"motor":               {&ConstantPF{Watts: new(400.0), PowerFactor: 0.8, Shift: Inductive}, Mains{230, 49.9, true}, 400, 500, 300, 49.9},
		"motor, low voltage":  {&ConstantPF{Watts: new(400.0), PowerFactor: 0.8, Shift: Inductive}, Mains{100, 50, true}, 400, 500, 300, 50},
		"brown-out":           {&ConstantPF{Watts: new(400.0), PowerFactor: 0.8, Shift: Inductive}, Mains{60, 50, true}, 400 * 4 / 9.0, 500 * 4 / 9.0, 300 * 4 / 9.0, 50},
		"server":              {&ConstantPF{Watts: new(180.0), PowerFactor: 0.6, Shift: Capacitive}, Mains{240, 50.1, true}, 180, 300, -240, 50.1},
		"inverter":            {&ConstantPF{Watts: new(-600.0), PowerFactor: 0.6, Shift: Inductive}, Mains{230, 50, true}, -600, 1000, 800, 50},
		"capacitor":           {&ConstantPF{VA: new(16.6), PowerFactor: 0, Shift: Capacitive}, Mains{230, 50, true}, 0, 16.6, -16.6, 50},
		"by apparent power":   {&ConstantPF{VA: new(50.0), PowerFactor: 0.6, Shift: Inductive}, Mains{230, 65, true}, 30, 50, 40, 65},
		"nothing":             {&Empty{}, Mains{230, 50, true}, 0, 0, 0, 50},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, "8ks", Options{Loads: []Load{c.load}})
				if err := b.SetMains(c.mains); err != nil {
					t.Fatal(err)
				}
				on(t, b, 1)
				seen := measurements(watch(t, b, wait(time.Second), wait(2*time.Second))[1])
				if len(seen) < 9 {
					t.Fatalf("%d measurements in 2 s", len(seen))
				}
				for _, m := range seen {
					r := m.Outputs[0]
					tolerance := c.s*1e-4 + 1e-6
					within(t, "frequency", m.FrequencyHz, c.f, 0.001)
					within(t, "voltage", r.VoltageV, c.mains.VoltageV, c.mains.VoltageV*1e-4)
					within(t, "active power", r.ActivePowerW, c.p, tolerance)
					within(t, "apparent power", r.ApparentPowerVA, c.s, tolerance)
					within(t, "reactive power", r.ReactivePowerVAr, c.q, tolerance)
					within(t, "inlet power", m.Inlet.ActivePowerW, c.p, tolerance)
					within(t, "inlet current", m.Inlet.CurrentA, r.CurrentA, tolerance)
					energy := float64(r.ForwardMicroWs) - float64(r.ReverseMicroWs)
					within(t, "energy", energy, c.p*m.Window.Seconds()*1e6, math.Abs(c.p)*300+1)
				}
			})
		})
	}
}

// Every microwatt second of the inlet is one of an outlet.
func TestInletEnergyIsThatOfTheOutlets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		loads := DemoLoads(profile(t, "8ks"))
		loads[5] = &Resistive{Watts: -2500.000123}
		b := newBench(t, "8ks", Options{Loads: loads})
		steps := []func() time.Duration{
			func() time.Duration { on(t, b, 1, 2, 3, 4, 5, 6, 7, 8); return 1234 * time.Millisecond },
			func() time.Duration { switchTo(t, b, pdu.Off, 6, 2); return 777 * time.Millisecond },
			func() time.Duration { on(t, b, 6); switchTo(t, b, pdu.Off, 3); return time.Second },
		}
		var inlet, outlets int64
		for _, part := range watch(t, b, steps...) {
			for _, m := range measurements(part) {
				inlet += int64(m.Inlet.ForwardMicroWs) - int64(m.Inlet.ReverseMicroWs)
				for _, r := range m.Outputs {
					outlets += int64(r.ForwardMicroWs) - int64(r.ReverseMicroWs)
				}
			}
		}
		if inlet != outlets || inlet == 0 {
			t.Errorf("inlet %d µWs, outlets together %d", inlet, outlets)
		}
	})
}

// The metered energy begins when the contact closes, not when it is told to.
func TestEnergyCountsFromTheContact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "8ks", Options{Loads: []Load{&Resistive{Watts: 1000}}})
		seen := watch(t, b,
			func() time.Duration { on(t, b, 1); return 500 * time.Millisecond },
			func() time.Duration { switchTo(t, b, pdu.Off, 1); return time.Second })
		var forward uint64
		for _, m := range append(measurements(seen[0]), measurements(seen[1])...) {
			forward += m.Outputs[0].ForwardMicroWs
		}
		// Closed from 8 to 508 ms; half a cycle of 1 kW is 10 J.
		within(t, "joules", float64(forward)/1e6, 500, 0.5)
	})
}

func recordings(t testing.TB) string {
	dir := os.Getenv("ZEROCROSS_RECORDINGS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data", "recordings")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no recordings of real appliances: set ZEROCROSS_RECORDINGS to a folder of .i16 files (%v)", err)
	}
	return dir
}

// A recorded appliance shows the power that integrating its recording gives, at any
// mains frequency, and all of it arrives at the inlet.
func TestRecordedLoads(t *testing.T) {
	dir := recordings(t)
	for _, frequency := range []float64{50, 60.1} {
		for _, file := range []string{"kettle-1.i16", "refrigerator-1.i16", "induction-cooker-1.i16"} {
			t.Run(file, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					load := Recorded{File: file, AmpsPerCount: 0.0241, VoltsPerCount: 0.0595, Rate: 6400}
					b := newBench(t, "8ks", Options{Recordings: []string{dir}, Loads: []Load{&load}})
					if err := b.SetMains(Mains{230, frequency, true}); err != nil {
						t.Fatal(err)
					}
					on(t, b, 1)
					p, v := integral(t, dir, load)
					// Eight loops, so that where the measuring begins hardly matters.
					seen := measurements(watch(t, b, wait(time.Second), wait(24*time.Second))[1])
					var joules, seconds, volts, inlet float64
					for _, m := range seen {
						joules += float64(m.Outputs[0].ForwardMicroWs) / 1e6
						inlet += float64(m.Inlet.ForwardMicroWs) / 1e6
						seconds += m.Window.Seconds()
						volts += m.Outputs[0].VoltageV * m.Window.Seconds()
						within(t, "frequency", m.FrequencyHz, frequency, 0.001)
					}
					within(t, "active power", joules/seconds, p, p*1e-3)
					within(t, "voltage", volts/seconds, v, v*1e-3)
					within(t, "inlet", inlet, joules, 1e-3)
					last := seen[len(seen)-1]
					within(t, "apparent power at the inlet", last.Inlet.ApparentPowerVA, last.Outputs[0].ApparentPowerVA, last.Outputs[0].ApparentPowerVA*5e-3)
					t.Logf("%s at %v Hz: %.4f W, the recording's integral is off by %+.4f %%", file, frequency, joules/seconds, (p/(joules/seconds)-1)*100)
				})
			})
		}
	}
}

// integral is mean power and RMS voltage of a recording by plain summing over as
// many whole cycles as it has, cut at falling crossings of the raw voltage.
func integral(t *testing.T, dir string, l Recorded) (watts, volts float64) {
	raw, err := os.ReadFile(filepath.Join(dir, l.File))
	if err != nil {
		t.Fatal(err)
	}
	rec, err := metering.ParseRecording(raw)
	if err != nil {
		t.Fatal(err)
	}
	var crossings []int
	for k := 1; k < rec.Len(); k++ {
		if rec.Voltage(k-1) >= 0 && rec.Voltage(k) < 0 && (len(crossings) == 0 || k-crossings[len(crossings)-1] > 100) {
			crossings = append(crossings, k)
		}
	}
	cycles := (len(crossings) - 1) / 2 * 2 // the cooker draws current in every second cycle
	first, last := crossings[0], crossings[cycles]
	for k := first; k < last; k++ {
		watts += rec.Voltage(k) * rec.Current(k)
		volts += rec.Voltage(k) * rec.Voltage(k)
	}
	n := float64(last - first)
	return watts / n * l.VoltsPerCount * l.AmpsPerCount, math.Sqrt(volts/n) * l.VoltsPerCount
}

// A process that stood still catches up for two seconds at most, and what it
// missed is not metered.
func TestStandstillInventsNoEnergy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logged bytes.Buffer
		b := newBench(t, "8ks", Options{Loads: []Load{&Resistive{Watts: 1000}}, Log: slog.New(slog.NewTextHandler(&logged, nil))})
		on(t, b, 1)
		if err := b.begin(); err != nil {
			t.Fatal(err)
		}
		_, seen := b.step(time.Now().Add(time.Second))
		_, more := b.step(time.Now().Add(time.Hour))
		_, most := b.step(time.Now().Add(time.Hour + time.Second))
		var joules float64
		for _, m := range measurements(append(append(seen, more...), most...)) {
			joules += float64(m.Outputs[0].ForwardMicroWs) / 1e6
			if m.At.After(time.Now().Add(time.Hour + time.Second)) {
				t.Errorf("window ended in the future, at %v", m.At)
			}
		}
		within(t, "joules", joules, 4000, 250) // 1 s, 2 s of catching up, 1 s; less what is in the open window
		if !strings.Contains(logged.String(), "stood still") {
			t.Errorf("the log says nothing: %s", &logged)
		}
	})
}

func TestMainsLossAndReturn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "8ks", Options{Loads: []Load{&Resistive{Watts: 1000}}})
		set := func(m Mains) func() time.Duration {
			return func() time.Duration {
				if err := b.SetMains(m); err != nil {
					t.Fatal(err)
				}
				return 1010 * time.Millisecond
			}
		}
		on(t, b, 1)
		seen := watch(t, b, wait(time.Second+7*time.Millisecond), set(Mains{230, 50, false}), set(Mains{230, 50, true}), set(Mains{30, 50, true}))
		var joules float64
		for _, m := range append(measurements(seen[0]), measurements(seen[1])...) {
			joules += float64(m.Outputs[0].ForwardMicroWs) / 1e6
		}
		within(t, "joules until the cut", joules, 999, 6)
		// What was measured before the cut is reported before it.
		if _, first := seen[1][0].(pdu.BoardMeasurement); !first {
			t.Errorf("first event of the cut: %T", seen[1][0])
		}
		for k, powered := range []bool{1: false, 2: true, 3: false} {
			if k == 0 {
				continue
			}
			count := 0
			for _, ev := range seen[k] {
				if p, ok := ev.(pdu.BoardPower); ok {
					count++
					if p.Powered != powered || p.Contacts[0] != pdu.On {
						t.Errorf("step %d: %+v", k, p)
					}
				}
			}
			if count != 1 {
				t.Errorf("step %d: %d reports of power", k, count)
			}
		}
		dead := measurements(seen[1])
		if last := dead[len(dead)-1]; last.FrequencyHz != 0 || last.Inlet != (pdu.Reading{}) || last.Outputs[0] != (pdu.Reading{}) {
			t.Errorf("a dead unit measures %+v", last)
		}
	})
}

func TestFaultyRelays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "8ks", Options{})
		fault := func(id pdu.OutputID, f RelayFault) {
			if err := b.SetRelayFault(id, f); err != nil {
				t.Fatal(err)
			}
		}
		fault(1, RelayStuck)
		fault(2, RelayWelded)
		watch(t, b,
			func() time.Duration { on(t, b, 1, 2, 3); return 20 * time.Millisecond },
			func() time.Duration {
				if got := b.document(); got.Outlets[0].Contact != pdu.Off || got.Outlets[1].Contact != pdu.On || got.Outlets[2].Contact != pdu.On {
					t.Errorf("driven on: %+v", got.Outlets[:3])
				}
				switchTo(t, b, pdu.Off, 1, 2, 3)
				return 20 * time.Millisecond
			},
			func() time.Duration {
				if got := b.document(); got.Outlets[0].Contact != pdu.Off || got.Outlets[1].Contact != pdu.On || got.Outlets[2].Contact != pdu.Off {
					t.Errorf("driven off: %+v", got.Outlets[:3])
				}
				for id, want := range map[pdu.OutputID]uint64{1: 0, 2: 1, 3: 2} {
					if got := b.Operations(id); got != want {
						t.Errorf("relay %d moved %d times, want %d", id, got, want)
					}
				}
				fault(2, RelayHealthy)
				switchTo(t, b, pdu.Off, 2)
				return 20 * time.Millisecond
			},
			func() time.Duration {
				if got := b.document().Outlets[1].Contact; got != pdu.Off {
					t.Errorf("a mended relay stays %v", got)
				}
				return 0
			})
	})
}

// Everything at once: the race detector and the bubble judge.
func TestConcurrentUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "8ks", Options{StateDir: stateDir(t), Loads: DemoLoads(profile(t, "8ks"))})
		watch(t, b, func() time.Duration {
			var wg sync.WaitGroup
			for id := pdu.OutputID(1); id <= 8; id++ {
				wg.Go(func() {
					for n := range 20 {
						l := pdu.LevelOf(n%2 == 0)
						if err := b.Drive([]pdu.Drive{{Output: id, Level: l}}); err != nil && pdu.CodeOf(err) != pdu.CodeNoMains {
							t.Error(err)
						}
						if err := b.SetLoad(id, &Resistive{Watts: float64(n)}); err != nil {
							t.Error(err)
						}
						b.document()
						time.Sleep(time.Duration(id) * time.Millisecond)
					}
				})
			}
			for n := range 10 {
				if err := b.SetMains(Mains{230, 50, n%2 != 0}); err != nil {
					t.Error(err)
				}
				time.Sleep(13 * time.Millisecond)
			}
			wg.Wait()
			return time.Second
		}, func() time.Duration {
			for _, o := range b.document().Outlets {
				if r := b.hw.relays[o.ID-1]; r.contact != r.coming || o.Load.Load.(*Resistive).Watts != 19 {
					t.Errorf("outlet %d: %+v %+v", o.ID, r, o.Load)
				}
			}
			return 0
		})
	})
}

func TestDemoLoadsFitEveryModel(t *testing.T) {
	for _, id := range pdu.ProfileIDs() {
		p := profile(t, id)
		if n := len(DemoLoads(p)); n != p.Outputs {
			t.Errorf("%s: %d loads for %d outlets", id, n, p.Outputs)
		}
		newBench(t, id, Options{Loads: DemoLoads(p)})
	}
}

// Reports how much of one core eight outlets with loads take, and what they
// allocate in a second of real time.
func BenchmarkEightOutlets(b *testing.B) {
	bench := newBench(b, "8ks", Options{Loads: DemoLoads(profile(b, "8ks"))})
	on(b, bench, 1, 2, 3, 4, 5, 6, 7, 8)
	if err := bench.begin(); err != nil {
		b.Fatal(err)
	}
	now := time.Now()
	b.ReportAllocs()
	for b.Loop() { // each iteration is a second
		for range 20 {
			now = now.Add(tick)
			bench.step(now)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Seconds())/float64(b.N)*100, "%core")
}

// The same with everything that mains and relays can do.
func BenchmarkEightOutletsOnDirtyMains(b *testing.B) {
	bench := newBench(b, "8ks", Options{Loads: DemoLoads(profile(b, "8ks"))})
	q := Quality{Harmonics: []Harmonic{{3, 1, 0}, {5, 4, 180}, {7, 3, 0}, {11, 1, 0}}, DriftHz: 0.02, FlickerPercent: 1, NoiseV: 0.5, SourceOhm: 0.4, SourceReactanceOhm: 0.25}
	if err := bench.SetQuality(q); err != nil {
		b.Fatal(err)
	}
	on(b, bench, 1, 2, 3, 4, 5, 6, 7, 8)
	if err := bench.begin(); err != nil {
		b.Fatal(err)
	}
	now := time.Now()
	b.ReportAllocs()
	for b.Loop() { // each iteration is a second
		for range 20 {
			now = now.Add(tick)
			bench.step(now)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Seconds())/float64(b.N)*100, "%core")
}
