package httpd

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"net/netip"
	"os"
	"slices"
	"time"

	"github.com/zerocross-pdu/zerocross/health"
)

// Files of the self-signed certificate, and the conditions about it.
const (
	certFile = "self-signed.crt"
	keyFile  = "self-signed.key"

	codeCertReplaced  = "certificate.replaced"  // the stored one was unusable
	codeCertNotStored = "certificate.notStored" // it will be another after a restart
	codeCertExpired   = "certificate.expired"
)

// certValid is how long a self-signed certificate is valid. Who trusts one has
// compared its fingerprint; having to do that again would only teach to click
// warnings away, so it is as long as a unit may live.
const certValid = 10 * 365 * 24 * time.Hour

// certEpoch is the earliest start of validity: a unit without a battery-backed
// clock may make its certificate before it knows the time.
var certEpoch = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

// certificate gives the certificate of all TLS listeners: the stored one, or a
// new one that names host, the host of addr, localhost and this machine.
func (s *Server) certificate(addr string) (*tls.Certificate, error) {
	s.certMu.Lock()
	defer s.certMu.Unlock()
	if s.cert != nil {
		return s.cert, nil
	}
	cert, err := s.loadCert()
	if err == nil {
		s.cert = cert
		return cert, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		s.raiseCert(codeCertReplaced, fmt.Sprintf("the stored certificate cannot be used and a new one was made: %v; trust it anew in browsers and clients", err))
	}
	certPEM, keyPEM, err := makeCert(addr, time.Now())
	if err != nil {
		return nil, err
	}
	if err := s.storeCert(certPEM, keyPEM); err != nil {
		s.raiseCert(codeCertNotStored, fmt.Sprintf("the new certificate could not be stored and will be another after a restart: %v", err))
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		return nil, err
	}
	s.cert = &pair
	return s.cert, nil
}

// raiseCert tells health and log of a trouble with the certificate.
func (s *Server) raiseCert(code, text string) {
	s.opt.Log.Warn("trouble with the TLS certificate", "code", code, "text", text)
	s.opt.Health.Raise(health.Condition{Code: code, Subject: HTTPS, Severity: health.Warning, Text: text})
}

// loadCert reads the stored certificate. fs.ErrNotExist means there is none.
func (s *Server) loadCert() (*tls.Certificate, error) {
	if s.opt.CertDir == nil {
		return nil, fs.ErrNotExist
	}
	certPEM, err := s.opt.CertDir.ReadFile(certFile)
	if err != nil {
		return nil, err
	}
	keyPEM, err := s.opt.CertDir.ReadFile(keyFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New(keyFile + " is missing")
	} else if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		return nil, err
	}
	if time.Now().After(pair.Leaf.NotAfter) {
		s.raiseCert(codeCertExpired, fmt.Sprintf("the certificate expired on %s; delete %s and restart to have a new one made",
			pair.Leaf.NotAfter.Format(time.DateOnly), certFile))
	}
	return &pair, nil
}

// storeCert writes both files, the key first: a pair that does not fit together
// after a crash in between is noticed and made anew.
func (s *Server) storeCert(certPEM, keyPEM []byte) error {
	if s.opt.CertDir == nil {
		return nil
	}
	if err := writeAtomic(s.opt.CertDir, keyFile, keyPEM, 0o600); err != nil {
		return err
	}
	return writeAtomic(s.opt.CertDir, certFile, certPEM, 0o644)
}

// writeAtomic replaces a file so that after a crash it is the old or the new one.
func writeAtomic(dir *os.Root, name string, data []byte, mode os.FileMode) (err error) {
	tmp := name + ".tmp"
	_ = dir.Remove(tmp) // left by a crash, perhaps with another mode
	f, err := dir.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = dir.Rename(tmp, name)
	}
	if err != nil {
		_ = dir.Remove(tmp)
		return fmt.Errorf("store %s: %w", name, err)
	}
	folder, err := dir.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// makeCert makes a self-signed ECDSA P-256 certificate.
func makeCert(addr string, now time.Time) (certPEM, keyPEM []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make a certificate key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, nil, fmt.Errorf("make a certificate number: %w", err)
	}
	start := now.Add(-time.Hour) // clients whose clock is a little behind
	if start.Before(certEpoch) {
		start = certEpoch
	}
	names, ips := certHosts(addr)
	tmpl := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: names[0], Organization: []string{"Zerocross"}},
		NotBefore:             start,
		NotAfter:              start.Add(certValid),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		DNSNames:              names,
		IPAddresses:           ips,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		return nil, nil, fmt.Errorf("sign the certificate: %w", err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, fmt.Errorf("encode the certificate key: %w", err)
	}
	certPEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
	return certPEM, keyPEM, nil
}

// certHosts lists the names and addresses by which a listener on addr is reached.
func certHosts(addr string) (names []string, ips []net.IP) {
	names = []string{"localhost"}
	ips = []net.IP{net.IPv4(127, 0, 0, 1).To4(), net.IPv6loopback}
	host, _, _ := net.SplitHostPort(addr)
	ip, err := netip.ParseAddr(host)
	everywhere := host == "" || err == nil && ip.IsUnspecified()
	switch {
	case everywhere:
		ips = append(ips, interfaceIPs()...)
	case err == nil:
		ips = append(ips, net.IP(ip.AsSlice()))
	case host != "localhost":
		names = append([]string{host}, names...)
	}
	if name, err := os.Hostname(); everywhere && err == nil && name != "localhost" {
		names = append([]string{name}, names...)
	}
	slices.SortFunc(ips, func(a, b net.IP) int { return bytes.Compare(a, b) })
	return names, slices.CompactFunc(ips, net.IP.Equal)
}

// interfaceIPs lists the addresses of this machine.
func interfaceIPs() []net.IP {
	addrs, _ := net.InterfaceAddrs() // none is an answer too
	var ips []net.IP
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLoopback() {
			ip := n.IP
			if v4 := ip.To4(); v4 != nil {
				ip = v4
			}
			ips = append(ips, ip)
		}
	}
	return ips
}
