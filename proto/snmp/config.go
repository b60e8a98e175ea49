package snmp

import (
	"net"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto/snmp/ber"
	"github.com/zerocross-pdu/zerocross/proto/snmp/usm"
)

// Config is the section protocols.snmp.
type Config struct {
	Enabled     bool         `json:"enabled" doc:"whether the agent answers at all"`
	V1V2c       V1V2cConfig  `json:"v1v2c" doc:"versions 1 and 2c: no encryption, one community"`
	Users       []UserConfig `json:"users" doc:"users of version 3"`
	Legacy      LegacyConfig `json:"legacy" doc:"old cryptography, off unless a client knows no better"`
	Notify      NotifyConfig `json:"notify" doc:"traps and informs"`
	WalkForm    string       `json:"walkForm" doc:"form of the NETIO objects in a walk: 8ks, netio4 or mib; empty: as the model"`
	Description string       `json:"description" doc:"sysDescr; some detection rules for the originals want it empty"`
	ObjectID    string       `json:"objectID" doc:"sysObjectID; empty: our own"`
	Enterprise  uint32       `json:"enterprise" doc:"private enterprise number of engine identifier, sysObjectID and notifications"`
	Contact     string       `json:"contact" doc:"sysContact, at most 255 bytes"`
	Location    string       `json:"location" doc:"sysLocation, at most 255 bytes"`
}

// V1V2cConfig is the access by community.
type V1V2cConfig struct {
	Enabled   bool          `json:"enabled" doc:"whether versions 1 and 2c are answered"`
	Community config.Secret `json:"community" doc:"1 to 64 bytes; it travels unencrypted"`
	Write     bool          `json:"write" doc:"whether the community may switch"`
}

// UserConfig is one user of version 3.
type UserConfig struct {
	Name         string        `json:"name" doc:"1 to 32 bytes"`
	Level        string        `json:"level" doc:"authPriv, or authNoPriv: signed but readable by everybody; no other level is accepted from this user"`
	Auth         string        `json:"auth" doc:"MD5, SHA-1, SHA-224, SHA-256, SHA-384 or SHA-512"`
	AuthPassword config.Secret `json:"authPassword" doc:"at least 8 bytes"`
	Priv         string        `json:"priv" doc:"DES, AES-128, AES-192 or AES-256"`
	PrivPassword config.Secret `json:"privPassword" doc:"at least 8 bytes; empty: the same as authPassword"`
	Access       string        `json:"access" doc:"read or write"`
}

// LegacyConfig switches old cryptography on.
type LegacyConfig struct {
	MD5          bool   `json:"md5" doc:"users may have MD5"`
	DES          bool   `json:"des" doc:"users may have DES"`
	KeyExtension string `json:"keyExtension" doc:"how AES-192 and AES-256 get their key out of a shorter hash: blumenthal (net-snmp) or reeder (Cisco); empty: not at all"`
}

// NotifyConfig says who is told what happens.
type NotifyConfig struct {
	AuthenticationFailure bool             `json:"authenticationFailure" doc:"also tell of wrong communities, users and digests"`
	Receivers             []ReceiverConfig `json:"receivers" doc:"who gets traps or informs"`
}

// ReceiverConfig is one receiver of notifications.
type ReceiverConfig struct {
	Address   string        `json:"address" doc:"host:port; 162 is the usual port"`
	Version   string        `json:"version" doc:"2c or 3"`
	Inform    bool          `json:"inform" doc:"repeat until the receiver confirms; else traps, which may get lost"`
	Community config.Secret `json:"community" doc:"version 2c: the receiver's community"`
	User      string        `json:"user" doc:"version 3: name of one of our users"`
	TimeoutMs int64         `json:"timeoutMs" doc:"informs: wait for the confirmation, 100 to 60000"`
	Retries   int           `json:"retries" doc:"informs: repetitions, 0 to 10"`
}

