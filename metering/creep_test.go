package metering

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// noisy adds the noise of a converter, RMS in units of the samples.
func noisy(x []float64, rms float64, random *rand.Rand) []float64 {
	for k := range x {
		x[k] += rms * random.NormFloat64()
	}
	return x
}

// emptyOutletNoiseA is 0.02 % of a range of 16 A (reference: metering-and-hardware.md
// 8, sensor model), many times that of a metering chip.
const emptyOutletNoiseA = 0.0032

// The noise of samples gives windows a power that deviates by σ; with that σ one
// month of windows goes through the guard, 13 million.
func TestAnEmptyOutletCountsNothingInAMonth(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const n = 20 * testRate
	v, i := sine(50, 230, 0).samples(testRate, n), noisy(make([]float64, n), emptyOutletNoiseA, random)
	m := newMeter(t, Config{StartW: DefaultStartW})
	var squares, windows float64
	for _, w := range meterAll(m, v, i) {
		if w.ForwardMicroWs != 0 || w.ReverseMicroWs != 0 {
			t.Errorf("samples of noise: counted %d forward, %d reverse", w.ForwardMicroWs, w.ReverseMicroWs)
		}
		squares, windows = squares+w.ActivePowerW*w.ActivePowerW, windows+1
	}
	sigma := math.Sqrt(squares / windows)
	within(t, "deviation of window power", sigma, 230*emptyOutletNoiseA/math.Sqrt(0.2*testRate), 0.2*sigma)

	table := noisy(make([]float64, 1<<16), sigma*0.2e6, random) // 13 million picks of 65,536 draws: drawing takes longer than all else
	g := creepGuard{startW: sigma / 2}                          // a fifth of the default
	for range 30 * 24 * 3600 * 5 {
		if counted := g.take(table[random.Uint32()>>16], 0.2); counted != 0 {
			t.Fatalf("start power %v W: %v µWs counted of noise of %v W", g.startW, counted, sigma)
		}
	}
}

// A load above the start power loses nothing, whatever came before it: what is
// counted and what is held make up its integral. With so much noise that windows of
// the load fall below the start power, it may lose a few of them where they fall
// together with the end of a decision.
func TestASmallLoadLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		start := rapid.Float64Range(0.01, 1).Draw(t, "start power")
		load := start * rapid.Float64Range(1.3, 100).Draw(t, "times")
		if rapid.Bool().Draw(t, "reverse") {
			load = -load
		}
		sigma := start * rapid.Float64Range(0, 0.5).Draw(t, "noise")
		g := creepGuard{startW: start}
		window := func(watts float64) float64 { return (watts + sigma*random.NormFloat64()) * 0.2e6 }
		for range rapid.IntRange(0, 5000).Draw(t, "empty windows") {
			if counted := g.take(window(0), 0.2); counted != 0 {
				t.Fatalf("%v counted of noise", counted)
			}
		}
		before, want, got := g.heldMicroWs, 0.0, 0.0 // what noise left held may still be dropped
		for range 2000 {
			e := window(load)
			want += e
			got += g.take(e, 0.2)
		}
		lost := want - got - g.heldMicroWs
		rounding, few := 1e-9*math.Abs(want), 0.0
		if sigma > (math.Abs(load)-start)/6 { // noise outweighs the load in some windows
			few = 5 * math.Abs(load) * 0.2e6
		}
		if math.Abs(lost) > few+rounding && math.Abs(lost+before) > rounding {
			t.Fatalf("counted %v and held %v of %v µWs, before them %v", got, g.heldMicroWs, want, before)
		}
		if got == 0 {
			t.Fatalf("a load of %v W, start power %v W, is not counted after 400 s", load, start)
		}
	})
}

func TestHeldEnergyIsCountedInTime(t *testing.T) {
	for _, c := range []struct{ load, seconds float64 }{{0.1, 40}, {0.5, 40.0 / 9}, {1, 40.0 / 19}, {20, 0.2}, {-0.5, 40.0 / 9}} {
		g := creepGuard{startW: 0.05}
		// The worst moment: evidence is nearly that of an empty outlet.
		for range 99 {
			g.take(0, 0.2)
		}
		windows := 0
		for counted := 0.0; counted == 0 && windows < 1000; windows++ {
			counted = g.take(c.load*0.2e6, 0.2)
		}
		if got := float64(windows) * 0.2; got > c.seconds+0.21 {
			t.Errorf("%v W is counted after %v s, expected %v", c.load, got, c.seconds)
		}
	}
}

func TestEnergyBelowTheStartPowerIsDropped(t *testing.T) {
	g := creepGuard{startW: 0.05}
	for k := range 100_000 {
		if counted := g.take(0.03*0.2e6, 0.2); counted != 0 {
			t.Fatalf("window %d of 30 mW: counted %v", k, counted)
		}
		if limit := 0.05e6 * 2 * holdSeconds / 0.4; g.heldMicroWs > limit*2 {
			t.Fatalf("window %d holds %v µWs", k, g.heldMicroWs)
		}
	}
}

// After a load went, what the noise of the outlet adds is dropped too.
func TestNothingIsCountedAfterALoadWent(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	g := creepGuard{startW: 0.05}
	for range 100 {
		g.take(5*0.2e6, 0.2)
	}
	for k := range 1_000_000 {
		if counted := g.take(0.02*random.NormFloat64()*0.2e6, 0.2); counted != 0 {
			t.Fatalf("window %d after the load: counted %v", k, counted)
		}
	}
}

func TestMeterHoldsSmallEnergy(t *testing.T) {
	const n = 60 * testRate
	v, i := sine(50, 230, 0).samples(testRate, n), sine(50, 0.2/230, 0).samples(testRate, n)
	var counted, held float64
	first := 0.0
	for _, w := range meterAll(newMeter(t, Config{StartW: DefaultStartW}), v, i) {
		counted += float64(w.ForwardMicroWs)
		if held = float64(w.HeldMicroWs); counted == 0 {
			first = w.End / testRate
		}
		if w.ReverseMicroWs != 0 {
			t.Errorf("%d µWs in reverse", w.ReverseMicroWs)
		}
	}
	within(t, "first counted", first, 20*0.05/0.15, 0.5)
	within(t, "counted and held", counted+held, trapezoid(v, i)*1e6, 2)
	if held != 0 {
		t.Errorf("%v µWs held of a load", held)
	}
}
