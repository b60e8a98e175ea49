// Package httpd keeps the HTTP and HTTPS listeners of a unit: certificates,
// limits and time-outs. The admin API, the page and the M2M protocols mount their
// handlers on it; a protocol with a port of its own is one more listener here.
//
// Limits that hold for every listener: 8 KiB of request header, 5 s to send the
// header, 15 s to send the body, 30 s to take the answer, 60 s idle between
// requests, 256 connections of which one address may hold 64; a connection beyond
// that is closed at once. A body is limited to 1 MiB, or as MaxBody says. A panic
// in a handler is logged and answered with 500. HTTP/1.1 only: one connection is
// one request at a time, so that the limits mean what they say.
//
// A handler that streams (server-sent events) lifts the write time-out with
// http.ResponseController.SetWriteDeadline and ends when Stopping is closed.
//
// Goroutines: Run owns the accept loop of each listener and the http.Server that
// it feeds; it waits for all of them. Every method may be called by any goroutine,
// before and during Run. Mounting rebuilds a routing table that requests read
// through an atomic pointer: an unmounted handler gets no new requests, those it
// has are not waited for.
package httpd
