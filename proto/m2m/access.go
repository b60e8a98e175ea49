package m2m

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strings"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// Codes of refused access.
const (
	CodeCredentials   = "access.credentials" // missing or wrong
	CodeReadDisabled  = "access.readDisabled"
	CodeWriteDisabled = "access.writeDisabled"
	CodeReadOnly      = "access.readOnly" // right credentials, but those for reading
	CodeThrottled     = "access.throttled"
)

// credential is a secret in the only form that is kept for comparing.
type credential struct {
	user string
	sum  [sha256.Size]byte
	open bool // nothing has to be presented
}

func newCredential(user string, secret config.Secret) credential {
	return credential{
		user: user,
		sum:  sha256.Sum256([]byte(user + ":" + string(secret))),
		open: user == "" && secret == "",
	}
}

// matches compares in constant time. Nothing matches an open credential.
func (c *credential) matches(sum *[sha256.Size]byte) bool {
	return !c.open && subtle.ConstantTimeCompare(c.sum[:], sum[:]) == 1
}

// access decides who may read and write through one document API. The rules are
// told in the package comment. It is immutable.
type access struct {
	reads, writes  bool // the modes are enabled
	reader, writer credential
}

func newAccess(c *DocumentConfig) *access {
	return &access{
		reads: c.Read.Enabled, reader: newCredential(c.Read.User, c.Read.Password),
		writes: c.Write.Enabled, writer: newCredential(c.Write.User, c.Write.Password),
	}
}

// caller is what one request may do, and under which name.
type caller struct {
	read, write *pdu.Error // why not; nil: may
	user        string     // of the credentials presented, if they are known
	wrong       bool       // credentials were presented that are nobody's
}

// judge looks at an Authorization header. 401 is for callers whom other
// credentials would help, 403 for all others.
func (a *access) judge(header string) caller {
	var c caller
	sum, ok := basicSum(header)
	isReader := ok && a.reader.matches(&sum)
	isWriter := ok && a.writer.matches(&sum)
	known := isReader || isWriter
	switch {
	case isWriter:
		c.user = a.writer.user
	case isReader:
		c.user = a.reader.user
	}
	mayWrite := a.writes && isWriter
	mayRead := mayWrite || a.reads && (isReader || a.reader.open)
	switch {
	case mayRead:
	case known || !a.reads && (!a.writes || a.writer.open):
		c.read = errReadDisabled
	default:
		c.read = errCredentials
	}
	switch {
	case !a.writes:
		c.write = errWriteDisabled
	case mayWrite || a.writer.open && (mayRead || !a.reads):
		// The answer to a write shows the state, so an open write mode is
		// open to those only who may read.
	case isReader:
		c.write = errReadOnly
	default:
		c.write = errCredentials
	}
	c.wrong = header != "" && !known && (c.read == errCredentials || c.write == errCredentials)
	return c
}

// The refusals. They are made once: a refusal costs no more than an answer.
var (
	errCredentials   = pdu.Errorf(pdu.Unauthenticated, CodeCredentials, "user name or password is missing or wrong")
	errReadDisabled  = pdu.Errorf(pdu.Forbidden, CodeReadDisabled, "reading is not enabled in the settings of this API")
	errWriteDisabled = pdu.Errorf(pdu.Forbidden, CodeWriteDisabled, "writing is not enabled in the settings of this API")
	errReadOnly      = pdu.Errorf(pdu.Forbidden, CodeReadOnly, "these credentials may read only")
	errPassphrase    = pdu.Errorf(pdu.Unauthenticated, CodeCredentials, "the passphrase is missing or wrong")
	errThrottled     = pdu.Errorf(pdu.TooMany, CodeThrottled, "too many wrong credentials from this address; wait a minute")
)

// basicBytes bounds the credentials that are looked at: the longest that the
// settings allow.
const basicBytes = maxUserBytes + 1 + maxSecretBytes

// basicSum reads the credentials of an Authorization header without allocating
// and gives their hash. ok is false when there are none that could be right.
func basicSum(header string) (sum [sha256.Size]byte, ok bool) {
	const scheme = "Basic "
	if len(header) < len(scheme) || !strings.EqualFold(header[:len(scheme)], scheme) {
		return sum, false
	}
	var encoded [(basicBytes + 2) / 3 * 4]byte
	var plain [(basicBytes + 2) / 3 * 3]byte
	n := copy(encoded[:], header[len(scheme):])
	if n < len(header)-len(scheme) {
		return sum, false
	}
	n, err := base64.StdEncoding.Decode(plain[:], encoded[:n])
	if err != nil {
		return sum, false
	}
	return sha256.Sum256(plain[:n]), true
}
