package sim

import "github.com/zerocross-pdu/zerocross/pdu"

// DemoLoads are believable loads for a demonstration: a small rack and what stands
// beside it, no two alike, outlet 1 first, as many as the model has outlets.
func DemoLoads(p *pdu.Profile) []Load {
	network := &PFC{Watts: 45, RatedWatts: 150, BulkUF: 100, FilterUF: 0.68, NTCOhm: 10}
	heater := defaultThermostat()
	monitor := &Rectifier{Watts: 28, CapacitanceUF: 68, ResistanceOhm: 4, InductanceUH: 300}
	compressor := &Motor{Watts: 140, PowerFactor: 0.7, StartRatio: 6, InertiaS: 0.3, Load: 1, StepS: 45, StepLoad: 0.4}
	amplifier := defaultTransformer()
	amplifier.Watts = 60
	loads := []Load{defaultServer(), network, heater, monitor, defaultLED(), compressor, amplifier, defaultInverter()}
	return loads[:min(len(loads), p.Outputs)]
}
