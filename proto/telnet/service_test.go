package telnet

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/auth"
	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// TestEveryKindHasACode: no kind of error may be without an answer.
func TestEveryKindHasACode(t *testing.T) {
	known := map[refusal]bool{invalidValue: true, invalidParameter: true, unknownCommand: true, invalidLogin: true,
		alreadyLoggedIn: true, forbidden: true, lineTooLong: true, tooManyConnections: true}
	for _, k := range pdu.Kinds() {
		line, ok := Refusal(k)
		if !ok || !known[refusal(line)] {
			t.Errorf("errors of kind %s are answered %q", k, line)
		}
	}
	if len(refusals) != len(pdu.Kinds()) {
		t.Errorf("the table has %d entries for %d kinds", len(refusals), len(pdu.Kinds()))
	}
}

// login connects an account to s, inside a bubble.
func login(t *testing.T, s *Service, user string) *wire {
	t.Helper()
	w := connect(t.Context(), s)
	w.hear()
	w.say("login " + user + " " + user + "\r\n")
	if answer, _ := w.hear(); answer != "250 OK\r\n" {
		t.Fatalf("login: %q", answer)
	}
	return w
}

// ask sends one line and gives what comes back, without the line end.
func (w *wire) ask(line string) string {
	w.say(line + "\r\n")
	answer, _ := w.hear()
	return strings.TrimSuffix(answer, "\r\n")
}

// TestErrorsOfTheEngine: what the engine refuses is never answered as a success.
func TestErrorsOfTheEngine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newUnit(t, "8ks")
		w := login(t, newTestService(t, u, defaultConfig(nil), &fakeAccounts{}), "admin")
		for _, k := range pdu.Kinds() {
			u.err = pdu.Errorf(k, "some.code", "no")
			want, _ := Refusal(k)
			for _, line := range []string{"port 1 1", "port list 11111111", "alias x"} {
				if got := w.ask(line); got != want {
					t.Errorf("%s, error of kind %s: %q, want %q", line, k, got, want)
				}
			}
		}
		u.err = errors.New("a defect")
		if got := w.ask("port 1 1"); got != "500 INVALID VALUE" {
			t.Errorf("a defect: %q", got)
		}
		w.hangUp()
	})
}

// TestUnknownStateIsNeverOff: "0" means to a fence agent that the server is down.
func TestUnknownStateIsNeverOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newUnit(t, "8ks")
		u.snap.Outputs[1].Commanded, u.snap.Outputs[1].Contact = pdu.Unknown, pdu.Unknown
		// Told to be off, but welded: that is on.
		u.snap.Outputs[2].Commanded, u.snap.Outputs[2].Contact, u.snap.Outputs[2].Fault = pdu.Off, pdu.On, pdu.RelayNotFollowing
		w := login(t, newTestService(t, u, defaultConfig(nil), &fakeAccounts{}), "demo")
		for line, want := range map[string]string{"port 2": "505 FORBIDDEN", "port 3": "250 1", "port list": "250 1u101010"} {
			if got := w.ask(line); got != want {
				t.Errorf("%s: %q, want %q", line, got, want)
			}
		}
		w.hangUp()
	})
}

// TestOneCommand: a list of actions reaches the engine as one command that says who
// sent it, through what, and when.
func TestOneCommand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newUnit(t, "4c")
		w := login(t, newTestService(t, u, defaultConfig(nil), &fakeAccounts{}), "demo")
		time.Sleep(time.Second)
		now := time.Now()
		if got := w.ask("port list 10i4"); got != "250 OK" {
			t.Fatal(got)
		}
		entry := func(id pdu.OutputID, a pdu.Action) pdu.OutputCommand { return pdu.OutputCommand{Output: id, Action: a} }
		want := []pdu.Command{{
			Outputs:  []pdu.OutputCommand{entry(1, pdu.ActionOn), entry(2, pdu.ActionOff), entry(3, pdu.ActionShortOff), entry(4, pdu.ActionToggle)},
			Origin:   pdu.Origin{Source: pdu.SourceM2M, Protocol: "telnet", User: "demo", Addr: netip.Addr{}.String()},
			Received: now,
		}}
		if diff := cmp.Diff(want, u.commands); diff != "" {
			t.Error(diff)
		}
		w.hangUp()
	})
}

