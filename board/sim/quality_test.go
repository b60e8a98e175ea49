package sim

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/metering"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// mainsOf makes some seconds of mains of 230 V and 50 Hz with a quality.
func mainsOf(q Quality, seconds float64, each func(m *block)) {
	g := newGrid(1)
	g.set(q)
	m := newBlock()
	for range int(seconds * sampleRate / blockSize) {
		g.fill(&m, blockSize, 230, 50)
		each(&m)
		m.cycle += blockSize * m.step
	}
}

// Each harmonic has its share and phase of the fundamental, and the voltage is that of
// all together. The slope is the derivative of the voltage.
func TestHarmonics(t *testing.T) {
	q := Quality{Harmonics: []Harmonic{{3, 4, 0}, {5, 6, 180}, {7, 2, -45}, {40, 0.5, 90}}}
	var sum [41]complex128
	var squares, n, before float64
	mainsOf(q, 2, func(m *block) {
		for k, v := range m.mainsV {
			if k == 0 && n > 0 {
				within(t, "voltage before the block", m.beforeV, before, 1e-6)
			}
			for _, order := range []int{1, 3, 5, 7, 40, 9} {
				s, c := math.Sincos(2 * math.Pi * float64(order) * (m.cycle + float64(k)*m.step))
				sum[order] += complex(v*s, v*c)
			}
			squares += v * v
			n++
			before = v
		}
	})
	within(t, "RMS", math.Sqrt(squares/n), 230, 1e-6)
	for _, h := range append(q.Harmonics, Harmonic{9, 0, 0}) {
		rel := sum[h.Order] / complex(real(sum[1]), 0)
		want := complex(math.Cos(h.PhaseDeg*math.Pi/180), math.Sin(h.PhaseDeg*math.Pi/180)) * complex(h.Percent/100, 0)
		within(t, "in phase", real(rel), real(want), 1e-6)
		within(t, "ahead", imag(rel), imag(want), 1e-6)
	}
	mainsOf(Quality{Harmonics: q.Harmonics[:3]}, 0.2, func(m *block) {
		for k := range m.mainsV[2:] {
			within(t, "slope", m.slope[k+1], (m.mainsV[k+2]-m.mainsV[k])*sampleRate/2, 1000)
		}
	})
}

func TestFlickerNoiseAndDrift(t *testing.T) {
	low, high := 1e9, 0.0
	mainsOf(Quality{FlickerPercent: 4, FlickerHz: 2.5}, 2, func(m *block) {
		for k, v := range m.mainsV {
			if math.Abs(m.sin[k]) > 0.999 {
				amplitude := v / m.sin[k] / math.Sqrt2
				low, high = min(low, amplitude), max(high, amplitude)
			}
		}
	})
	within(t, "lowest amplitude", low, 230*0.98, 0.05)
	within(t, "highest amplitude", high, 230*1.02, 0.05)

	var squares, n float64
	mainsOf(Quality{NoiseV: 2}, 5, func(m *block) {
		for k, v := range m.mainsV {
			x := v - 230*math.Sqrt2*m.sin[k]
			squares += x * x
			n++
		}
	})
	within(t, "noise", math.Sqrt(squares/n), 2, 0.05)

	low, high = 100, 0
	mainsOf(Quality{DriftHz: 0.05}, 60, func(m *block) { low, high = min(low, m.step*sampleRate), max(high, m.step*sampleRate) })
	if low < 49.7 || high > 50.3 || high-low < 0.01 {
		t.Errorf("frequency from %v to %v Hz", low, high)
	}
}

// What wanders has the mean and the deviation that it should, at any pace.
func TestWander(t *testing.T) {
	w := wander{spread: 3, time: 2, random: rand.New(rand.NewPCG(1, 1))}
	var sum, square float64
	const n = 200_000
	for range n {
		w.pass(0.05)
		sum, square = sum+w.value, square+w.value*w.value
	}
	within(t, "mean", sum/n, 0, 0.2)
	within(t, "deviation", math.Sqrt(square/n), 3, 0.15)
	fine := wander{spread: 3, time: 2, random: rand.New(rand.NewPCG(7, 7))}
	coarse := wander{spread: 3, time: 2, random: rand.New(rand.NewPCG(7, 7))}
	for range 1075 {
		fine.pass(1.0 / 1024)
	}
	coarse.pass(1075.0 / 1024)
	within(t, "after a second in parts", fine.value, coarse.value, 1e-12)
}

func TestSameSeedSameMains(t *testing.T) {
	record := func() (all []float64) {
		mainsOf(Quality{NoiseV: 1, DriftHz: 0.1, FlickerPercent: 2}, 1, func(m *block) { all = append(all, m.mainsV...) })
		return all
	}
	if diff := cmp.Diff(record(), record()); diff != "" {
		t.Error("the same seed gives other mains")
	}
}

