package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/zerocross-pdu/zerocross/client"
)

// readRetries is how often a read that a person waits for is repeated.
const readRetries = 1

// statusDocument is the JSON form of a status.
type statusDocument struct {
	URL string `json:"url"`
	*client.Device
}

func (a *app) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "status [OUTPUTS]",
		Short:             "Show the device, its totals and its outputs",
		Example:           "  pductl status -u 192.168.1.20\n  pductl status 1,3 --json",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: a.completeArgs(a.completeOutputs),
		RunE:              a.runE(a.status),
	}
}

// status prints the state of the device once.
func (a *app) status(ctx context.Context, args []string) error {
	c, err := a.connect(true, readRetries)
	if err != nil {
		return err
	}
	defer c.Close()
	d, err := c.Read(ctx)
	if err != nil {
		return err
	}
	outputs := allOutputs(d)
	if len(args) == 1 {
		if outputs, err = selectOutputs(args[0], d); err != nil {
			return err
		}
	}
	if !a.json {
		writeStatus(a.host.stdout, d, outputs)
		return nil
	}
	shown := *d
	shown.Outputs = make([]client.Output, 0, len(outputs))
	for _, id := range outputs {
		shown.Outputs = append(shown.Outputs, *d.Output(id))
	}
	return a.printJSON(statusDocument{c.URL(), &shown}, true)
}
