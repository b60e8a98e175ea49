package snmp

import "github.com/zerocross-pdu/zerocross/pdu"

// Status is the error-status of an answer (RFC 3416 section 3).
type Status int32

// The statuses.
const (
	NoError             Status = 0
	TooBig              Status = 1
	NoSuchName          Status = 2
	BadValue            Status = 3
	GenErr              Status = 5
	NoAccess            Status = 6
	WrongType           Status = 7
	WrongLength         Status = 8
	WrongEncoding       Status = 9
	WrongValue          Status = 10
	NoCreation          Status = 11
	InconsistentValue   Status = 12
	ResourceUnavailable Status = 13
	CommitFailed        Status = 14
	UndoFailed          Status = 15
	AuthorizationError  Status = 16
	NotWritable         Status = 17
	InconsistentName    Status = 18
)

// statuses maps the kinds of errors. By the time the unit is asked, all that SNMP
// can check has been checked; what fails then fails in the second phase of a Set.
var statuses = map[pdu.Kind]Status{
	pdu.Internal:        CommitFailed,
	pdu.Invalid:         WrongValue,
	pdu.NotFound:        NoCreation,
	pdu.Unauthenticated: AuthorizationError,
	pdu.Forbidden:       NoAccess,
	pdu.Conflict:        InconsistentValue,
	pdu.Unavailable:     ResourceUnavailable,
	pdu.TooLarge:        TooBig,
	pdu.TooMany:         ResourceUnavailable,
}

// StatusOf gives the status of an error of kind k, and whether the table knows it.
func StatusOf(k pdu.Kind) (s Status, ok bool) {
	s, ok = statuses[k]
	return s, ok
}

// version1 gives the status that version 1 has for s (RFC 3584 section 4.4).
func (s Status) version1() Status {
	switch s {
	case WrongValue, WrongEncoding, WrongType, WrongLength, InconsistentValue:
		return BadValue
	case NoAccess, NotWritable, NoCreation, InconsistentName, AuthorizationError:
		return NoSuchName
	case ResourceUnavailable, CommitFailed, UndoFailed:
		return GenErr
	}
	return s
}