// TestSessionsEnd: a changed account loses its connections at the next line, and a
// connection leaves no session behind.
func TestSessionsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u, accounts := newUnit(t, "4c"), &fakeAccounts{}
		s := newTestService(t, u, defaultConfig(nil), accounts)
		w := login(t, s, "demo")
		if n := accounts.endAll(); n != 1 {
			t.Errorf("%d sessions after one login", n)
		}
		w.say("port 1 0\r\n")
		if answer, closed := w.hear(); answer != "130 CONNECTION TIMEOUT\r\n" || !closed {
			t.Errorf("after the end of the session: %q, closed %t", answer, closed)
		}
		for _, end := range []func(w *wire){
			func(w *wire) { w.ask("quit") },
			func(*wire) { time.Sleep(2 * time.Minute) },
			func(*wire) {},
		} {
			w := login(t, s, "demo")
			end(w)
			w.hangUp()
			if n := accounts.endAll(); n != 0 {
				t.Errorf("%d sessions are left behind", n)
			}
		}
		if asked := u.take(); asked != "" {
			t.Errorf("the unit was asked %q", asked)
		}
	})
}

// TestGuessingIsSlowedDown: past ten guesses a right password is worth nothing for a
// while, through new connections too.
func TestGuessingIsSlowedDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := defaultConfig(nil)
		c.HashedLogin, c.Write = true, Credential{User: "admin", Password: "admin"}
		s := newTestService(t, newUnit(t, "4c"), c, nil)
		try := func(line string) string {
			w := connect(t.Context(), s)
			w.hear()
			defer w.hangUp()
			return w.ask(line)
		}
		const right, wrong = "250 OK", "503 INVALID LOGIN"
		guesses := []string{"login admin x", "clogin admin 00", "login nobody admin", "clogin nobody 00"}
		for i := range guessBurst {
			if got := try("login admin admin"); got != right {
				t.Fatalf("after %d wrong ones: %q", i, got)
			}
			if got := try(guesses[i%len(guesses)]); got != wrong {
				t.Fatalf("%q was answered %q", guesses[i%len(guesses)], got)
			}
		}
		for _, line := range []string{"login admin admin", "clogin admin 70054c31be32a2572276b57a377bdc35"} {
			if got := try(line); got != wrong {
				t.Errorf("%s during the pause: %q", line, got)
			}
		}
		time.Sleep(guessEvery)
		if got := try("login admin admin"); got != right {
			t.Errorf("after the pause: %q", got)
		}
	})
}

// TestThrottleIsBounded: many addresses cannot fill the memory, nor push out one that
// is in a pause.
func TestThrottleIsBounded(t *testing.T) {
	var th throttle
	now := time.Now()
	guesser := netip.MustParseAddr("192.0.2.1")
	for range guessBurst + 5 {
		th.fail(guesser, now)
	}
	for i := range 3 * guessAddrs {
		th.fail(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), now)
	}
	if len(th.wrong) > guessAddrs || !th.blocked(guesser, now) {
		t.Errorf("%d addresses are kept, the guesser is blocked: %t", len(th.wrong), th.blocked(guesser, now))
	}
}

// TestThrottledAccount: who must wait is told what a wrong password is told.
func TestThrottledAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		accounts := &fakeAccounts{err: pdu.Errorf(pdu.TooMany, auth.CodeThrottled, "wait")}
		w := connect(t.Context(), newTestService(t, newUnit(t, "4c"), defaultConfig(nil), accounts))
		w.hear()
		if got := w.ask("login admin admin"); got != "503 INVALID LOGIN" {
			t.Error(got)
		}
		w.hangUp()
	})
}

