package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/zerocross-pdu/zerocross/health"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// The health conditions that come from events of the engine.
const (
	conditionRelay   = "relay.fault"
	conditionMains   = "mains.absent"
	conditionJournal = "journal.failed"
)

// watchEvents logs what happens to the unit and keeps its health conditions, until
// ctx ends.
func watchEvents(ctx context.Context, w pdu.Watcher, reg *health.Registry, log *slog.Logger) error {
	initialHealth(w.Snapshot(), reg)
	for {
		c, err := w.Next(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		if c.Lagged {
			log.Warn("events skipped: the log could not keep up")
			initialHealth(c.Snapshot, reg)
			continue
		}
		logEvent(log, c.Event)
		eventHealth(c.Event, reg)
	}
}

// initialHealth raises what is wrong in a snapshot.
func initialHealth(s *pdu.Snapshot, reg *health.Registry) {
	mainsHealth(s.Powered, reg)
	for _, o := range s.Outputs {
		relayHealth(o.ID, o.Fault, reg)
	}
}

func eventHealth(ev pdu.Event, reg *health.Registry) {
	switch ev := ev.(type) {
	case pdu.PowerChanged:
		mainsHealth(ev.Powered, reg)
	case pdu.RelayFaultChanged:
		relayHealth(ev.Output, ev.Fault, reg)
	case pdu.JournalFault:
		if ev.Err == nil {
			reg.Clear(conditionJournal, "journal")
			return
		}
		reg.Raise(health.Condition{Code: conditionJournal, Subject: "journal", Severity: health.Error,
			Text: fmt.Sprintf("The state cannot be stored (%v). Switching goes on, but a crash would lose the newest state. Check the space and the health of the storage.", ev.Err)})
	}
}

func mainsHealth(powered bool, reg *health.Registry) {
	if powered {
		reg.Clear(conditionMains, "inlet")
		return
	}
	reg.Raise(health.Condition{Code: conditionMains, Subject: "inlet", Severity: health.Error,
		Text: "There is no mains at the inlet. Outputs take their power-up state when it returns."})
}

func relayHealth(id pdu.OutputID, fault pdu.RelayFault, reg *health.Registry) {
	subject := fmt.Sprintf("output %d", id)
	if fault == pdu.RelayOK {
		reg.Clear(conditionRelay, subject)
		return
	}
	texts := map[pdu.RelayFault]string{
		pdu.RelayNotFollowing: "The relay did not follow its last command: the state shown is what the contact really does.",
		pdu.RelayMovedItself:  "The relay moved without a command.",
		pdu.RelayDriveFailed:  "The relay could not be driven.",
	}
	reg.Raise(health.Condition{Code: conditionRelay, Subject: subject, Severity: health.Error, Text: texts[fault],
		Args: map[string]any{"output": int(id), "fault": fault.String()}})
}

// logEvent writes one event to the log; measurements are no news.
func logEvent(log *slog.Logger, ev pdu.Event) {
	switch ev := ev.(type) {
	case pdu.OutputSwitched:
		attrs := []any{"output", int(ev.Output), "action", ev.Action.String(), "from", ev.From.String(), "to", ev.To.String(), originAttr(ev.Origin)}
		if ev.Pulse != nil {
			attrs = append(attrs, "delay", ev.Pulse.Delay)
		}
		log.Info("output switched", attrs...)
	case pdu.CommandDropped:
		log.Info("command ignored, a short off or on is running", "output", int(ev.Output), "action", ev.Action.String(), originAttr(ev.Origin))
	case pdu.RelayFaultChanged:
		if ev.Fault == pdu.RelayOK {
			log.Info("relay follows again", "output", int(ev.Output))
		} else {
			log.Error("relay fault", "output", int(ev.Output), "fault", ev.Fault.String())
		}
	case pdu.InputChanged:
		log.Debug("input changed", "input", int(ev.Input), "level", ev.Level.String(), "pulses", ev.Pulses)
	case pdu.PowerChanged:
		log.Warn("mains changed", "powered", ev.Powered)
	case pdu.PowerUpDone:
		log.Info("power-up sequence ended")
	case pdu.EnergyReset:
		log.Info("energy counters cleared", "outputs", fmt.Sprint(ev.Outputs), originAttr(ev.Origin))
	case pdu.SettingsChanged:
		log.Info("settings changed", originAttr(ev.Origin))
	}
}

func originAttr(o pdu.Origin) slog.Attr {
	return slog.Group("origin", "source", o.Source.String(), "protocol", o.Protocol, "user", o.User, "addr", o.Addr)
}
