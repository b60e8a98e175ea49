package snmp

import (
	"context"
	"fmt"
	"strconv"
	"testing"

	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto/prototest"
	"github.com/zerocross-pdu/zerocross/proto/snmp/ber"
)

func TestSuite(t *testing.T) {
	const noDelay = "no object holds a time for one command; the output's stored one applies"
	for name, version := range map[string]int32{"v1": version1, "v2c": version2c, "v3": version3} {
		t.Run(name, func(t *testing.T) {
			cannot := map[prototest.Ability]string{
				prototest.SetState: "the action column ends at 5; a state is written as action 0 or 1",
				prototest.Delay:    noDelay,
				prototest.AnyDelay: noDelay,
			}
			if version != version3 {
				cannot[prototest.ReadOnly] = "there is one community, and it may write"
			}
			prototest.Run(t, prototest.Protocol{
				Definition: Definition(nil), Section: open(&pdu.Profile{}), Cannot: cannot,
				Refusal: func(k pdu.Kind) (string, bool) {
					s, ok := StatusOf(k)
					return strconv.Itoa(int(s)), ok && s != NoError && s.version1() <= GenErr
				},
				Connect: func(t *testing.T, addr string, readOnly bool) prototest.Client {
					user := admin
					if readOnly {
						user = viewer
					}
					return suiteClient{dial(t, addr, version, "private", user)}
				},
			})
		})
	}
}

// suiteClient speaks to the NETIO tree.
type suiteClient struct{ *manager }

func cell(column int, id pdu.OutputID) string {
	return fmt.Sprintf("1.3.6.1.4.1.47952.1.1.1.%d.%d", column, id)
}

func (c suiteClient) Ping(ctx context.Context) error {
	_, err := c.get(ctx, "1.3.6.1.2.1.1.3.0")
	return err
}

func (c suiteClient) get(ctx context.Context, names ...string) ([]variable, error) {
	var list []asked
	for _, n := range names {
		list = append(list, asked{name: n})
	}
	r, err := c.call(ctx, ber.GetRequest, 0, 0, list...)
	if err == nil && r.status != NoError {
		err = fmt.Errorf("status %d at %d", r.status, r.index)
	}
	if err != nil {
		return nil, err
	}
	return r.vars, nil
}

func (c suiteClient) Switch(ctx context.Context, entries []pdu.OutputCommand) error {
	var list []asked
	for _, e := range entries {
		list = append(list, asked{cell(5, e.Output), intValue(int32(e.Action))})
	}
	r, err := c.call(ctx, ber.SetRequest, 0, 0, list...)
	if err == nil && r.status != NoError {
		err = fmt.Errorf("status %d at %d", r.status, r.index)
	}
	return err
}

func (c suiteClient) States(ctx context.Context) ([]pdu.Level, error) {
	r, err := c.call(ctx, ber.GetNextRequest, 0, 0, asked{name: "1.3.6.1.4.1.47952.1.1.1.3"})
	var levels []pdu.Level
	for err == nil && r.status == NoError {
		oid := ber.MustOID(r.vars[0].oid())
		if !oid.HasPrefix(ber.MustOID("1.3.6.1.4.1.47952.1.1.1.3")) {
			return levels, nil
		}
		levels = append(levels, pdu.LevelOf(r.vars[0].integer() == 1))
		r, err = c.call(ctx, ber.GetNextRequest, 0, 0, asked{name: oid.String()})
	}
	return levels, err
}

func (c suiteClient) EnergyWh(ctx context.Context, id pdu.OutputID) (uint64, error) {
	vars, err := c.get(ctx, cell(26, id))
	if err != nil {
		return 0, err
	}
	return uint64(vars[0].integer()), nil
}
