// Package core is the engine: the single writer of a unit's live state. Commands
// go in, immutable snapshots and typed events come out.
//
// # Who owns what
//
// One goroutine, Engine.Run, changes state; the fields below it in Engine say so.
// Do and the other calls hand it a function and wait for the outcome. Readers load
// the newest snapshot from an atomic pointer or follow the list of changes (feed.go);
// they never slow the writer. The board runs in a goroutine that Run starts and
// waits for.
//
// # States of an output
//
//	                command                      contact seen
//	steady ───────────────────────▶ moving ──────────────────────▶ steady
//	  │  ▲                            │ confirm time-out
//	  │  │ next command, or the       ▼
//	  │  └────────── contact ──── not following (fault, shown as the contact is)
//	  │
//	  ├─ short off/on ▶ pulse ── time is up, or web/button/protection ──▶ steady
//	  └─ power returns ▶ waiting (power-up sequence) ── its turn ──▶ moving
//
// Commanded and observed position are kept apart all the time. A pulse and a wait
// in the power-up sequence lie over the state of the relay: while a pulse runs,
// sources that may not interrupt it are dropped; any command ends a wait.
//
// # What survives a crash of the process
//
// The relays are where the board keeps them: a start asks the board and moves
// nothing. The journal brings back commanded levels, faults, pulses with their end,
// waits, counters, and the power cycle they belong to. What begins something is
// journaled before the relay is driven, what ends a pulse after it: a crash
// between the two therefore repeats an end, which moves nothing, and never forgets one.
//
//	journal says                   contact says   after the start
//	on, no fault                   off            off: the crash came between journal and relay, and nobody got an answer
//	on, fault                      off            on, with the fault
//	pulse, end in the future       either         the pulse goes on for the rest of its time
//	pulse, end in the past         either         the pulse ends now
//	waiting                        off            waits for the rest of its time
//
// # What a real loss of power does
//
// The board names the time since its last loss of power. If that name is not the
// journal's, or the board reports that power has returned, each output takes its
// power-up state: off at once, on in the sequence, last as commanded before (a
// running pulse counts as ended). An empty journal is a first start: then "last"
// is the state in which the contact is found. A journal that could not be read is
// not proof of a loss of power: then everything stays as it is found.
package core
