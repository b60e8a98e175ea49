package modbus

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/zerocross-pdu/zerocross/config"
)

func TestRanges(t *testing.T) {
	for _, c := range []struct{ text, inside, outside string }{
		{"192.0.2.7", "192.0.2.7", "192.0.2.6 192.0.2.8 ::1"},
		{"192.0.2.250 - 192.0.3.5", "192.0.2.250 192.0.2.255 192.0.3.5", "192.0.2.249 192.0.3.6"},
		{"10.1.0.0/15", "10.0.0.0 10.1.255.255", "9.255.255.255 10.2.0.0"},
		{"0.0.0.0/0", "0.0.0.0 255.255.255.255", "::1 2001:db8::1"},
		{"2001:db8::/33", "2001:db8:: 2001:db8:7fff:ffff:ffff:ffff:ffff:ffff", "2001:db8:8000:: 1.2.3.4"},
		{"::ffff:192.0.2.7", "192.0.2.7", "192.0.2.8"},
		{"192.0.2.7/32", "192.0.2.7", "192.0.2.8 192.0.2.6"},
	} {
		f, err := newFilter([]string{c.text})
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		for a := range strings.FieldsSeq(c.inside) {
			if !f.allows(netip.MustParseAddr(a)) {
				t.Errorf("%s does not allow %s", c.text, a)
			}
		}
		for a := range strings.FieldsSeq(c.outside) {
			if f.allows(netip.MustParseAddr(a)) {
				t.Errorf("%s allows %s", c.text, a)
			}
		}
		if f.allows(netip.Addr{}) {
			t.Errorf("%s allows an unknown address", c.text)
		}
	}
	if !filter(nil).allows(netip.MustParseAddr("192.0.2.1")) {
		t.Error("an empty filter lets everybody in")
	}
	for _, bad := range []string{"", "-", "192.0.2.9-192.0.2.1", "192.0.2.1-2001:db8::1", "192.0.2.0/33", "host", "192.0.2", "fe80::1%eth0", "::ffff:192.0.2.0/120", "1.2.3.4-"} {
		if _, err := parseRange(bad); err == nil {
			t.Errorf("%q passes", bad)
		}
	}
}

func TestValidate(t *testing.T) {
	faults := func(change func(c *Config)) string {
		c := openConfig()
		change(c)
		var f config.Faults
		c.Validate(nil, &f)
		if f.Err() == nil {
			return ""
		}
		return f.Err().Error()
	}
	if got := faults(func(*Config) {}); got != "" {
		t.Errorf("the factory settings have faults: %s", got)
	}
	for path, change := range map[string]func(c *Config){
		"listen:":         func(c *Config) { c.Listen = "502" },
		"allowedFrom[1]:": func(c *Config) { c.AllowedFrom = []string{"192.0.2.1", "x"} },
		"allowedFrom:":    func(c *Config) { c.AllowedFrom = make([]string, 65) },
		"wordOrder:":      func(c *Config) { c.WordOrder = "big" },
		"connections:":    func(c *Config) { c.Connections = 0 },
		"idleTimeoutS:":   func(c *Config) { c.IdleTimeoutS = 9 },
		"tls.certificate:": func(c *Config) {
			c.TLS.Enabled = true
		},
		"tls.clientCA:": func(c *Config) { c.TLS.Enabled, c.TLS.ClientCA = true, "no PEM" },
		"tls.listen:":   func(c *Config) { c.TLS.Enabled, c.TLS.Listen = true, "" },
		"tls.key:":      func(c *Config) { c.TLS.Key = config.Secret(strings.Repeat("k", maxPEMBytes+1)) },
	} {
		if got := faults(change); !strings.Contains(got, path) {
			t.Errorf("no fault at %s in %q", path, got)
		}
	}
	for _, good := range []string{"", "off", ":502", "[::1]:1502", "192.0.2.1:0"} {
		if got := faults(func(c *Config) { c.Listen = good }); got != "" {
			t.Errorf("listen %q: %s", good, got)
		}
	}
	if got := faults(func(c *Config) { c.Listen = "https://:502" }); got == "" {
		t.Error("a scheme passes")
	}
	c := defaultConfig(nil)
	if c.IsEnabled() || c.WriteEnabled || c.TLS.Enabled {
		t.Error("a unit from the factory must not listen nor be switched")
	}
}
