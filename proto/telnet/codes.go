package telnet

import (
	"errors"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// refusal is an answer that refuses a line, as sent on the wire (reference:
// netio-http-telnet.md 6.3). The misspelling is the originals' own, and clients
// compare it.
type refusal string

// The refusals.
const (
	invalidValue       refusal = "500 INVALID VALUE"
	invalidParameter   refusal = "501 INVALID PARAMETR"
	unknownCommand     refusal = "502 UNKNOWN COMMAND"
	invalidLogin       refusal = "503 INVALID LOGIN"
	alreadyLoggedIn    refusal = "504 ALREADY LOGGED IN"
	forbidden          refusal = "505 FORBIDDEN"
	lineTooLong        refusal = "506 INPUT LINE TOO LONG"
	tooManyConnections refusal = "507 TOO MANY CONNECTIONS"
)

// The other answers.
const (
	hello    = "100 HELLO "
	bye      = "110 BYE"
	timedOut = "130 CONNECTION TIMEOUT"
	ok       = "250 OK"
	data     = "250 " // followed by the data
)

// Error gives the line.
func (r refusal) Error() string { return string(r) }

// refusals maps the kinds of errors. The protocol has no code for "failed" and "not
// now": a relay that could not be driven is 500, what the state does not allow is
// 505. Whoever must wait before the next login is answered as if the password were
// wrong, because during the wait a right one is not told from a wrong one.
var refusals = map[pdu.Kind]refusal{
	pdu.Internal:        invalidValue,
	pdu.Invalid:         invalidValue,
	pdu.NotFound:        invalidParameter,
	pdu.Unauthenticated: invalidLogin,
	pdu.Forbidden:       forbidden,
	pdu.Conflict:        forbidden,
	pdu.Unavailable:     forbidden,
	pdu.TooLarge:        lineTooLong,
	pdu.TooMany:         invalidLogin,
}

// Refusal gives the line that answers an error of kind k, and whether the table
// knows it.
func Refusal(k pdu.Kind) (line string, ok bool) {
	r, ok := refusals[k]
	return string(r), ok
}

// refusalOf gives the line that answers err.
func refusalOf(err error) string {
	if r, ok := errors.AsType[refusal](err); ok {
		return string(r)
	}
	return string(refusals[pdu.KindOf(err)])
}
