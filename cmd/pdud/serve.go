package main

import (
	"errors"
	"log/slog"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// serveFlags are the flags that demo and run share.
type serveFlags struct {
	model      string
	state      string
	host       string
	listen     []string
	set        []string
	bench      string
	recordings []string
	verbose    bool
}

func (f *serveFlags) add(cmd *cobra.Command, host string) {
	fl := cmd.Flags()
	fl.StringVar(&f.model, "model", "", "model of the unit: one of "+modelList()+" (default: the stored one, else "+pdu.DefaultModel+")")
	fl.StringVar(&f.state, "state", "", "state folder")
	fl.StringVar(&f.host, "host", host, "address that the standard ports are opened on")
	fl.StringArrayVar(&f.listen, "listen", nil, "NAME=ADDR|off: open the port NAME (http, https, snmp, modbus, telnet, serial, discovery) on host:port, or not at all; repeatable")
	fl.StringArrayVar(&f.set, "set", nil, "PATH=VALUE: use this value of the configuration for this start, for example device.name=rack-a; repeatable")
	fl.StringArrayVar(&f.recordings, "recordings", []string{"recordings", filepath.Join("..", "shared", "data", "recordings")}, "folder with recordings (.i16) for loads of the bench; repeatable")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "log details")
}

// plan turns the flags into what serve needs.
func (f *serveFlags) plan(demo bool, ports map[string]string) (plan, error) {
	listen, err := parseListen(f.listen, f.host, ports)
	if err != nil {
		return plan{}, err
	}
	return plan{demo: demo, model: f.model, stateDir: f.state, listen: listen, set: f.set, bench: f.bench, recordings: f.recordings}, nil
}

func (f *serveFlags) logger(cmd *cobra.Command) *slog.Logger {
	level := slog.LevelInfo
	if f.verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: level}))
}

func newDemoCommand() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run a virtual unit with everything on and nothing to configure",
		Long: `Run a virtual unit with everything on and nothing to configure.

It listens on loopback, keeps its state in a temporary folder, and knows admin/admin,
demo/demo (role User) and, for JSON and XML, netio/netio. Do not open it to a network.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := f.plan(true, demoPorts)
			if err != nil {
				return err
			}
			p.seed = seedDemo
			return serve(cmd.Context(), p, f.logger(cmd), cmd.OutOrStdout())
		},
	}
	f.add(cmd, "127.0.0.1")
	cmd.Flags().StringVar(&f.bench, "bench", "", "JSON file with mains and loads of the bench, in the form that GET /api/v1/bench prints")
	return cmd
}

func newRunCommand() *cobra.Command {
	var f serveFlags
	var board string
	cmd := &cobra.Command{
		Use:   "run --state DIR",
		Short: "Run a unit in production",
		Long: `Run a unit in production.

There is no default password: the first visit to the page sets it. Protocols are off
until they are switched on. This build has one board, the simulated one.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.state == "" {
				return errors.New("--state DIR is needed: the unit keeps its configuration and counters there")
			}
			if board != "" {
				return pdu.Errorf(pdu.Invalid, "board.unknown", "--board %s: this build has no hardware boards; leave the option out to run on the simulated one", board)
			}
			p, err := f.plan(false, runPorts)
			if err != nil {
				return err
			}
			p.seed = seedRun
			return serve(cmd.Context(), p, f.logger(cmd), cmd.OutOrStdout())
		},
	}
	f.add(cmd, "")
	cmd.Flags().StringVar(&board, "board", "", "board file")
	return cmd
}
