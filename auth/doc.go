// Package auth knows the accounts of a unit: who somebody is, what that account
// may do, and how long a login lasts.
//
// The accounts are a section of the configuration ([Section]); their passwords are
// argon2id hashes. A [Service] checks passwords, keeps the open sessions and tells
// who sent an HTTP request. [Guard] gives one account's view of the engine, so that
// no protocol checks privileges itself.
//
// # Guessing
//
// A password costs about 7 MiB and some milliseconds to check, and one is checked
// at a time. Wrong ones are counted per account and address and per address, never
// per account alone: nobody can lock the owner out from elsewhere. Past a few free
// attempts each further one doubles a pause during which nothing is hashed and a
// right password is refused too; with time they are forgiven, one by one. A name
// that does not exist costs and counts the same as one that does. The same wrong
// password sent again is no new guess and does not count, so that a program with an
// old password does not lock out the person at the same address. Sessions need no
// throttling, since nobody guesses 256 bits, and therefore go on during a pause.
//
// # Goroutines
//
// The package starts none. All methods of a Service may be called by any goroutine;
// what has expired is dropped when it is next looked at, and all tables are bounded.
// Everything but the accounts lives in memory: a restart ends all sessions.
package auth
