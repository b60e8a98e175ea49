package modbus

import (
	"bytes"
	"context"
	"encoding/hex"
	"net"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// TestReadAfterWrite: whatever states and delays are written, by whichever function,
// they are read back, and nothing else has changed.
func TestReadAfterWrite(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		model := rapid.SampledFrom([]string{"8ks", "4c", "2pz", "101x"}).Draw(rt, "model")
		u, s := newUnit(t, model, openConfig())
		outputs := u.snap.Profile.Outputs
		first := rapid.IntRange(1, outputs).Draw(rt, "first")
		count := rapid.IntRange(1, outputs-first+1).Draw(rt, "count")
		ask := func(function byte, data ...byte) []byte {
			c := &caller{may: mayRead | mayWrite}
			return s.dev.answer(context.Background(), c, 1, append([]byte{function}, data...), time.Now(), nil)
		}
		word := func(values ...int) (b []byte) {
			for _, v := range values {
				b = append(b, byte(v>>8), byte(v))
			}
			return b
		}
		read := func(from int) []byte { return ask(fnReadHolding, word(from+1, outputs)...)[2:] }
		states, delays := read(100), read(200)
		space, want, top := 100, states, 1
		if rapid.Bool().Draw(rt, "delays") {
			space, want, top = 200, delays, 65535
		}
		var values []int
		for i := range count {
			values = append(values, rapid.IntRange(space/200, top).Draw(rt, "value"))
			copy(want[2*(first+i-1):], word(values[i]))
		}
		var answer []byte
		switch {
		case space == 100 && rapid.Bool().Draw(rt, "as coils"):
			var bits byte
			for i, v := range values {
				bits |= byte(v) << i
			}
			answer = ask(fnWriteCoils, append(word(space+first, count), 1, bits)...)
		case count == 1:
			answer = ask(fnWriteRegister, word(space+first, values[0])...)
		default:
			answer = ask(fnWriteRegisters, append(append(word(space+first, count), byte(2*count)), word(values...)...)...)
		}
		if answer[0]&exceptionFlag != 0 {
			rt.Fatalf("refused: %x", answer)
		}
		if got := read(100); !bytes.Equal(got, states) {
			rt.Fatalf("states read %x, want %x", got, states)
		}
		if got := read(200); !bytes.Equal(got, delays) {
			rt.Fatalf("delays read %x, want %x", got, delays)
		}
	})
}

// TestEveryAddress: a range can be read exactly when each of its registers can, and
// gives the same values.
func TestEveryAddress(t *testing.T) {
	_, s := newUnit(t, "8ks", openConfig())
	m := s.dev.maps
	tables := map[string]*table{"coils": &m.coils, "discrete": &m.discrete, "holding": &m.holding, "input": &m.input}
	v := &view{snap: sample(t, "8ks"), now: time.Now(), unit: 1}
	single := make(map[string]map[int]uint16)
	for name, table := range tables {
		single[name] = make(map[int]uint16)
		for addr := range 1 << 16 {
			if table.check(v, addr, 1) == nil {
				for w := range table.words(v, addr, 1) {
					single[name][addr] = w
				}
			}
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.SampledFrom([]string{"coils", "discrete", "holding", "input"}).Draw(rt, "table")
		first := rapid.OneOf(rapid.IntRange(0, 900), rapid.IntRange(1990, 3010), rapid.IntRange(39990, 40320), rapid.IntRange(65400, 65535)).Draw(rt, "first")
		count := rapid.IntRange(1, 125).Draw(rt, "count")
		exists := true
		var want []uint16
		for addr := first; addr < first+count; addr++ {
			w, ok := single[name][addr]
			exists = exists && ok
			want = append(want, w)
		}
		if err := tables[name].check(v, first, count); (err == nil) != exists {
			rt.Fatalf("%v, although each alone: %t", err, exists)
		}
		if !exists {
			return
		}
		var got []uint16
		for w := range tables[name].words(v, first, count) {
			got = append(got, w)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatalf("(-alone +together):\n%s", diff)
		}
	})
}

// FuzzFrames sends bytes, in two pieces, through a whole connection. Whatever they
// are, the answers are frames, one for each frame that was sent, and the unit was
// only asked for what its outputs can do.
func FuzzFrames(f *testing.F) {
	for i, c := range wireCases {
		f.Add(adu(uint16(i), byte(i), c.request), uint16(i))
	}
	f.Add(append(adu(1, 1, "05 0066 ff00"), adu(2, 101, "03 9c40 007d")...), uint16(13))
	f.Add([]byte("\x00\x01\x00\x00\x00\xff\x01\x03"), uint16(6))
	f.Add([]byte{}, uint16(0))
	f.Fuzz(func(t *testing.T, data []byte, cut uint16) {
		u, s := newUnit(t, "4pz", openConfig())
		at := min(int(cut), len(data))
		conn := &script{parts: [][]byte{data[:at], data[at:]}}
		c := &client{svc: s, conn: conn, who: caller{addr: "192.0.2.1", may: mayRead | mayWrite}}
		_ = c.serve(t.Context())
		checkAnswers(t, data, conn.out.Bytes())
		for _, cmd := range u.commands {
			for _, o := range cmd.Outputs {
				if !u.snap.Profile.HasOutput(o.Output) || o.Action > pdu.ActionNoChange || o.Delay != 0 {
					t.Fatalf("the unit was asked %+v", o)
				}
			}
		}
		for _, e := range u.edits {
			for id, o := range e.Outputs {
				if !u.snap.Profile.HasOutput(id) || pdu.CheckShortDelay(*o.ShortDelay) != nil {
					t.Fatalf("output %d was to get %v", id, *o.ShortDelay)
				}
			}
		}
	})
}

// checkAnswers holds the frames that were sent against the answers.
func checkAnswers(t *testing.T, sent, answers []byte) {
	for {
		request, rest, err := splitFrame(sent)
		if request == nil || err != nil {
			break
		}
		sent = rest
		answer, rest, err := splitFrame(answers)
		if answer == nil || err != nil {
			t.Fatalf("%x is answered %x: %v", request, answers, err)
		}
		answers = rest
		if !bytes.Equal(answer[:4], request[:4]) || answer[6] != request[6] || answer[7]|exceptionFlag != request[7]|exceptionFlag {
			t.Fatalf("%x is answered %x", request, answer)
		}
		if refused := answer[7] != request[7] || request[7]&exceptionFlag != 0; refused && len(answer) != 9 {
			t.Fatalf("%x is refused with %x", request, answer)
		}
	}
	if len(answers) > 0 {
		t.Fatalf("unasked: %s", hex.EncodeToString(answers))
	}
}

// script is a connection that gives prepared bytes and keeps what is written.
type script struct {
	net.Conn
	parts [][]byte
	out   bytes.Buffer
}

func (s *script) Read(b []byte) (int, error) {
	for len(s.parts) > 0 && len(s.parts[0]) == 0 {
		s.parts = s.parts[1:]
	}
	if len(s.parts) == 0 {
		return 0, net.ErrClosed
	}
	n := copy(b, s.parts[0])
	s.parts[0] = s.parts[0][n:]
	return n, nil
}

func (s *script) Write(b []byte) (int, error)      { return s.out.Write(b) }
func (s *script) SetReadDeadline(time.Time) error  { return nil }
func (s *script) SetWriteDeadline(time.Time) error { return nil }
