// Package config keeps the settings of a unit: one versioned JSON document whose
// sections are owned by the packages that use them.
//
// A [Store] hands out immutable [Document] values; [Get] gives a typed section.
// Edits are serialised: each works on a copy, is checked as a whole (every fault
// with its path), may be vetoed by an [Owner], is written to the state folder, and
// only then becomes current. The package starts no goroutine: owners are told by
// the goroutine that edits, in the order of the commits.
//
// # Files
//
//	config.json          the document; secrets are shown as a mask
//	config.prev.json     the document before it
//	secrets.json         the secrets of both, by generation, mode 0600
//	secrets.copy.json    the same once more
//	config.v<N>.json     the document as version N wrote it, before it was migrated
//	config.bad-<time>.json  a document that could not be read
//
// A commit writes secrets.json with the secrets of the old and of the new document,
// then config.prev.json, then config.json; each is written to a temporary file,
// synced, renamed, and the folder synced. Renaming config.json is the moment of the
// commit: whenever the process or the power stops, either the old or the new
// document is found, with the secrets that belong to it.
//
// secrets.json holds a checksum of each document too. A document that was changed
// by hand and is in order is taken over, and a secret written into it in clear moves
// to secrets.json. One that is neither in order nor as it was written counts as
// damaged: the document before it is used, the log says so, and the damaged file is
// kept. One that is as it was written but is refused by this program (a newer
// version, a setting that is no longer allowed) stops the start with a clear error.
//
// # Arrays
//
// Reading a stored document starts from the defaults: what is missing keeps its
// factory value, in arrays element by element. The length of an array is that of
// the document. A section whose arrays must have one element per output implements
// [Normalizer] to fill up what an older or hand-written document lacks, and
// [Validator] to refuse an edit with a wrong length.
package config
