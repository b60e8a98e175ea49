package metrics

import (
	"math"
	"strconv"
	"strings"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// format is one of the two texts.
type format int

const (
	prometheus format = iota
	openMetrics
)

// text builds one answer.
type text struct {
	b      []byte
	format format
	name   string // of the current family, with _total for a counter
}

// encode writes a whole answer.
func encode(s *pdu.Snapshot, f format) []byte {
	t := &text{format: f, b: make([]byte, 0, 8<<10)}
	t.unit(s)
	t.inlet(s)
	t.outlets(s)
	t.inputs(s)
	if f == openMetrics {
		t.b = append(t.b, "# EOF\n"...)
	}
	return t.b
}

// family begins a metric. kind is gauge, counter or info; unit is "" or the suffix
// of the name; a counter's name comes without _total, an info's without _info.
func (t *text) family(name, kind, unit, help string) {
	sample := name
	switch {
	case kind == "counter":
		sample += "_total"
	case kind == "info":
		sample += "_info"
	}
	head := name
	if t.format == prometheus {
		head = sample // the older text knows neither info nor names without suffix
		if kind == "info" {
			kind = "gauge"
		}
	}
	t.line("# HELP ", head, " ", help)
	t.line("# TYPE ", head, " ", kind)
	if t.format == openMetrics && unit != "" {
		t.line("# UNIT ", head, " ", unit)
	}
	t.name = sample
}

func (t *text) line(parts ...string) {
	for _, p := range parts {
		t.b = append(t.b, p...)
	}
	t.b = append(t.b, '\n')
}

// sample writes one value with labels given as name, value, name, value.
func (t *text) sample(value float64, labels ...string) {
	t.b = append(t.b, t.name...)
	for i := 0; i < len(labels); i += 2 {
		t.b = append(t.b, "{,"[min(i, 1)])
		t.b = append(t.b, labels[i]...)
		t.b = append(t.b, `="`...)
		t.b = append(t.b, escapes.Replace(labels[i+1])...)
		t.b = append(t.b, '"')
	}
	if len(labels) > 0 {
		t.b = append(t.b, '}')
	}
	if math.IsNaN(value) || math.IsInf(value, 0) {
		value = 0 // a meter that lost its senses must not break the whole scrape
	}
	t.b = append(t.b, ' ')
	t.b = strconv.AppendFloat(t.b, value, 'g', -1, 64)
	t.b = append(t.b, '\n')
}

// escapes are those of label values in both formats.
var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// joules gives a counter in joules; 1 J is 1 W s.
func joules(microWs uint64) float64 { return float64(microWs) / 1e6 }

func (t *text) unit(s *pdu.Snapshot) {
	t.family("pdu", "info", "", "The unit; its value is always 1.")
	t.sample(1, "name", s.Settings.DeviceName, "model", s.Profile.Name, "serial", s.Identity.Serial, "firmware", s.Identity.Firmware)
	t.family("pdu_boot_timestamp_seconds", "gauge", "seconds", "When the unit last started, in seconds since 1970.")
	t.sample(float64(s.BootedAt.UnixMilli()) / 1e3)
	t.family("pdu_mains_present", "gauge", "", "Whether there is mains at the inlet.")
	t.sample(truth(s.Powered))
}

func (t *text) inlet(s *pdu.Snapshot) {
	if !s.Profile.InletMeter {
		return
	}
	t.family("pdu_inlet_voltage_volts", "gauge", "volts", "Voltage at the inlet, RMS.")
	t.sample(s.Inlet.VoltageV)
	t.family("pdu_inlet_frequency_hertz", "gauge", "hertz", "Frequency of the mains.")
	t.sample(s.FrequencyHz)
	for _, q := range quantities {
		t.family("pdu_inlet_"+q.name+"_"+q.unit, "gauge", q.unit, q.help+" of the whole unit.")
		t.sample(q.value(&s.Inlet))
	}
	t.energy("pdu_inlet_", " of the whole unit.", func(sample energySample) { sample(s.InletEnergy) })
}

// quantities are what inlet and outlets have alike.
var quantities = []struct {
	name, unit, help string
	value            func(r *pdu.Reading) float64
}{
	{"current", "amperes", "Current, RMS,", func(r *pdu.Reading) float64 { return r.CurrentA }},
	{"power", "watts", "Active power, negative when fed back,", func(r *pdu.Reading) float64 { return r.ActivePowerW }},
	{"apparent_power", "voltamperes", "Apparent power", func(r *pdu.Reading) float64 { return r.ApparentPowerVA }},
	{"power_factor", "ratio", "True power factor", func(r *pdu.Reading) float64 { return r.PowerFactor }},
}

// energySample writes the counter of one channel.
type energySample func(e pdu.Energy, labels ...string)

// energy writes the two counters, that of taken and that of fed back energy. They
// are those for life: a reset by a person is no reset of a series.
func (t *text) energy(prefix, of string, each func(sample energySample)) {
	t.family(prefix+"energy_joules", "counter", "joules", "Energy taken, for life,"+of)
	each(func(e pdu.Energy, labels ...string) { t.sample(joules(e.ForwardLife), labels...) })
	t.family(prefix+"reverse_energy_joules", "counter", "joules", "Energy fed back, for life,"+of)
	each(func(e pdu.Energy, labels ...string) { t.sample(joules(e.ReverseLife), labels...) })
}

func (t *text) outlets(s *pdu.Snapshot) {
	number := func(o *pdu.Output) string { return strconv.Itoa(int(o.ID)) }
	t.family("pdu_outlet", "info", "", "The outlets by name; the value is always 1.")
	for i := range s.Outputs {
		t.sample(1, "outlet", number(&s.Outputs[i]), "name", s.Settings.Outputs[i].Name)
	}
	t.family("pdu_outlet_on", "gauge", "", "Whether the outlet is on.")
	for i := range s.Outputs {
		t.sample(truth(s.Outputs[i].State() == pdu.On), "outlet", number(&s.Outputs[i]))
	}
	t.family("pdu_outlet_fault", "gauge", "", "Whether the relay does not do what it was told.")
	for i := range s.Outputs {
		t.sample(truth(s.Outputs[i].Fault != pdu.RelayOK), "outlet", number(&s.Outputs[i]))
	}
	if len(s.Profile.Metered) == 0 {
		return
	}
	for _, q := range quantities {
		t.family("pdu_outlet_"+q.name+"_"+q.unit, "gauge", q.unit, q.help+" of an outlet.")
		for _, id := range s.Profile.Metered {
			o := s.Output(id)
			t.sample(q.value(&o.Reading), "outlet", number(o))
		}
	}
	t.energy("pdu_outlet_", " of an outlet.", func(sample energySample) {
		for _, id := range s.Profile.Metered {
			o := s.Output(id)
			sample(o.Energy, "outlet", number(o))
		}
	})
}

func (t *text) inputs(s *pdu.Snapshot) {
	if len(s.Inputs) == 0 {
		return
	}
	t.family("pdu_input_closed", "gauge", "", "Whether the contact of a digital input is closed.")
	for _, in := range s.Inputs {
		t.sample(truth(in.Level == pdu.On), "input", strconv.Itoa(int(in.ID)))
	}
	t.family("pdu_input_pulses", "counter", "", "Pulses counted by a digital input; wraps at 2^32.")
	for _, in := range s.Inputs {
		t.sample(float64(in.Count), "input", strconv.Itoa(int(in.ID)))
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
