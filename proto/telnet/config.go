package telnet

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/httpd"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// Config is the section "protocols.telnet".
type Config struct {
	Enabled     bool       `json:"enabled" doc:"whether the port is open; passwords and commands cross the network in clear text"`
	Listen      string     `json:"listen" doc:"host:port to listen on; empty: what --listen telnet says"`
	Accounts    bool       `json:"accounts" doc:"whether accounts of the unit may log in; off: only the logins below"`
	Read        Credential `json:"read" doc:"a login of this port alone that may look; empty: none"`
	Write       Credential `json:"write" doc:"a login of this port alone that may look and switch; empty: none"`
	HashedLogin bool       `json:"hashedLogin" doc:"whether clogin is answered, for the two logins of this port; it rests on MD5, which is broken"`
	// Connections counts those that have not logged in too.
	Connections  int `json:"connections" doc:"most clients at a time, 1 to 64"`
	IdleTimeoutS int `json:"idleTimeoutS" doc:"seconds without a command after which a connection is closed, 10 to 86400"`
}

// Credential is a login that is known to this port alone.
type Credential struct {
	User     string        `json:"user" doc:"name without blanks, at most 32 characters; empty: this login does not exist"`
	Password config.Secret `json:"password" doc:"at most 64 characters"`
}

// Bounds of the section.
const (
	maxConnections     = 64
	minIdleS           = 10
	maxIdleS           = 24 * 60 * 60
	maxUserRunes       = 32
	maxPasswordRunes   = 64
	defaultIdleS       = 60
	defaultConnections = 16
)

// defaultConfig gives the factory settings: off, and only for accounts when turned
// on, since a unit has no default password.
func defaultConfig(*pdu.Profile) *Config {
	return &Config{Accounts: true, Connections: defaultConnections, IdleTimeoutS: defaultIdleS}
}

// IsEnabled reports whether the port is open.
func (c *Config) IsEnabled() bool { return c.Enabled }

func (c *Config) idleTime() time.Duration { return time.Duration(c.IdleTimeoutS) * time.Second }

// Validate checks the section.
func (c *Config) Validate(_ *pdu.Profile, f *config.Faults) {
	if err := httpd.CheckListen(c.Listen); err != nil || strings.Contains(c.Listen, "://") {
		f.Add("listen", httpd.CodeListenAddress, "listen address %q: write it as host:port", c.Listen)
	}
	c.Read.validate(f.At("read"))
	c.Write.validate(f.At("write"))
	if c.Read.User != "" && c.Read.User == c.Write.User {
		f.Add("write.user", "credential.twice", "the two logins must have different names")
	}
	checkRange(f, "connections", c.Connections, 1, maxConnections)
	checkRange(f, "idleTimeoutS", c.IdleTimeoutS, minIdleS, maxIdleS)
}

func (c *Credential) validate(f *config.Faults) {
	if utf8.RuneCountInString(c.User) > maxUserRunes || strings.ContainsFunc(c.User, isBlankOrControl) || !utf8.ValidString(c.User) {
		f.Add("user", "credential.user", "a name has at most %d characters, none of them a blank", maxUserRunes)
	}
	password := string(c.Password)
	if utf8.RuneCountInString(password) > maxPasswordRunes || strings.ContainsFunc(password, unicode.IsControl) || !utf8.ValidString(password) {
		f.Add("password", "credential.password", "a password has at most %d characters, none of them a control character", maxPasswordRunes)
	}
	if (c.User == "") != (c.Password == "") {
		f.Add("password", "credential.half", "give a name and a password, or neither")
	}
}

func isBlankOrControl(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

func checkRange(f *config.Faults, path string, value, low, high int) {
	if value < low || value > high {
		f.Add(path, "number.range", "%d is outside %d to %d", value, low, high)
	}
}
