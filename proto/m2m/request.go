package m2m

import (
	"strconv"
	"strings"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// Codes of the errors that this package finds in requests; those of package pdu
// come on top.
const (
	CodeSyntax    = "request.syntax"    // the request is not well-formed
	CodeStructure = "request.structure" // well-formed, but not a control command
	CodeBodySize  = "request.tooLarge"
	CodeBody      = "request.body" // the body did not arrive whole
	CodeMethod    = "request.method"
	CodeCrossSite = "request.crossSite"
)

// Bounds of a request. An honest one names each output once or so.
const (
	maxBodyBytes = 64 << 10
	maxEntries   = 256
	maxDepth     = 32
)

// value is one member of a control command in text form, whatever it was on the
// wire. JSON null and an empty XML element count as not given.
type value struct {
	text  string
	given bool
}

// entry is what a request says about one output.
type entry struct{ id, action, state, delay value }

// command checks e on its own; whether the output exists is for the engine to say.
// State matters with action 6 only and Delay with a pulse only: what stands there
// with other actions is not looked at, because clients send back whole entries
// that they have read (reference: netio-http-telnet.md 2.1).
func (e entry) command() (pdu.OutputCommand, error) {
	var c pdu.OutputCommand
	id, ok := e.id.integer()
	if !ok {
		return c, pdu.Errorf(pdu.Invalid, CodeStructure, "ID %s is not the number of an output", e.id)
	}
	if id < 1 || id > maxEntries {
		return c, pdu.Errorf(pdu.NotFound, pdu.CodeOutputUnknown, "output %d does not exist; outputs count from 1", id).With("output", id)
	}
	action, ok := e.action.integer()
	if !ok || action < 0 || action > int64(pdu.ActionIgnore) {
		return c, pdu.Errorf(pdu.Invalid, pdu.CodeActionUnknown, "action %s for output %d is not a number from 0 to 6", e.action, id).With("output", id)
	}
	c.Output, c.Action = pdu.OutputID(id), pdu.Action(action)
	var err error
	switch {
	case c.Action == pdu.ActionIgnore:
		c.State, err = e.state.level(id)
	case c.Action.Pulse():
		c.Delay, err = e.delay.delay(id)
	}
	return c, err
}

// String shows the value in an error, shortened.
func (v value) String() string {
	if !v.given {
		return "(none)"
	}
	const most = 24
	if len(v.text) > most {
		return strconv.Quote(v.text[:most]) + "..."
	}
	return strconv.Quote(v.text)
}

// integer reads decimal digits with an optional minus sign, and nothing else: no
// fraction, no exponent, no white space.
func (v value) integer() (int64, bool) {
	if !v.given || strings.HasPrefix(v.text, "+") {
		return 0, false
	}
	n, err := strconv.ParseInt(v.text, 10, 64)
	return n, err == nil
}

// level reads the State of an entry with action 6.
func (v value) level(id int64) (pdu.Level, error) {
	if !v.given {
		return pdu.Unknown, nil
	}
	n, ok := v.integer()
	if !ok || n < 0 || n > 1 {
		return pdu.Unknown, pdu.Errorf(pdu.Invalid, CodeStructure, "state %s for output %d is not 0 or 1", v, id).With("output", id)
	}
	return pdu.LevelOf(n == 1), nil
}

// delay reads the time of a pulse; none and 0 mean the stored one.
func (v value) delay(id int64) (time.Duration, error) {
	if !v.given {
		return 0, nil
	}
	ms, ok := v.integer()
	if !ok {
		return 0, pdu.Errorf(pdu.Invalid, pdu.CodeDelayRange, "delay %s for output %d is not a number of milliseconds", v, id).With("output", id)
	}
	if ms == 0 {
		return 0, nil
	}
	// Bounded before multiplying, so that a huge number cannot wrap into range.
	d := time.Duration(min(max(ms, -1), pdu.MaxShortDelay.Milliseconds()+1)) * time.Millisecond
	if pdu.CheckShortDelay(d) != nil {
		return 0, pdu.Errorf(pdu.Invalid, pdu.CodeDelayRange, "delay %d ms for output %d is outside %d to %d ms",
			ms, id, pdu.MinShortDelay.Milliseconds(), pdu.MaxShortDelay.Milliseconds()).With("output", id)
	}
	return d, nil
}

// commands turns entries into output commands, in their order.
func commands(entries []entry) ([]pdu.OutputCommand, error) {
	list := make([]pdu.OutputCommand, 0, len(entries))
	for _, e := range entries {
		c, err := e.command()
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// errTooManyEntries is the answer to a request that lists outputs without end.
func errTooManyEntries() error {
	return pdu.Errorf(pdu.Invalid, CodeStructure, "the request has more than %d entries", maxEntries)
}