// The voltage sags by what the current leaves in the impedance of the source.
func TestSourceImpedance(t *testing.T) {
	for name, c := range map[string]struct {
		load Load
		r, x float64
		want float64
	}{
		"resistance":         {&Resistive{Watts: 2645}, 0.4, 0, 230 / (1 + 0.4/20)},
		"short through 1 Ω":  {&Resistive{Watts: 20_000}, 1, 0, 230 / (1 + 20_000/52_900.0)},
		"capacitor, coil":    {&Capacitor{100, 0.01}, 0, 0.5, 230 / (1 - 0.5*2*math.Pi*50*100e-6)},
		"motor, constant PF": {&ConstantPF{Watts: new(4000.0), PowerFactor: 0.8, Shift: Inductive}, 0.4, 0.25, (230 + math.Sqrt(230*230-4*(0.4*4000+0.25*3000))) / 2},
		"nothing":            {&Empty{}, 2, 2, 230},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, "8ks", Options{Loads: []Load{c.load}})
				if err := b.SetQuality(Quality{SourceOhm: c.r, SourceReactanceOhm: c.x}); err != nil {
					t.Fatal(err)
				}
				on(t, b, 1)
				seen := measurements(watch(t, b, wait(3*time.Second))[0])
				last := seen[len(seen)-1]
				within(t, "voltage", last.Inlet.VoltageV, c.want, 0.05)
			})
		})
	}
}

// events of a kind in the order in which they were seen.
func powerEvents(list []pdu.BoardEvent) (p []pdu.BoardPower) {
	for _, ev := range list {
		if x, ok := ev.(pdu.BoardPower); ok {
			p = append(p, x)
		}
	}
	return p
}

func TestEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "8ks", Options{Loads: []Load{&Resistive{Watts: 1000}, &ConstantPF{Watts: new(100.0), PowerFactor: 1, Shift: Inductive}}})
		on(t, b, 1, 2)
		start := time.Now()
		cycle := describe(t, b).PowerCycle
		seen := watch(t, b, func() time.Duration {
			if status, answer := put(t, b, "/mains", `{"events":[{"atMs":1000,"factor":0.5,"lengthMs":1000},{"atMs":3000,"factor":1.1,"lengthMs":1000},{"atMs":5000,"factor":0,"lengthMs":80},{"atMs":6000,"factor":0,"lengthMs":500}]}`); status != 200 {
				t.Fatal(answer)
			}
			return 5900 * time.Millisecond
		}, wait(3*time.Second))
		volts := func(at float64) float64 {
			for _, m := range measurements(append(seen[0], seen[1]...)) {
				end := m.At.Sub(start).Seconds()
				if begin := end - m.Window.Seconds(); begin < at && at <= end {
					return m.Inlet.VoltageV
				}
			}
			t.Fatalf("nothing measured at %v s", at)
			return 0
		}
		for at, want := range map[float64]float64{0.5: 230, 1.5: 115, 2.5: 230, 3.5: 253, 4.5: 230, 5.6: 230, 6.35: 0, 7.5: 230} {
			within(t, "voltage", volts(at), want, 0.05)
		}
		if p := powerEvents(seen[0]); len(p) != 0 {
			t.Errorf("80 ms without voltage: %+v", p)
		}
		p := powerEvents(seen[1])
		if len(p) != 2 || p[0].Powered || p[0].PowerCycle != cycle || !p[1].Powered || p[1].PowerCycle == cycle {
			t.Fatalf("500 ms without voltage: %+v", p)
		}
		within(t, "seconds to the loss", p[0].At.Sub(start).Seconds(), 6.1, 0.001)
		within(t, "seconds to the return", p[1].At.Sub(start).Seconds(), 6.5, 0.001)
		if p[0].Contacts[0] != pdu.On {
			t.Error("an outage moved a relay")
		}
		if left := b.events(); len(left) != 0 {
			t.Errorf("still to come: %+v", left)
		}
	})
}

// A new list replaces what is happening, and an outage ends with it.
func TestEventsAreReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "8ks", Options{})
		seen := watch(t, b,
			func() time.Duration {
				put(t, b, "/mains", `{"events":[{"factor":0,"lengthMs":3600000}]}`)
				return time.Second
			},
			func() time.Duration {
				if err := b.Drive([]pdu.Drive{{Output: 1, Level: pdu.On}}); pdu.CodeOf(err) != pdu.CodeNoMains {
					t.Errorf("driven without mains: %v", err)
				}
				if status, answer := put(t, b, "/mains", `{"events":[]}`); status != 200 || !strings.Contains(answer, `"powered":true}`) {
					t.Errorf("%d %s", status, answer)
				}
				return time.Second
			})
		if p := powerEvents(seen[0]); len(p) != 1 || p[0].Powered {
			t.Errorf("outage: %+v", p)
		}
		if p := powerEvents(seen[1]); len(p) != 1 || !p[0].Powered {
			t.Errorf("taken back: %+v", p)
		}
	})
}

