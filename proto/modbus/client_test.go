package modbus

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto"
)

// adu frames a PDU written in hexadecimal.
func adu(id uint16, unit byte, pduHex string) []byte {
	body, err := hex.DecodeString(compact(pduHex))
	if err != nil {
		panic(err)
	}
	b := binary.BigEndian.AppendUint16(nil, id)
	b = binary.BigEndian.AppendUint16(b, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(1+len(body)))
	return append(append(b, unit), body...)
}

func dial(t testing.TB, addr string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second)) // bounds a hang, decides nothing
	return conn
}

// expectBytes reads as many bytes as want has and compares.
func expectBytes(t *testing.T, r io.Reader, want []byte) {
	t.Helper()
	got := make([]byte, len(want))
	if n, err := io.ReadFull(r, got); err != nil {
		t.Fatalf("read %x, then %v; want %x", got[:n], err, want)
	}
	if !bytes.Equal(got, want) {
		t.Fatalf("got %x, want %x", got, want)
	}
}

// expectEnd waits for the other side to close without another byte.
func expectEnd(t *testing.T, conn net.Conn) {
	t.Helper()
	b, err := io.ReadAll(conn)
	if len(b) > 0 {
		t.Fatalf("got %x, want the end of the connection", b)
	}
	if e, ok := err.(net.Error); ok && e.Timeout() {
		t.Fatal("the connection stays open")
	}
}

func TestSplitFrame(t *testing.T) {
	whole := adu(1, 9, "03 0000 0001")
	for n := range whole {
		if f, rest, err := splitFrame(whole[:n]); f != nil || err != nil || len(rest) != n {
			t.Errorf("%d bytes: %x %x %v", n, f, rest, err)
		}
	}
	if f, rest, err := splitFrame(append(whole, 0xaa)); !bytes.Equal(f, whole) || len(rest) != 1 || err != nil {
		t.Errorf("%x %x %v", f, rest, err)
	}
	for _, bad := range []string{"000001", "00000001", "0000 0000 0001", "0000 0000 0000", "0000 0000 00ff", "0000 0000 ffff"} {
		b, _ := hex.DecodeString(compact(bad))
		if f, _, err := splitFrame(b); err == nil {
			t.Errorf("%s: %x passes", bad, f)
		}
	}
}

// TestFrames: split in every place, and many in one piece, requests are answered in
// their order with their own transaction and unit.
func TestFrames(t *testing.T) {
	_, s := start(t, "8ks", openConfig())
	request, answer := adu(0x1234, 0xf7, "04 0000 0001"), adu(0x1234, 0xf7, "04 02 1386")
	conn := dial(t, s.Addr())
	for cut := range request {
		for _, part := range [][]byte{request[:cut], request[cut:]} {
			if _, err := conn.Write(part); err != nil {
				t.Fatal(err)
			}
		}
		expectBytes(t, conn, answer)
	}
	var all, want []byte
	for id := range uint16(2000) {
		all = append(all, adu(id, byte(id), "01 0065 0008")...)
		want = append(want, adu(id, byte(id), "01 01 55")...)
	}
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = conn.Write(all) })
	expectBytes(t, conn, want)
	wg.Wait()
}

// TestPipelinedWrites: a read sees the writes before it.
func TestPipelinedWrites(t *testing.T) {
	u, s := start(t, "8ks", openConfig())
	conn := dial(t, s.Addr())
	all := bytes.Join([][]byte{
		adu(1, 1, "05 0066 ff00"), adu(2, 1, "01 0066 0001"), adu(3, 1, "06 0066 0004"), adu(4, 1, "03 0066 0001"),
		adu(5, 1, "06 00ca 0007"), adu(6, 1, "03 00ca 0001"),
	}, nil)
	if _, err := conn.Write(all); err != nil {
		t.Fatal(err)
	}
	expectBytes(t, conn, bytes.Join([][]byte{
		adu(1, 1, "05 0066 ff00"), adu(2, 1, "01 01 01"), adu(3, 1, "06 0066 0004"), adu(4, 1, "03 02 0000"),
		adu(5, 1, "06 00ca 0007"), adu(6, 1, "03 02 0007"),
	}, nil))
	for _, c := range u.commands {
		if want := (pdu.Origin{Source: pdu.SourceM2M, Protocol: "modbus", Addr: "127.0.0.1"}); c.Origin != want || c.Received.IsZero() {
			t.Errorf("origin %+v, received %v", c.Origin, c.Received)
		}
	}
	if last, ok := s.LastClient(); !ok || last.Addr != "127.0.0.1" || last.At.IsZero() {
		t.Errorf("last client %+v", last)
	}
}

