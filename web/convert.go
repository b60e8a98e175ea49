package web

import (
	"math"
	"net"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// converter turns the domain's types into documents of the API.
type converter struct {
	version string
	demo    bool
}

// device gives the document of a whole snapshot.
func (c converter) device(s *pdu.Snapshot) Device {
	d := Device{
		Seq:         s.Seq,
		Model:       modelOf(s.Profile),
		MAC:         macText(s.Identity.MAC),
		Serial:      s.Identity.Serial,
		Firmware:    s.Identity.Firmware,
		Version:     c.version,
		Time:        s.LocalTime(),
		UptimeSec:   int64(s.Uptime() / time.Second),
		Demo:        c.demo,
		Powered:     s.Powered,
		FrequencyHz: finite(s.FrequencyHz),
		Outputs:     outputsOf(s),
		Inputs:      inputsOf(s),
	}
	if s.Settings != nil {
		d.Name = s.Settings.DeviceName
	}
	if s.Profile.InletMeter {
		d.Inlet, d.InletEnergy = readingOf(s.Inlet), energyOf(s.InletEnergy)
	}
	if p := s.PowerUp; p != nil {
		d.PowerUp = &PowerUp{Remaining: list(p.Remaining), NextAt: p.NextAt.UTC()}
	}
	return d
}

func modelOf(p *pdu.Profile) Model {
	generation := "esp"
	if p.Generation == pdu.Generation4x {
		generation = "4x"
	}
	return Model{ID: p.ID, Name: p.Name, Generation: generation, Outputs: p.Outputs, Inputs: p.Inputs, Metered: list(p.Metered)}
}

func macText(mac [6]byte) string {
	const hex = "0123456789ABCDEF"
	b := make([]byte, 0, 17)
	for i, v := range mac {
		if i > 0 {
			b = append(b, ':')
		}
		b = append(b, hex[v>>4], hex[v&15])
	}
	return string(b)
}

func outputsOf(s *pdu.Snapshot) []Output {
	outputs := make([]Output, len(s.Outputs))
	for i := range s.Outputs {
		outputs[i] = outputOf(s, i)
	}
	return outputs
}

// outputOf gives the document of the output at index i of the snapshot.
func outputOf(s *pdu.Snapshot, i int) Output {
	o := &s.Outputs[i]
	doc := Output{
		ID:         o.ID,
		Metered:    o.Metered,
		State:      o.State(),
		Commanded:  o.Commanded,
		Contact:    o.Contact,
		Fault:      RelayFaultName(o.Fault.String()),
		Pulse:      pulseOf(o.Pulse),
		LastChange: timeOf(o.LastChange),
		LastOrigin: originOf(o.LastOrigin),
		Timing:     timingOf(o.Timing),
	}
	if o.Metered {
		doc.Reading, doc.Energy = readingOf(o.Reading), energyOf(o.Energy)
	}
	if s.Settings != nil && i < len(s.Settings.Outputs) {
		set := s.Settings.Outputs[i]
		doc.Name = set.Name
		doc.ShortDelayMS = set.ShortDelay.Milliseconds()
		doc.PowerUp = set.PowerUp
		doc.PowerUpIntervalMS = set.PowerUpInterval.Milliseconds()
	}
	return doc
}

func inputsOf(s *pdu.Snapshot) []Input {
	inputs := make([]Input, len(s.Inputs))
	for i, in := range s.Inputs {
		inputs[i] = Input{ID: in.ID, Level: in.Level, Count: in.Count}
		if s.Settings != nil && i < len(s.Settings.InputNames) {
			inputs[i].Name = s.Settings.InputNames[i]
		}
	}
	return inputs
}

// readingOf gives the document of a reading, nil when the meter delivered
// something that is no number: JSON cannot say it and no value may be invented.
func readingOf(r pdu.Reading) *Reading {
	doc := Reading{
		VoltageV:         r.VoltageV,
		CurrentA:         r.CurrentA,
		ActivePowerW:     r.ActivePowerW,
		ApparentPowerVA:  r.ApparentPowerVA,
		ReactivePowerVAr: r.ReactivePowerVAr,
		PowerFactor:      r.PowerFactor,
		PhaseDeg:         r.PhaseDeg,
		CrestFactor:      r.CrestFactor,
	}
	for _, v := range []float64{doc.VoltageV, doc.CurrentA, doc.ActivePowerW, doc.ApparentPowerVA,
		doc.ReactivePowerVAr, doc.PowerFactor, doc.PhaseDeg, doc.CrestFactor} {
		if !isFinite(v) {
			return nil
		}
	}
	return &doc
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// finite gives v, or 0 ("no mains") when v is no number.
func finite(v float64) float64 {
	if !isFinite(v) {
		return 0
	}
	return v
}

func energyOf(e pdu.Energy) *Energy {
	return &Energy{
		ForwardWh:     wattHours(e.Forward),
		ReverseWh:     wattHours(e.Reverse),
		ForwardLifeWh: wattHours(e.ForwardLife),
		ReverseLifeWh: wattHours(e.ReverseLife),
		ResetAt:       timeOf(e.ResetAt),
	}
}

// wattHours keeps the fraction that whole counters on other wires drop.
func wattHours(microWs uint64) float64 { return float64(microWs) / pdu.MicroWsPerWh }

func pulseOf(p *pdu.Pulse) *Pulse {
	if p == nil {
		return nil
	}
	return &Pulse{Action: ActionName(p.Action.String()), DelayMS: p.Delay.Milliseconds(), EndsAt: p.Ends.UTC(), Origin: originOf(p.Origin)}
}

func originOf(o pdu.Origin) Origin {
	return Origin{Source: SourceName(o.Source.String()), Protocol: o.Protocol, User: o.User, Addr: o.Addr}
}

func timingOf(t pdu.Timing) Timing {
	return Timing{Received: timeOf(t.Received), Decided: timeOf(t.Decided), Driven: timeOf(t.Driven), Confirmed: timeOf(t.Confirmed)}
}

// timeOf gives nil for the zero time, which the domain uses for "never".
func timeOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(t.UTC())
}

// list gives an empty list for nil, so that JSON never says null for one.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// hostOf gives the address without the port.
func hostOf(remote string) string {
	if host, _, err := net.SplitHostPort(remote); err == nil {
		return host
	}
	return remote
}
