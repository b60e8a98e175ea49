package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/zerocross-pdu/zerocross/client"
)

const rootHelp = `Pductl reads and switches power distribution units over their NETIO JSON API.

The device is named by --url or PDUCTL_URL: 192.168.1.20, pdu.example:8080 or
https://pdu.example; a user by --user or PDUCTL_USER. The password comes from
PDUCTL_PASSWORD or --password-file, or is asked for at the terminal.

OUTPUTS are numbers, ranges and names, separated by commas: 3, 1,3,5-7, router.

Every command that switches reads the device first, sends one request for all
outputs, and checks that the answer shows what was asked for.

`

// app is one run of the program.
type app struct {
	host *host
	json bool
	// started says that flags and arguments were accepted; an error before that is
	// one of usage.
	started bool
	conn    connection
}

// connection holds the flags that say how to reach the device.
type connection struct {
	url, user, passwordFile string
	caFile, fingerprint     string
	insecure                bool
	timeout                 time.Duration
}

// run carries out one command line and gives the exit code.
func run(ctx context.Context, h *host) int {
	a := &app{host: h}
	root := a.rootCommand()
	root.SetArgs(h.args)
	root.SetIn(h.stdin)
	root.SetOut(h.stdout)
	root.SetErr(h.stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintf(h.stderr, "pductl: %v\n", err)
	if !a.started {
		fmt.Fprintln(h.stderr, "Run 'pductl --help' for usage.")
		return exitUsage
	}
	return exitCode(err)
}

// rootCommand builds the command tree.
func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "pductl",
		Short:         "Read and switch power distribution units",
		Long:          rootHelp + exitHelp,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	f := root.PersistentFlags()
	f.StringVarP(&a.conn.url, "url", "u", "", "address of the device (default: PDUCTL_URL)")
	f.StringVar(&a.conn.user, "user", "", "user of its JSON API (default: PDUCTL_USER)")
	f.StringVar(&a.conn.passwordFile, "password-file", "", "file whose first line is the password, - for standard input")
	f.StringVar(&a.conn.caFile, "ca", "", "PEM file of the authority that signed the device's certificate")
	f.StringVar(&a.conn.fingerprint, "fingerprint", "", "SHA-256 of the one certificate to accept")
	f.BoolVar(&a.conn.insecure, "insecure", false, "accept any certificate")
	f.DurationVar(&a.conn.timeout, "timeout", client.DefaultTimeout, "longest time for one request")
	f.BoolVar(&a.json, "json", false, "print JSON")
	root.AddCommand(a.statusCommand(), a.watchCommand(), a.setCommand(), a.toggleCommand(), a.restartCommand(), a.allCommand())
	return root
}

// runE wraps the body of a command: from here on an error is not one of usage.
func (a *app) runE(body func(ctx context.Context, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		a.started = true
		return body(cmd.Context(), args)
	}
}

// connect makes the client that flags and environment describe. Only with ask is
// a missing password asked for.
func (a *app) connect(ask bool, retries int) (*client.Client, error) {
	c := a.conn
	address := c.url
	if address == "" {
		address, _ = a.host.lookupEnv("PDUCTL_URL")
	}
	if address == "" {
		return nil, usagef("no device named: use --url or set PDUCTL_URL")
	}
	if c.timeout <= 0 {
		return nil, usagef("--timeout %v: it must be longer than nothing", c.timeout)
	}
	opt := client.Options{
		URL: address, User: c.user, Timeout: c.timeout, Retries: retries,
		TLS: client.TLS{Fingerprint: c.fingerprint, Insecure: c.insecure},
	}
	if opt.User == "" {
		opt.User, _ = a.host.lookupEnv("PDUCTL_USER")
	}
	if c.caFile != "" {
		pem, err := os.ReadFile(c.caFile)
		if err != nil {
			return nil, usagef("--ca: %v", err)
		}
		opt.TLS.CA = pem
	}
	var err error
	if opt.Password, err = a.password(opt.User, ask); err != nil {
		return nil, err
	}
	return client.New(opt)
}

// password finds the password of user: file, environment, terminal.
func (a *app) password(user string, ask bool) (string, error) {
	switch file := a.conn.passwordFile; file {
	case "":
	case "-":
		return readLine(a.host.stdin, "standard input")
	default:
		f, err := os.Open(file)
		if err != nil {
			return "", usagef("--password-file: %v", err)
		}
		defer f.Close()
		return readLine(f, file)
	}
	if password, ok := a.host.lookupEnv("PDUCTL_PASSWORD"); ok {
		return password, nil
	}
	if user == "" || !ask || !a.host.canAsk {
		return "", nil
	}
	fmt.Fprintf(a.host.stderr, "Password of %s: ", user)
	password, err := a.host.readPassword()
	fmt.Fprintln(a.host.stderr)
	if err != nil {
		return "", usagef("read the password: %v", err)
	}
	return password, nil
}

// printJSON writes v with indentation, or on one line.
func (a *app) printJSON(v any, indent bool) error {
	enc := json.NewEncoder(a.host.stdout)
	enc.SetEscapeHTML(false)
	if indent {
		enc.SetIndent("", "  ")
	}
	return enc.Encode(v)
}

// version tells what this binary was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	text := strings.TrimSuffix(info.Main.Version, "+incompatible")
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && text == "(devel)" {
			text += " " + s.Value
		}
	}
	return text
}
