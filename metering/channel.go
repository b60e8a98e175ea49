package metering

import "math"

// channel holds the samples of the running window of one channel.
type channel struct {
	v        []float64 // nil while it has the common voltage
	i        []float64
	carry    float64 // energy in µWs not yet counted: the fraction below one
	guard    creepGuard
	extremes Extremes
	spectrum *Spectrum // nil unless wanted
}

// voltage gives the samples of the channel's voltage.
func (c *channel) voltage(m *Meter) []float64 {
	if c.v != nil {
		return c.v
	}
	return m.common
}

// measure fills out with the quantities over from to to and the energy from the
// start of the window to end.
func (c *channel) measure(m *Meter, from, to, end float64, out *Channel) {
	v := c.voltage(m)
	var s sums
	s.over(v, c.i, from, to)
	length := to - from
	meanV, meanI := s.v/length, s.i/length
	direct := Channel{MeanV: meanV, MeanA: meanI}
	if m.cfg.KeepOffset || m.window.Cycles == 0 { // the mean of a part of a cycle is no offset
		meanV, meanI = 0, 0
	}
	p := s.vi/length - meanV*meanI
	*out = direct
	out.VoltageV = math.Sqrt(max(0, s.vv/length-meanV*meanV))
	out.CurrentA = math.Sqrt(max(0, s.ii/length-meanI*meanI))
	out.ActivePowerW = p
	out.PeakA = max(math.Abs(s.maxI-meanI), math.Abs(s.minI-meanI))
	if m.window.Cycles > 0 {
		out.FundamentalW, out.ReactivePowerVAr = fundamentalPower(v, c.i, m.cos, m.sin, from, to)
	}
	out.SetRatios(m.cfg.NoLoadVA)

	joules := s.vi - meanV*meanI*length // times the sample interval
	joules += edgeEnergy(v, c.i, m.start, from, meanV*meanI)
	joules += edgeEnergy(v, c.i, to, end, meanV*meanI)
	counted := c.guard.take(joules/m.cfg.Rate*1e6, (end-m.start)/m.cfg.Rate)
	out.ForwardMicroWs, out.ReverseMicroWs = c.count(counted)
	out.HeldMicroWs = int64(c.guard.heldMicroWs)
	c.extend(m, v, from, to, meanV, out)
}

// extend adds what only some meters measure.
func (c *channel) extend(m *Meter, v []float64, from, to, meanV float64, out *Channel) {
	if m.spectrumReady {
		m.analyser.measure(v, c.i, out.ApparentPowerVA < m.cfg.NoLoadVA, c.spectrum)
		out.Spectrum = c.spectrum
	}
	if m.cfg.Extremes {
		out.PeakV = peak(v, from, to, meanV)
		whole := m.window.Cycles > 0 || to-from >= fixedWindow*m.cfg.Rate
		if whole { // Flush may have cut a window within a cycle
			c.extremes.take(out, m.window.FrequencyHz)
		}
	}
}

// SetRatios derives apparent power, power factors, phase and crest factor from
// voltage, current, powers and peak. Below noLoadVA the ratios are 0: there is too
// little to tell.
func (out *Channel) SetRatios(noLoadVA float64) {
	out.ApparentPowerVA = max(out.VoltageV*out.CurrentA, math.Abs(out.ActivePowerW))
	out.PowerFactor, out.DisplacementPF, out.PhaseDeg, out.CrestFactor = 0, 0, 0, 0
	if s := out.ApparentPowerVA; out.CurrentA > 0 && s > 0 && s >= noLoadVA {
		out.PowerFactor = out.ActivePowerW / s
		out.PhaseDeg = math.Atan2(out.ReactivePowerVAr, out.FundamentalW) * 180 / math.Pi
		out.CrestFactor = out.PeakA / out.CurrentA
		if s1 := math.Hypot(out.FundamentalW, out.ReactivePowerVAr); s1 > 0 {
			out.DisplacementPF = out.FundamentalW / s1
		}
	}
}

// count turns energy in µWs into whole counts and keeps the rest for later.
func (c *channel) count(microWs float64) (forward, reverse uint64) {
	whole, rest := math.Modf(c.carry + microWs)
	c.carry = rest
	if whole >= 0 {
		return uint64(whole), 0
	}
	return 0, uint64(-whole)
}

// edgeEnergy integrates power, less a constant, over the part of a window outside
// its whole cycles.
func edgeEnergy(v, i []float64, from, to, less float64) float64 {
	if to <= from {
		return 0
	}
	var s sums
	s.over(v, i, from, to)
	return s.vi - less*(to-from)
}

// sums are integrals over part of a window, in units of the sample interval.
type sums struct {
	v, i, vv, ii, vi float64
	minI, maxI       float64
}

// over integrates from one place between samples to another by the trapezoidal
// rule. What is integrated is taken as straight between two samples, so that
// adjoining parts add up exactly. Over whole periods the rule has no error of the
// second order, and the cut panels at the edges contribute below 1e-6.
func (s *sums) over(v, i []float64, from, to float64) {
	first, last := int(math.Ceil(from)), int(to)
	v = v[:len(i)]
	s.minI, s.maxI = math.Inf(1), math.Inf(-1)
	for k := first; k <= last; k++ {
		a, b := v[k], i[k]
		s.v += a
		s.i += b
		s.vv += a * a
		s.ii += b * b
		s.vi += a * b
		if b < s.minI {
			s.minI = b
		}
		if b > s.maxI {
			s.maxI = b
		}
	}
	for _, e := range edges(from, to) {
		if e.weight == 0 {
			continue
		}
		a, b := v[e.at], i[e.at]
		s.v += e.weight * a
		s.i += e.weight * b
		s.vv += e.weight * a * a
		s.ii += e.weight * b * b
		s.vi += e.weight * a * b
	}
}

type edge struct {
	at     int
	weight float64
}

// edges corrects a plain sum over the samples within from to to into the
// trapezoidal integral: each outermost sample inside counts half plus its share of
// the cut panel beside it, and the sample outside has the rest of that panel.
func edges(from, to float64) [4]edge {
	first, last := int(math.Ceil(from)), int(to)
	before, after := float64(first)-from, to-float64(last)
	return [4]edge{
		{first - 1, before * before / 2},
		{first, before - before*before/2 - 0.5},
		{last, after - after*after/2 - 0.5},
		{last + 1, after * after / 2},
	}
}

// fundamentalPower gives active and reactive power of the fundamental, from the
// Fourier coefficients of voltage and current: U1 times the conjugate of I1.
func fundamentalPower(v, i, cos, sin []float64, from, to float64) (p, q float64) {
	var vc, vs, ic, is float64
	first, last := int(math.Ceil(from)), int(to)
	v, cos, sin = v[:len(i)], cos[:len(i)], sin[:len(i)]
	for k := first; k <= last; k++ {
		a, b, c, s := v[k], i[k], cos[k], sin[k]
		vc += a * c
		vs += a * s
		ic += b * c
		is += b * s
	}
	for _, e := range edges(from, to) {
		if e.weight == 0 {
			continue
		}
		a, b, c, s := e.weight*v[e.at], e.weight*i[e.at], cos[e.at], sin[e.at]
		vc += a * c
		vs += a * s
		ic += b * c
		is += b * s
	}
	scale := 2 / ((to - from) * (to - from))
	return scale * (vc*ic + vs*is), scale * (vc*is - vs*ic)
}
