package main

import (
	"slices"

	"github.com/zerocross-pdu/zerocross/auth"
	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/core"
	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto/m2m"
	"github.com/zerocross-pdu/zerocross/proto/metrics"
	"github.com/zerocross-pdu/zerocross/proto/modbus"
	"github.com/zerocross-pdu/zerocross/proto/snmp"
	"github.com/zerocross-pdu/zerocross/proto/telnet"
)

// seedRun fills a fresh state folder: a hardware address, everything else as it
// leaves the factory.
func seedRun(d *config.Draft) error {
	config.Edit[core.DeviceConfig](d, "device").MAC = core.NewMAC()
	return nil
}

// seedDemo fills the state folder of a demo with what a driver author expects to
// find.
func seedDemo(d *config.Draft) error {
	if err := seedRun(d); err != nil {
		return err
	}
	config.Edit[core.DeviceConfig](d, "device").Name = "demo-" + d.Profile().ID
	seedDemoOutputs(*config.Edit[core.OutputsConfig](d, "outputs"))
	*config.Edit[auth.Accounts](d, "accounts") = auth.Accounts{
		{Name: "admin", Role: auth.Administrator, Password: demoAdminHash},
		{Name: "demo", Role: auth.User, Password: demoUserHash},
	}
	seedDemoProtocols(d)
	return nil
}

// The hashes of the demo's well-known passwords, admin and demo, made beforehand:
// computing them would take longer than all the rest of the start.
const (
	demoAdminHash = "$argon2id$v=19$m=7168,t=5,p=1$uS5GtXfb2hP7DbzXs1Z4xQ$1oLwOVLN7zx8BBr7AdkqV4K3eJK7f0Eh3qrs/xSuPew"
	demoUserHash  = "$argon2id$v=19$m=7168,t=5,p=1$h4+nFkoapkCxfhzCO8Wp3A$oqT+Y26goe4vkUp4r2n90x5LxcQMghxIsXJKroTOpBI"
)

// demoOn lists the outputs of a demo that come on with power, so that there is
// something to see.
var demoOn = []int{1, 2, 4}

// seedDemoOutputs switches some outputs on, and lets none wait for its turn.
func seedDemoOutputs(outputs core.OutputsConfig) {
	for i := range outputs {
		outputs[i].PowerUpIntervalMs = 0
		if slices.Contains(demoOn, i+1) {
			outputs[i].PowerUp = pdu.PowerUpOn
		}
	}
}

// seedDemoProtocols switches every protocol on.
func seedDemoProtocols(d *config.Draft) {
	for _, name := range []string{"json", "xml"} {
		c := section[m2m.DocumentConfig](d, name)
		c.Enabled, c.Write.Enabled = true, true // with the factory credentials netio/netio
	}
	url := section[m2m.URLConfig](d, "url")
	url.Enabled, url.Passphrase = true, ""

	agent := section[snmp.Config](d, "snmp")
	agent.Enabled = true
	agent.V1V2c = snmp.V1V2cConfig{Enabled: true, Community: "public"}
	agent.Users = []snmp.UserConfig{{Name: "demo", Level: "authPriv", Auth: "SHA-256", AuthPassword: "demodemo", Priv: "AES-128", Access: "write"}}

	registers := section[modbus.Config](d, "modbus")
	registers.Enabled, registers.WriteEnabled = true, true

	terminal := section[telnet.Config](d, "telnet")
	terminal.Enabled, terminal.Accounts = true, true

	section[metrics.Config](d, "metrics").Enabled = true
}

// section gives the section of one protocol.
func section[T any](d *config.Draft, protocol string) *T {
	return config.Edit[T](d, "protocols."+protocol)
}
