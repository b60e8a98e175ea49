package main

import (
	"context"
	"fmt"
	"time"

	"github.com/zerocross-pdu/zerocross/client"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// order is what one command line asks the device to do.
type order struct {
	action  pdu.Action
	outputs func(d *client.Device) ([]pdu.OutputID, error)
	delay   time.Duration // of a restart; 0 leaves it to the device
	wait    bool          // until restarted outputs are on again
	waitMax time.Duration // beyond the delay
	confirm bool          // a person must agree
}

// listed selects the outputs of spec.
func listed(spec string) func(*client.Device) ([]pdu.OutputID, error) {
	return func(d *client.Device) ([]pdu.OutputID, error) { return selectOutputs(spec, d) }
}

// carryOut reads the device, sends the order and checks what came of it.
func (a *app) carryOut(ctx context.Context, o order) error {
	if o.delay != 0 {
		if err := pdu.CheckShortDelay(o.delay); err != nil {
			return err
		}
	}
	if o.confirm && !a.host.canAsk {
		return usagef("this switches every output and nobody can be asked: add --yes if it is meant")
	}
	c, err := a.connect(true, readRetries)
	if err != nil {
		return err
	}
	defer c.Close()
	before, err := c.Read(ctx)
	if err != nil {
		return err
	}
	ids, err := o.outputs(before)
	if err != nil {
		return err
	}
	if o.confirm {
		if err := a.agree(o, before, c.URL()); err != nil {
			return err
		}
	}
	commands := make([]pdu.OutputCommand, len(ids))
	for i, id := range ids {
		commands[i] = pdu.OutputCommand{Output: id, Action: o.action, Delay: o.delay}
	}
	after, err := c.Write(ctx, commands...)
	if err != nil {
		return err
	}
	unmet := after.Unmet(before, commands...)
	if o.wait && len(unmet) == 0 {
		var waitErr error
		if after, waitErr = a.awaitOn(ctx, c, o, after, commands); waitErr != nil {
			return waitErr
		}
		unmet = notOn(after, commands)
	}
	return a.report(result{c.URL(), before, after, commands, unmet, o})
}

// agree asks a person whether all outputs are meant; without a yes it is an error.
func (a *app) agree(o order, d *client.Device, url string) error {
	ok, err := a.confirm(fmt.Sprintf("%s all %d outputs of %s at %s?", sentence(o.action), len(d.Outputs), printable(d.Name), url))
	if err == nil && !ok {
		return pdu.Errorf(pdu.Conflict, "pductl.declined", "nothing was switched")
	}
	return err
}

// sentence says what an action does, to begin a question.
func sentence(action pdu.Action) string {
	switch action {
	case pdu.ActionOff:
		return "Switch off"
	case pdu.ActionShortOff:
		return "Restart"
	case pdu.ActionToggle:
		return "Toggle"
	}
	return "Switch on"
}

// waitPoll is the pause between two looks at outputs that are waited for. Some
// originals stay reliable only up to one request in two seconds.
const waitPoll = time.Second

// awaitOn waits until the outputs of commands are on again and gives the newest
// state, also when the time is over. The outputs may feed the way to the device,
// so an answer that is missing counts only then.
func (a *app) awaitOn(ctx context.Context, c *client.Client, o order, last *client.Device, commands []pdu.OutputCommand) (*client.Device, error) {
	delay := o.delay
	if delay == 0 {
		for _, cmd := range commands {
			delay = max(delay, last.Output(cmd.Output).ShortDelay())
		}
	}
	end := a.host.now().Add(delay + o.waitMax)
	pause := min(delay, waitPoll)
	for {
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("interrupted while the outputs restart; the device goes on by itself: %w", ctx.Err())
		case <-time.After(pause):
		}
		pause = waitPoll
		d, err := c.Read(ctx)
		over := !a.host.now().Before(end)
		switch {
		case ctx.Err() != nil:
		case err == nil && (over || len(notOn(d, commands)) == 0):
			return d, nil
		case err != nil && (over || !client.Temporary(err)):
			return nil, fmt.Errorf("the restart was started, but whether the outputs are on again is not known: %w", err)
		}
	}
}

// notOn lists those of commands whose output is not on.
func notOn(d *client.Device, commands []pdu.OutputCommand) []pdu.OutputCommand {
	var off []pdu.OutputCommand
	for _, cmd := range commands {
		if o := d.Output(cmd.Output); o == nil || o.State != pdu.On {
			off = append(off, cmd)
		}
	}
	return off
}
