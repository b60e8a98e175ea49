package proto

import (
	"context"
	"log/slog"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/health"
	"github.com/zerocross-pdu/zerocross/httpd"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// Deps is what a protocol may use.
type Deps struct {
	Reader     pdu.Reader
	Switcher   pdu.Switcher
	Configurer pdu.Configurer
	HTTP       *httpd.Server
	// Listen gives the address of each port that is not HTTP by its name in
	// --listen: "snmp", "modbus", "telnet". One that is off is missing.
	Listen map[string]string
	Health *health.Registry
	Log    *slog.Logger
}

// Service is a protocol at work. It is run once.
type Service interface {
	// Run serves until ctx ends and returns nil then, or returns the error because
	// of which it cannot go on. It calls ready once it answers requests.
	Run(ctx context.Context, ready func()) error
}

// Addresser is implemented by services that can have a port of their own.
type Addresser interface {
	// Addr is the address of that port once the service is ready; "" means that it
	// answers on the ports of the web page.
	Addr() string
}

// Enabler is implemented by every protocol's section.
type Enabler interface{ IsEnabled() bool }

// Definition is one protocol. Define makes them.
type Definition struct {
	Name string // also the member of "protocols" that configures it
	// Default gives a fresh section with factory settings, an Enabler.
	Default func(p *pdu.Profile) any
	// Section gives the section out of a document.
	Section func(d *config.Document) any
	// New makes the service of a section. It must not start anything.
	New func(deps Deps, section any) (Service, error)
}

// Define makes a Definition out of functions that know the type of the section.
func Define[T any, P interface {
	*T
	Enabler
}](name string, def func(*pdu.Profile) P, make func(Deps, P) (Service, error)) Definition {
	return Definition{
		Name:    name,
		Default: func(p *pdu.Profile) any { return (*T)(def(p)) },
		Section: func(d *config.Document) any { return config.Get[T](d, pathOf(name)) },
		New:     func(deps Deps, section any) (Service, error) { return make(deps, P(section.(*T))) },
	}
}

// Sections lists the sections of the configuration that belong to defs.
func Sections(defs []Definition) []config.Section {
	list := make([]config.Section, len(defs))
	for i, d := range defs {
		list[i] = config.Section{Path: pathOf(d.Name), Default: d.Default}
	}
	return list
}

func pathOf(name string) string { return "protocols." + name }
