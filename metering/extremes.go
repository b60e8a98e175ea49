package metering

import "math"

// Extreme is the smallest and the largest value of one quantity among windows.
type Extreme struct {
	Min float64 `json:"min"`
	Max float64 `json:"max"`
}

func (e *Extreme) take(x float64) { e.Min, e.Max = min(e.Min, x), max(e.Max, x) }

// Extremes are the smallest and largest values of the windows, each about 200 ms
// long, since they were last reset. Shorter events are a matter of HalfCycleRMS.
type Extremes struct {
	Windows      int     `json:"windows"` // how many they stand for; with 0 everything is 0
	VoltageV     Extreme `json:"voltageV"`
	CurrentA     Extreme `json:"currentA"`
	ActivePowerW Extreme `json:"activePowerW"`
	// FrequencyHz is that of windows with whole cycles; 0 and 0 without any.
	FrequencyHz Extreme `json:"frequencyHz"`
	PeakV       float64 `json:"peakV"` // largest single voltage of either sign
	PeakA       float64 `json:"peakA"` // largest single current of either sign
}

// Extremes gives minima and maxima of a channel since New or ResetExtremes. They are
// empty without Config.Extremes.
func (m *Meter) Extremes(channel int) Extremes { return m.channels[channel].extremes }

// ResetExtremes forgets minima and maxima of a channel.
func (m *Meter) ResetExtremes(channel int) { m.channels[channel].extremes = Extremes{} }

// take adds the window of one channel.
func (e *Extremes) take(c *Channel, frequencyHz float64) {
	if e.Windows == 0 {
		e.VoltageV = Extreme{c.VoltageV, c.VoltageV}
		e.CurrentA = Extreme{c.CurrentA, c.CurrentA}
		e.ActivePowerW = Extreme{c.ActivePowerW, c.ActivePowerW}
	}
	e.Windows++
	e.VoltageV.take(c.VoltageV)
	e.CurrentA.take(c.CurrentA)
	e.ActivePowerW.take(c.ActivePowerW)
	if frequencyHz > 0 {
		if e.FrequencyHz.Max == 0 {
			e.FrequencyHz = Extreme{frequencyHz, frequencyHz}
		}
		e.FrequencyHz.take(frequencyHz)
	}
	e.PeakV, e.PeakA = max(e.PeakV, c.PeakV), max(e.PeakA, c.PeakA)
}

// peak is the largest distance of the samples between two places from mean.
func peak(x []float64, from, to, mean float64) float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for _, a := range x[int(math.Ceil(from)) : int(to)+1] {
		low, high = min(low, a), max(high, a)
	}
	return max(high-mean, mean-low)
}
