package prototest

import (
	"context"
	"errors"
	"testing"

	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto"
)

// TestSuitePassesTheEngineItself: a protocol without any wire passes, so that what
// fails elsewhere is the protocol.
func TestSuitePassesTheEngineItself(t *testing.T) {
	var deps proto.Deps // of the unit that was started last
	Run(t, Protocol{
		Definition: proto.Definition{Name: "direct", New: func(d proto.Deps, _ any) (proto.Service, error) {
			deps = d
			return idle{}, nil
		}},
		Connect: func(_ *testing.T, _ string, readOnly bool) Client { return &direct{deps, readOnly} },
		Refusal: func(k pdu.Kind) (string, bool) { return k.String(), true },
	})
}

type idle struct{}

func (idle) Run(ctx context.Context, ready func()) error { ready(); <-ctx.Done(); return nil }

// direct is a client without a wire.
type direct struct {
	deps     proto.Deps
	readOnly bool
}

func (c *direct) Ping(context.Context) error { return nil }

func (c *direct) Switch(ctx context.Context, entries []pdu.OutputCommand) error {
	if c.readOnly {
		return errors.New("may read only")
	}
	_, err := c.deps.Switcher.Do(ctx, pdu.Command{Outputs: entries,
		Origin: pdu.Origin{Source: pdu.SourceM2M, Protocol: "direct", Addr: "here"}})
	return err
}

func (c *direct) States(context.Context) ([]pdu.Level, error) {
	var list []pdu.Level
	for _, o := range c.deps.Reader.Snapshot().Outputs {
		list = append(list, o.State())
	}
	return list, nil
}

func (c *direct) EnergyWh(_ context.Context, id pdu.OutputID) (uint64, error) {
	return pdu.WattHours(c.deps.Reader.Snapshot().Output(id).Energy.Forward), nil
}
