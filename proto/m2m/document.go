package m2m

import (
	"math"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// field is one leaf of a state document, its value already in wire form.
type field struct {
	name  string
	value string
	text  bool // a string: quoted in JSON, escaped in both
}

// document is the state of a unit as JSON and XML show it: ordered members, so
// that the order on the wire is written down once. A nil group is left out.
type document struct {
	agent   []field
	global  []field
	outputs [][]field
	inputs  [][]field
}

// layout says which members a document has and in what order
// (reference: netio-http-telnet.md 2.3 and 2.6).
type layout uint8

const (
	layout4x   layout = iota // NETIO 4, 4All, PowerPDU 4C
	layoutBase               // ESP generation before JSON 2.4: the PowerCable 101x
	layoutESP                // ESP generation from JSON 2.4 on
)

func layoutOf(p *pdu.Profile) layout {
	switch {
	case p.Generation == pdu.Generation4x:
		return layout4x
	case p.JSONVersion < "2.4":
		return layoutBase
	default:
		return layoutESP
	}
}

// timeForm is ISO 8601 with a numeric offset, also for UTC.
const timeForm = "2006-01-02T15:04:05-07:00"

// buildDocument describes s at the moment now. versionKey and version are the
// member in which the two formats differ: JSONVer or XmlVer.
func buildDocument(s *pdu.Snapshot, now time.Time, versionKey, version string) document {
	lay := layoutOf(s.Profile)
	d := document{agent: agentFields(lay, s, now, str(versionKey, version))}
	if s.Profile.InletMeter {
		d.global = globalFields(lay, s)
	}
	d.outputs = make([][]field, len(s.Outputs))
	for i := range s.Outputs {
		d.outputs[i] = outputFields(lay, s, &s.Outputs[i])
	}
	if lay == layoutESP && len(s.Inputs) > 0 {
		d.inputs = make([][]field, len(s.Inputs))
		for i := range s.Inputs {
			d.inputs[i] = inputFields(s, &s.Inputs[i])
		}
	}
	return d
}

// agentFields describes the unit. The serial number is on the wire of every
// model, because a common client fails without it.
func agentFields(lay layout, s *pdu.Snapshot, now time.Time, version field) []field {
	mac := strings.ToUpper(net.HardwareAddr(s.Identity.MAC[:]).String())
	var (
		model    = str("Model", s.Profile.WireModel)
		name     = str("DeviceName", deviceName(s))
		firmware = str("Version", s.Profile.Firmware)
		clock    = str("Time", now.In(s.Location()).Format(timeForm))
		uptime   = num("Uptime", max(0, int64(now.Sub(s.BootedAt)/time.Second)))
		outputs  = num("NumOutputs", int64(len(s.Outputs)))
	)
	switch lay {
	case layout4x:
		// The serial number of this generation is the MAC with its colons.
		return []field{model, firmware, version, name, num("VendorID", 0), num("OemID", 0),
			str("SerialNumber", mac), uptime, clock, outputs}
	case layoutBase:
		return []field{model, name, str("MAC", mac), str("SerialNumber", s.Identity.Serial), version,
			clock, uptime, firmware, str("OemID", "0"), str("VendorID", "0"), outputs}
	default:
		return []field{model, name, str("MAC", mac), str("SerialNumber", s.Identity.Serial), version,
			clock, uptime, firmware, num("OemID", 0), num("VendorID", 0), outputs,
			num("NumInputs", int64(len(s.Inputs)))}
	}
}

// globalFields describes the whole device.
func globalFields(lay layout, s *pdu.Snapshot) []field {
	var (
		voltage   = dec("Voltage", s.Inlet.VoltageV, 1)
		frequency = dec("Frequency", s.FrequencyHz, 1)
		factor    = dec("OverallPowerFactor", powerFactor(s.Inlet), 2)
		load      = rounded("TotalLoad", s.Inlet.ActivePowerW)
		energy    = wattHours("TotalEnergy", s.InletEnergy.Forward)
		start     = str("EnergyStart", energyStart(s))
	)
	current := make([]field, 0, 1)
	if s.Profile.InletTotals {
		current = append(current, rounded("TotalCurrent", s.Inlet.CurrentA*1000))
	}
	switch lay {
	case layout4x:
		return join([]field{voltage, frequency}, current, []field{factor, load, energy, start})
	case layoutBase:
		return join([]field{voltage}, current, []field{factor, frequency, load, energy, start})
	default:
		return join([]field{voltage}, current, []field{factor,
			dec("TotalPowerFactor", powerFactor(s.Inlet), 2),
			rounded("OverallPhase", s.Inlet.PhaseDeg),
			rounded("TotalPhase", s.Inlet.PhaseDeg),
			frequency, load, energy,
			wattHours("TotalReverseEnergy", s.InletEnergy.Reverse),
			wattHours("TotalEnergyNR", s.InletEnergy.ForwardLife),
			wattHours("TotalReverseEnergyNR", s.InletEnergy.ReverseLife),
			start})
	}
}

// outputFields describes one output. Action reads 6 always: a document that is
// sent back as it was read then asks for the states that it shows.
func outputFields(lay layout, s *pdu.Snapshot, o *pdu.Output) []field {
	settings := outputSettings(s, o.ID)
	fields := make([]field, 0, 13)
	fields = append(fields,
		num("ID", int64(o.ID)),
		str("Name", settings.Name),
		num("State", int64(bit(o.State()))),
		num("Action", int64(pdu.ActionIgnore)),
		num("Delay", settings.ShortDelay.Milliseconds()),
	)
	if !o.Metered {
		return fields
	}
	var (
		current = rounded("Current", o.Reading.CurrentA*1000)
		factor  = dec("PowerFactor", powerFactor(o.Reading), 2)
		load    = rounded("Load", o.Reading.ActivePowerW)
		energy  = wattHours("Energy", o.Energy.Forward)
	)
	switch lay {
	case layout4x:
		return append(fields, current, factor, load, energy)
	case layoutBase:
		return append(fields, current, factor, energy, load)
	default:
		return append(fields, current, factor,
			dec("Phase", o.Reading.PhaseDeg, 1),
			energy,
			wattHours("ReverseEnergy", o.Energy.Reverse),
			wattHours("EnergyNR", o.Energy.ForwardLife),
			wattHours("ReverseEnergyNR", o.Energy.ReverseLife),
			load)
	}
}

// inputFields describes one digital input: State 0 is open, 1 is closed.
func inputFields(s *pdu.Snapshot, in *pdu.Input) []field {
	name := ""
	if s.Settings != nil && int(in.ID) <= len(s.Settings.InputNames) {
		name = s.Settings.InputNames[in.ID-1]
	}
	return []field{
		num("ID", int64(in.ID)),
		str("Name", name),
		num("State", int64(bit(in.Level))),
		num("S0Counter", int64(in.Count)),
	}
}

func deviceName(s *pdu.Snapshot) string {
	if s.Settings == nil {
		return s.Profile.Name
	}
	return s.Settings.DeviceName
}

func outputSettings(s *pdu.Snapshot, id pdu.OutputID) pdu.OutputSettings {
	if s.Settings == nil || int(id) > len(s.Settings.Outputs) {
		return pdu.OutputSettings{ShortDelay: s.Profile.ShortDelay}
	}
	return s.Settings.Outputs[id-1]
}

// energyStart is when the resettable counters of the device were last cleared;
// never shows as the beginning of Unix time, as the originals show it.
func energyStart(s *pdu.Snapshot) string {
	at := s.InletEnergy.ResetAt
	if at.IsZero() {
		at = time.Unix(0, 0)
	}
	return at.In(s.Location()).Format(timeForm)
}

// bit is a level on the wire; what is not known to be on is off.
func bit(l pdu.Level) int {
	if l == pdu.On {
		return 1
	}
	return 0
}

// powerFactor is the ratio on the wire, 0 to 1 without a sign; the direction
// shows in Load and Phase.
func powerFactor(r pdu.Reading) float64 { return min(1, math.Abs(r.PowerFactor)) }

func str(name, value string) field { return field{name, value, true} }

func num(name string, v int64) field { return field{name, strconv.FormatInt(v, 10), false} }

// dec is a number with a fixed count of decimals; trailing zeros stay. What is
// not a finite number is 0: neither format can say otherwise.
func dec(name string, v float64, decimals int) field {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		v = 0
	}
	text := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Trim(text, "-0.") == "" {
		text = strings.TrimPrefix(text, "-")
	}
	return field{name, text, false}
}

// rounded is a quantity as a whole number.
func rounded(name string, v float64) field { return dec(name, math.Round(v), 0) }

// wattHours is an energy counter in whole watt hours.
func wattHours(name string, microWs uint64) field {
	return field{name, strconv.FormatUint(pdu.WattHours(microWs), 10), false}
}

// join puts groups of fields behind one another.
func join(groups ...[]field) []field {
	var all []field
	for _, g := range groups {
		all = append(all, g...)
	}
	return all
}
