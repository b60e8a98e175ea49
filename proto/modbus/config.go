package modbus

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"time"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/httpd"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// Config is the section "protocols.modbus".
type Config struct {
	Enabled      bool      `json:"enabled" doc:"whether the server answers at all"`
	Listen       string    `json:"listen" doc:"host:port to listen on without TLS; empty: what --listen modbus says; off: nowhere"`
	WriteEnabled bool      `json:"writeEnabled" doc:"whether outputs can be switched and short delays changed; off: reading only"`
	AllowedFrom  []string  `json:"allowedFrom" doc:"who may connect: addresses, ranges as from-to, networks as address/bits; empty: everybody"`
	WordOrder    WordOrder `json:"wordOrder" doc:"which half of a 32-bit value has the lower address: highFirst or lowFirst; SunSpec registers are always highFirst"`
	ZeroFill     bool      `json:"zeroFill" doc:"whether addresses that do not exist read 0, for masters that read one large block; off: exception 02"`
	Connections  int       `json:"connections" doc:"most clients at a time on both ports together, 1 to 256"`
	IdleTimeoutS int       `json:"idleTimeoutS" doc:"seconds without a request after which a connection is closed, 10 to 86400"`
	TLS          TLSConfig `json:"tls" doc:"Modbus/TCP Security, besides the port without TLS"`
}

// TLSConfig is the part of the section about Modbus/TCP Security. Clients must show
// a certificate; its role says what they may do.
type TLSConfig struct {
	Enabled     bool          `json:"enabled" doc:"whether the TLS port is open"`
	Listen      string        `json:"listen" doc:"host:port of the TLS port"`
	Certificate string        `json:"certificate" doc:"certificate of this unit with its chain, PEM"`
	Key         config.Secret `json:"key" doc:"private key of that certificate, PEM"`
	ClientCA    string        `json:"clientCA" doc:"certificates of the authorities that sign the clients' certificates, PEM"`
}

// WordOrder says how a 32-bit value lies in two registers.
type WordOrder string

// The word orders.
const (
	HighFirst WordOrder = "highFirst"
	LowFirst  WordOrder = "lowFirst"
)

// listenOff as Config.Listen means that there is no port without TLS.
const listenOff = "off"

// Bounds of the section.
const (
	maxConnections = 256
	minIdleS       = 10
	maxIdleS       = 24 * 60 * 60
	maxRanges      = 64
	maxPEMBytes    = 64 << 10
)

// defaultConfig gives the factory settings: off, and reading only when turned on.
func defaultConfig(*pdu.Profile) *Config {
	return &Config{
		AllowedFrom: []string{}, WordOrder: HighFirst, Connections: 64, IdleTimeoutS: 120,
		TLS: TLSConfig{Listen: ":802"},
	}
}

// IsEnabled reports whether the server answers at all.
func (c *Config) IsEnabled() bool { return c.Enabled }

func (c *Config) idleTime() time.Duration { return time.Duration(c.IdleTimeoutS) * time.Second }

// Validate checks the section.
func (c *Config) Validate(_ *pdu.Profile, f *config.Faults) {
	if c.Listen != listenOff {
		checkListen(f, "listen", c.Listen)
	}
	if len(c.AllowedFrom) > maxRanges {
		f.Add("allowedFrom", "list.long", "at most %d entries are possible", maxRanges)
	}
	for i, text := range c.AllowedFrom {
		if _, err := parseRange(text); err != nil {
			f.Add(fmt.Sprintf("allowedFrom[%d]", i), "address.range", "%q is no address, range or network: %s", text, err.Error())
		}
	}
	if c.WordOrder != HighFirst && c.WordOrder != LowFirst {
		f.Add("wordOrder", "wordOrder.unknown", "word order %q is none of %s, %s", c.WordOrder, HighFirst, LowFirst)
	}
	checkRange(f, "connections", c.Connections, 1, maxConnections)
	checkRange(f, "idleTimeoutS", c.IdleTimeoutS, minIdleS, maxIdleS)
	c.TLS.validate(f.At("tls"))
}

func (c *TLSConfig) validate(f *config.Faults) {
	checkPEM(f, "certificate", c.Certificate)
	checkPEM(f, "key", string(c.Key))
	checkPEM(f, "clientCA", c.ClientCA)
	if !c.Enabled {
		return
	}
	checkListen(f, "listen", c.Listen)
	if c.Listen == "" {
		f.Add("listen", httpd.CodeListenAddress, "the TLS port needs an address such as :802")
	}
	if _, err := tls.X509KeyPair([]byte(c.Certificate), []byte(c.Key)); err != nil {
		f.Add("certificate", "tls.certificate", "certificate and key cannot be used: %s", err.Error())
	}
	if !x509.NewCertPool().AppendCertsFromPEM([]byte(c.ClientCA)) {
		f.Add("clientCA", "tls.clientCA", "it holds no certificate in PEM form; without one no client could be told from another")
	}
}

func checkListen(f *config.Faults, path, listen string) {
	if err := checkAddr(listen); err != nil {
		f.Add(path, httpd.CodeListenAddress, "listen address %q: %s; write it as host:port", listen, err.Error())
	}
}

func checkPEM(f *config.Faults, path, text string) {
	if len(text) > maxPEMBytes {
		f.Add(path, "text.long", "it may have at most %d bytes", maxPEMBytes)
	}
}

func checkRange(f *config.Faults, path string, value, low, high int) {
	if value < low || value > high {
		f.Add(path, "number.range", "%d is outside %d to %d", value, low, high)
	}
}
