package client

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// TLS says which certificates of the device are accepted. The zero value is
// what browsers do: the system's authorities and a matching name.
type TLS struct {
	// CA holds authorities in PEM form that are trusted instead of the system's.
	CA []byte
	// Fingerprint is the SHA-256 of the device's own certificate in hexadecimal,
	// with or without colons. Exactly this certificate is accepted, whatever its
	// name, issuer and dates: the way to trust a device that signed its own.
	Fingerprint string
	// Insecure accepts any certificate. Whoever sits between can then read the
	// password and switch.
	Insecure bool
}

// config makes the settings of crypto/tls.
func (t TLS) config() (*tls.Config, error) {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: t.Insecure}
	if len(t.CA) > 0 {
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(t.CA) {
			return nil, pdu.Errorf(pdu.Invalid, CodeTLS, "the CA file holds no certificate in PEM form")
		}
	}
	if t.Fingerprint == "" {
		return cfg, nil
	}
	if len(t.CA) > 0 || t.Insecure {
		return nil, pdu.Errorf(pdu.Invalid, CodeTLS, "a fingerprint cannot be combined with a CA or with accepting any certificate")
	}
	want, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(t.Fingerprint), ":", ""))
	if err != nil || len(want) != sha256.Size {
		return nil, pdu.Errorf(pdu.Invalid, CodeTLS, "the fingerprint %q is not the 64 hexadecimal digits of a SHA-256", t.Fingerprint)
	}
	// The chain is not checked; VerifyConnection runs on every handshake, also on
	// resumed ones, and compares the one certificate that counts.
	cfg.InsecureSkipVerify = true
	cfg.VerifyConnection = func(cs tls.ConnectionState) error {
		got := sha256.Sum256(cs.PeerCertificates[0].Raw)
		if subtle.ConstantTimeCompare(got[:], want) != 1 {
			return &fingerprintError{got: fingerprint(cs.PeerCertificates[0])}
		}
		return nil
	}
	return cfg, nil
}

// fingerprintError says that the device showed another certificate.
type fingerprintError struct{ got string }

func (e *fingerprintError) Error() string {
	return "the device shows another certificate, with the SHA-256 fingerprint " + e.got
}

// fingerprint gives the SHA-256 of a certificate as people compare it.
func fingerprint(cert *x509.Certificate) string {
	sum := sha256.Sum256(cert.Raw)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// untrusted gives the fingerprint of the certificate that was refused in err,
// and whether err is such a refusal.
func untrusted(err error) (string, bool) {
	if e, ok := errors.AsType[*fingerprintError](err); ok {
		return e.got, true
	}
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok && len(e.UnverifiedCertificates) > 0 {
		return fingerprint(e.UnverifiedCertificates[0]), true
	}
	return "", false
}
