package modbus

import (
	"errors"
	"fmt"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// exception is the reason for which a request is refused, as sent on the wire
// (Modbus Application Protocol 7).
type exception byte

// The exceptions that this server sends.
const (
	illegalFunction exception = 1
	illegalAddress  exception = 2
	illegalValue    exception = 3
	deviceFailure   exception = 4
	deviceBusy      exception = 6
)

// Error names the exception.
func (e exception) Error() string { return fmt.Sprintf("exception %02d", byte(e)) }

// exceptions maps the kinds of errors. Modbus knows no rights: like a server that
// may only be read, a caller without them sees a function that does not exist, as
// Modbus/TCP Security asks for. What may succeed later is "busy".
var exceptions = map[pdu.Kind]exception{
	pdu.Internal:        deviceFailure,
	pdu.Invalid:         illegalValue,
	pdu.NotFound:        illegalAddress,
	pdu.Unauthenticated: illegalFunction,
	pdu.Forbidden:       illegalFunction,
	pdu.Conflict:        deviceBusy,
	pdu.Unavailable:     deviceBusy,
	pdu.TooLarge:        illegalValue,
	pdu.TooMany:         deviceBusy,
}

// Exception gives the exception code of an error of kind k, and whether the table
// knows it.
func Exception(k pdu.Kind) (code byte, ok bool) {
	e, ok := exceptions[k]
	return byte(e), ok
}

// exceptionOf gives the exception that err is answered with.
func exceptionOf(err error) exception {
	if e, ok := errors.AsType[exception](err); ok {
		return e
	}
	return exceptions[pdu.KindOf(err)]
}
