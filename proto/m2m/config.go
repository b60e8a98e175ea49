package m2m

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/httpd"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// DocumentConfig is the section of the JSON and of the XML API. Who may do what
// with which credentials is told in the package comment.
type DocumentConfig struct {
	Enabled bool   `json:"enabled" doc:"whether the API answers at all"`
	Listen  string `json:"listen" doc:"a port of its own as host:port, or https://host:port; empty: the ports of the web page"`
	Read    Mode   `json:"read" doc:"reading the state"`
	Write   Mode   `json:"write" doc:"switching outputs; its credentials also read"`
}

// Mode is one way of access. Empty user and password mean that none are needed.
type Mode struct {
	Enabled  bool          `json:"enabled" doc:"whether this access is possible at all"`
	User     string        `json:"user" doc:"user name, at most 64 characters without colon"`
	Password config.Secret `json:"password" doc:"password, at most 128 characters"`
}

// URLConfig is the section of the URL API.
type URLConfig struct {
	Enabled    bool          `json:"enabled" doc:"whether the API answers at all"`
	Listen     string        `json:"listen" doc:"a port of its own as host:port, or https://host:port; empty: the ports of the web page"`
	Passphrase config.Secret `json:"passphrase" doc:"value of the parameter pass, at most 128 characters; empty: none is needed"`
}

// Bounds of credentials, in bytes.
const (
	maxUserBytes   = 64
	maxSecretBytes = 128
)

// factoryCredential is user and password of every access when it comes from the
// factory (reference: netio-http-telnet.md 2.2 and 4).
const factoryCredential = "netio"

// defaultDocument gives the factory settings of the JSON and XML APIs: off, and
// without writing when they are turned on.
func defaultDocument(*pdu.Profile) *DocumentConfig {
	return &DocumentConfig{
		Read:  Mode{Enabled: true, User: factoryCredential, Password: factoryCredential},
		Write: Mode{Enabled: false, User: factoryCredential, Password: factoryCredential},
	}
}

// defaultURL gives the factory settings of the URL API: off. The 4x generation
// comes with the MAC as passphrase; a profile does not know it, and one that is
// printed on the housing is no better secret than this one.
func defaultURL(*pdu.Profile) *URLConfig {
	return &URLConfig{Passphrase: factoryCredential}
}

// IsEnabled reports whether the API answers at all.
func (c *DocumentConfig) IsEnabled() bool { return c.Enabled }

// IsEnabled reports whether the API answers at all.
func (c *URLConfig) IsEnabled() bool { return c.Enabled }

// Validate checks the section.
func (c *DocumentConfig) Validate(_ *pdu.Profile, f *config.Faults) {
	checkListen(f, c.Listen)
	c.Read.validate(f.At("read"))
	c.Write.validate(f.At("write"))
}

// Validate checks the section.
func (c *URLConfig) Validate(_ *pdu.Profile, f *config.Faults) {
	checkListen(f, c.Listen)
	checkText(f, "passphrase", string(c.Passphrase), maxSecretBytes)
}

func (m *Mode) validate(f *config.Faults) {
	checkText(f, "user", m.User, maxUserBytes)
	checkText(f, "password", string(m.Password), maxSecretBytes)
	if strings.Contains(m.User, ":") {
		f.Add("user", "user.colon", "a user name must not contain a colon: HTTP Basic cannot carry it")
	}
}

func checkListen(f *config.Faults, listen string) {
	if err := httpd.CheckListen(listen); err != nil {
		f.Add("listen", httpd.CodeListenAddress, "listen address %q: %v; write it as host:port or https://host:port", listen, err.Error())
	}
}

// checkText checks a credential. It never shows it.
func checkText(f *config.Faults, path, text string, maxBytes int) {
	switch {
	case len(text) > maxBytes:
		f.Add(path, "text.long", "it may have at most %d bytes", maxBytes)
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		f.Add(path, "text.characters", "it must not contain control characters")
	}
}
