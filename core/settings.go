package core

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// Limits of settings.
const (
	maxNameRunes = 64
	// MaxPowerUpInterval bounds the waits of the power-up sequence.
	MaxPowerUpInterval = time.Hour
)

// DeviceConfig is the section "device" of the configuration.
type DeviceConfig struct {
	Name                  string `json:"name" doc:"Name of the unit, as every protocol shows it"`
	MAC                   string `json:"mac" doc:"Hardware address that the unit reports; made at the first start when empty"`
	Serial                string `json:"serial" doc:"Serial number that the unit reports; empty: the digits of the MAC"`
	TimeZone              string `json:"timeZone" doc:"IANA name of the time zone, such as Europe/Prague"`
	OutputStartIntervalMs int64  `json:"outputStartIntervalMs" doc:"Pause between two outputs in the power-up sequence, for the whole unit, in milliseconds"`
}

// OutputsConfig is the section "outputs": one entry for each output.
type OutputsConfig []OutputConfig

// OutputConfig is the configuration of one output.
type OutputConfig struct {
	Name              string      `json:"name" doc:"Name of the output"`
	ShortDelayMs      int64       `json:"shortDelayMs" doc:"Time of a short off or short on without one of its own, in milliseconds"`
	PowerUp           pdu.PowerUp `json:"powerUp" doc:"What the output does after a loss of power: off, on or last"`
	PowerUpIntervalMs int64       `json:"powerUpIntervalMs" doc:"Wait before this output in the power-up sequence, in milliseconds"`
}

// InputsConfig is the section "inputs": one entry for each digital input.
type InputsConfig []InputConfig

// InputConfig is the configuration of one digital input.
type InputConfig struct {
	Name string `json:"name" doc:"Name of the input"`
}

// Sections are the parts of the configuration that the engine lives by.
func Sections() []config.Section {
	return []config.Section{
		{Path: "device", Default: func(p *pdu.Profile) any { return &DeviceConfig{Name: p.Name, TimeZone: "UTC"} }},
		{Path: "outputs", Default: defaultOutputs},
		{Path: "inputs", Default: defaultInputs},
	}
}

func defaultOutputs(p *pdu.Profile) any {
	var list OutputsConfig
	for _, o := range p.DefaultSettings().Outputs {
		list = append(list, OutputConfig{Name: o.Name, ShortDelayMs: o.ShortDelay.Milliseconds(), PowerUp: o.PowerUp,
			PowerUpIntervalMs: o.PowerUpInterval.Milliseconds()})
	}
	return &list
}

func defaultInputs(p *pdu.Profile) any {
	list := InputsConfig{}
	for _, name := range p.DefaultSettings().InputNames {
		list = append(list, InputConfig{Name: name})
	}
	return &list
}

// Validate checks the section.
func (c *DeviceConfig) Validate(_ *pdu.Profile, f *config.Faults) {
	checkName(f, "name", c.Name)
	if _, err := parseMAC(c.MAC); c.MAC != "" && err != nil {
		f.Add("mac", "mac.invalid", "%q is not a hardware address like 02:00:00:12:34:56", c.MAC)
	}
	if len(c.Serial) > 32 || strings.ContainsFunc(c.Serial, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsPrint(r) }) {
		f.Add("serial", "serial.invalid", "the serial number must be at most 32 printable ASCII characters")
	}
	if _, err := time.LoadLocation(c.TimeZone); err != nil || c.TimeZone == "" {
		f.Add("timeZone", "timeZone.unknown", "time zone %q is not known; use a name like Europe/Prague or UTC", c.TimeZone)
	}
	checkInterval(f, "outputStartIntervalMs", c.OutputStartIntervalMs)
}

// Normalize fills up a document that lists fewer outputs than the model has.
func (c *OutputsConfig) Normalize(p *pdu.Profile) {
	if full := *defaultOutputs(p).(*OutputsConfig); len(*c) < len(full) {
		*c = append(*c, full[len(*c):]...)
	}
}

// Normalize fills up a document that lists fewer inputs than the model has.
func (c *InputsConfig) Normalize(p *pdu.Profile) {
	if full := *defaultInputs(p).(*InputsConfig); len(*c) < len(full) {
		*c = append(*c, full[len(*c):]...)
	}
}

// Validate checks the section.
func (c *OutputsConfig) Validate(p *pdu.Profile, f *config.Faults) {
	if len(*c) != p.Outputs {
		f.Add("", "outputs.count", "the %s has %d outputs, but %d are configured", p.Name, p.Outputs, len(*c))
	}
	for i, o := range *c {
		at := func(field string) string { return fmt.Sprintf("[%d].%s", i, field) }
		checkName(f, at("name"), o.Name)
		if err := pdu.CheckShortDelay(time.Duration(o.ShortDelayMs) * time.Millisecond); err != nil || o.ShortDelayMs > pdu.MaxShortDelay.Milliseconds() {
			f.Add(at("shortDelayMs"), pdu.CodeDelayRange, "%d ms is outside %d to %d ms", o.ShortDelayMs,
				pdu.MinShortDelay.Milliseconds(), pdu.MaxShortDelay.Milliseconds())
		}
		switch o.PowerUp {
		case pdu.PowerUpOff, pdu.PowerUpOn, pdu.PowerUpLast:
		default:
			f.Add(at("powerUp"), "powerUp.unknown", "power-up state %q is none of off, on, last", o.PowerUp)
		}
		checkInterval(f, at("powerUpIntervalMs"), o.PowerUpIntervalMs)
	}
}

