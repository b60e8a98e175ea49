package config

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"testing"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// The sections of the tests: one of every shape.

type outputSettings struct {
	Name         string `json:"name"`
	ShortDelayMs int    `json:"shortDelayMs" doc:"time of a short off or short on in milliseconds"`
}

type outputList []outputSettings

func (o *outputList) Validate(p *pdu.Profile, f *Faults) {
	if len(*o) != p.Outputs {
		f.Add("", "outputs.count", "has %d entries instead of %d", len(*o), p.Outputs)
	}
	for i, out := range *o {
		if out.ShortDelayMs < 100 {
			f.Add(fmt.Sprintf("[%d].shortDelayMs", i), "delay.range", "%d is below %d", out.ShortDelayMs, 100)
		}
	}
}

func (o *outputList) Normalize(p *pdu.Profile) {
	for len(*o) < p.Outputs {
		*o = append(*o, outputSettings{Name: "filled", ShortDelayMs: 5000})
	}
}

type account struct {
	Name     string `json:"name"`
	Role     string `json:"role"`
	Password Secret `json:"password"`
}

type credentials struct {
	User     string `json:"user"`
	Password Secret `json:"password"`
}

type enabled struct {
	Enabled bool `json:"enabled" doc:"whether the service runs"`
}

type protocol struct {
	enabled
	Port uint16             `json:"port"`
	Read credentials        `json:"read"`
	More map[string]Secret  `json:"more"`
	Rate float64            `json:"rate"`
	Opt  *credentials       `json:"opt,omitempty"`
	Tree map[string]float64 `json:"tree"`
	At   pdu.Level          `json:"at"`
}

// rule is an element of an array that is empty by default.
type rule struct {
	Tags []string       `json:"tags"`
	More map[string]int `json:"more"`
}

func testSections() []Section {
	return []Section{
		{Path: "outputs", Default: func(p *pdu.Profile) any {
			list := outputList{}
			for n := range p.Outputs {
				list = append(list, outputSettings{Name: fmt.Sprintf("output_%d", n+1), ShortDelayMs: 5000})
			}
			return &list
		}},
		{Path: "accounts", Default: func(*pdu.Profile) any { return &[]account{} }},
		{Path: "rules", Default: func(*pdu.Profile) any { return &[]rule{} }},
		{Path: "protocols.json", Default: func(*pdu.Profile) any { return &protocol{Port: 80, Rate: 1.5, At: pdu.On} }},
		{Path: "protocols.xml", Default: func(*pdu.Profile) any { return &protocol{Port: 80, At: pdu.Off} }},
	}
}

func testRoot(t testing.TB) *os.Root {
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root
}

func testLog(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), nil))
}

func mustOpen(t testing.TB, root *os.Root, opt Options) *Store {
	t.Helper()
	s, err := tryOpen(t, root, opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func tryOpen(t testing.TB, root *os.Root, opt Options) (*Store, error) {
	if opt.Sections == nil {
		opt.Sections = testSections()
	}
	opt.Log = testLog(t)
	return Open(root, opt)
}

// mustPatch applies a merge patch that must be accepted.
func mustPatch(t testing.TB, s *Store, patch string) *Document {
	t.Helper()
	d, err := s.MergePatch(t.Context(), pdu.Origin{}, "", []byte(patch))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// noContext is a context for places that have no test to take it from.
type noContext struct{ context.Context }

func (noContext) Err() error            { return nil }
func (noContext) Done() <-chan struct{} { return nil }