// TestGarbage: what is no frame ends the connection without a word, after the
// answers to what was one.
func TestGarbage(t *testing.T) {
	_, s := start(t, "8ks", openConfig())
	for _, bad := range []string{"GET / HTTP/1.0\r\n\r\n", "\x00\x01\x00\x00\x00\x00\x01\x03", "\x00\x01\x00\x00\x01\x00", "\x00\x00\x00\x00\x00\x01\x00", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"} {
		conn := dial(t, s.Addr())
		if _, err := conn.Write(append(adu(1, 1, "01 0065 0001"), bad...)); err != nil {
			t.Fatal(err)
		}
		expectBytes(t, conn, adu(1, 1, "01 01 01"))
		expectEnd(t, conn)
	}
	// A client that closes its sending half still gets its answers.
	conn := dial(t, s.Addr())
	_, _ = conn.Write(adu(1, 1, "01 0065 0001"))
	_ = conn.(*net.TCPConn).CloseWrite()
	expectBytes(t, conn, adu(1, 1, "01 01 01"))
	expectEnd(t, conn)
}

// TestManyMasters: as many as there are connections, at once.
func TestManyMasters(t *testing.T) {
	c := openConfig()
	c.Connections = 40
	u, s := start(t, "8ks", c)
	var wg sync.WaitGroup
	for n := range 40 {
		conn := dial(t, s.Addr())
		wg.Go(func() {
			request := adu(uint16(n), 1, "04 0064 0008")
			if n%8 == 0 {
				request = adu(uint16(n), 1, "06 0068 0004")
			}
			answer := make([]byte, 260)
			for range 50 {
				if _, err := conn.Write(request); err != nil {
					t.Error(err)
					return
				}
				if _, err := io.ReadFull(conn, answer[:9]); err != nil || answer[1] != byte(n) || answer[7] != request[7] {
					t.Errorf("master %d: %x, %v", n, answer[:9], err)
					return
				}
				_, _ = io.ReadFull(conn, answer[9:6+answer[5]])
			}
		})
	}
	wg.Wait()
	if got := strings.Count(u.take(), "4:toggle"); got != 5*50 {
		t.Errorf("%d commands arrived, want %d", got, 5*50)
	}
}

func TestConnectionsAreLimited(t *testing.T) {
	c := openConfig()
	c.Connections = 2
	_, s := start(t, "8ks", c)
	ask := func(conn net.Conn) {
		t.Helper()
		_, _ = conn.Write(adu(1, 1, "01 0065 0001"))
		expectBytes(t, conn, adu(1, 1, "01 01 01"))
	}
	first, second := dial(t, s.Addr()), dial(t, s.Addr())
	ask(first)
	ask(second)
	expectEnd(t, dial(t, s.Addr())) // both have just been heard
	s.clients.mu.Lock()
	for c := range s.clients.open {
		if c.conn.RemoteAddr().String() == first.LocalAddr().String() {
			c.heard.Add(-int64(roomAfter))
		}
	}
	s.clients.mu.Unlock()
	third := dial(t, s.Addr())
	ask(third)
	expectEnd(t, first)
	ask(second)
}

func TestFilterAtTheDoor(t *testing.T) {
	c := openConfig()
	c.AllowedFrom = []string{"192.0.2.1-192.0.2.9", "2001:db8::/32"}
	u, s := start(t, "8ks", c)
	conn := dial(t, s.Addr())
	_, _ = conn.Write(adu(1, 1, "05 0066 ff00"))
	expectEnd(t, conn)
	if asked := u.take(); asked != "" {
		t.Errorf("the unit was asked %q", asked)
	}
	c.AllowedFrom = append(c.AllowedFrom, "127.0.0.0/8")
	_, s = start(t, "8ks", c)
	conn = dial(t, s.Addr())
	_, _ = conn.Write(adu(1, 1, "05 0066 ff00"))
	expectBytes(t, conn, adu(1, 1, "05 0066 ff00"))
}

// TestTimes runs a connection in virtual time.
func TestTimes(t *testing.T) {
	c := openConfig()
	idle := c.idleTime()
	for _, step := range []struct {
		name     string
		send     []byte
		least    time.Duration // it must stay open for that long after the last byte
		most     time.Duration // and be closed after this
		slow     time.Duration // pause between the bytes
		answered bool
	}{
		{name: "never says a word", least: idle, most: 2 * idle},
		{name: "idle after a request", send: adu(1, 1, "01 0065 0001"), least: idle, most: 2 * idle, answered: true},
		{name: "half a frame", send: adu(1, 1, "01 0065 0001")[:9], least: frameTime, most: frameTime + time.Second},
		{name: "a frame drop by drop", send: adu(1, 1, "01 0065 0001")[:11], slow: 2 * time.Second, most: frameTime},
	} {
		t.Run(step.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, s := newUnit(t, "8ks", c)
				near, far := net.Pipe()
				cl := &client{svc: s, conn: far, who: caller{may: mayRead}}
				s.clients.enter(cl)
				began := time.Now()
				ended := make(chan time.Duration, 1)
				go func() { cl.run(t.Context(), nil); ended <- time.Since(began) }()
				for i := range step.send {
					time.Sleep(step.slow)
					if _, err := near.Write(step.send[i : i+1]); err != nil {
						break // closed already
					}
				}
				if step.answered {
					expectBytes(t, near, adu(1, 1, "01 01 01"))
				}
				if after := <-ended; after < step.least || after > step.most+step.slow {
					t.Errorf("closed after %v, want %v to %v", after, step.least, step.most)
				}
				if len(s.clients.open) != 0 {
					t.Error("the connection is still counted")
				}
			})
		})
	}
}

