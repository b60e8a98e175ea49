package main

import (
	"runtime/debug"
	"slices"

	"github.com/zerocross-pdu/zerocross/auth"
	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/core"
	"github.com/zerocross-pdu/zerocross/proto"
	"github.com/zerocross-pdu/zerocross/proto/m2m"
	"github.com/zerocross-pdu/zerocross/proto/metrics"
	"github.com/zerocross-pdu/zerocross/proto/modbus"
	"github.com/zerocross-pdu/zerocross/proto/snmp"
	"github.com/zerocross-pdu/zerocross/proto/telnet"
)

// release is the version of this source tree; the build adds the revision.
const release = "0.1.0"

// shared is what some protocols need beyond proto.Deps. Its zero value will do to
// read a configuration.
type shared struct {
	accounts telnet.Accounts
	boots    snmp.Boots
}

// protocols lists the protocols of this build: one line each.
func protocols(with shared) []proto.Definition {
	return []proto.Definition{
		m2m.JSONDefinition,
		m2m.XMLDefinition,
		m2m.URLDefinition,
		snmp.Definition(with.boots),
		modbus.Definition,
		telnet.Definition(with.accounts),
		metrics.Definition,
	}
}

// sections lists the parts of the configuration document.
func sections() []config.Section {
	return slices.Concat(core.Sections(), []config.Section{auth.Section}, proto.Sections(protocols(shared{})))
}

// version names the release and, where the build knows it, the revision.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return release
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return release + "+" + s.Value[:12]
		}
	}
	return release
}