// Access of users and the levels, as they stand in the section.
const (
	AccessRead      = "read"
	AccessWrite     = "write"
	LevelAuthNoPriv = "authNoPriv"
	LevelAuthPriv   = "authPriv"
)

// exampleEnterprise is the number that RFC 5612 keeps for examples. The project has
// none of its own yet; whoever runs many units may put theirs in the settings.
const exampleEnterprise = 32473

// Bounds of the section.
const (
	maxUsers     = 16
	maxReceivers = 8
	maxText      = 255 // octets of a DisplayString
	maxCommunity = 64
)

// Default gives the factory settings: off, and without any access.
func Default(p *pdu.Profile) *Config {
	return &Config{
		Users:       []UserConfig{},
		Notify:      NotifyConfig{Receivers: []ReceiverConfig{}},
		Description: "Zerocross " + p.Name,
		Enterprise:  exampleEnterprise,
	}
}

// IsEnabled reports whether the agent answers at all.
func (c *Config) IsEnabled() bool { return c.Enabled }

// Validate checks the section.
func (c *Config) Validate(_ *pdu.Profile, f *config.Faults) {
	if c.V1V2c.Enabled && c.V1V2c.Community == "" {
		f.Add("v1v2c.community", "snmp.community", "versions 1 and 2c need a community")
	}
	checkText(f, "v1v2c.community", string(c.V1V2c.Community), maxCommunity)
	checkText(f, "description", c.Description, maxText)
	checkText(f, "contact", c.Contact, maxText)
	checkText(f, "location", c.Location, maxText)
	checkChoice(f, "walkForm", c.WalkForm, "", string(pdu.SNMPForm8KS), string(pdu.SNMPFormNetio4), string(pdu.SNMPFormMIB))
	checkChoice(f, "legacy.keyExtension", c.Legacy.KeyExtension, "", string(usm.Blumenthal), string(usm.Reeder))
	if _, err := ber.ParseOID(c.ObjectID); c.ObjectID != "" && err != nil {
		f.Add("objectID", "snmp.oid", "%s", err.Error())
	}
	if c.Enterprise == 0 || c.Enterprise > 1<<31-1 {
		f.Add("enterprise", "snmp.enterprise", "an enterprise number is 1 to %d", 1<<31-1)
	}
	c.validateUsers(f)
	c.validateReceivers(f)
}

func (c *Config) validateUsers(f *config.Faults) {
	if len(c.Users) > maxUsers {
		f.Add("users", "snmp.users", "there may be at most %d users", maxUsers)
	}
	seen := map[string]bool{}
	for i := range c.Users {
		at := f.At("users[" + strconv.Itoa(i) + "]")
		if u := &c.Users[i]; seen[u.Name] {
			at.Add("name", "snmp.user.twice", "there is another user %q", u.Name)
		}
		seen[c.Users[i].Name] = true
		c.Users[i].validate(at, &c.Legacy)
	}
}

func (u *UserConfig) validate(f *config.Faults, legacy *LegacyConfig) {
	if u.Name == "" {
		f.Add("name", "snmp.user.name", "a user needs a name")
	}
	checkText(f, "name", u.Name, 32)
	checkChoice(f, "level", u.Level, LevelAuthPriv, LevelAuthNoPriv)
	checkChoice(f, "access", u.Access, AccessRead, AccessWrite)
	checkChoice(f, "auth", u.Auth, texts(usm.Auths())...)
	checkPassphrase(f, "authPassword", string(u.AuthPassword))
	if u.Auth == string(usm.MD5) && !legacy.MD5 {
		f.Add("auth", "snmp.legacy", "MD5 is off; take SHA-256, or switch legacy.md5 on")
	}
	if u.Level != LevelAuthPriv {
		return
	}
	checkChoice(f, "priv", u.Priv, texts(usm.Privs())...)
	if u.PrivPassword != "" {
		checkPassphrase(f, "privPassword", string(u.PrivPassword))
	}
	if u.Priv == string(usm.DES) && !legacy.DES {
		f.Add("priv", "snmp.legacy", "DES is off; take AES-128, or switch legacy.des on")
	}
	if usm.Priv(u.Priv).Stretches(usm.Auth(u.Auth)) && legacy.KeyExtension == "" {
		f.Add("priv", "snmp.keyExtension", "%s is too short for %s; take a longer hash, or choose legacy.keyExtension", u.Auth, u.Priv)
	}
}