// TestDeafClient: who takes no answers is cut off, and a busy one is not.
func TestDeafClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, s := newUnit(t, "8ks", openConfig())
		near, far := net.Pipe()
		cl := &client{svc: s, conn: far, who: caller{may: mayRead}}
		done := make(chan struct{})
		go func() { cl.run(t.Context(), nil); close(done) }()
		for range 100 { // longer than every deadline
			time.Sleep(7 * time.Second)
			_, _ = near.Write(adu(1, 1, "01 0065 0001"))
			expectBytes(t, near, adu(1, 1, "01 01 01"))
		}
		_, _ = near.Write(adu(1, 1, "01 0065 0001"))
		began := time.Now()
		<-done
		if after := time.Since(began); after < answerTime || after > 3*answerTime {
			t.Errorf("cut off after %v", after)
		}
	})
}

// TestStop: a request that is being carried out is answered, then all ends.
func TestStop(t *testing.T) {
	u, s := newUnit(t, "8ks", openConfig())
	ctx, cancel := context.WithCancel(t.Context())
	ready, done := make(chan struct{}), make(chan error, 1)
	blocked := &blocking{fakeUnit: u, entered: make(chan struct{}), release: make(chan struct{})}
	s.dev.switcher = blocked
	go func() { done <- s.Run(ctx, func() { close(ready) }) }()
	<-ready
	silent, busy := dial(t, s.Addr()), dial(t, s.Addr())
	_, _ = busy.Write(adu(1, 1, "05 0066 ff00"))
	<-blocked.entered
	cancel()
	expectEnd(t, silent)
	close(blocked.release)
	expectBytes(t, busy, adu(1, 1, "05 0066 ff00"))
	expectEnd(t, busy)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", s.Addr()); err == nil {
		t.Error("the port is still open")
	}
}

// blocking is a unit whose commands wait, and notice when they are called off.
type blocking struct {
	*fakeUnit
	entered, release chan struct{}
}

func (b *blocking) Do(ctx context.Context, cmd pdu.Command) (pdu.Result, error) {
	close(b.entered)
	select {
	case <-b.release:
		return b.fakeUnit.Do(ctx, cmd)
	case <-ctx.Done():
		return pdu.Result{}, ctx.Err()
	}
}

// TestPanic: a defect costs one connection, not the daemon.
func TestPanic(t *testing.T) {
	u, s := start(t, "8ks", openConfig())
	s.dev.switcher = defective{u}
	conn := dial(t, s.Addr())
	_, _ = conn.Write(adu(1, 1, "05 0066 ff00"))
	expectEnd(t, conn)
	conn = dial(t, s.Addr())
	_, _ = conn.Write(adu(1, 1, "01 0065 0001"))
	expectBytes(t, conn, adu(1, 1, "01 01 01"))
}

type defective struct{ *fakeUnit }

func (defective) Do(context.Context, pdu.Command) (pdu.Result, error) { panic("a defect") }

func TestPortTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	addr := taken.Addr().String()
	_, s := newUnit(t, "8ks", openConfig())
	s.ports[0].addr = addr
	err = s.Run(t.Context(), func() { t.Error("ready without a port") })
	if err == nil || !strings.Contains(err.Error(), addr) || !strings.Contains(err.Error(), "--listen modbus=") || pdu.CodeOf(err) != CodeListenFailed {
		t.Errorf("%v", err)
	}
}

// TestWhereItListens: the command line gives the address, the section may give
// another, and off on the command line is off.
func TestWhereItListens(t *testing.T) {
	for _, c := range []struct {
		flag, section string
		want          string
	}{
		{"192.0.2.1:502", "", "192.0.2.1:502"}, {"192.0.2.1:502", "192.0.2.2:1502", "192.0.2.2:1502"},
		{"192.0.2.1:502", "off", ""}, {"", "", ""}, {"", "192.0.2.2:1502", ""},
	} {
		u := &fakeUnit{snap: sample(t, "8ks")}
		deps := proto.Deps{Reader: u, Listen: map[string]string{}}
		if c.flag != "" {
			deps.Listen["modbus"] = c.flag
		}
		cfg := openConfig()
		cfg.Listen = c.section
		s, err := newService(deps, cfg)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if len(s.ports) > 0 {
			got = s.ports[0].addr
		}
		if got != c.want {
			t.Errorf("--listen %q, section %q: listens on %q, want %q", c.flag, c.section, got, c.want)
		}
	}
}

func TestWithoutAPort(t *testing.T) {
	c := openConfig()
	c.Listen = listenOff
	_, s := start(t, "8ks", c) // must become ready and end well
	if s.Addr() != "" {
		t.Errorf("listens on %s", s.Addr())
	}
}
