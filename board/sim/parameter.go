package sim

import "github.com/zerocross-pdu/zerocross/config"

// parameter is one number of a load or of the mains that need not be given.
type parameter struct {
	name      string
	value     *float64
	low, high float64
	unit      string
}

type parameters []parameter

// fields names the members of the JSON form.
func (p parameters) fields() object {
	o := object{}
	for _, q := range p {
		o[q.name] = may(q.value)
	}
	return o
}

// check adds what is out of range to f.
func (p parameters) check(f *config.Faults) {
	for _, q := range p {
		inRange(f, q.name, *q.value, q.low, q.high, q.unit)
	}
}
