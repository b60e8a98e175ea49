package telnet

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/config"
)

// salt is the one in all conversations.
const salt = "3E4F5A6B"

// wire is the client's end of a connection without a network: it must be made and
// used in a bubble of package synctest.
type wire struct {
	conn net.Conn
	ends chan struct{} // closed when the service has let go of the connection

	mu     sync.Mutex
	heard  bytes.Buffer
	closed bool // by the service
}

// connect lets s serve a new connection.
func connect(ctx context.Context, s *Service) *wire {
	near, far := net.Pipe()
	w := &wire{conn: near, ends: make(chan struct{})}
	c := newClient(s, far, remoteAddr(far))
	c.salt = salt
	s.clients.enter(c)
	go func() {
		defer close(w.ends)
		c.run(ctx)
	}()
	go w.listen()
	return w
}

// listen collects what the service sends.
func (w *wire) listen() {
	buf := make([]byte, 64)
	for {
		n, err := w.conn.Read(buf)
		w.mu.Lock()
		w.heard.Write(buf[:n])
		w.closed = err != nil
		w.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// say sends bytes that arrive together.
func (w *wire) say(chunk string) { _, _ = w.conn.Write([]byte(chunk)) }

// hear gives what has come since the last call, once nothing more comes by itself.
func (w *wire) hear() (text string, closed bool) {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	text = w.heard.String()
	w.heard.Reset()
	return text, w.closed
}

// hangUp closes the client's end and waits for the service to notice.
func (w *wire) hangUp() {
	_ = w.conn.Close()
	<-w.ends
}

// TestConversations plays the files in testdata. A line that begins with > is bytes
// that the client sends together, < bytes that it must get before it sends more, =
// what the unit must have been asked by then. "sleep 10s" lets time pass, "closed"
// wants the service to have closed. Before them, "unit MODEL" and "set PATH VALUE"
// with a member of the section arrange the scene.
func TestConversations(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d conversations, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) { play(t, string(text)) })
		})
	}
}

// play plays one conversation.
func play(t *testing.T, script string) {
	model, c := "4c", defaultConfig(nil)
	var unit *fakeUnit
	var w *wire
	var got, want []string
	note := func() { // what came since the last words of the client
		text, closed := w.hear()
		for line := range strings.Lines(text) {
			got = append(got, "< "+strconv.Quote(line))
		}
		if closed && got[len(got)-1] != "closed" {
			got = append(got, "closed")
		}
	}
	for line := range strings.Lines(script) {
		line = strings.TrimSpace(line)
		verb, rest, _ := strings.Cut(line, " ")
		if verb == "" || verb == "#" {
			continue
		}
		if w == nil && verb != "unit" && verb != "set" {
			unit = newUnit(t, model)
			w = connect(t.Context(), newTestService(t, unit, c, &fakeAccounts{}))
			note()
		}
		switch verb {
		case "unit":
			model = rest
			continue
		case "set":
			arrange(t, c, rest)
			continue
		}
		want = append(want, line)
		switch verb {
		case ">":
			chunk, err := strconv.Unquote(rest)
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			got = append(got, line)
			w.say(chunk)
			note()
		case "=":
			got = append(got, strings.TrimSpace("= "+unit.take()))
		case "sleep":
			d, err := time.ParseDuration(rest)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, line)
			time.Sleep(d)
			note()
		}
	}
	w.hangUp()
	if asked := unit.take(); asked != "" {
		got = append(got, "= "+asked)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("as written (-), as it went (+):\n%s", diff)
	}
}

// arrange sets one member of the section.
func arrange(t *testing.T, c *Config, assignment string) {
	t.Helper()
	path, value, _ := strings.Cut(assignment, " ")
	switch path {
	case "accounts":
		c.Accounts = value == "true"
	case "hashedLogin":
		c.HashedLogin = value == "true"
	case "read", "write":
		user, password, _ := strings.Cut(value, " ")
		l := map[string]*Credential{"read": &c.Read, "write": &c.Write}[path]
		*l = Credential{User: user, Password: config.Secret(password)}
	default:
		t.Fatalf("no conversation may set %q", path)
	}
}

// TestHashedLoginVector: the hash of the reference, by the code that conversations use.
func TestHashedLoginVector(t *testing.T) {
	c := defaultConfig(nil)
	c.HashedLogin, c.Write = true, Credential{User: "admin", Password: "admin"}
	d := newDoor(nil, c, newTestService(t, newUnit(t, "4c"), c, nil).log)
	v, err := d.hashedLogin(netip.Addr{}, "admin", "70054c31be32a2572276b57a377bdc35", salt)
	if err != nil || !v.isIn() {
		t.Errorf("the hash of netio-http-telnet.md 6.2 was refused: %v", err)
	}
	for _, hash := range []string{"", "70054c31be32a2572276b57a377bdc36", "70054c31be32a2572276b57a377bdc35 ", "x", fmt.Sprintf("%064d", 0)} {
		if v, err := d.hashedLogin(netip.Addr{}, "admin", hash, salt); err == nil || v.isIn() {
			t.Errorf("hash %q was accepted", hash)
		}
	}
}
