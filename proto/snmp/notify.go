package snmp

import (
	"context"
	"sync"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto/snmp/ber"
)

// Names of the notifications of SNMPv2-MIB, and of what every notification holds.
var (
	oidColdStart   = ber.MustOID("1.3.6.1.6.3.1.1.5.1")
	oidWarmStart   = ber.MustOID("1.3.6.1.6.3.1.1.5.2")
	oidAuthFailure = ber.MustOID("1.3.6.1.6.3.1.1.5.5")
	oidTrapOID     = ber.MustOID("1.3.6.1.6.3.1.1.4.1.0")
)

// Numbers of our own notifications (ZEROCROSS-PDU-MIB).
const (
	notifyOutput = 1 + iota
	notifyOverload
	notifyInput
)

const (
	// failureEvery is the least time between two notifications of failures.
	failureEvery = 10 * time.Second
	// overloadEnds is the part of the rating below which an overload is over.
	overloadEnds = 0.95
)

// notification is one thing to tell: its variable bindings, encoded.
type notification struct{ binds []byte }

// notify tells the receivers what happens, until ctx ends.
func (a *agent) notify(ctx context.Context, watch pdu.Watcher, boot Boot) {
	if len(a.config.Notify.Receivers) == 0 {
		return
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	n := notifier{desk: desk{agent: a}, overloaded: map[uint32]bool{}}
	for i := range a.config.Notify.Receivers {
		r := newReceiver(a, &a.config.Notify.Receivers[i])
		n.receivers = append(n.receivers, r)
		wg.Go(func() { r.run(ctx) })
	}
	if a.config.Notify.AuthenticationFailure {
		other := notifier{desk: desk{agent: a}, receivers: n.receivers}
		wg.Go(func() { other.tellFailures(ctx) })
	}
	n.tellStart(watch.Snapshot(), boot)
	n.follow(ctx, watch)
}

// notifier turns what happens into notifications. It belongs to one goroutine.
type notifier struct {
	desk
	receivers  []*receiver
	overloaded map[uint32]bool // by the index of the current's sensor
}

func (n *notifier) tellStart(s *pdu.Snapshot, boot Boot) {
	trap := oidWarmStart
	if boot.Cold {
		trap = oidColdStart
	}
	n.tell(s, trap)
}

// tellFailures tells that somebody could not show who it is: the first of many.
func (n *notifier) tellFailures(ctx context.Context) {
	for {
		select {
		case <-n.failures:
			n.tell(n.reader.Snapshot(), oidAuthFailure)
		case <-ctx.Done():
			return
		}
		select {
		case <-time.After(failureEvery):
		case <-ctx.Done():
			return
		}
	}
}

// follow compares each snapshot with the one before: nothing is told twice, and a
// reader that lagged tells what matters now.
func (n *notifier) follow(ctx context.Context, watch pdu.Watcher) {
	before := watch.Snapshot()
	n.compare(before, before) // what is overloaded from the start
	for {
		c, err := watch.Next(ctx)
		if err != nil {
			return // ctx has ended, or the engine has
		}
		n.compare(before, c.Snapshot)
		before = c.Snapshot
	}
}

func (n *notifier) compare(before, s *pdu.Snapshot) {
	for i := range s.Outputs {
		o, id := &s.Outputs[i], uint32(i+1)
		if state := o.State(); state != before.Outputs[i].State() && state != pdu.Unknown {
			n.tellOwn(s, notifyOutput, netioRoot.Append(1, 1, 1, id), netioRoot.Append(1, 1, 3, id), netioRoot.Append(1, 1, 2, id))
		}
		if o.Metered {
			n.judge(s, o.Reading.CurrentA, s.Profile.OutputMaxA, outletBase+id, sensorBase+sensorStep*id+1)
		}
	}
	if s.Profile.InletMeter {
		n.judge(s, s.Inlet.CurrentA, s.Profile.DeviceMaxA, inletIndex, sensorBase+1)
	}
	for i := range s.Inputs {
		if level := s.Inputs[i].Level; level != before.Inputs[i].Level && level != pdu.Unknown {
			index := inputBase + uint32(i+1)
			n.tellOwn(s, notifyInput, oidEntPhysical.Append(7, index), oidSensor.Append(4, index))
		}
	}
}

// judge tells when a current rises above its rating.
func (n *notifier) judge(s *pdu.Snapshot, amps, rating float64, thing, sensor uint32) {
	switch {
	case rating <= 0:
	case amps > rating && !n.overloaded[sensor]:
		n.overloaded[sensor] = true
		n.tellOwn(s, notifyOverload, oidEntPhysical.Append(7, thing), oidSensor.Append(4, sensor))
	case amps < rating*overloadEnds:
		delete(n.overloaded, sensor)
	}
}

func (n *notifier) tellOwn(s *pdu.Snapshot, number uint32, objects ...ber.OID) {
	n.tell(s, n.config.enterprise().Append(1, 0, number), objects...)
}

// tell hands a notification with the given objects to all receivers.
func (n *notifier) tell(s *pdu.Snapshot, trap ber.OID, objects ...ber.OID) {
	v := view{snap: s, agent: n.agent}
	n.binds.Reset()
	n.bindNamed(v, oidSysUpTime)
	mark := n.binds.Open(ber.Sequence)
	n.binds.OID(oidTrapOID)
	n.binds.OID(trap)
	n.binds.Close(mark)
	for _, o := range objects {
		n.bindNamed(v, o)
	}
	told := notification{binds: append([]byte(nil), n.binds.Bytes()...)}
	for _, r := range n.receivers {
		r.put(told)
	}
}

func (n *notifier) bindNamed(v view, oid ber.OID) {
	name := oid.Content()
	if o := n.tree.find(name); o != nil {
		n.bind(v, name, o)
	}
}
