package auth

import (
	"math"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// Codes of the errors and faults that this package makes.
const (
	CodeForbidden = "auth.forbidden" // Forbidden: the account lacks a privilege
	CodeMissing   = "auth.missing"   // Unauthenticated: the request has no credentials
	CodeMalformed = "auth.malformed" // Unauthenticated: the credentials cannot be read
	CodeWrong     = "auth.wrong"     // Unauthenticated: no such account, or not its password
	CodeSession   = "auth.session"   // Unauthenticated: the session does not exist or has ended
	CodeThrottled = "auth.throttled" // TooMany: wrong passwords came before; see the argument retryAfterSeconds
	CodeBusy      = "auth.busy"      // Unavailable: the caller left while waiting for its check
	CodeSetupDone = "setup.done"     // Conflict: there are accounts already

	CodePasswordEmpty = "password.empty" // Invalid
	CodePasswordShort = "password.short" // Invalid: see the argument minimum
	CodePasswordLong  = "password.long"  // Invalid: see the argument maximum

	FaultName          = "account.name"          // not a letter followed by letters and digits
	FaultTwice         = "account.twice"         // a name that another account has
	FaultRole          = "account.role"          // a role that does not exist
	FaultPassword      = "account.password"      // not an acceptable argon2id hash
	FaultCount         = "account.count"         // too many accounts
	FaultAdministrator = "account.administrator" // no administrator is left
)

// wrong is the answer to a wrong password and to an unknown name alike.
func wrong() error {
	return pdu.Errorf(pdu.Unauthenticated, CodeWrong, "log in: the user name or the password is wrong")
}

// sessionEnded is the answer to a token that opens nothing.
func sessionEnded() error {
	return pdu.Errorf(pdu.Unauthenticated, CodeSession, "the session has ended or never existed; log in again")
}

// throttled asks to wait.
func throttled(wait time.Duration) error {
	seconds := int(math.Ceil(wait.Seconds()))
	return pdu.Errorf(pdu.TooMany, CodeThrottled, "log in: too many wrong passwords came from this address; try again in %d s", seconds).
		With("retryAfterSeconds", seconds)
}
