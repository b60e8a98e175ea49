package usm

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
)

// Auth names an authentication protocol.
type Auth string

// The authentication protocols: HMAC over these hashes (RFC 3414 sections 6 and 7,
// RFC 7860).
const (
	MD5    Auth = "MD5"
	SHA1   Auth = "SHA-1"
	SHA224 Auth = "SHA-224"
	SHA256 Auth = "SHA-256"
	SHA384 Auth = "SHA-384"
	SHA512 Auth = "SHA-512"
)

// Auths lists the authentication protocols.
func Auths() []Auth { return []Auth{MD5, SHA1, SHA224, SHA256, SHA384, SHA512} }

// authSpec is what one authentication protocol is made of.
type authSpec struct {
	hash   func() hash.Hash
	digest int // octets of the digest that are sent
}

func (a Auth) spec() (authSpec, bool) {
	switch a {
	case MD5:
		return authSpec{md5.New, 12}, true
	case SHA1:
		return authSpec{sha1.New, 12}, true
	case SHA224:
		return authSpec{sha256.New224, 16}, true
	case SHA256:
		return authSpec{sha256.New, 24}, true
	case SHA384:
		return authSpec{sha512.New384, 32}, true
	case SHA512:
		return authSpec{sha512.New, 48}, true
	}
	return authSpec{}, false
}

// Priv names a privacy protocol.
type Priv string

// The privacy protocols: none, RFC 3414 section 8, RFC 3826, and the two that were
// never standardised.
const (
	NoPriv Priv = ""
	DES    Priv = "DES"
	AES128 Priv = "AES-128"
	AES192 Priv = "AES-192"
	AES256 Priv = "AES-256"
)

// Privs lists the privacy protocols.
func Privs() []Priv { return []Priv{DES, AES128, AES192, AES256} }

// keyLen is the length of the key in octets; DES takes 8 of key and 8 for its
// initialisation vector.
func (p Priv) keyLen() (octets int, ok bool) {
	switch p {
	case DES, AES128:
		return 16, true
	case AES192:
		return 24, true
	case AES256:
		return 32, true
	}
	return 0, false
}

// Stretches reports whether the key of p is longer than what a localises to, so
// that both sides must agree on an Extension.
func (p Priv) Stretches(a Auth) bool {
	spec, _ := a.spec()
	need, ok := p.keyLen()
	return ok && spec.hash != nil && need > spec.hash().Size()
}

// Level is a security level.
type Level uint8

// The levels, in rising order.
const (
	NoAuthNoPriv Level = iota
	AuthNoPriv
	AuthPriv
)
