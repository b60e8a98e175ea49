package client

import (
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// Device is the state of a device as its document tells it. What the device
// does not report is nil or empty. The JSON form is this project's own and the
// same for all generations.
type Device struct {
	Model       string   `json:"model"`
	Name        string   `json:"name"`
	Firmware    string   `json:"firmware"`
	JSONVersion string   `json:"jsonVersion"`
	MAC         string   `json:"mac,omitempty"`
	Serial      string   `json:"serial,omitempty"`
	Time        string   `json:"time,omitempty"` // the device's local time, ISO 8601, as sent
	UptimeS     *float64 `json:"uptimeSeconds,omitempty"`
	Total       *Total   `json:"total,omitempty"` // nil on models without a meter
	Outputs     []Output `json:"outputs"`         // ascending by number
	Inputs      []Input  `json:"inputs,omitempty"`
}

// Total holds the values of the whole device.
type Total struct {
	VoltageV        *float64 `json:"voltageV,omitempty"`
	FrequencyHz     *float64 `json:"frequencyHz,omitempty"`
	CurrentMA       *float64 `json:"currentMA,omitempty"`
	PowerFactor     *float64 `json:"powerFactor,omitempty"`
	PhaseDeg        *float64 `json:"phaseDeg,omitempty"`
	LoadW           *float64 `json:"loadW,omitempty"`
	EnergyWh        *float64 `json:"energyWh,omitempty"`   // resettable
	EnergyNRWh      *float64 `json:"energyNRWh,omitempty"` // for life
	ReverseEnergyWh *float64 `json:"reverseEnergyWh,omitempty"`
	ReverseNRWh     *float64 `json:"reverseEnergyNRWh,omitempty"`
	EnergyStart     string   `json:"energyStart,omitempty"` // when the resettable counters were last cleared
}

// Output is one output.
type Output struct {
	ID              pdu.OutputID `json:"id"`
	Name            string       `json:"name"`
	State           pdu.Level    `json:"state"`
	ShortDelayMs    *float64     `json:"shortDelayMs,omitempty"`
	CurrentMA       *float64     `json:"currentMA,omitempty"`
	PowerFactor     *float64     `json:"powerFactor,omitempty"`
	PhaseDeg        *float64     `json:"phaseDeg,omitempty"`
	LoadW           *float64     `json:"loadW,omitempty"`
	EnergyWh        *float64     `json:"energyWh,omitempty"`
	EnergyNRWh      *float64     `json:"energyNRWh,omitempty"`
	ReverseEnergyWh *float64     `json:"reverseEnergyWh,omitempty"`
	ReverseNRWh     *float64     `json:"reverseEnergyNRWh,omitempty"`
}

// Metered reports whether the device sends measurements of this output.
func (o *Output) Metered() bool { return o.CurrentMA != nil || o.LoadW != nil }

// ShortDelay is the stored time of a short off or on, 0 when the device does
// not tell.
func (o *Output) ShortDelay() time.Duration {
	if o.ShortDelayMs == nil {
		return 0
	}
	return time.Duration(*o.ShortDelayMs * float64(time.Millisecond))
}

// Input is one digital input.
type Input struct {
	ID      int       `json:"id"`
	Name    string    `json:"name"`
	Level   pdu.Level `json:"level"` // on: closed
	S0Count *float64  `json:"s0Count,omitempty"`
}

// Output returns the output with the given number, or nil when there is none.
func (d *Device) Output(id pdu.OutputID) *Output {
	for i := range d.Outputs {
		if d.Outputs[i].ID == id {
			return &d.Outputs[i]
		}
	}
	return nil
}

// Expected gives the state that cmd leaves an output in directly after it, which
// the answer to a write must show; before is its state until then. Unknown means
// that nothing definite is expected.
func Expected(cmd pdu.OutputCommand, before pdu.Level) pdu.Level {
	switch cmd.Action {
	case pdu.ActionOff, pdu.ActionShortOff:
		return pdu.Off
	case pdu.ActionOn, pdu.ActionShortOn:
		return pdu.On
	case pdu.ActionToggle:
		return before.Inverse()
	case pdu.ActionIgnore:
		return cmd.State
	}
	return pdu.Unknown
}

// Unmet lists the commands whose output does not show the expected state in d,
// the answer to them; before is the device as read ahead of the write, and may
// be nil when no command is a toggle. Devices drop commands without an error
// while a short off or on runs.
func (d *Device) Unmet(before *Device, commands ...pdu.OutputCommand) []pdu.OutputCommand {
	want := make(map[pdu.OutputID]pdu.Level)
	if before != nil {
		for _, o := range before.Outputs {
			want[o.ID] = o.State
		}
	}
	for _, cmd := range commands {
		if next := Expected(cmd, want[cmd.Output]); next != pdu.Unknown {
			want[cmd.Output] = next
		}
	}
	var unmet []pdu.OutputCommand
	for _, cmd := range commands {
		o := d.Output(cmd.Output)
		if o == nil || want[cmd.Output] != pdu.Unknown && o.State != want[cmd.Output] {
			unmet = append(unmet, cmd)
		}
	}
	return unmet
}
