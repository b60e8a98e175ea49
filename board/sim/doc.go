// Package sim is the simulated board of a virtual unit: mains, latching relays,
// loads and converters, sampled in real time and measured by package metering, the
// same code that measures hardware.
//
// What it models. Mains is a sine of one voltage and frequency that reaches every
// outlet, with harmonics, drift, flicker, noise, a source impedance and events if one
// asks for them; below 50 V it counts as lost, because the unit's own supply stops.
// Relays latch: a coil pulse moves the contact after its operate time, and a contact
// stays where it is without power. Loads keep their physical state from sample to
// sample. Current and voltage of each outlet are sampled 6,400 times a second. The
// meter of an outlet whose contact is open sees the mains voltage and no current.
// Equations, sources and limits are in docs/bench.md.
//
// A recorded load plays its own voltage and current, stretched so that its cycles
// are those of the bench's mains, in a loop of whole cycles. Such an outlet stands
// behind an ideal transformer: the inlet sees its current scaled by recorded over
// mains voltage. The inlet's voltage and current are sampled like any other; its
// active and reactive power and its energy are the sums of the outlets', so that
// not a microwatt second is made or lost between them.
//
// Outside is steered over Handler. The truth of the hardware - contacts, counts of
// operations, mains, the power cycle - survives the process in the file bench.state
// of the state folder, written with one pwrite per change before Drive returns: to
// the relays, killing the process is a crash of the controller and nothing else.
// Loads are kept in bench-loads.json, uploaded recordings in the folder recordings.
//
// Run is the only goroutine of its own that a Bench needs, and the caller's. All
// state is under one mutex that is never held while an event is sent or a file other
// than bench.state is touched.
package sim
