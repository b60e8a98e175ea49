package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// Limits of passwords. The minimum is for those that people choose in Setup.
const (
	MinPasswordLetters = 8
	MaxPasswordBytes   = 1024
)

// Cost of the hashes that this program makes, one of the settings that OWASP's
// password storage guide recommends for argon2id: the least memory for a small
// controller.
const (
	hashMemoryKiB = 7 * 1024
	hashPasses    = 5
	hashThreads   = 1
	saltBytes     = 16
	keyBytes      = 32
)

// Bounds of the hashes that a configuration may bring along. They keep a check
// from using up the controller's memory or being worth nothing.
const (
	minMemoryKiB, maxMemoryKiB = 1024, 64 * 1024
	minPasses, maxPasses       = 1, 10
	minThreads, maxThreads     = 1, 4
	minSaltBytes, maxSaltBytes = 8, 48
	minKeyBytes, maxKeyBytes   = 16, 64
)

// passwordHash is an argon2id hash with what it takes to compute it again.
type passwordHash struct {
	memoryKiB uint32
	passes    uint32
	threads   uint8
	salt      []byte
	key       []byte
}

// phcEncoding is the base64 of the PHC string format: no padding, no loose bits.
var phcEncoding = base64.RawStdEncoding.Strict()

// HashPassword makes the argon2id hash of a password with a fresh salt, as the
// accounts section wants it. Errors: Invalid with CodePasswordEmpty or
// CodePasswordLong.
func HashPassword(password string) (config.Secret, error) {
	return hashWith(argon2Key, password)
}

// hashWith is HashPassword with any key derivation.
func hashWith(derive deriveFunc, password string) (config.Secret, error) {
	if password == "" {
		return "", pdu.Errorf(pdu.Invalid, CodePasswordEmpty, "the password is empty; choose one")
	}
	if len(password) > MaxPasswordBytes {
		return "", pdu.Errorf(pdu.Invalid, CodePasswordLong, "the password has %d bytes; at most %d are allowed", len(password), MaxPasswordBytes).
			With("maximum", MaxPasswordBytes)
	}
	h := defaultCost()
	rand.Read(h.salt)
	h.key = derive(password, h)
	return config.Secret(h.String()), nil
}

// defaultCost is a hash at the cost of this program, with salt and key of zeros.
func defaultCost() passwordHash {
	return passwordHash{hashMemoryKiB, hashPasses, hashThreads, make([]byte, saltBytes), make([]byte, keyBytes)}
}

// deriveFunc computes the key that password has with salt, cost and key length of h.
type deriveFunc func(password string, h passwordHash) []byte

func argon2Key(password string, h passwordHash) []byte {
	return argon2.IDKey([]byte(password), h.salt, h.passes, h.memoryKiB, h.threads, uint32(len(h.key)))
}

// matches reports whether h is the hash of password, in a time that does not tell
// how much of it agrees.
func (h passwordHash) matches(derive deriveFunc, password string) bool {
	if len(password) > MaxPasswordBytes {
		return false // HashPassword makes no such hash
	}
	return subtle.ConstantTimeCompare(derive(password, h), h.key) == 1
}

// String gives the hash in the PHC string format.
func (h passwordHash) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.memoryKiB, h.passes, h.threads,
		phcEncoding.EncodeToString(h.salt), phcEncoding.EncodeToString(h.key))
}

// parseHash reads exactly what String writes, within the bounds of cost. Its errors
// do not show the text.
func parseHash(text string) (passwordHash, error) {
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return passwordHash{}, errors.New("must be an argon2id hash in PHC form, beginning with $argon2id$v=19$, not the password itself")
	}
	var h passwordHash
	var version int
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &h.memoryKiB, &h.passes, &h.threads); err != nil {
		return passwordHash{}, errors.New("the parameters of the hash cannot be read; they look like v=19$m=7168,t=5,p=1")
	}
	salt, saltErr := phcEncoding.DecodeString(parts[4])
	key, keyErr := phcEncoding.DecodeString(parts[5])
	if saltErr != nil || keyErr != nil {
		return passwordHash{}, errors.New("the hash has a salt or key that is not base64 without padding")
	}
	h.salt, h.key = salt, key
	if err := h.checkBounds(); err != nil {
		return passwordHash{}, err
	}
	if h.String() != text { // another version, leading zeros, line breaks in the base64
		return passwordHash{}, errors.New("the hash is not written in the usual form of argon2id, version 19")
	}
	return h, nil
}

func (h passwordHash) checkBounds() error {
	for _, b := range []struct {
		what           string
		got, low, high int
	}{
		{"memory in KiB (m)", int(h.memoryKiB), minMemoryKiB, maxMemoryKiB},
		{"number of passes (t)", int(h.passes), minPasses, maxPasses},
		{"number of threads (p)", int(h.threads), minThreads, maxThreads},
		{"salt in bytes", len(h.salt), minSaltBytes, maxSaltBytes},
		{"hash in bytes", len(h.key), minKeyBytes, maxKeyBytes},
	} {
		if b.got < b.low || b.got > b.high {
			return fmt.Errorf("the %s is %d; allowed are %d to %d", b.what, b.got, b.low, b.high)
		}
	}
	return nil
}
