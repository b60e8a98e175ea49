package snmp

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto"
)

// faults lists the paths at which a section is wrong.
func faults(t *testing.T, c *Config) []string {
	t.Helper()
	var f config.Faults
	c.Validate(&pdu.Profile{}, &f)
	var paths []string
	if e, ok := errors.AsType[*config.FaultsError](f.Err()); ok {
		for _, fault := range e.Faults {
			paths = append(paths, fault.Path)
			if strings.Contains(fault.Message, "adminpass") {
				t.Errorf("a secret is shown: %s", fault.Message)
			}
		}
	}
	return paths
}

func TestValidate(t *testing.T) {
	f := func(name string, edit func(c *Config), want ...string) {
		t.Helper()
		c := open(&pdu.Profile{})
		edit(c)
		if diff := cmp.Diff(want, faults(t, c)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
	f("all good", func(*Config) {})
	f("factory", func(c *Config) { *c = *Default(&pdu.Profile{}) })
	f("no community", func(c *Config) { c.V1V2c.Community = "" }, "v1v2c.community")
	f("MD5 off", func(c *Config) { c.Users[0].Auth = "MD5" }, "users[0].auth")
	f("MD5 on", func(c *Config) { c.Users[0].Auth, c.Legacy.MD5 = "MD5", true })
	f("DES off", func(c *Config) { c.Users[0].Priv = "DES" }, "users[0].priv")
	f("DES on", func(c *Config) { c.Users[0].Priv, c.Legacy.DES = "DES", true })
	f("short hash", func(c *Config) { c.Users[0].Auth, c.Users[0].Priv = "SHA-1", "AES-256" }, "users[0].priv")
	f("stretched", func(c *Config) {
		c.Users[0].Auth, c.Users[0].Priv, c.Legacy.KeyExtension = "SHA-1", "AES-256", "reeder"
	})
	f("long hash", func(c *Config) { c.Users[0].Priv = "AES-256" })
	f("noAuthNoPriv", func(c *Config) { c.Users[0].Level = "noAuthNoPriv" }, "users[0].level")
	f("short passphrases", func(c *Config) { c.Users[0].AuthPassword, c.Users[0].PrivPassword = "1234567", "1234567" }, "users[0].authPassword", "users[0].privPassword")
	f("one passphrase", func(c *Config) { c.Users[0].PrivPassword = "" })
	f("twice", func(c *Config) { c.Users[1].Name = "admin" }, "users[1].name")
	f("no name", func(c *Config) { c.Users[1].Name = "" }, "users[1].name")
	f("access", func(c *Config) { c.Users[1].Access = "all" }, "users[1].access")
	f("too many", func(c *Config) {
		u := c.Users[0]
		for i := range maxUsers {
			u.Name = strings.Repeat("x", i+1)
			c.Users = append(c.Users, u)
		}
	}, "users")
	f("form", func(c *Config) { c.WalkForm = "8KS" }, "walkForm")
	f("object", func(c *Config) { c.ObjectID = "1.3.x" }, "objectID")
	f("enterprise", func(c *Config) { c.Enterprise = 0 }, "enterprise")
	f("texts", func(c *Config) { c.Contact, c.Location = strings.Repeat("x", 256), "a\nb" }, "contact", "location")
	receiver := func(edit func(r *ReceiverConfig)) func(c *Config) {
		return func(c *Config) {
			r := ReceiverConfig{Address: "192.0.2.1:162", Version: "2c", Community: "x", Inform: true, TimeoutMs: 1000, Retries: 3}
			edit(&r)
			c.Notify.Receivers = []ReceiverConfig{r}
		}
	}
	f("receiver", receiver(func(*ReceiverConfig) {}))
	f("receiver 3", receiver(func(r *ReceiverConfig) { r.Version, r.User, r.Community = "3", "admin", "" }))
	f("receiver address", receiver(func(r *ReceiverConfig) { r.Address = "192.0.2.1" }), "notify.receivers[0].address")
	f("receiver user", receiver(func(r *ReceiverConfig) { r.Version = "3" }), "notify.receivers[0].user")
	f("receiver community", receiver(func(r *ReceiverConfig) { r.Community = "" }), "notify.receivers[0].community")
	f("receiver bounds", receiver(func(r *ReceiverConfig) { r.TimeoutMs, r.Retries = 99, 11 }), "notify.receivers[0].timeoutMs", "notify.receivers[0].retries")
}

// TestFactoryIsClosed: nothing is answered until somebody says so.
func TestFactoryIsClosed(t *testing.T) {
	c := Default(&pdu.Profile{Name: "PowerPDU 8KS"})
	if c.IsEnabled() || c.V1V2c.Enabled || c.V1V2c.Write || c.Legacy != (LegacyConfig{}) || len(c.Users)+len(c.Notify.Receivers) != 0 {
		t.Errorf("%+v", c)
	}
}

// TestSectionInDocument: the section lives in a real document, its secrets apart.
func TestSectionInDocument(t *testing.T) {
	dir, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	store, err := config.Open(dir, config.Options{Model: "8ks", Sections: proto.Sections([]proto.Definition{Definition(nil)}), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	patch := `{"protocols":{"snmp":{"enabled":true,"v1v2c":{"enabled":true,"community":"public"},
		"users":[{"name":"demo","level":"authPriv","auth":"SHA-256","authPassword":"demodemo","priv":"AES-128","access":"write"}]}}}`
	doc, err := store.MergePatch(t.Context(), pdu.Origin{}, "", []byte(patch))
	if err != nil {
		t.Fatal(err)
	}
	text, err := doc.MarshalMasked()
	if err != nil || bytes.Contains(text, []byte("demodemo")) || bytes.Contains(text, []byte(`"public"`)) {
		t.Errorf("%s (%v)", text, err)
	}
	c := config.Get[Config](doc, "protocols.snmp")
	if cred := c.credentials(c.user("demo")); cred.AuthPassphrase != "demodemo" || cred.PrivPassphrase != "demodemo" || c.Description != "Zerocross PowerPDU 8KS" {
		t.Errorf("%+v", c)
	}
	if _, err := store.Schema(); err != nil {
		t.Error(err)
	}
}

func TestBootsAreStored(t *testing.T) {
	dir, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	powered := time.Date(2026, 11, 20, 8, 0, 0, 123, time.UTC)
	next := func(powered time.Time, want Boot) {
		t.Helper()
		got, err := FileBoots(dir).Next(powered)
		if err != nil || got != want {
			t.Errorf("%+v (%v), want %+v", got, err, want)
		}
	}
	next(powered, Boot{1, true})
	next(powered, Boot{2, false})
	next(powered.Add(time.Hour), Boot{3, true})

	if err := dir.WriteFile(bootsFile, []byte(`{"boots":`), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := FileBoots(dir).Next(powered)
	if err == nil || got.Count < 1e8 {
		t.Errorf("after a damaged file: %+v (%v)", got, err)
	}
	next(powered, Boot{got.Count + 1, false})
	entries, err := os.ReadDir(dir.Name())
	if err != nil || len(entries) != 1 || !slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == bootsFile }) {
		t.Errorf("the folder holds %v (%v)", entries, err)
	}
}
