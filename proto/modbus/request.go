package modbus

import (
	"context"
	"encoding/binary"
	"log/slog"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// Function codes (Modbus Application Protocol 6).
const (
	fnReadCoils      = 0x01
	fnReadDiscrete   = 0x02
	fnReadHolding    = 0x03
	fnReadInput      = 0x04
	fnWriteCoil      = 0x05
	fnWriteRegister  = 0x06
	fnWriteCoils     = 0x0f
	fnWriteRegisters = 0x10
	fnReadWrite      = 0x17
	fnEncapsulated   = 0x2b
	exceptionFlag    = 0x80 // added to the code of a function that is refused
)

// Most items of one request.
const (
	maxReadBits       = 2000
	maxReadRegisters  = 125
	maxWriteBits      = 1968
	maxWriteRegisters = 123
	maxReadWrite      = 121 // registers written by function 23
)

// device answers requests: the protocol without its connections. Any goroutine may
// use it.
type device struct {
	reader       pdu.Reader
	switcher     pdu.Switcher
	configurer   pdu.Configurer
	maps         *unitMap
	writeEnabled bool
	log          *slog.Logger
	// wrote is told about every client that was allowed to write.
	wrote func(c *caller)
}

// caller is who sends a request.
type caller struct {
	addr string
	user string // name in the certificate; "" without one
	may  rights
}

// rights is what a caller may do.
type rights uint8

const (
	mayRead rights = 1 << iota
	mayWrite
)

// request is one request on its way.
type request struct {
	dev      *device
	caller   *caller
	unit     byte
	data     []byte // of the PDU, behind the function code
	received time.Time
}

// answer appends the PDU that answers req, which is a whole PDU of at least one
// byte. An answer that fails leaves no trace in out but the exception.
func (d *device) answer(ctx context.Context, c *caller, unit byte, req []byte, received time.Time, out []byte) []byte {
	r := request{dev: d, caller: c, unit: unit, data: req[1:], received: received}
	res, err := r.carryOut(ctx, req[0], append(out, req[0]))
	if err == nil {
		return res
	}
	code := exceptionOf(err)
	if code == deviceFailure {
		d.log.Error("a Modbus request failed", "addr", c.addr, "function", req[0], "err", err)
	}
	return append(out, req[0]|exceptionFlag, byte(code))
}

func (r *request) carryOut(ctx context.Context, function byte, out []byte) ([]byte, error) {
	m := r.dev.maps
	switch {
	case !r.allowed(function):
		return nil, illegalFunction
	case function == fnReadCoils:
		return r.readBits(&m.coils, out)
	case function == fnReadDiscrete:
		return r.readBits(&m.discrete, out)
	case function == fnReadHolding:
		return r.readRegisters(&m.holding, out)
	case function == fnReadInput:
		return r.readRegisters(&m.input, out)
	case function == fnEncapsulated:
		return r.identify(out)
	case function == fnWriteCoil:
		return r.writeCoil(ctx, out)
	case function == fnWriteRegister:
		return r.writeRegister(ctx, out)
	case function == fnWriteCoils:
		return r.writeCoils(ctx, out)
	case function == fnWriteRegisters:
		return r.writeRegisters(ctx, out)
	case function == fnReadWrite:
		return r.readWrite(ctx, out)
	}
	return nil, illegalFunction
}

// allowed reports whether the function exists for this caller. One that may not be
// used is as unknown as one that is not there.
func (r *request) allowed(function byte) bool {
	switch function {
	case fnReadCoils, fnReadDiscrete, fnReadHolding, fnReadInput, fnEncapsulated:
		return r.caller.may&mayRead != 0
	case fnWriteCoil, fnWriteRegister, fnWriteCoils, fnWriteRegisters:
		return r.dev.writeEnabled && r.caller.may&mayWrite != 0
	case fnReadWrite:
		return r.dev.writeEnabled && r.caller.may == mayRead|mayWrite
	}
	return false
}

func (r *request) view(s *pdu.Snapshot) *view { return &view{snap: s, now: r.received, unit: r.unit} }

// word gives 16-bit word n of the data.
func (r *request) word(n int) int { return int(binary.BigEndian.Uint16(r.data[2*n:])) }

// span reads the first address and the count that most requests begin with. extra
// gives how many bytes must follow them.
func (r *request) span(most int, extra func(count int) int) (first, count int, err error) {
	if len(r.data) < 4 {
		return 0, 0, illegalValue
	}
	first, count = r.word(0), r.word(1)
	if count < 1 || count > most || len(r.data) != 4+extra(count) {
		return 0, 0, illegalValue
	}
	return first, count, nil
}

func nothing(int) int { return 0 }

func (r *request) readBits(t *table, out []byte) ([]byte, error) {
	first, count, err := r.span(maxReadBits, nothing)
	if err != nil {
		return nil, err
	}
	v := r.view(r.dev.reader.Snapshot())
	if err := t.check(v, first, count); err != nil {
		return nil, err
	}
	out = append(out, byte((count+7)/8))
	n := 0
	for w := range t.words(v, first, count) {
		if n%8 == 0 {
			out = append(out, 0)
		}
		out[len(out)-1] |= byte(w) << (n % 8)
		n++
	}
	return out, nil
}

func (r *request) readRegisters(t *table, out []byte) ([]byte, error) {
	first, count, err := r.span(maxReadRegisters, nothing)
	if err != nil {
		return nil, err
	}
	v := r.view(r.dev.reader.Snapshot())
	if err := t.check(v, first, count); err != nil {
		return nil, err
	}
	return appendRegisters(out, t, v, first, count), nil
}

func appendRegisters(out []byte, t *table, v *view, first, count int) []byte {
	out = append(out, byte(2*count))
	for w := range t.words(v, first, count) {
		out = binary.BigEndian.AppendUint16(out, w)
	}
	return out
}
