package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/zerocross-pdu/zerocross/client"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// verbs are the words of the command line for actions.
var verbs = map[string]pdu.Action{
	"on": pdu.ActionOn, "off": pdu.ActionOff, "toggle": pdu.ActionToggle, "restart": pdu.ActionShortOff,
}

func (a *app) setCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "set OUTPUTS on|off",
		Short: "Switch outputs on or off",
		Long: `Switch outputs on or off.

While a restart runs on an output a device ignores other commands for it, and
its JSON API does not tell that one runs: "set 3 off" in the middle of a restart
of output 3 finds it off, and the restart then switches it on.`,
		Example:           "  pductl set 3 on\n  pductl set 1,3,5-7,router off",
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: a.completeArgs(a.completeOutputs, words("on", "off")),
		RunE: a.runE(func(ctx context.Context, args []string) error {
			if args[1] != "on" && args[1] != "off" {
				return usagef("%q is neither on nor off", args[1])
			}
			return a.carryOut(ctx, order{action: verbs[args[1]], outputs: listed(args[0])})
		}),
	}
}

func (a *app) toggleCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "toggle OUTPUTS",
		Short:             "Switch outputs to the opposite of what they are",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.completeArgs(a.completeOutputs),
		RunE: a.runE(func(ctx context.Context, args []string) error {
			return a.carryOut(ctx, order{action: pdu.ActionToggle, outputs: listed(args[0])})
		}),
	}
}

func (a *app) restartCommand() *cobra.Command {
	o := order{action: pdu.ActionShortOff}
	cmd := &cobra.Command{
		Use:   "restart OUTPUTS",
		Short: "Switch outputs off and, after a delay, on again",
		Long: `Switch outputs off and, after a delay, on again. The device times the delay
itself, so the outputs come back even if the network goes with them.

An output that is off is switched on after the delay too.`,
		Example:           "  pductl restart 3\n  pductl restart router --delay 10s --wait",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.completeArgs(a.completeOutputs),
		RunE: a.runE(func(ctx context.Context, args []string) error {
			o.outputs = listed(args[0])
			return a.carryOut(ctx, o)
		}),
	}
	restartFlags(cmd, &o)
	return cmd
}

func (a *app) allCommand() *cobra.Command {
	var o order
	var yes bool
	cmd := &cobra.Command{
		Use:   "all on|off|restart|toggle",
		Short: "Switch every output in one request",
		Long: `Switch every output in one request.

What takes power away (off, restart, toggle) asks first. Where nobody can be
asked, because standard input or error is not a terminal, it needs --yes: a
script that means all outputs says so.`,
		Example:           "  pductl all on\n  pductl all off --yes",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.completeArgs(words("on", "off", "restart", "toggle")),
		RunE: a.runE(func(ctx context.Context, args []string) error {
			action, ok := verbs[args[0]]
			if !ok {
				return usagef("%q is none of on, off, restart, toggle", args[0])
			}
			if !action.Pulse() && (o.delay != 0 || o.wait) {
				return usagef("--delay and --wait belong to restart")
			}
			o.action = action
			o.confirm = action != pdu.ActionOn && !yes
			o.outputs = func(d *client.Device) ([]pdu.OutputID, error) { return allOutputs(d), nil }
			return a.carryOut(ctx, o)
		}),
	}
	restartFlags(cmd, &o)
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return cmd
}

// restartFlags adds the flags of a restart.
func restartFlags(cmd *cobra.Command, o *order) {
	f := cmd.Flags()
	f.DurationVar(&o.delay, "delay", 0, "time to stay off, 100ms to 24h; 0 means as stored in the device")
	f.BoolVar(&o.wait, "wait", false, "wait until the outputs are on again")
	f.DurationVar(&o.waitMax, "wait-timeout", 15*time.Second, "how long to wait beyond the delay")
}
