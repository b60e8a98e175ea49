package modbus_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"testing"

	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto/modbus"
	"github.com/zerocross-pdu/zerocross/proto/prototest"
)

func TestSuite(t *testing.T) {
	const ascending = "a request covers one run of outputs, each of them once and in ascending order"
	const noDelay = "a command is one 16-bit value, the action; the time of a pulse is a register of its own"
	section := modbus.Definition.Default(nil).(*modbus.Config)
	section.Enabled, section.WriteEnabled = true, true
	prototest.Run(t, prototest.Protocol{
		Definition: modbus.Definition, Section: section,
		Refusal: func(k pdu.Kind) (string, bool) {
			code, ok := modbus.Exception(k)
			return "exception " + strconv.Itoa(int(code)), ok && code != 0
		},
		Connect: func(t *testing.T, addr string, _ bool) prototest.Client {
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = conn.Close() })
			return &master{conn: conn}
		},
		Cannot: map[prototest.Ability]string{
			prototest.SetState: "an action register has no place for a state; coils have, but that is action 0 or 1",
			prototest.AnyOrder: ascending,
			prototest.Repeat:   ascending,
			prototest.Delay:    noDelay,
			prototest.AnyDelay: noDelay,
			prototest.ReadOnly: "Modbus/TCP knows no credentials; the roles of its TLS form have tests of their own",
		},
	})
}

// master is a Modbus master that switches through coils where it can and through
// registers otherwise.
type master struct {
	conn net.Conn
	id   uint16 // of the last transaction
}

// call sends a PDU and gives the data of the answer.
func (m *master) call(ctx context.Context, function byte, data ...byte) ([]byte, error) {
	if until, ok := ctx.Deadline(); ok {
		_ = m.conn.SetDeadline(until)
	}
	m.id++
	frame := binary.BigEndian.AppendUint16(nil, m.id)
	frame = append(frame, 0, 0, 0, byte(2+len(data)), 1, function)
	if _, err := m.conn.Write(append(frame, data...)); err != nil {
		return nil, err
	}
	head := make([]byte, 8)
	if _, err := io.ReadFull(m.conn, head); err != nil {
		return nil, err
	}
	body := make([]byte, binary.BigEndian.Uint16(head[4:])-2)
	if _, err := io.ReadFull(m.conn, body); err != nil {
		return nil, err
	}
	switch {
	case binary.BigEndian.Uint16(head) != m.id:
		return nil, fmt.Errorf("an answer to transaction %d, want %d", binary.BigEndian.Uint16(head), m.id)
	case head[7] == function|0x80:
		return nil, fmt.Errorf("exception %d", body[0])
	case head[7] != function:
		return nil, fmt.Errorf("an answer to function %d, want %d", head[7], function)
	}
	return body, nil
}

func words(values ...int) (b []byte) {
	for _, v := range values {
		b = binary.BigEndian.AppendUint16(b, uint16(v))
	}
	return b
}

func (m *master) Ping(ctx context.Context) error {
	_, err := m.call(ctx, 3, words(0, 3)...)
	return err
}

func (m *master) Switch(ctx context.Context, entries []pdu.OutputCommand) error {
	first, last := entries[0].Output, entries[len(entries)-1].Output
	if !slices.IsSortedFunc(entries, func(a, b pdu.OutputCommand) int { return int(a.Output - b.Output) }) {
		return errors.New("the test asks for an order that Modbus does not have")
	}
	coils := true
	actions := slices.Repeat([]int{int(pdu.ActionNoChange)}, int(last-first)+1)
	for _, e := range entries {
		actions[e.Output-first] = int(e.Action)
	}
	var bits byte
	for i, a := range actions {
		coils = coils && a <= int(pdu.ActionOn)
		bits |= byte(a) << i
	}
	start, count := 100+int(first), len(actions)
	var err error
	switch {
	case coils && count == 1:
		_, err = m.call(ctx, 5, words(start, 0xff00*actions[0])...)
	case coils:
		_, err = m.call(ctx, 15, append(words(start, count), 1, bits)...)
	case count == 1:
		_, err = m.call(ctx, 6, words(start, actions[0])...)
	default:
		_, err = m.call(ctx, 16, append(append(words(start, count), byte(2*count)), words(actions...)...)...)
	}
	return err
}

// States reads coils and holding registers, which must agree.
func (m *master) States(ctx context.Context) ([]pdu.Level, error) {
	count, err := m.call(ctx, 3, words(1, 1)...)
	if err != nil {
		return nil, err
	}
	n := int(count[2])
	coils, err := m.call(ctx, 1, words(101, n)...)
	if err != nil {
		return nil, err
	}
	registers, err := m.call(ctx, 3, words(101, n)...)
	if err != nil {
		return nil, err
	}
	var levels []pdu.Level
	for i := range n {
		on := coils[1]>>i&1 == 1
		if on != (registers[2+2*i] == 1) {
			return nil, fmt.Errorf("output %d: coil %t, register %d", i+1, on, registers[2+2*i])
		}
		levels = append(levels, pdu.LevelOf(on))
	}
	return levels, nil
}

func (m *master) EnergyWh(ctx context.Context, id pdu.OutputID) (uint64, error) {
	body, err := m.call(ctx, 4, words(300+2*int(id), 2)...)
	if err != nil {
		return 0, err
	}
	return uint64(binary.BigEndian.Uint32(body[1:])), nil
}
