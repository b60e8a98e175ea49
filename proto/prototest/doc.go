// Package prototest is the suite that every protocol passes: one script of reading
// and switching, run through the protocol and, on a second unit of the same kind,
// through pdu.Switcher itself. Both must end in the same state and leave the same
// trail of events, so that an action means the same wherever it comes from.
//
// A protocol's test describes it as a Protocol, implements Client for it, and
// calls Run. What the protocol cannot express it declares with the reason; that
// part of the script is then left out on both sides.
//
// Goroutines: each unit has one for its engine, one for its listeners and one for
// the protocol; the test that made the unit waits for them.
package prototest
