package pdu

import (
	"slices"
	"strconv"
	"time"
)

// Generation is the hardware generation of a model; it decides the shape of the
// documents on the wire (reference: netio-http-telnet.md 0).
type Generation uint8

// The generations.
const (
	Generation4x  Generation = iota // NETIO 4, 4All, PowerPDU 4C: Linux based, firmware 3.x
	GenerationESP                   // all later models, firmware 2.x to 5.x
)

// SNMPForm is the canonical form of instance identifiers in an SNMP walk
// (reference: netio-snmp-modbus.md 2.4).
type SNMPForm string

// The forms.
const (
	SNMPForm8KS    SNMPForm = "8ks"    // column.x.0 and object.0
	SNMPFormNetio4 SNMPForm = "netio4" // column.x and bare object
	SNMPFormMIB    SNMPForm = "mib"    // column.x and object.0
)

// Profile is one model as data: what it has and what it calls itself. Features
// are not restricted by model; a profile only says which hardware there is.
type Profile struct {
	ID         string // value of --model
	Name       string // full name, as on the housing
	WireModel  string // Agent.Model in the documents
	Generation Generation
	Outputs    int
	Metered    []OutputID // outputs with a meter of their own
	InletMeter bool       // whole-device values exist (GlobalMeasure)
	// InletTotals says that GlobalMeasure has TotalCurrent; the single-outlet
	// PowerCable 101x does not send it.
	InletTotals bool
	Inputs      int  // digital inputs, each with an S0 counter
	Probe       bool // T1 temperature probe can be attached
	Buttons     int
	OutputLEDs  int
	Buzzer      bool
	Serial      bool // RS-232 port
	WiFi        bool
	// OutputMaxA and DeviceMaxA are the rated currents.
	OutputMaxA float64
	DeviceMaxA float64

	JSONVersion string // Agent.JSONVer
	XMLVersion  string // Agent.XmlVer
	Firmware    string // Agent.Version that clients of this model expect
	SNMPForm    SNMPForm

	ShortDelay      time.Duration // factory value of the short delay
	PowerUpInterval time.Duration // factory value of each output's wait in the sequence
}

// IsMetered reports whether output id has a meter of its own.
func (p *Profile) IsMetered(id OutputID) bool { return slices.Contains(p.Metered, id) }

// HasOutput reports whether output id exists.
func (p *Profile) HasOutput(id OutputID) bool { return id >= 1 && int(id) <= p.Outputs }

// DefaultSettings gives the factory settings of the model.
func (p *Profile) DefaultSettings() Settings {
	s := Settings{DeviceName: p.Name, Location: time.UTC}
	for id := OutputID(1); int(id) <= p.Outputs; id++ {
		s.Outputs = append(s.Outputs, OutputSettings{
			Name:            "output_" + strconv.Itoa(int(id)),
			ShortDelay:      p.ShortDelay,
			PowerUp:         PowerUpLast,
			PowerUpInterval: p.PowerUpInterval,
		})
	}
	for n := range p.Inputs {
		s.InputNames = append(s.InputNames, "input_"+strconv.Itoa(n+1))
	}
	return s
}

// ProfileByID returns the profile with the given --model value.
func ProfileByID(id string) (*Profile, error) {
	for i := range profiles {
		if profiles[i].ID == id {
			return &profiles[i], nil
		}
	}
	return nil, Errorf(NotFound, "model.unknown", "model %q is not known; choose one of %v", id, ProfileIDs()).With("model", id)
}

// DefaultModel is the --model value used when none is given.
const DefaultModel = "8ks"

// ProfileIDs lists the --model values of all profiles.
func ProfileIDs() []string {
	ids := make([]string, len(profiles))
	for i := range profiles {
		ids[i] = profiles[i].ID
	}
	return ids
}
