package metrics

import (
	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/httpd"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// Config is the section "protocols.metrics".
type Config struct {
	Enabled bool          `json:"enabled" doc:"whether /metrics answers at all"`
	Listen  string        `json:"listen" doc:"a port of its own as host:port, or https://host:port; empty: the ports of the web page"`
	User    string        `json:"user" doc:"user name for HTTP Basic; empty together with the password: none is needed"`
	Secret  config.Secret `json:"password" doc:"password for HTTP Basic"`
}

// IsEnabled reports whether the protocol is switched on.
func (c *Config) IsEnabled() bool { return c.Enabled }

// Validate checks the section.
func (c *Config) Validate(_ *pdu.Profile, f *config.Faults) {
	if err := httpd.CheckListen(c.Listen); err != nil {
		f.Add("listen", httpd.CodeListenAddress, "listen address %q: %v", c.Listen, err.Error())
	}
	if (c.User == "") != (c.Secret == "") {
		f.Add("user", "metrics.credentials", "user and password belong together: give both or neither")
	}
}

func defaultConfig(*pdu.Profile) *Config { return &Config{} }
