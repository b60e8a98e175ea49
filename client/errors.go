package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// The codes of this package's errors, which are all *pdu.Error.
const (
	CodeURL         = "client.url"         // Invalid: the address cannot be used
	CodeTLS         = "client.tls"         // Invalid: the TLS options cannot be used
	CodeUnreachable = "client.unreachable" // Unavailable: nobody answered, nothing was switched
	CodeUntrusted   = "client.untrusted"   // Unavailable: the certificate was refused, nothing was sent
	CodeUnconfirmed = "client.unconfirmed" // Unavailable: a write was sent but not confirmed; it may have switched
	CodeDocument    = "client.document"    // Internal: the answer is not a state document
	CodeStatus      = "client.status"      // by status: the device refused; wraps a *StatusError
)

// StatusError is a refusal by the device.
type StatusError struct {
	Status  int    // HTTP status of the answer
	Code    int    // result.error.code of its body, else Status
	Message string // result.error.message of its body, "" when there is none
}

func (e *StatusError) Error() string {
	text := fmt.Sprintf("%d %s", e.Code, http.StatusText(e.Code))
	if e.Message != "" {
		text = fmt.Sprintf("%d, %q", e.Code, e.Message)
	}
	return text
}

// Temporary reports whether the same read may succeed a moment later.
func Temporary(err error) bool {
	switch pdu.CodeOf(err) {
	case CodeUnreachable:
		return !errors.Is(err, context.Canceled)
	case CodeStatus:
		// 500 is also what a device answers while it starts.
		e, ok := errors.AsType[*StatusError](err)
		return ok && e.Status >= http.StatusInternalServerError
	}
	return false
}

// statusError makes the error for a refusal (reference: netio-http-telnet.md 2.2).
func statusError(u *url.URL, e *StatusError) error {
	kind, hint := pdu.Internal, "see the log of the device"
	switch {
	case e.Code == http.StatusUnauthorized:
		kind, hint = pdu.Unauthenticated, "check user and password of its JSON API"
	case e.Code == http.StatusForbidden:
		kind, hint = pdu.Forbidden, "this user may not do that, or the device does not allow writing"
	case e.Code == http.StatusNotFound:
		kind, hint = pdu.NotFound, "its JSON API is switched off or has another address"
	case e.Code == http.StatusTooManyRequests:
		kind, hint = pdu.TooMany, "try again later"
	case e.Code == http.StatusServiceUnavailable:
		kind, hint = pdu.Unavailable, "try again later"
	case e.Code/100 == 4:
		kind, hint = pdu.Invalid, "it did not accept the request"
	case e.Code/100 == 3:
		kind, hint = pdu.Invalid, "the device sends clients elsewhere; use that address"
	}
	return pdu.Errorf(kind, CodeStatus, "%s answered %w: %s", u, e, hint)
}

// transportError makes the error for an exchange that did not come to its end.
func transportError(u *url.URL, err error, maybeWritten bool) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err // its text repeats method and URL
	}
	if print, ok := untrusted(err); ok {
		return pdu.Errorf(pdu.Unavailable, CodeUntrusted,
			"the certificate of %s is not trusted: %w; its SHA-256 fingerprint is %s: if that is what the device itself shows, pin it", u, err, print)
	}
	if maybeWritten {
		return unconfirmed(u, err)
	}
	if pdu.CodeOf(err) == CodeDocument {
		return pdu.Errorf(pdu.KindOf(err), CodeDocument, "read %s: %w", u, err)
	}
	hint := "check address, port and cable"
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		hint = "it did not answer in time"
	}
	if strings.Contains(err.Error(), "server gave HTTP response to HTTPS client") {
		hint = "the device does not speak https at this port"
	}
	return pdu.Errorf(pdu.Unavailable, CodeUnreachable, "cannot reach %s: %w: %s", u, err, hint)
}

// uncertain reports whether err, the outcome of a write that was answered, leaves
// open what became of it: the answer was no document, or the device or something
// in front of it broke down over it. With 503 it says that it did nothing.
func uncertain(err error) bool {
	e, refused := errors.AsType[*StatusError](err)
	return pdu.CodeOf(err) == CodeDocument ||
		refused && e.Code >= http.StatusInternalServerError && e.Code != http.StatusServiceUnavailable
}

// unconfirmed makes the error for a write whose answer is missing.
func unconfirmed(u *url.URL, err error) error {
	return pdu.Errorf(pdu.Unavailable, CodeUnconfirmed,
		"%s was sent the command but did not confirm it: %w; outputs may have switched, read their state before you try again", u, err)
}
