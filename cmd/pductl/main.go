// Pductl reads and switches power distribution units from the command line: any
// device with the NETIO JSON API, an original as well as one run by pdud.
//
// The program runs in one goroutine. All that it knows of the world outside (its
// arguments, streams, terminal and environment) comes through a host, so that
// tests run the whole program in process.
package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"
)

// host is the world around the program.
type host struct {
	args      []string
	stdin     io.Reader
	stdout    io.Writer
	stderr    io.Writer
	lookupEnv func(string) (string, bool)
	now       func() time.Time
	// canAsk says that a person sits at stdin and sees stderr.
	canAsk bool
	// canRedraw says that stdout is a terminal that understands cursor movements.
	canRedraw bool
	// readPassword reads a line without showing it; used when canAsk.
	readPassword func() (string, error)
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	stdin := int(os.Stdin.Fd())
	h := &host{
		args:      os.Args[1:],
		stdin:     bufio.NewReader(os.Stdin),
		stdout:    os.Stdout,
		stderr:    os.Stderr,
		lookupEnv: os.LookupEnv,
		now:       time.Now,
		canAsk:    term.IsTerminal(stdin) && term.IsTerminal(int(os.Stderr.Fd())),
		canRedraw: term.IsTerminal(int(os.Stdout.Fd())) && os.Getenv("TERM") != "dumb" && enableRedraw(os.Stdout),
		readPassword: func() (string, error) {
			b, err := term.ReadPassword(stdin)
			return string(b), err
		},
	}
	code := run(ctx, h)
	stop()
	os.Exit(code)
}
