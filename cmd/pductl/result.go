package main

import (
	"fmt"
	"strings"

	"github.com/zerocross-pdu/zerocross/client"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// result is what came of an order.
type result struct {
	url           string
	before, after *client.Device
	commands      []pdu.OutputCommand
	unmet         []pdu.OutputCommand
	order         order
}

// resultDocument is the JSON form of a result.
type resultDocument struct {
	URL     string          `json:"url"`
	Taken   bool            `json:"taken"`
	Outputs []outputOutcome `json:"outputs"`
}

// outputOutcome is the JSON form of what happened to one output.
type outputOutcome struct {
	ID     pdu.OutputID `json:"id"`
	Name   string       `json:"name"`
	Action pdu.Action   `json:"-"`
	Verb   string       `json:"action"`
	Before pdu.Level    `json:"before"`
	State  pdu.Level    `json:"state"`
	Taken  bool         `json:"taken"` // it shows what was asked for
	Note   string       `json:"-"`
}

// outcomes lists what happened to each output.
func (r result) outcomes() []outputOutcome {
	var list []outputOutcome
	for _, cmd := range r.commands {
		was, is := r.before.Output(cmd.Output), r.after.Output(cmd.Output)
		out := outputOutcome{ID: cmd.Output, Name: was.Name, Action: cmd.Action, Verb: cmd.Action.String(), Before: was.State, Taken: true}
		if is != nil {
			out.State = is.State
		}
		for _, u := range r.unmet {
			out.Taken = out.Taken && u.Output != cmd.Output
		}
		out.Note = r.note(out, is)
		list = append(list, out)
	}
	return list
}

// note explains an outcome that the states alone do not tell.
func (r result) note(out outputOutcome, is *client.Output) string {
	switch {
	case is == nil:
		return "missing in the answer of the device"
	case !out.Taken && r.order.wait:
		return "not on again"
	case !out.Taken:
		return "did not follow"
	case !out.Action.Pulse() || out.State == pdu.On:
		return ""
	}
	delay := r.order.delay
	if delay == 0 {
		delay = is.ShortDelay()
	}
	if delay == 0 {
		return "on again after the stored delay"
	}
	return "on again after " + delay.String()
}

// report prints a result and gives the error that goes with it.
func (a *app) report(r result) error {
	list := r.outcomes()
	if a.json {
		if err := a.printJSON(resultDocument{r.url, len(r.unmet) == 0, list}, true); err != nil {
			return err
		}
	} else {
		tw := newTable(a.host.stdout)
		fmt.Fprintln(tw, "ID\tNAME\tWAS\tIS\tNOTE")
		for _, out := range list {
			fmt.Fprintf(tw, "%d\t%s\t%s\t%s\t%s\n", out.ID, printable(out.Name), out.Before, out.State, out.Note)
		}
		if err := tw.Flush(); err != nil {
			return err
		}
	}
	if len(r.unmet) == 0 {
		return nil
	}
	var ids []string
	for _, cmd := range r.unmet {
		ids = append(ids, fmt.Sprint(cmd.Output))
	}
	return notTakenError{fmt.Sprintf("output %s did not take the state; a device ignores commands while a short off or on runs, else look at its log",
		strings.Join(ids, ", "))}
}
