// Package proto is the port of the protocols: what a protocol is to the rest of
// the program, and the Supervisor that starts, stops and restarts them.
//
// A protocol is one folder under proto with one Definition, which cmd/pdud lists.
// It meets the unit through the interfaces in Deps only, never the engine itself,
// and must pass the shared suite in proto/prototest.
//
// Goroutines: Supervisor.Run owns one goroutine per protocol, which owns the
// Service that it runs; each is waited for.
package proto