// Validate checks the section.
func (c *InputsConfig) Validate(p *pdu.Profile, f *config.Faults) {
	if len(*c) != p.Inputs {
		f.Add("", "inputs.count", "the %s has %d inputs, but %d are configured", p.Name, p.Inputs, len(*c))
	}
	for i, in := range *c {
		checkName(f, fmt.Sprintf("[%d].name", i), in.Name)
	}
}

func checkName(f *config.Faults, path, name string) {
	switch {
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		f.Add(path, "name.characters", "a name must not contain control characters")
	case utf8.RuneCountInString(name) > maxNameRunes:
		f.Add(path, "name.long", "a name may have at most %d characters", maxNameRunes)
	}
}

func checkInterval(f *config.Faults, path string, ms int64) {
	if ms < 0 || ms > MaxPowerUpInterval.Milliseconds() {
		f.Add(path, "interval.range", "%d ms is outside 0 to %d ms", ms, MaxPowerUpInterval.Milliseconds())
	}
}

// SettingsOf gives the settings that a document describes.
func SettingsOf(doc *config.Document) pdu.Settings {
	dev := config.Get[DeviceConfig](doc, "device")
	loc, err := time.LoadLocation(dev.TimeZone)
	if err != nil { // validated, but the zone database may have gone since
		loc = time.UTC
	}
	s := pdu.Settings{DeviceName: dev.Name, Location: loc, OutputStartInterval: time.Duration(dev.OutputStartIntervalMs) * time.Millisecond}
	for _, o := range *config.Get[OutputsConfig](doc, "outputs") {
		s.Outputs = append(s.Outputs, pdu.OutputSettings{Name: o.Name, ShortDelay: time.Duration(o.ShortDelayMs) * time.Millisecond,
			PowerUp: o.PowerUp, PowerUpInterval: time.Duration(o.PowerUpIntervalMs) * time.Millisecond})
	}
	for _, in := range *config.Get[InputsConfig](doc, "inputs") {
		s.InputNames = append(s.InputNames, in.Name)
	}
	return s
}

// IdentityOf gives the identity that a document describes; firmware is the
// version that the unit reports.
func IdentityOf(doc *config.Document, firmware string) pdu.Identity {
	dev := config.Get[DeviceConfig](doc, "device")
	mac, _ := parseMAC(dev.MAC) // validated
	id := pdu.Identity{MAC: mac, Serial: dev.Serial, Firmware: firmware}
	if id.Serial == "" {
		id.Serial = strings.ToUpper(hex.EncodeToString(mac[:]))
	}
	return id
}

// NewMAC makes a random hardware address of the locally administered kind, for a
// unit that has none.
func NewMAC() string {
	var mac [6]byte
	rand.Read(mac[:])
	mac[0] = mac[0]&^0x03 | 0x02 // IEEE 802: locally administered, unicast
	return strings.ToUpper(net.HardwareAddr(mac[:]).String())
}

func parseMAC(s string) (mac [6]byte, err error) {
	hw, err := net.ParseMAC(s)
	if err == nil && len(hw) != len(mac) {
		err = fmt.Errorf("%d bytes", len(hw))
	}
	copy(mac[:], hw)
	return mac, err
}

// Configurer changes settings through the configuration store. It implements
// pdu.Configurer.
type Configurer struct{ Store *config.Store }

// Configure checks, stores and applies edit, or nothing of it.
func (c Configurer) Configure(ctx context.Context, edit pdu.SettingsEdit, origin pdu.Origin) error {
	_, err := c.Store.Edit(ctx, origin, "", func(d *config.Draft) error {
		if edit.DeviceName != nil {
			config.Edit[DeviceConfig](d, "device").Name = *edit.DeviceName
		}
		outputs := *config.Edit[OutputsConfig](d, "outputs")
		for id, o := range edit.Outputs {
			if id < 1 || int(id) > len(outputs) {
				return pdu.Errorf(pdu.NotFound, pdu.CodeOutputUnknown, "output %d does not exist", id).With("output", int(id))
			}
			if o.Name != nil {
				outputs[id-1].Name = *o.Name
			}
			if o.ShortDelay != nil {
				outputs[id-1].ShortDelayMs = o.ShortDelay.Milliseconds()
			}
		}
		return nil
	})
	return err
}

// Verify is part of config.Owner; the sections validate themselves.
func (e *Engine) Verify(_, _ *config.Document) error { return nil }

// Applied makes a stored document effective; it is part of config.Owner.
func (e *Engine) Applied(_, doc *config.Document, origin pdu.Origin) {
	if err := e.Apply(context.Background(), SettingsOf(doc), origin); err != nil {
		e.log.Warn("settings not applied", "error", err)
	}
}
