package modbus

import (
	"context"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// writeTime bounds how long a client waits for the engine or the configuration.
const writeTime = 10 * time.Second

// write collects what a request asks for, to do all of it at once or nothing.
type write struct {
	view   *view
	orders []pdu.OutputCommand
	delays map[pdu.OutputID]pdu.OutputEdit
}

// FC 05 says on with 0xff00 and off with 0; the bits of FC 15 are 1 and 0.
const (
	coilOn  = 0xff00
	coilOff = 0
)

func writeCoil(w *write, n int, value uint16) error {
	action := pdu.ActionOff
	if value != 0 {
		action = pdu.ActionOn
	}
	w.orders = append(w.orders, pdu.OutputCommand{Output: pdu.OutputID(n), Action: action})
	return nil
}

// writeAction: the register of an output takes an action; action 6 is none on this
// wire, where there is no state to go with it.
func writeAction(w *write, n int, value uint16) error {
	if value > uint16(pdu.ActionNoChange) {
		return illegalValue
	}
	w.orders = append(w.orders, pdu.OutputCommand{Output: pdu.OutputID(n), Action: pdu.Action(value)})
	return nil
}

// writeDelay: the short delay of an output in 0.1 s. Masters write their whole
// image again and again; what the register shows already is not stored again.
func writeDelay(w *write, n int, value uint16) error {
	if value == 0 {
		return illegalValue
	}
	if uint32(value) == shortDelay(w.view, n) {
		return nil
	}
	if w.delays == nil {
		w.delays = make(map[pdu.OutputID]pdu.OutputEdit)
	}
	w.delays[pdu.OutputID(n)] = pdu.OutputEdit{ShortDelay: new(time.Duration(value) * 100 * time.Millisecond)}
	return nil
}

// plan checks every item of a write before anything is done. All of them lie in one
// span, so that what is done is one command or one edit.
func (r *request) plan(t *table, first, count int, value func(n int) uint16) (*write, error) {
	w := &write{view: r.view(r.dev.reader.Snapshot())}
	s := t.at(w.view, first)
	if s == nil || s.write == nil || first+count > s.end() {
		return nil, illegalAddress
	}
	for n := range count {
		if err := s.write(w, first+n-int(s.first), value(n)); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// apply does what was planned and gives the state after it. It goes on when the
// service is told to stop, so that the answer is true.
func (r *request) apply(ctx context.Context, w *write) (*pdu.Snapshot, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTime)
	defer cancel()
	r.dev.wrote(r.caller)
	origin := pdu.Origin{Source: pdu.SourceM2M, Protocol: protocolName, User: r.caller.user, Addr: r.caller.addr}
	if len(w.delays) > 0 {
		if err := r.dev.configurer.Configure(ctx, pdu.SettingsEdit{Outputs: w.delays}, origin); err != nil {
			return nil, err
		}
	}
	if len(w.orders) == 0 {
		return r.dev.reader.Snapshot(), nil
	}
	result, err := r.dev.switcher.Do(ctx, pdu.Command{Outputs: w.orders, Origin: origin, Received: r.received})
	return result.Snapshot, err
}

// store plans and applies a write, and appends the part of the request that the
// answer repeats.
func (r *request) store(ctx context.Context, t *table, first, count int, value func(n int) uint16, out []byte) ([]byte, error) {
	w, err := r.plan(t, first, count, value)
	if err != nil {
		return nil, err
	}
	if _, err := r.apply(ctx, w); err != nil {
		return nil, err
	}
	return append(out, r.data[:4]...), nil
}

func (r *request) writeCoil(ctx context.Context, out []byte) ([]byte, error) {
	if len(r.data) != 4 || r.word(1) != coilOn && r.word(1) != coilOff {
		return nil, illegalValue
	}
	return r.store(ctx, &r.dev.maps.coils, r.word(0), 1, func(int) uint16 { return uint16(r.word(1)) }, out)
}

func (r *request) writeRegister(ctx context.Context, out []byte) ([]byte, error) {
	if len(r.data) != 4 {
		return nil, illegalValue
	}
	return r.store(ctx, &r.dev.maps.holding, r.word(0), 1, func(int) uint16 { return uint16(r.word(1)) }, out)
}

func (r *request) writeCoils(ctx context.Context, out []byte) ([]byte, error) {
	bytes := func(count int) int { return (count + 7) / 8 }
	first, count, err := r.span(maxWriteBits, func(count int) int { return 1 + bytes(count) })
	if err != nil || int(r.data[4]) != bytes(count) {
		return nil, illegalValue
	}
	return r.store(ctx, &r.dev.maps.coils, first, count, func(n int) uint16 { return uint16(r.data[5+n/8]) >> (n % 8) & 1 }, out)
}

func (r *request) writeRegisters(ctx context.Context, out []byte) ([]byte, error) {
	first, count, err := r.span(maxWriteRegisters, func(count int) int { return 1 + 2*count })
	if err != nil || int(r.data[4]) != 2*count {
		return nil, illegalValue
	}
	return r.store(ctx, &r.dev.maps.holding, first, count, registersAt(r.data[5:]), out)
}

// readWrite writes, then reads; neither is done when one of them is refused.
func (r *request) readWrite(ctx context.Context, out []byte) ([]byte, error) {
	if len(r.data) < 9 {
		return nil, illegalValue
	}
	first, count, into, writes := r.word(0), r.word(1), r.word(2), r.word(3)
	if count < 1 || count > maxReadRegisters || writes < 1 || writes > maxReadWrite ||
		len(r.data) != 9+2*writes || int(r.data[8]) != 2*writes {
		return nil, illegalValue
	}
	t := &r.dev.maps.holding
	w, err := r.plan(t, into, writes, registersAt(r.data[9:]))
	if err != nil {
		return nil, err
	}
	if err := t.check(w.view, first, count); err != nil {
		return nil, err
	}
	after, err := r.apply(ctx, w)
	if err != nil {
		return nil, err
	}
	return appendRegisters(out, t, r.view(after), first, count), nil
}

func registersAt(data []byte) func(n int) uint16 {
	return func(n int) uint16 { return uint16(data[2*n])<<8 | uint16(data[2*n+1]) }
}
