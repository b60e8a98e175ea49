package pdu

import (
	"errors"
	"fmt"
	"maps"
)

// Kind classifies an error by what the caller can do about it. Each protocol
// maps every kind to its own code in one table; the list is append-only.
type Kind uint8

// The kinds of errors.
const (
	Internal        Kind = iota // a defect or a failing device; nothing the caller can mend
	Invalid                     // the request cannot be understood or a value is out of range
	NotFound                    // the output, input or object does not exist
	Unauthenticated             // credentials are missing or wrong
	Forbidden                   // the caller is known but may not do this
	Conflict                    // the state does not allow it now, or an edit is out of date
	Unavailable                 // the unit cannot do it at the moment: no mains, starting, stopping
	TooLarge                    // the request exceeds a size limit
	TooMany                     // a rate or connection limit is reached
)

// Kinds lists every kind, for tables that must not forget one.
func Kinds() []Kind {
	return []Kind{Internal, Invalid, NotFound, Unauthenticated, Forbidden, Conflict, Unavailable, TooLarge, TooMany}
}

// String gives the name of the kind as used in the admin API.
func (k Kind) String() string {
	names := [...]string{"internal", "invalid", "notFound", "unauthenticated", "forbidden", "conflict", "unavailable", "tooLarge", "tooMany"}
	if int(k) >= len(names) {
		return "internal"
	}
	return names[k]
}

// Codes that more than one package checks or translates. A code names one
// reason, is stable, and is the key under which user interfaces translate it.
const (
	CodeOutputUnknown = "output.unknown"
	CodeActionUnknown = "action.unknown"
	CodeDelayRange    = "delay.range"
	CodeNoOutputs     = "command.empty"
	CodeNoMains       = "mains.absent"
	CodeStopping      = "engine.stopping"
	CodeRelayDrive    = "relay.drive"
)

// Error is the error of the domain. Kind tells what the caller can do, Code names
// the exact reason for machines and translations, Args are its parameters, and
// Err says for people what was attempted, on what, and what to do.
type Error struct {
	Kind Kind
	Code string
	Args map[string]any
	Err  error
}

// Errorf makes an Error whose text is built like fmt.Errorf.
func Errorf(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Err: fmt.Errorf(format, args...)}
}

// With returns a copy of e with one more parameter for translations.
func (e *Error) With(name string, value any) *Error {
	c := *e
	c.Args = make(map[string]any, len(e.Args)+1)
	maps.Copy(c.Args, e.Args)
	c.Args[name] = value
	return &c
}

// Error gives the sentence for people.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Kind.String() + ": " + e.Code
	}
	return e.Err.Error()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf gives the kind of the first Error in err's chain, Internal when there
// is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// CodeOf gives the code of the first Error in err's chain, "" when there is none.
func CodeOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}
