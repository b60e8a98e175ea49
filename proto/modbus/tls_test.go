package modbus

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/zerocross-pdu/zerocross/config"
)

// authority signs certificates of a test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{key: newKey(t)}
	a.cert = a.sign(t, &x509.Certificate{Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign}, a.key)
	return a
}

// sign makes a certificate for key.
func (a *authority) sign(t *testing.T, template *x509.Certificate, key *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent := a.cert
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func certPEM(c *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
}

// clientCert makes the certificate of a client; ext is the value of its role
// extension, nil for none.
func (a *authority) clientCert(t *testing.T, ext []byte) tls.Certificate {
	t.Helper()
	template := &x509.Certificate{Subject: pkix.Name{CommonName: "scada-1"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	if ext != nil {
		template.ExtraExtensions = []pkix.Extension{{Id: roleOID, Value: ext}}
	}
	key := newKey(t)
	return tls.Certificate{Certificate: [][]byte{a.sign(t, template, key).Raw}, PrivateKey: key}
}

// role encodes a role as the standard says, as a UTF-8 string.
func role(name string) []byte { return append([]byte{asn1.TagUTF8String, byte(len(name))}, name...) }

// startTLS runs a service that has the TLS port alone.
func startTLS(t *testing.T, a *authority, writeEnabled bool) (*fakeUnit, *Service) {
	t.Helper()
	key := newKey(t)
	cert := a.sign(t, &x509.Certificate{Subject: pkix.Name{CommonName: "pdu"}, DNSNames: []string{"pdu"}}, key)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	c := openConfig()
	c.Listen, c.WriteEnabled = listenOff, writeEnabled
	c.TLS = TLSConfig{Enabled: true, Listen: "127.0.0.1:0", Certificate: certPEM(cert), ClientCA: certPEM(a.cert),
		Key: config.Secret(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))}
	var f config.Faults
	if c.Validate(nil, &f); f.Len() > 0 {
		t.Fatal(f.Err())
	}
	return start(t, "8ks", c)
}

// talk connects with a certificate and sends one request; nil is the end of the
// connection.
func talk(t *testing.T, addr string, a *authority, cert *tls.Certificate, version uint16, request []byte) []byte {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	settings := &tls.Config{RootCAs: pool, ServerName: "pdu", MaxVersion: version}
	if version != 0 {
		settings.MinVersion = version
	}
	if cert != nil {
		settings.Certificates = []tls.Certificate{*cert}
	}
	conn := tls.Client(dial(t, addr), settings)
	if _, err := conn.Write(request); err != nil {
		return nil
	}
	answer := make([]byte, maxFrame)
	n, err := conn.Read(answer)
	if err != nil {
		return nil
	}
	return answer[:n]
}

func TestRoles(t *testing.T) {
	a := newAuthority(t)
	const read, write = "01 0065 0001", "05 0066 ff00"
	for _, c := range []struct {
		name      string
		ext       []byte
		read, set string // answers
	}{
		{"control", role("control"), "01 01 01", write},
		{"read", role("read"), "01 01 01", "85 01"},
		{"another role", role("Control"), "81 01", "85 01"},
		{"no role", nil, "81 01", "85 01"},
		{"not a UTF-8 string", append([]byte{asn1.TagPrintableString, 7}, "control"...), "81 01", "85 01"},
		{"more behind it", append(role("control"), 0), "81 01", "85 01"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u, s := startTLS(t, a, true)
			cert := a.clientCert(t, c.ext)
			for request, answer := range map[string]string{read: c.read, write: c.set} {
				if got := talk(t, s.Addr(), a, &cert, 0, adu(1, 1, request)); string(got) != string(adu(1, 1, answer)) {
					t.Errorf("%s is answered %x, want %s", request, got, answer)
				}
			}
			if len(u.commands) > 0 && (c.set != write || u.commands[0].Origin.User != "scada-1") {
				t.Errorf("the unit was asked %+v", u.commands)
			}
		})
	}
}

// TestTLSRefuses: no certificate, one of another authority, an old version, or no
// TLS at all.
func TestTLSRefuses(t *testing.T) {
	a, foreign := newAuthority(t), newAuthority(t)
	_, s := startTLS(t, a, false)
	good, bad := a.clientCert(t, role("control")), foreign.clientCert(t, role("control"))
	request := adu(1, 1, "01 0065 0001")
	for name, got := range map[string][]byte{
		"no certificate":    talk(t, s.Addr(), a, nil, 0, request),
		"another authority": talk(t, s.Addr(), a, &bad, 0, request),
		"TLS 1.1":           talk(t, s.Addr(), a, &good, tls.VersionTLS11, request),
	} {
		if got != nil {
			t.Errorf("%s: answered %x", name, got)
		}
	}
	if got := talk(t, s.Addr(), a, &good, tls.VersionTLS12, request); string(got) != string(adu(1, 1, "01 01 01")) {
		t.Errorf("TLS 1.2 is answered %x", got)
	}
	if got := talk(t, s.Addr(), a, &good, 0, adu(1, 1, "05 0066 ff00")); string(got) != string(adu(1, 1, "85 01")) {
		t.Errorf("writing is off, but answered %x", got)
	}
	plain := dial(t, s.Addr())
	_, _ = plain.Write(request)
	answer := make([]byte, 16)
	if n, _ := plain.Read(answer); n > 0 && answer[0] != 0x15 { // a TLS alert
		t.Errorf("without TLS: answered %x", answer[:n])
	}
}
