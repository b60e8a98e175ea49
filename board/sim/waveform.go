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
	sin, cos    []float64 // of the mains' phase
	mainsV      []float64
}

func newWaveform(b *Bench) (*waveform, error) {
	meter, err := metering.New(b.meterConfig())
	if err != nil {
		return nil, err
	}
	n := b.profile.Outputs
	w := &waveform{
		bench: b, meter: meter,
		block:     block{sin: make([]float64, blockSize), cos: make([]float64, blockSize), mainsV: make([]float64, blockSize)},
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
		end := min(target, w.made+blockSize)
		if len(b.moves) > 0 {
			end = min(end, max(w.made, w.sampleAt(b.moves[0].due)))
		}
		if end <= w.made {
			return
		}
		w.sample(int(end - w.made))
	}
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
		if b.hw.mains.powered() && b.hw.relays[k].contact == pdu.On {
			b.plugged[k].source.draw(&w.block, t)
		} else {
			clear(t.current)
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
	w.meter.Push(w.block.mainsV[:n], w.channels, w.onWindow)
	w.made += int64(n)
	w.block.cycle += float64(n) * w.block.step
}

// drawMains fills the block with n samples of mains.
func (w *waveform) drawMains(n int) {
	m, k := w.bench.hw.mains, &w.block
	k.sin, k.cos, k.mainsV = k.sin[:n], k.cos[:n], k.mainsV[:n]
	k.step = m.FrequencyHz / sampleRate
	if k.rmsV = m.VoltageV; !m.powered() {
		k.rmsV = 0 // the unit is dead and samples nothing
	}
	_, turn := math.Modf(k.cycle)
	s, c := math.Sincos(2 * math.Pi * turn)
	stepS, stepC := math.Sincos(2 * math.Pi * k.step)
	peak := k.rmsV * math.Sqrt2
	for at := range n {
		k.sin[at], k.cos[at], k.mainsV[at] = s, c, peak*s
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
