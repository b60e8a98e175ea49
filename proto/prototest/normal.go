package prototest

import (
	"fmt"
	"testing"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// normalOrigin leaves out what tells one client from another.
func normalOrigin(o pdu.Origin) string { return o.Source.String() + "/" + o.Protocol }

func normalPulse(p *pdu.Pulse) string {
	if p == nil {
		return "none"
	}
	return fmt.Sprintf("%s for %v by %s", p.Action, p.Delay, normalOrigin(p.Origin))
}

// normalEvents writes a trail without moments.
func normalEvents(events []pdu.Event) []string {
	var list []string
	for _, ev := range events {
		switch ev := ev.(type) {
		case pdu.OutputSwitched:
			list = append(list, fmt.Sprintf("output %d: %s to %s by %s, pulse %s, ended %t, %s",
				ev.Output, ev.From, ev.To, ev.Action, normalPulse(ev.Pulse), ev.Ended, normalOrigin(ev.Origin)))
		case pdu.CommandDropped:
			list = append(list, fmt.Sprintf("output %d: %s dropped, %s", ev.Output, ev.Action, normalOrigin(ev.Origin)))
		default:
			list = append(list, fmt.Sprintf("%s %+v", ev.Name(), ev))
		}
	}
	return list
}

// normalOutputs writes the state of a unit without moments.
func normalOutputs(s *pdu.Snapshot) []string {
	var list []string
	for _, o := range s.Outputs {
		list = append(list, fmt.Sprintf("output %d: commanded %s, contact %s, fault %q, pulse %s, energy %d, last %s",
			o.ID, o.Commanded, o.Contact, o.Fault, normalPulse(o.Pulse), o.Energy.Forward, normalOrigin(o.LastOrigin)))
	}
	return list
}

// checkOrigin: the log must tell which protocol a command came through, and from
// where.
func checkOrigin(t *testing.T, protocol, step string, ev pdu.Event) {
	t.Helper()
	var o pdu.Origin
	switch ev := ev.(type) {
	case pdu.OutputSwitched:
		o = ev.Origin
		if ev.Pulse != nil && time.Until(ev.Pulse.Ends) > ev.Pulse.Delay {
			t.Errorf("%s: the pulse ends at %v", step, ev.Pulse.Ends)
		}
	case pdu.CommandDropped:
		o = ev.Origin
	}
	if o.Source == pdu.SourceM2M && (o.Protocol != protocol || o.Addr == "") {
		t.Errorf("%s: %s says origin %+v", step, ev.Name(), o)
	}
}
