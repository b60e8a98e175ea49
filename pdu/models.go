package pdu

import "time"

// allOf lists outputs 1 to n.
func allOf(n int) []OutputID {
	ids := make([]OutputID, n)
	for i := range ids {
		ids[i] = OutputID(i + 1)
	}
	return ids
}

// Facts and their confidence: reference netio-http-telnet.md 2.3 and 2.4 (names on
// the wire, versions, metered outputs), netio-automation-mqtt.md 0.1 and 7 (front
// panel, power-up), fleet-and-discovery.md 1.1 (outputs, meters). Rated currents
// and inputs are those of the manufacturer's product pages; the inputs of the 2PZ
// and the letter F in the names of the PowerBOX models are inferred.
var profiles = []Profile{
	esp(Profile{ID: "8ks", Name: "PowerPDU 8KS", WireModel: "8KS", Outputs: 8, Metered: allOf(8), InletMeter: true, InletTotals: true,
		Inputs: 1, Probe: true, OutputMaxA: 10, DeviceMaxA: 16}),
	esp(Profile{ID: "8qs", Name: "PowerPDU 8QS", WireModel: "8QS", Outputs: 8, Metered: allOf(1), InletMeter: true, InletTotals: true,
		Inputs: 1, OutputLEDs: 8, Buttons: 1, OutputMaxA: 10, DeviceMaxA: 16}),
	esp(Profile{ID: "4ks", Name: "PowerPDU 4KS", WireModel: "4KS", Outputs: 4, Metered: allOf(4), InletMeter: true, InletTotals: true,
		OutputLEDs: 4, Buttons: 1, OutputMaxA: 10, DeviceMaxA: 16}),
	esp(Profile{ID: "4ps", Name: "PowerPDU 4PS", WireModel: "4PS", Outputs: 4,
		OutputLEDs: 4, Buttons: 1, OutputMaxA: 10, DeviceMaxA: 16}),
	linux4x(Profile{ID: "4c", Name: "PowerPDU 4C", WireModel: "PowerPDU 4C", Metered: allOf(4), InletMeter: true, InletTotals: true,
		Serial: true, OutputMaxA: 8, DeviceMaxA: 10}),
	linux4x(Profile{ID: "netio4", Name: "NETIO 4", WireModel: "NETIO 4",
		WiFi: true, OutputMaxA: 8, DeviceMaxA: 10}),
	linux4x(Profile{ID: "netio4all", Name: "NETIO 4All", WireModel: "NETIO 4All", Metered: allOf(4), InletMeter: true, InletTotals: true,
		WiFi: true, OutputMaxA: 8, DeviceMaxA: 10}),
	esp(Profile{ID: "3px", Name: "PowerBOX 3Px", WireModel: "3PF", Outputs: 3,
		OutputLEDs: 3, Buttons: 1, OutputMaxA: 16, DeviceMaxA: 16}),
	esp(Profile{ID: "4kx", Name: "PowerBOX 4Kx", WireModel: "4KF", Outputs: 4, Metered: allOf(4), InletMeter: true, InletTotals: true,
		OutputLEDs: 4, Buttons: 1, OutputMaxA: 16, DeviceMaxA: 16}),
	esp(Profile{ID: "101x", Name: "PowerCable REST 101x", WireModel: "101x", Outputs: 1, Metered: allOf(1), InletMeter: true,
		OutputLEDs: 1, Buttons: 1, WiFi: true, OutputMaxA: 16, DeviceMaxA: 16,
		JSONVersion: "2.0", XMLVersion: "2.0", Firmware: "2.1.0", ShortDelay: 2 * time.Second}),
	esp(Profile{ID: "2pz", Name: "PowerCable 2PZ", WireModel: "2PZ", Outputs: 2,
		Inputs: 2, OutputLEDs: 2, Buttons: 1, WiFi: true, OutputMaxA: 16, DeviceMaxA: 16}),
	esp(Profile{ID: "2kz", Name: "PowerCable 2KZ", WireModel: "2KZ", Outputs: 2, Metered: allOf(2), InletMeter: true, InletTotals: true,
		Inputs: 2, OutputLEDs: 2, Buttons: 1, WiFi: true, OutputMaxA: 16, DeviceMaxA: 16}),
	esp(Profile{ID: "4pz", Name: "PowerDIN 4PZ", WireModel: "4PZ", Outputs: 4, Metered: allOf(2), InletMeter: true, InletTotals: true,
		Inputs: 2, OutputLEDs: 4, Buttons: 1, WiFi: true, OutputMaxA: 16, DeviceMaxA: 16}),
}

// esp fills in what the later generation has in common.
func esp(p Profile) Profile {
	p.Generation = GenerationESP
	p.SNMPForm = SNMPForm8KS
	p.PowerUpInterval = 2 * time.Second
	p.JSONVersion = orDefault(p.JSONVersion, "2.4")
	p.XMLVersion = orDefault(p.XMLVersion, "2.4")
	p.Firmware = orDefault(p.Firmware, "4.0.0")
	p.ShortDelay = orDefault(p.ShortDelay, 5*time.Second)
	return p
}

// linux4x fills in what NETIO 4, 4All and PowerPDU 4C have in common.
func linux4x(p Profile) Profile {
	p.Generation = Generation4x
	p.Outputs = 4
	p.Buttons, p.OutputLEDs, p.Buzzer = 4, 4, true
	p.SNMPForm = SNMPFormNetio4
	p.JSONVersion, p.XMLVersion, p.Firmware = "2.1", "2.1", "3.4.2"
	p.ShortDelay = 5 * time.Second
	return p
}

// orDefault gives v, or def when v is the zero value.
func orDefault[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}
