package metering

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func halfCycles(t testing.TB, rate float64, x []float64) []HalfCycle {
	t.Helper()
	h, err := NewHalfCycleRMS(rate, 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []HalfCycle
	for at, block := 0, 1; at < len(x); block = block*7%613 + 1 {
		n := min(block, len(x)-at)
		h.Push(x[at:at+n], func(c HalfCycle) { got = append(got, c) })
		at += n
	}
	return got
}

func TestHalfCycleRMSOfASine(t *testing.T) {
	for _, f := range []float64{45, 49.97, 50, 60, 65} {
		got := halfCycles(t, testRate, sine(f, 230, 77).samples(testRate, testRate))
		if n := len(got); n < int(2*f)-4 || n > int(2*f)+2 {
			t.Errorf("%v Hz: %d half cycles in a second", f, n)
		}
		for k, c := range got[6:] { // a new frequency is believed after two cycles
			within(t, "voltage", c.VoltageV, 230, 0.02)
			within(t, "refresh", (c.End-got[k+5].End)/testRate, 0.5/f, 1e-5)
			phase := math.Remainder(c.End/testRate*f*2+77.0/180, 1)
			within(t, "distance from a zero", phase, 0, 0.002)
			if !c.Synced {
				t.Errorf("%v Hz: half cycle %d is not synchronous", f, k)
			}
		}
	}
}

// During an outage values go on with the newest frequency.
func TestHalfCycleRMSDuringAnOutage(t *testing.T) {
	x := sine(50, 230, 0).samples(testRate, 3*testRate)
	clear(x[testRate : 2*testRate])
	got := halfCycles(t, testRate, x)
	last := 0.0
	for _, c := range got {
		if gap := (c.End - last) / testRate; last > 0 && (gap < 0.005 || gap > 0.0151) {
			t.Errorf("half cycle of %v s at %v s", gap, c.End/testRate)
		}
		last = c.End
		switch at := c.End / testRate; {
		case at > 1.035 && at < 1.99:
			within(t, "voltage in the outage", c.VoltageV, 0, 0.5)
		case at > 0.04 && at < 0.99, at > 2.05: // the detector settles for a cycle
			within(t, "voltage", c.VoltageV, 230, 0.02)
		}
	}
}

func TestHalfCycleRMSStaysFinite(t *testing.T) {
	bad := []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, 0, 1e6, -1e6}
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.SampledFrom([]float64{500, 1234.5, 6400, 32000}).Draw(t, "rate")
		x := drawWave(t, "voltage", rapid.Float64Range(1, 200).Draw(t, "frequency")).samples(rate, 4000)
		for range rapid.IntRange(0, 20).Draw(t, "spikes") {
			x[rapid.IntRange(0, len(x)-1).Draw(t, "at")] = rapid.SampledFrom(bad).Draw(t, "spike")
		}
		h, _ := NewHalfCycleRMS(rate, 0)
		last := 0.0
		h.Push(x, func(c HalfCycle) {
			if !(c.VoltageV >= 0 && c.VoltageV <= maxSample*1.001) || !(c.End > last) {
				t.Fatalf("%+v after %v", c, last)
			}
			last = c.End
		})
		if behind := (4000 - last) / rate; behind > 0.03 {
			t.Fatalf("newest value is %v s old", behind)
		}
	})
}

func TestHalfCycleRMSChecksItsRange(t *testing.T) {
	for _, c := range [][2]float64{{0, 0}, {math.NaN(), 0}, {6400, -1}, {6400, math.NaN()}, {2e6, 0}} {
		if _, err := NewHalfCycleRMS(c[0], c[1]); err == nil {
			t.Errorf("%v was accepted", c)
		}
	}
}

// eventsOf detects events in a voltage, with places in seconds.
func eventsOf(t testing.TB, x []float64) (began, ended []VoltageEvent) {
	t.Helper()
	d, err := NewVoltageEvents(DefaultThresholds(230))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range halfCycles(t, testRate, x) {
		if e, changed := d.Next(c.End/testRate, c.VoltageV); changed && e.Active {
			began = append(began, e)
		} else if changed {
			ended = append(ended, e)
		}
	}
	return began, ended
}