// TestLongLines: a line that is too long is answered once, where it ends, and does
// nothing; without any end it ends the connection.
func TestLongLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newUnit(t, "4c")
		s := newTestService(t, u, defaultConfig(nil), &fakeAccounts{})
		w := login(t, s, "demo")
		if got := w.ask("port 1" + strings.Repeat(" ", maxLineBytes-8) + " 0"); got != "250 OK" {
			t.Errorf("the longest line: %q", got)
		}
		if got := w.ask("port 2 1" + strings.Repeat(" ", maxLineBytes)); got != "506 INPUT LINE TOO LONG" {
			t.Errorf("a longer one: %q", got)
		}
		if got := w.ask("port 1"); got != "250 0" {
			t.Errorf("the line after it: %q", got)
		}
		w.say(strings.Repeat("\xff\xfb\x18", maxEndlessBytes/3))
		if got, closed := w.hear(); got != "" || closed {
			t.Errorf("after much negotiation: %q, closed %t", got, closed)
		}
		w.say("port 2 1 ")
		if got, closed := w.hear(); got != "506 INPUT LINE TOO LONG\r\n" || !closed {
			t.Errorf("after too much: %q, closed %t", got, closed)
		}
		w.hangUp()
		if asked := u.take(); asked != "1:off" {
			t.Errorf("the unit was asked %q", asked)
		}
	})
}

// TestRoom: when all connections are taken, one that has waited for long without a
// login makes room; one that is logged in never does.
func TestRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := defaultConfig(nil)
		c.Connections = 2
		s := newTestService(t, newUnit(t, "4c"), c, &fakeAccounts{})
		var knockers []*client
		knock := func() bool {
			_, far := net.Pipe()
			knockers = append(knockers, newClient(s, far, netip.Addr{}))
			return s.clients.enter(knockers[len(knockers)-1])
		}
		owner, idler := login(t, s, "demo"), connect(t.Context(), s)
		if knock() {
			t.Error("a third of two connections was let in")
		}
		time.Sleep(roomAfter)
		if !knock() {
			t.Error("a connection that waits for nothing keeps others out")
		}
		if knock() {
			t.Error("one connection made room for two")
		}
		for _, c := range knockers {
			s.clients.leave(c)
		}
		if _, closed := idler.hear(); !closed {
			t.Error("the connection that made room is still open")
		}
		second := login(t, s, "guest")
		time.Sleep(roomAfter)
		if knock() {
			t.Error("a third was let in while two are logged in")
		}
		if got := owner.ask("port 1"); got != "250 1" {
			t.Errorf("the owner: %q", got)
		}
		for _, w := range []*wire{owner, idler, second} {
			w.hangUp()
		}
	})
}

// TestClientThatDoesNotRead: it cannot hold the service up for ever.
func TestClientThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		began, ended := time.Now(), make(chan struct{})
		c := newClient(newTestService(t, newUnit(t, "4c"), defaultConfig(nil), nil), far, netip.Addr{})
		go func() { defer close(ended); c.run(t.Context()) }()
		<-ended
		if took := time.Since(began); took != answerTime {
			t.Errorf("the greeting was given up after %v", took)
		}
		_ = near.Close()
	})
}

// dial connects to s over TCP and reads the greeting.
func dial(t *testing.T, s *Service) (net.Conn, *bufio.Reader, string) {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	r := bufio.NewReader(conn)
	line, err := r.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return conn, r, line
}

// TestTooManyConnections: over a real port, and each greeting has a salt of its own.
func TestTooManyConnections(t *testing.T) {
	c := defaultConfig(nil)
	c.Connections = 2
	s := start(t, newUnit(t, "4c"), c, &fakeAccounts{})
	_, _, first := dial(t, s)
	_, _, second := dial(t, s)
	for _, line := range []string{first, second} {
		var digits uint32
		if n, err := fmt.Sscanf(line, "100 HELLO %08X - KSHELL V1.3\r\n", &digits); n != 1 || err != nil || len(line) != 34 {
			t.Errorf("greeting %q: %v", line, err)
		}
	}
	if first == second {
		t.Errorf("two connections have the same salt: %q", first)
	}
	_, r, third := dial(t, s)
	if third != "507 TOO MANY CONNECTIONS\r\n" {
		t.Errorf("the third of two connections: %q", third)
	}
	if _, err := r.ReadByte(); err == nil {
		t.Error("it was not closed")
	}
}

// TestLastAnswerArrives: what a client sends behind its quit does not cost it the
// answer.
func TestLastAnswerArrives(t *testing.T) {
	s := start(t, newUnit(t, "4c"), defaultConfig(nil), &fakeAccounts{})
	for range 20 {
		conn, r, _ := dial(t, s)
		if _, err := conn.Write([]byte("quit\n" + strings.Repeat("\n", 3*chunkBytes))); err != nil {
			t.Fatal(err)
		}
		if line, err := r.ReadString('\n'); line != "110 BYE\r\n" || err != nil {
			t.Errorf("quit: %q, %v", line, err)
		}
		if _, err := r.ReadByte(); !errors.Is(err, io.EOF) {
			t.Errorf("after quit: %v, want an orderly end", err)
		}
		_ = conn.Close()
	}
}

