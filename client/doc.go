// Package client reads and switches any PDU that speaks the NETIO JSON API
// (/netio.json), ours or an original of either hardware generation.
//
// It accepts the documents as they are met in the field: numbers as strings,
// integers as floats, missing members, other spellings of the energy counters.
// What a device does not report stays nil; nothing is invented. It is strict
// where a mistake would switch the wrong outlet: an output without a number, or
// two with the same one, make the document an error.
//
// Reads are repeated a few times when the device does not answer. A write is
// sent once and never repeated, since nobody can know whether the first one
// arrived; see CodeUnconfirmed.
//
// A Client may be used by any number of goroutines and starts none of its own
// beyond those of net/http; Close lets go of its connections. The package has no
// state of its own and imports pdu only.
package client