func TestEventsOfAVoltage(t *testing.T) {
	const at, until = testRate + 64, 2*testRate + 320 // zeros of the voltage
	for name, c := range map[string]struct {
		factor float64
		kind   VoltageEventKind
	}{
		"sag": {0.7, Sag}, "swell": {1.2, Swell}, "interruption": {0, Interruption}, "nearly a sag": {0.905, NoEvent}, "nearly a swell": {1.095, NoEvent},
	} {
		x := sine(50, 230, 0).samples(testRate, 3*testRate)
		for k := at; k < until; k++ {
			x[k] *= c.factor
		}
		_, ended := eventsOf(t, x)
		ended = after(ended, 0.1)
		if c.kind == NoEvent {
			if len(ended) != 0 {
				t.Errorf("%s: %+v", name, ended)
			}
			continue
		}
		if len(ended) != 1 || ended[0].Kind != c.kind {
			t.Errorf("%s: %+v", name, ended)
			continue
		}
		within(t, name+" start", ended[0].Start, at/float64(testRate), 0.0205)
		within(t, name+" end", ended[0].End, until/float64(testRate), 0.0205)
		within(t, name+" extreme", ended[0].ExtremeV, 230*c.factor, 1)
	}
}

// after leaves out events that began before a time, those of the start.
func after(events []VoltageEvent, start float64) (rest []VoltageEvent) {
	for _, e := range events {
		if e.Start >= start {
			rest = append(rest, e)
		}
	}
	return rest
}

// A sag of one half cycle is seen, and only one.
func TestShortestSag(t *testing.T) {
	x := sine(50, 230, 0).samples(testRate, testRate)
	for k := 3200; k < 3264; k++ {
		x[k] = 0
	}
	_, ended := eventsOf(t, x)
	if ended = after(ended, 0.1); len(ended) != 1 || ended[0].Kind != Sag {
		t.Fatalf("%+v", ended)
	}
	within(t, "residual voltage", ended[0].ExtremeV, 230/math.Sqrt2, 8)
}

func TestVoltageEventsStepByStep(t *testing.T) {
	type step struct {
		rms     float64
		changed bool
		kind    VoltageEventKind
		active  bool
	}
	d, err := NewVoltageEvents(DefaultThresholds(100))
	if err != nil {
		t.Fatal(err)
	}
	for k, s := range []step{
		{100, false, NoEvent, false},
		{90, false, NoEvent, false},
		{89.9, true, Sag, true},
		{91.9, false, Sag, true}, // within the hysteresis
		{40, false, Sag, true},
		{4.9, true, Interruption, true},
		{60, false, Interruption, true},
		{92, true, Interruption, false},
		{110, false, NoEvent, false},
		{110.1, true, Swell, true},
		{130, false, Swell, true},
		{108.1, false, Swell, true},
		{108, true, Swell, false},
		{3, true, Interruption, true},
		{150, true, Interruption, false},
		{150, true, Swell, true},
		{0, true, Swell, false},
	} {
		e, changed := d.Next(float64(k), s.rms)
		if changed != s.changed || e.Kind != s.kind || e.Active != s.active {
			t.Errorf("step %d, %v V: %+v, changed %v; want %+v", k, s.rms, e, changed, s)
		}
		if k == 7 && (e.Start != 2 || e.End != 7 || e.ExtremeV != 4.9) {
			t.Errorf("ended sag: %+v", e)
		}
		if k == 12 && e.ExtremeV != 130 {
			t.Errorf("ended swell: %+v", e)
		}
	}
}

func TestVoltageEventsAlternate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, _ := NewVoltageEvents(DefaultThresholds(230))
		active := false
		for k, u := range rapid.SliceOf(rapid.Float64Range(0, 400)).Draw(t, "voltages") {
			e, changed := d.Next(float64(k), u)
			if changed && !e.Active {
				if !active || e.End <= e.Start {
					t.Fatalf("%+v ended, active %v", e, active)
				}
			}
			if changed {
				active = e.Active
			}
			if active != (d.Current().Kind != NoEvent) || active != d.Current().Active {
				t.Fatalf("current %+v, active %v", d.Current(), active)
			}
			if (u < 0.9*230) && d.Current().Kind == NoEvent && !changed {
				t.Fatalf("%v V is no event", u)
			}
		}
	})
}

func TestThresholdsAreChecked(t *testing.T) {
	for _, change := range []func(*Thresholds){
		func(t *Thresholds) { t.NominalV = 0 }, func(t *Thresholds) { t.NominalV = math.NaN() }, func(t *Thresholds) { t.Sag = 1 },
		func(t *Thresholds) { t.Sag = 0.01 }, func(t *Thresholds) { t.Swell = 1 }, func(t *Thresholds) { t.Swell = math.Inf(1) },
		func(t *Thresholds) { t.Interruption = -1 }, func(t *Thresholds) { t.Hysteresis = -0.1 }, func(t *Thresholds) { t.Hysteresis = 0.1 },
		func(t *Thresholds) { t.Hysteresis = math.NaN() },
	} {
		thresholds := DefaultThresholds(230)
		change(&thresholds)
		if _, err := NewVoltageEvents(thresholds); err == nil {
			t.Errorf("%+v was accepted", thresholds)
		}
	}
}
