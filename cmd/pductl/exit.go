package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/zerocross-pdu/zerocross/client"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// The exit codes. Scripts rely on them; exitHelp explains them to people.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitUnreachable = 3
	exitLogin       = 4
	exitNotTaken    = 5
	exitInterrupted = 130
)

const exitHelp = `Exit codes:
  0    done; the outputs show what was asked for
  1    failed: the device refused, or answered something that is no NETIO document
  2    usage: a wrong flag or argument, an output that does not exist, a missing --yes
  3    no connection: no answer in time, wrong address, certificate not trusted
  4    login: wrong or missing user or password
  5    not taken: an output does not show the state asked for, or the device got
       the command and did not confirm it; look before you try again
  130  interrupted`

// usageError is a mistake of the caller that nothing was tried for.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

// usagef makes a usageError.
func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// notTakenError says that outputs do not show what was asked for.
type notTakenError struct{ text string }

func (e notTakenError) Error() string { return e.text }

// exitCode gives the exit code for the outcome of a command.
func exitCode(err error) int {
	if err == nil {
		return exitOK
	}
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[notTakenError](err); ok {
		return exitNotTaken
	}
	switch pdu.CodeOf(err) {
	case client.CodeURL, client.CodeTLS, pdu.CodeDelayRange:
		return exitUsage
	case client.CodeUnconfirmed:
		return exitNotTaken
	}
	if errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	switch pdu.CodeOf(err) {
	case client.CodeUnreachable, client.CodeUntrusted:
		return exitUnreachable
	}
	if pdu.KindOf(err) == pdu.Unauthenticated {
		return exitLogin
	}
	return exitFailed
}