func TestQualityOverTheAPI(t *testing.T) {
	b := newBench(t, "8ks", Options{})
	body := `{"harmonics":[{"order":5,"percent":3,"phaseDeg":180}],"driftHz":0.02,"flickerPercent":1,"flickerHz":3,"noiseV":0.5,"sourceOhm":0.4,"sourceReactanceOhm":0.25,"events":[{"atMs":1000,"factor":0.4,"lengthMs":200}]}`
	want := `{"voltage":230,"frequency":50,"on":true,"powered":true,` + body[1:] + "\n"
	status, got := put(t, b, "/mains", body)
	if diff := cmp.Diff(want, got); status != 200 || diff != "" {
		t.Errorf("%d %s", status, diff)
	}
	_, doc, _ := ask(t, b, "GET", apiRoot, nil)
	to := newBench(t, "8ks", Options{})
	if err := to.Arrange([]byte(doc)); err != nil {
		t.Fatal(err)
	}
	if _, got, _ := ask(t, to, "GET", apiRoot+"/mains", nil); got != want {
		t.Error(cmp.Diff(want, got))
	}
	for body, path := range map[string]string{
		`{"harmonics":[{"order":1,"percent":3}]}`:                                  "mains.harmonics[0].order",
		`{"harmonics":[{"order":41,"percent":3}]}`:                                 "mains.harmonics[0].order",
		`{"harmonics":[{"order":3,"percent":31}]}`:                                 "mains.harmonics[0].percent",
		`{"harmonics":[{"order":3,"percent":1},{"order":3,"percent":2}]}`:          "mains.harmonics[1].order",
		`{"harmonics":[{"order":3}]}`:                                              "harmonics[0].percent",
		`{"harmonics":[{"order":3.5,"percent":1}]}`:                                "harmonics[0].order",
		`{"harmonics":{}}`:                                                         "harmonics",
		`{"harmonics":null}`:                                                       "harmonics",
		`{"harmonics":[` + strings.Repeat(`{"order":3,"percent":1},`, 40) + `{}]}`: "harmonics",
		`{"driftHz":1.1}`:                                                          "mains.driftHz",
		`{"flickerHz":0.01}`:                                                       "mains.flickerHz",
		`{"noiseV":-1}`:                                                            "mains.noiseV",
		`{"sourceOhm":2.5}`:                                                        "mains.sourceOhm",
		`{"events":[{"factor":1.4,"lengthMs":5}]}`:                                 "mains.events[0].factor",
		`{"events":[{"factor":0,"lengthMs":0}]}`:                                   "mains.events[0].lengthMs",
		`{"voltage":120,"events":[{"factor":0}]}`:                                  "events[0].lengthMs",
		`{"voltage":120,"events":[{"atMs":-1,"factor":0,"lengthMs":3}]}`:           "mains.events[0].atMs",
		`{"events":[` + strings.Repeat(`{"factor":0,"lengthMs":5},`, 100) + `{"factor":0,"lengthMs":5}]}`: "mains.events",
	} {
		if status, answer := put(t, to, "/mains", body); status != 400 || !strings.Contains(answer, `"path":"`+path+`"`) {
			t.Errorf("%.60s: %d %s, want a fault at %s", body, status, answer, path)
		}
	}
	if _, got, _ := ask(t, to, "GET", apiRoot+"/mains", nil); got != want {
		t.Errorf("refused edits changed the mains: %s", cmp.Diff(want, got))
	}
}

// The meter sees through it all: frequency and voltage stay measurable.
func TestDirtyMainsAreMeasured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "8ks", Options{Loads: DemoLoads(profile(t, "8ks"))})
		q := Quality{Harmonics: []Harmonic{{5, 4, 180}, {7, 3, 0}}, DriftHz: 0.02, FlickerPercent: 1, NoiseV: 0.5, SourceOhm: 0.4, SourceReactanceOhm: 0.25}
		if err := b.SetQuality(q); err != nil {
			t.Fatal(err)
		}
		on(t, b, 1, 2, 3, 4, 5, 6, 7, 8)
		for _, m := range measurements(watch(t, b, wait(time.Second), wait(5*time.Second))[1]) {
			inside(t, "frequency", m.FrequencyHz, 49.8, 50.2)
			inside(t, "voltage", m.Inlet.VoltageV, 215, 232)
			if m.FrequencyHz < metering.MinFrequencyHz {
				t.Fatal("no whole cycles were found")
			}
		}
	})
}