// TestStop: the end of the service ends all connections, in whatever state.
func TestStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := newTestService(t, newUnit(t, "4c"), defaultConfig(nil), &fakeAccounts{})
		w := connect(ctx, s)
		w.hear()
		w.ask("login demo demo")
		w.say("port 1 ")
		synctest.Wait()
		cancel()
		<-w.ends
		if text, closed := w.hear(); text != "" || !closed {
			t.Errorf("at the end: %q, closed %t", text, closed)
		}
		w.hangUp()
	})
}

// TestPortTaken: the error names the port and what to do.
func TestPortTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, own := range []bool{false, true} {
		c := defaultConfig(nil)
		hint := "--listen telnet="
		s := newTestService(t, newUnit(t, "4c"), c, nil)
		if s.addr = taken.Addr().String(); own {
			c.Listen, hint = taken.Addr().String(), "protocols.telnet.listen"
			s = newTestService(t, newUnit(t, "4c"), c, nil)
		}
		err := s.Run(t.Context(), func() { t.Error("ready") })
		if !errors.Is(err, syscall.EADDRINUSE) || pdu.KindOf(err) != pdu.Unavailable || pdu.CodeOf(err) != CodeListenFailed {
			t.Errorf("the error is %v", err)
		}
		for _, part := range []string{taken.Addr().String(), hint} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q does not tell %q", err, part)
			}
		}
	}
}

// TestListenOff: where the command line switched the port off the section opens none.
func TestListenOff(t *testing.T) {
	c := defaultConfig(nil)
	c.Listen = "127.0.0.1:0"
	s := newTestService(t, newUnit(t, "4c"), c, nil)
	s.addr = ""
	ctx, cancel := context.WithCancel(t.Context())
	if err := s.Run(ctx, cancel); err != nil || s.Addr() != "" {
		t.Errorf("it listens on %q, %v", s.Addr(), err)
	}
}

// TestSection: the factory settings are off and right; each fault is named.
func TestSection(t *testing.T) {
	var sections []config.Section
	def := Definition(nil)
	sections = append(sections, config.Section{Path: "protocols.telnet", Default: def.Default})
	for set, fault := range map[string]string{
		"":                                    "",
		"enabled=true":                        "",
		"listen=:23":                          "",
		"listen=https://:23":                  "listen",
		"listen=23":                           "listen",
		"connections=0":                       "connections",
		"connections=65":                      "connections",
		"idleTimeoutS=9":                      "idleTimeoutS",
		"read.user=x":                         "read.password",
		"write.password=x":                    "write.password",
		`write={"user":"a","password":"b"}`:   "",
		`write={"user":"a b","password":"b"}`: "write.user",
		`write={"user":"a","password":"b\n"}`: "write.password",
		`read={"user":"` + strings.Repeat("a", 33) + `","password":"b"}`: "read.user",
		`read={"user":"a","password":"` + strings.Repeat("b", 65) + `"}`: "read.password",
	} {
		dir, err := os.OpenRoot(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		opt := config.Options{Sections: sections}
		if set != "" {
			opt.Overrides = []string{"protocols.telnet." + set}
		}
		store, err := config.Open(dir, opt)
		_ = dir.Close()
		switch {
		case fault == "" && err != nil:
			t.Errorf("%q: %v", set, err)
		case fault != "" && (err == nil || !strings.Contains(err.Error(), "protocols.telnet."+fault)):
			t.Errorf("%q: %v, want a fault of %s", set, err, fault)
		case err == nil && def.Section(store.Current()).(*Config).IsEnabled() != (set == "enabled=true"):
			t.Errorf("%q: enabled is wrong", set)
		}
	}
	same := Config{Connections: 1, IdleTimeoutS: 60, Read: Credential{"a", "b"}, Write: Credential{"a", "c"}}
	var f config.Faults
	if same.Validate(nil, &f); f.Err() == nil {
		t.Error("two logins of one name were accepted")
	}
}
