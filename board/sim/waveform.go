package sim

import (
	"math"
	"time"

	"github.com/zerocross-pdu/zerocross/metering"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// blockSize is the number of samples made at once.
const blockSize = 320

// waveform makes the samples of the bench and meters them. It is under the mutex of
// its Bench.
type waveform struct {
	bench *Bench
	meter *metering.Meter
	epoch time.Time // when sample 0 was, had nothing ever stood still
	now   time.Time // of the newest advance; its wall clock may have been set since epoch
	made  int64     // samples so far

	grid      grid
	script    script
	block     block
	terminals []terminal // index = output - 1
	inlet     []float64
	channels  []metering.Samples // of the outlets and, last, the inlet
	onWindow  func(*metering.Window)
}

// block is a stretch of mains on which loads draw current.
type block struct {
	cycle, step float64   // mains cycles at its first sample, and per sample
	rmsV        float64   // of the mains
	sineV       float64   // RMS of its fundamental
	sin, cos    []float64 // of the mains' phase
	mainsV      []float64
	slope       []float64 // of mainsV, in volts per second
	// beforeV is the mains one sample before the first, had it always been as it is
	// now. What jumped in between shows as a difference to what a load remembers.
	beforeV float64
}

func newBlock() block {
	room := func() []float64 { return make([]float64, blockSize) }
	return block{sin: room(), cos: room(), mainsV: room(), slope: room()}
}

// seconds is how long the block lasts.
func (m *block) seconds() float64 { return float64(len(m.mainsV)) * sampleTime }

func newWaveform(b *Bench) (*waveform, error) {
	meter, err := metering.New(b.meterConfig())
	if err != nil {
		return nil, err
	}
	n := b.profile.Outputs
	w := &waveform{
		bench: b, meter: meter,
		grid:      newGrid(b.seed),
		block:     newBlock(),
		terminals: make([]terminal, n),
		inlet:     make([]float64, blockSize),
		channels:  make([]metering.Samples, n+1),
	}
	for k := range w.terminals {
		w.terminals[k] = terminal{current: make([]float64, blockSize), voltage: make([]float64, blockSize)}
	}
	w.onWindow = w.publish
	return w, nil
}

// restart makes the next sample that of now.
func (w *waveform) restart(now time.Time) {
	w.epoch = now.Add(-samplesTime(w.made))
}

// samplesTime is how long n samples last.
func samplesTime(n int64) time.Duration {
	return time.Duration(n/sampleRate)*time.Second + time.Duration(n%sampleRate)*time.Second/sampleRate
}

// sampleAt is the number of samples that lie before t.
func (w *waveform) sampleAt(t time.Time) int64 {
	d := t.Sub(w.epoch)
	return int64(d/time.Second)*sampleRate + int64(d%time.Second)*sampleRate/int64(time.Second)
}

// advance makes the samples up to now and lets contacts arrive in between. The
// caller holds mu. A bench that does not run stands still.
func (b *Bench) advance(now time.Time) {
	if !b.running {
		return
	}
	w := b.wave
	w.now = now
	if late := now.Sub(w.epoch.Add(samplesTime(w.made))); late > longestCatchUp {
		b.log.Warn("bench stood still: time was lost and not metered", "lost", late-longestCatchUp)
		w.flush()
		w.epoch = w.epoch.Add(late - longestCatchUp)
	}
	for target := w.sampleAt(now); ; {
		for len(b.moves) > 0 && w.sampleAt(b.moves[0].due) <= w.made && !b.moves[0].due.After(now) {
			b.arrive()
		}
		b.eventsDue(w.timeOf(w.made))
		end := w.script.until(w.made, min(target, w.made+w.longestBlock()))
		if len(b.moves) > 0 {
			end = min(end, max(w.made, w.sampleAt(b.moves[0].due)))
		}
		if end <= w.made {
			b.keepFrozen()
			return
		}
		w.sample(int(end - w.made))
	}
}

// longestBlock is the most samples to make at once.
func (w *waveform) longestBlock() int64 {
	if w.grid.weak() {
		return weakBlock
	}
	return blockSize
}

// timeOf is when a sample is, by the wall clock of the newest advance.
func (w *waveform) timeOf(sample int64) time.Time {
	return w.now.Add(samplesTime(sample) - w.now.Sub(w.epoch))
}

// flush ends the running window. The caller holds mu.
func (w *waveform) flush() { w.meter.Flush(w.onWindow) }

// sample makes and meters the next n samples, at most blockSize.
func (w *waveform) sample(n int) {
	b := w.bench
	w.drawMains(n)
	inlet := w.inlet[:n]
	clear(inlet)
	for k := range w.terminals {
		t := &w.terminals[k]
		t.current, t.voltage, t.ownVoltage, t.ratio = t.current[:n], t.voltage[:n], false, 1
		if r := &b.hw.relays[k]; b.powered() && r.conducts() {
			b.plugged[k].source.draw(&w.block, t)
			r.arc.see(t.current, r.bouncing)
		} else {
			clear(t.current)
			if r, ok := b.plugged[k].source.(rester); ok {
				r.rest(float64(n) * sampleTime)
			}
		}
		w.channels[k] = metering.Samples{I: t.current}
		if t.ownVoltage {
			w.channels[k].V = t.voltage
		}
		for at, x := range t.current {
			inlet[at] += t.ratio * x
		}
	}
	w.channels[len(w.channels)-1] = metering.Samples{I: inlet}
	w.grid.sag(&w.block, inlet)
	w.meter.Push(w.block.mainsV[:n], w.channels, w.onWindow)
	w.made += int64(n)
	w.block.cycle += float64(n) * w.block.step
}

// drawMains fills the block with n samples of mains.
func (w *waveform) drawMains(n int) {
	m := w.bench.hw.mains
	m.VoltageV *= w.script.factor(w.made)
	if !w.bench.powered() {
		m.VoltageV = 0 // the unit is dead and samples nothing
	}
	w.grid.fill(&w.block, n, m.VoltageV, m.FrequencyHz)
}

// fill makes n samples of a sine from where the block before ended.
func (m *block) fill(n int, rmsV, hz float64) {
	m.sin, m.cos, m.mainsV, m.slope = m.sin[:n], m.cos[:n], m.mainsV[:n], m.slope[:n]
	m.step, m.rmsV, m.sineV = hz/sampleRate, rmsV, rmsV
	_, turn := math.Modf(m.cycle)
	s, c := math.Sincos(2 * math.Pi * turn)
	stepS, stepC := math.Sincos(2 * math.Pi * m.step)
	peak := m.sineV * math.Sqrt2
	steep := peak * 2 * math.Pi * hz
	m.beforeV = peak * (s*stepC - c*stepS)
	for at := range n {
		m.sin[at], m.cos[at], m.mainsV[at], m.slope[at] = s, c, peak*s, steep*c
		s, c = s*stepC+c*stepS, c*stepC-s*stepS
	}
}

// publish makes the measurement of one window an event.
func (w *waveform) publish(win *metering.Window) {
	b := w.bench
	m := pdu.BoardMeasurement{
		At:          w.now.Add(seconds(win.End/sampleRate) - w.now.Sub(w.epoch)),
		Window:      seconds((win.End - win.Start) / sampleRate),
		FrequencyHz: win.FrequencyHz,
		Outputs:     make([]pdu.Reading, b.profile.Outputs),
	}
	if b.profile.InletMeter {
		m.Inlet = inletReading(win.Channels)
	}
	for _, id := range b.profile.Metered {
		m.Outputs[id-1] = win.Channels[id-1].Reading
	}
	b.latest = m
	b.emit(m)
}

func seconds(s float64) time.Duration { return time.Duration(math.Round(s * float64(time.Second))) }

// inletReading takes voltage and current from the inlet's own channel, the last,
// and powers and energy from the outlets; see the package comment.
func inletReading(channels []metering.Channel) pdu.Reading {
	last := len(channels) - 1
	in := channels[last]
	in.ActivePowerW, in.ReactivePowerVAr, in.FundamentalW = 0, 0, 0
	var netMicroWs int64
	for _, c := range channels[:last] {
		in.ActivePowerW += c.ActivePowerW
		in.ReactivePowerVAr += c.ReactivePowerVAr
		in.FundamentalW += c.FundamentalW
		netMicroWs += int64(c.ForwardMicroWs) - int64(c.ReverseMicroWs)
	}
	in.ForwardMicroWs, in.ReverseMicroWs = uint64(max(0, netMicroWs)), uint64(max(0, -netMicroWs))
	in.SetRatios(metering.DefaultNoLoadVA)
	return in.Reading
}
