// Package telnet is the text protocol of NETIO units, called Telnet or KSHELL: one
// line asks, one line with a code answers. Facts: reference netio-http-telnet.md
// section 6; bytes between lines: RFC 854.
//
// # Who may do what
//
// An account of the unit logs in with "login"; its session is one of package auth,
// so that it ends with the account and shows up where sessions are listed. The
// section may name two more logins that exist here only: one that reads, one that
// also switches. Their names come before those of accounts. Only they can use
// "clogin", whose MD5 hash needs the clear password that accounts do not keep, and
// only while hashedLogin is on. All of them act through auth.Guard, which alone
// knows privileges.
//
// # What is refused
//
// See codes.go for the table. What a caller may not do is 505, and so is what
// nobody may change through this port; commands for things that the unit does not
// have are 502. The state of a relay that nobody knows is never told as "0", for
// a fencing program takes that as proof that a server is without power.
//
// # Limits
//
// A line may have 2048 bytes. A connection ends after the idle time without a whole
// line, after that same time without a login, and after five wrong logins. When all
// connections are taken, one that has waited some seconds without a login makes
// room. Telnet's negotiation is skipped and never answered.
//
// # Goroutines
//
// Run owns the goroutine that accepts and one per connection, which reads, acts and
// answers in turn. Run waits for all of them.
package telnet
