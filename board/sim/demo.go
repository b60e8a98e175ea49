package sim

import "github.com/zerocross-pdu/zerocross/pdu"

// DemoLoads are believable loads for a demonstration: a small rack with a heater
// beside it, outlet 1 first, as many as the model has outlets.
func DemoLoads(p *pdu.Profile) []Load {
	loads := []Load{
		&ConstantPF{Watts: new(180.0), PowerFactor: 0.97, Shift: Capacitive}, // server
		&ConstantPF{Watts: new(45.0), PowerFactor: 0.92, Shift: Capacitive},  // network switch
		&Resistive{Watts: 2000}, // heater
		&ConstantPF{Watts: new(62.0), PowerFactor: 0.95, Shift: Capacitive}, // storage with four disks
		&ConstantPF{Watts: new(28.0), PowerFactor: 0.9, Shift: Capacitive},  // monitor
		&Resistive{Watts: 60}, // incandescent lamp
		&ConstantPF{Watts: new(35.0), PowerFactor: 0.75, Shift: Inductive}, // fan
		&Empty{},
	}
	return loads[:min(len(loads), p.Outputs)]
}
