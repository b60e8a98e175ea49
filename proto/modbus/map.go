package modbus

import (
	"math"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// unitMap holds the four address spaces of a model. Addresses are those on the wire;
// manuals print them plus one (reference: netio-snmp-modbus.md 4.2 to 4.6).
type unitMap struct {
	coils    table // FC 01, 05, 15
	discrete table // FC 02
	holding  table // FC 03, 06, 16, 23
	input    table // FC 04
}

func newUnitMap(p *pdu.Profile, zeroFill, lowFirst bool) *unitMap {
	fill := func(spans []span) table { return table{spans: spans, zeroFill: zeroFill, lowFirst: lowFirst} }
	return &unitMap{
		coils:    fill([]span{{first: 100, width: 1, from: 1, to: p.Outputs, value: outputState, write: writeCoil}}),
		discrete: fill([]span{{first: 800, width: 1, from: 1, to: p.Inputs, value: inputState}}),
		holding:  fill(holdingSpans(p)),
		input:    fill(append(inputSpans(p), extensionSpans(p)...)),
	}
}

func outputState(v *view, n int) uint32 { return bit(v.snap.Outputs[n-1].State()) }

func inputState(v *view, n int) uint32 { return bit(v.snap.Inputs[n-1].Level) }

// shortDelay reads the short delay of output n in 0.1 s.
func shortDelay(v *view, n int) uint32 { return tenths(v.snap.Settings.Outputs[n-1].ShortDelay) }

func holdingSpans(p *pdu.Profile) []span {
	counts := [...]uint32{uint32(p.Inputs), uint32(p.Outputs), uint32(len(p.Metered))}
	return []span{
		{first: 0, width: 1, to: len(counts) - 1, value: func(_ *view, n int) uint32 { return counts[n] }},
		{first: 100, width: 1, from: 1, to: p.Outputs, value: outputState, write: writeAction},
		{first: 200, width: 1, from: 1, to: p.Outputs, value: shortDelay, write: writeDelay},
		{first: 800, width: 1, from: 1, to: p.Inputs, value: inputState},
		{first: sunSpecBase, width: 1, to: sunSpecRegisters - 1, value: sunSpecValue, exists: hasSunSpec},
	}
}

// inputSpans is the map of the originals for function 04. Without a sign where
// they have none: power that flows back reads 0 there.
func inputSpans(p *pdu.Profile) []span {
	current := func(v *view, n int) uint32 { return unsigned16(v.reading(n).CurrentA * 1000) }
	power := func(v *view, n int) uint32 { return unsigned16(v.reading(n).ActivePowerW) }
	energy := func(v *view, n int) uint32 { return wattHours(v.energy(n).Forward) }
	factor := func(v *view, n int) uint32 { return unsigned16(min(1, math.Abs(v.reading(n).PowerFactor)) * 1000) }
	phase := func(v *view, n int) uint32 { return signed16(v.reading(n).PhaseDeg * 100) }
	totals := [...]func(v *view, n int) uint32{
		func(v *view, _ int) uint32 { return unsigned16(v.snap.FrequencyHz * 100) },
		func(v *view, _ int) uint32 { return unsigned16(v.snap.Inlet.VoltageV * 10) },
		factor, current, power, phase,
	}
	return []span{
		{first: 0, width: 1, to: len(totals) - 1, value: func(v *view, n int) uint32 { return totals[n](v, 0) }},
		{first: 100, width: 1, to: p.Outputs, value: current},
		{first: 200, width: 1, to: p.Outputs, value: power},
		{first: 300, width: 2, to: p.Outputs, value: energy},
		{first: 400, width: 1, to: p.Outputs, value: factor},
		{first: 500, width: 1, to: p.Outputs, value: phase},
	}
}

// noSensor is the temperature where none is measured.
const noSensor = 0x8000

// extensionSpans is our own block of function 04 (reference: netio-snmp-modbus.md
// 4.9).
func extensionSpans(p *pdu.Profile) []span {
	return []span{
		{first: 2000, width: 2, to: p.Outputs, value: func(v *view, n int) uint32 { return wattHours(v.energy(n).ForwardLife) }},
		{first: 2100, width: 2, to: p.Outputs, value: func(v *view, n int) uint32 { return wattHours(v.energy(n).Reverse) }},
		{first: 2200, width: 2, to: p.Outputs, value: func(v *view, n int) uint32 { return wattHours(v.energy(n).ReverseLife) }},
		{first: 2300, width: 2, from: 1, to: p.Inputs, value: func(v *view, n int) uint32 { return v.snap.Inputs[n-1].Count }},
		{first: 2400, width: 1, from: 1, to: p.Inputs, value: func(*view, int) uint32 { return noSensor }},
		{first: 2500, width: 2, to: p.Outputs, value: func(v *view, n int) uint32 { return unsigned32(v.reading(n).ApparentPowerVA * 10) }},
		{first: 2600, width: 2, to: p.Outputs, value: func(v *view, n int) uint32 { return signed32(v.reading(n).ActivePowerW * 10) }},
		{first: 2700, width: 1, from: 1, to: p.Outputs, value: pulseLeft},
		{first: 2900, width: 1, to: 99, value: identification},
	}
}

// pulseLeft is the time until the pulse of output n ends, in 0.1 s; 0 without one.
func pulseLeft(v *view, n int) uint32 {
	pulse := v.snap.Outputs[n-1].Pulse
	if pulse == nil {
		return 0
	}
	return tenths(pulse.Ends.Sub(v.now))
}

// identification holds texts: model, serial number, firmware, then room.
func identification(v *view, n int) uint32 {
	switch {
	case n < 16:
		return textWord(v.snap.Profile.Name, 16, n)
	case n < 24:
		return textWord(v.snap.Identity.Serial, 8, n-16)
	case n < 32:
		return textWord(v.snap.Identity.Firmware, 8, n-24)
	}
	return 0
}

// textWord gives register n of a text in the given number of registers: two ASCII
// characters each, the first in the high byte, zeros behind the end. What is not
// ASCII becomes a question mark; what does not fit is left out.
func textWord(text string, registers, n int) uint32 {
	var word uint32
	i, last := 0, min(2*registers, 2*n+2)
	for _, r := range text {
		if i >= last {
			break
		}
		if i >= 2*n {
			if r < ' ' || r > '~' {
				r = '?'
			}
			word |= uint32(r) << (8 * (1 - i%2))
		}
		i++
	}
	return word
}
