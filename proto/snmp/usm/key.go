package usm

import (
	"crypto/hmac"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"
)

// MinPassphrase is the least length of a passphrase in octets (RFC 3414 section 11.2).
const MinPassphrase = 8

// saltLen is the length of msgPrivacyParameters in octets, of all protocols.
const saltLen = 8

// Credentials are what a user and an engine share.
type Credentials struct {
	Name           string
	Auth           Auth
	AuthPassphrase string // MinPassphrase octets or more
	Priv           Priv   // NoPriv: the user cannot encrypt
	PrivPassphrase string
	// Extension makes keys long enough where Priv.Stretches.
	Extension Extension
}

// Key is a user's credentials for one engine.
type Key struct {
	name   string
	spec   authSpec
	auth   []byte
	cipher privacy // nil when the user cannot encrypt
	salt   atomic.Uint64
	isDES  bool
}

// privacy encrypts and decrypts in place.
type privacy interface {
	encrypt(data []byte, boots, seconds uint32, salt []byte) []byte
	decrypt(data []byte, boots, seconds uint32, salt []byte) error
}

// PassphraseKey makes a key of a passphrase, which must not be empty (RFC 3414
// appendix A.2): the hash of one mebibyte of its repetitions.
func PassphraseKey(a Auth, passphrase string) []byte {
	const total = 1 << 20
	spec, ok := a.spec()
	if !ok || passphrase == "" {
		return nil
	}
	h := spec.hash()
	// A whole number of repetitions at once, about a page.
	chunk := make([]byte, 0, 4096+len(passphrase))
	for len(chunk) < 4096 {
		chunk = append(chunk, passphrase...)
	}
	left := total
	for ; left >= len(chunk); left -= len(chunk) {
		h.Write(chunk)
	}
	h.Write(chunk[:left])
	return h.Sum(nil)
}

// Localize binds a key to one engine (RFC 3414 section 2.6).
func Localize(a Auth, key, engineID []byte) []byte {
	spec, ok := a.spec()
	if !ok {
		return nil
	}
	h := spec.hash()
	h.Write(key)
	h.Write(engineID)
	h.Write(key)
	return h.Sum(nil)
}

// NewKey makes the key of a user for one engine. It takes milliseconds.
func NewKey(c Credentials, engineID []byte) (*Key, error) {
	spec, ok := c.Auth.spec()
	if !ok {
		return nil, fmt.Errorf("user %q: authentication protocol %q is not known", c.Name, c.Auth)
	}
	if len(c.AuthPassphrase) < MinPassphrase || c.Priv != NoPriv && len(c.PrivPassphrase) < MinPassphrase {
		return nil, fmt.Errorf("user %q: a passphrase is shorter than %d octets", c.Name, MinPassphrase)
	}
	k := &Key{name: c.Name, spec: spec, isDES: c.Priv == DES}
	k.auth = Localize(c.Auth, PassphraseKey(c.Auth, c.AuthPassphrase), engineID)
	if c.Priv == NoPriv {
		return k, nil
	}
	size, ok := c.Priv.keyLen()
	if !ok {
		return nil, fmt.Errorf("user %q: privacy protocol %q is not known", c.Name, c.Priv)
	}
	if c.Priv.Stretches(c.Auth) && c.Extension == NoExtension {
		return nil, fmt.Errorf("user %q: %s makes keys that are too short for %s", c.Name, c.Auth, c.Priv)
	}
	secret := Localize(c.Auth, PassphraseKey(c.Auth, c.PrivPassphrase), engineID)
	secret = c.Extension.extend(c.Auth, secret, engineID, size)
	var err error
	if c.Priv == DES {
		k.cipher, err = newDES(secret)
	} else {
		k.cipher, err = newAES(secret)
	}
	if err != nil {
		return nil, fmt.Errorf("user %q: %w", c.Name, err)
	}
	var start [8]byte
	if _, err := rand.Read(start[:]); err != nil {
		return nil, err
	}
	k.salt.Store(binary.BigEndian.Uint64(start[:]))
	return k, nil
}

// Name is the user's name.
func (k *Key) Name() string { return k.name }

// Level is the highest level that the key allows.
func (k *Key) Level() Level {
	if k.cipher != nil {
		return AuthPriv
	}
	return AuthNoPriv
}

// sum gives the digest of a message whose digest field is zero.
func (k *Key) sum(message []byte) []byte {
	h := hmac.New(k.spec.hash, k.auth)
	h.Write(message)
	return h.Sum(nil)[:k.spec.digest]
}

// encrypt encrypts data in place, perhaps padding it, and gives the salt.
func (k *Key) encrypt(data []byte, boots, seconds uint32) (encrypted, salt []byte) {
	n := k.salt.Add(1)
	if k.isDES { // boots and a counter of 32 bits (RFC 3414 section 8.1.1.1)
		n = uint64(boots)<<32 | n&(1<<32-1)
	}
	salt = binary.BigEndian.AppendUint64(nil, n)
	return k.cipher.encrypt(data, boots, seconds, salt), salt
}

// decrypt decrypts data in place.
func (k *Key) decrypt(data []byte, boots, seconds uint32, salt []byte) error {
	if len(salt) != saltLen {
		return errors.New("salt has another length than eight octets")
	}
	return k.cipher.decrypt(data, boots, seconds, salt)
}

func appendUint32(b []byte, n uint32) []byte { return binary.BigEndian.AppendUint32(b, n) }
