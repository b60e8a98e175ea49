package modbus

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
)

// roleOID marks the extension of a client's certificate that holds its role
// (Modbus/TCP Security, "role-based client authorization").
var roleOID = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 50316, 802, 1}

// The roles that we know. A certificate with another, or without one, may do
// nothing: the standard leaves that to the server, and the safe answer is no.
const (
	RoleRead    = "read"
	RoleControl = "control" // reads and writes
)

// rightsOf gives what the role in a verified certificate allows.
func rightsOf(cert *x509.Certificate) (role string, may rights) {
	for _, e := range cert.Extensions {
		if !e.Id.Equal(roleOID) {
			continue
		}
		var value asn1.RawValue
		rest, err := asn1.Unmarshal(e.Value, &value)
		if err != nil || len(rest) > 0 || value.Class != asn1.ClassUniversal || value.Tag != asn1.TagUTF8String {
			return "", 0
		}
		role = string(value.Bytes)
	}
	switch role {
	case RoleRead:
		return role, mayRead
	case RoleControl:
		return role, mayRead | mayWrite
	}
	return role, 0
}

// serverTLS gives the settings of the TLS port: TLS 1.2 or later, and no client
// without a certificate of the right authority.
func (c *TLSConfig) serverTLS() (*tls.Config, error) {
	pair, err := tls.X509KeyPair([]byte(c.Certificate), []byte(c.Key))
	if err != nil {
		return nil, fmt.Errorf("use the certificate of the Modbus TLS port (protocols.modbus.tls): %w", err)
	}
	clients := x509.NewCertPool()
	clients.AppendCertsFromPEM([]byte(c.ClientCA)) // an empty pool trusts nobody
	return &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{pair},
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    clients,
	}, nil
}