func (c *Config) validateReceivers(f *config.Faults) {
	if len(c.Notify.Receivers) > maxReceivers {
		f.Add("notify.receivers", "snmp.receivers", "there may be at most %d receivers", maxReceivers)
	}
	for i := range c.Notify.Receivers {
		r, at := &c.Notify.Receivers[i], f.At("notify.receivers["+strconv.Itoa(i)+"]")
		host, port, err := net.SplitHostPort(r.Address)
		if n, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || n == 0 || host == "" {
			at.Add("address", "snmp.receiver.address", "address %q is not host:port", r.Address)
		}
		checkChoice(at, "version", r.Version, "2c", "3")
		checkText(at, "community", string(r.Community), maxCommunity)
		if r.Version == "2c" && r.Community == "" {
			at.Add("community", "snmp.community", "version 2c needs a community")
		}
		if r.Version == "3" && c.user(r.User) == nil {
			at.Add("user", "snmp.receiver.user", "there is no user %q", r.User)
		}
		if r.Inform && (r.TimeoutMs < 100 || r.TimeoutMs > 60000) {
			at.Add("timeoutMs", "snmp.receiver.timeout", "the time-out of informs is 100 to 60000 ms")
		}
		if r.Retries < 0 || r.Retries > 10 {
			at.Add("retries", "snmp.receiver.retries", "informs are repeated 0 to 10 times")
		}
	}
}

// user gives the user with that name, nil when there is none.
func (c *Config) user(name string) *UserConfig {
	for i := range c.Users {
		if c.Users[i].Name == name {
			return &c.Users[i]
		}
	}
	return nil
}

// credentials gives the user as package usm wants it.
func (c *Config) credentials(u *UserConfig) usm.Credentials {
	cred := usm.Credentials{Name: u.Name, Auth: usm.Auth(u.Auth), AuthPassphrase: string(u.AuthPassword)}
	if u.Level == LevelAuthPriv {
		cred.Priv, cred.PrivPassphrase = usm.Priv(u.Priv), string(u.PrivPassword)
		cred.Extension = usm.Extension(c.Legacy.KeyExtension)
		if cred.PrivPassphrase == "" {
			cred.PrivPassphrase = cred.AuthPassphrase
		}
	}
	return cred
}

// level is the one level that the user has.
func (u *UserConfig) level() usm.Level {
	if u.Level == LevelAuthPriv {
		return usm.AuthPriv
	}
	return usm.AuthNoPriv
}

func texts[T ~string](list []T) []string {
	s := make([]string, len(list))
	for i, v := range list {
		s[i] = string(v)
	}
	return s
}

func checkChoice(f *config.Faults, path, value string, choices ...string) {
	if slices.Contains(choices, value) {
		return
	}
	f.Add(path, "choice.unknown", "%q is none of: %s", value, strings.TrimPrefix(strings.Join(choices, ", "), ", "))
}

func checkPassphrase(f *config.Faults, path, text string) {
	if len(text) < usm.MinPassphrase {
		f.Add(path, "snmp.passphrase", "a passphrase has at least %d bytes", usm.MinPassphrase)
	}
	checkText(f, path, text, 128)
}

// checkText checks a text that may be a secret; it never shows it.
func checkText(f *config.Faults, path, text string, maxBytes int) {
	switch {
	case len(text) > maxBytes:
		f.Add(path, "text.long", "it may have at most %d bytes", maxBytes)
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		f.Add(path, "text.characters", "it must not contain control characters")
	}
}
