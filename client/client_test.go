package client

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// answer makes a device that always answers the same, and counts the requests.
func answer(t *testing.T, status int, body string) (*httptest.Server, *atomic.Int32) {
	var count atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		count.Add(1)
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
	t.Cleanup(srv.Close)
	return srv, &count
}

// newClient makes a client that repeats reads without a noticeable pause.
func newClient(t *testing.T, opt Options) *Client {
	t.Helper()
	opt.RetryDelay = orDefault(opt.RetryDelay, time.Millisecond)
	c, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestURL(t *testing.T) {
	for in, want := range map[string]string{
		"192.168.1.20":                   "http://192.168.1.20/netio.json",
		" pdu.example:8080 ":             "http://pdu.example:8080/netio.json",
		"[fe80::1]:81":                   "http://[fe80::1]:81/netio.json",
		"https://pdu.example/":           "https://pdu.example/netio.json",
		"http://gate/pdu/7/netio.json":   "http://gate/pdu/7/netio.json",
		"http://user:secret@pdu.example": "http://pdu.example/netio.json",
	} {
		c, err := New(Options{URL: in})
		if err != nil || c.URL() != want {
			t.Errorf("New(%q) = %v, %v, want %s", in, c, err, want)
		}
	}
	for _, in := range []string{"", "  ", "ftp://pdu", "http://", "http://a:secret@[", "http://:80", "http://%zz:secret@pdu"} {
		_, err := New(Options{URL: in})
		if pdu.CodeOf(err) != CodeURL || pdu.KindOf(err) != pdu.Invalid {
			t.Errorf("New(%q): %v", in, err)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("New(%q) tells the password: %v", in, err)
		}
	}
}

func TestReadSendsCredentials(t *testing.T) {
	cases := []struct {
		opt  Options
		want string
	}{
		{Options{}, ""},
		{Options{User: "netio", Password: "p:w"}, "Basic bmV0aW86cDp3"},
		{Options{Password: "pw"}, "Basic OnB3"},
	}
	for _, c := range cases {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if got := r.Header.Get("Authorization"); got != c.want || r.Method != "GET" || r.URL.Path != "/netio.json" {
				t.Errorf("%s %s with %q, want %q", r.Method, r.URL, got, c.want)
			}
			w.Write(readTestdata(t, "esp.json"))
		}))
		c.opt.URL = srv.URL
		if d, err := newClient(t, c.opt).Read(t.Context()); err != nil || d.Name != "rack-a" {
			t.Errorf("Read: %v, %v", d, err)
		}
		srv.Close()
	}
}

func TestWriteDocument(t *testing.T) {
	var got string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got = r.Method + " " + r.Header.Get("Content-Type") + " " + string(b)
		w.Write(readTestdata(t, "esp.json"))
	}))
	defer srv.Close()
	c := newClient(t, Options{URL: srv.URL})
	_, err := c.Write(t.Context(),
		pdu.OutputCommand{Output: 1, Action: pdu.ActionOn},
		pdu.OutputCommand{Output: 2, Action: pdu.ActionShortOff, Delay: 1500 * time.Millisecond},
		pdu.OutputCommand{Output: 3, Action: pdu.ActionShortOn},
		pdu.OutputCommand{Output: 4, Action: pdu.ActionIgnore, State: pdu.Off},
		pdu.OutputCommand{Output: 5, Action: pdu.ActionToggle, Delay: time.Hour, State: pdu.On})
	if err != nil {
		t.Fatal(err)
	}
	want := `POST application/json {"Outputs":[{"ID":1,"Action":1},{"ID":2,"Action":2,"Delay":1500},{"ID":3,"Action":3},` +
		`{"ID":4,"Action":6,"State":0},{"ID":5,"Action":4}]}`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWriteRefusesBeforeSending(t *testing.T) {
	srv, count := answer(t, 200, "{}")
	c := newClient(t, Options{URL: srv.URL})
	for code, commands := range map[string][]pdu.OutputCommand{
		pdu.CodeNoOutputs:     nil,
		pdu.CodeOutputUnknown: {{Output: 1}, {Output: 0}},
		pdu.CodeActionUnknown: {{Output: 1, Action: 7}},
		pdu.CodeDelayRange:    {{Output: 1, Action: pdu.ActionShortOn, Delay: 99 * time.Millisecond}},
	} {
		if _, err := c.Write(t.Context(), commands...); pdu.CodeOf(err) != code {
			t.Errorf("%v: %v, want %s", commands, err, code)
		}
	}
	if count.Load() != 0 {
		t.Errorf("%d requests were sent", count.Load())
	}
}

// TestRetries: reads are repeated on errors that may pass, and writes never.
func TestRetries(t *testing.T) {
	for _, c := range []struct{ status, reads int }{{500, 3}, {503, 3}, {401, 1}, {403, 1}, {400, 1}, {200, 1}} {
		srv, count := answer(t, c.status, "")
		client := newClient(t, Options{URL: srv.URL})
		if _, err := client.Read(t.Context()); err == nil || int(count.Load()) != c.reads {
			t.Errorf("status %d: %d reads, error %v", c.status, count.Load(), err)
		}
		count.Store(0)
		if _, err := client.Write(t.Context(), pdu.OutputCommand{Output: 1}); err == nil || count.Load() != 1 {
			t.Errorf("status %d: %d writes, error %v", c.status, count.Load(), err)
		}
	}
	srv, count := answer(t, 500, "")
	if newClient(t, Options{URL: srv.URL, Retries: -1}).Read(t.Context()); count.Load() != 1 {
		t.Errorf("%d reads without retries", count.Load())
	}
}

// TestLostAnswer: a write that reached the device but was not answered is never
// reported as if nothing had happened.
func TestLostAnswer(t *testing.T) {
	hangUp := func(w http.ResponseWriter, r *http.Request) {
		conn, _, _ := http.NewResponseController(w).Hijack()
		conn.Close()
	}
	half := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
		io.WriteString(w, `{"Agent":{`)
	}
	garbage := func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "Errors") }
	broken := func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500) }
	gateway := func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(504) }
	huge := func(w http.ResponseWriter, r *http.Request) { w.Write(make([]byte, 2000)) }
	for name, c := range map[string]struct {
		handler  http.HandlerFunc
		readCode string
	}{
		"hang up": {hangUp, CodeUnreachable}, "half": {half, CodeUnreachable},
		"garbage": {garbage, CodeDocument}, "huge": {huge, CodeDocument},
		"broken": {broken, CodeStatus}, "gateway": {gateway, CodeStatus},
	} {
		srv := httptest.NewServer(c.handler)
		client := newClient(t, Options{URL: srv.URL, MaxBody: 1000})
		if _, err := client.Write(t.Context(), pdu.OutputCommand{Output: 1}); pdu.CodeOf(err) != CodeUnconfirmed {
			t.Errorf("%s: write: %v", name, err)
		}
		if _, err := client.Read(t.Context()); pdu.CodeOf(err) != c.readCode {
			t.Errorf("%s: read: %v", name, err)
		}
		srv.Close()
		_, err := client.Write(t.Context(), pdu.OutputCommand{Output: 1})
		if pdu.CodeOf(err) != CodeUnreachable || pdu.KindOf(err) != pdu.Unavailable {
			t.Errorf("%s: nobody listens: %v", name, err)
		}
	}
}

// TestTimeouts: a device that accepts and stays silent costs the time-out for
// each attempt plus the pauses, measured in virtual time.
func TestTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var open []net.Conn
		c := newClient(t, Options{URL: "pdu", Timeout: time.Second, RetryDelay: 100 * time.Millisecond,
			Dial: func(context.Context, string, string) (net.Conn, error) {
				near, far := net.Pipe()
				go io.Copy(io.Discard, far)
				open = append(open, far)
				return near, nil
			}})
		start := time.Now()
		_, err := c.Read(t.Context())
		if pdu.CodeOf(err) != CodeUnreachable || !strings.Contains(err.Error(), "in time") || !Temporary(err) {
			t.Errorf("Read: %v", err)
		}
		if took := time.Since(start); took != 3*time.Second+300*time.Millisecond {
			t.Errorf("Read took %v", took)
		}
		if _, err := c.Write(t.Context(), pdu.OutputCommand{Output: 1}); pdu.CodeOf(err) != CodeUnconfirmed {
			t.Errorf("Write: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, cancel)
		if _, err := c.Read(ctx); !errors.Is(err, context.Canceled) || Temporary(err) {
			t.Errorf("cancelled Read: %v", err)
		}
		for _, conn := range open {
			conn.Close()
		}
	})
}

func TestRedirectIsNotFollowed(t *testing.T) {
	target, count := answer(t, 200, "")
	srv := httptest.NewServer(http.RedirectHandler(target.URL+"/netio.json", http.StatusFound))
	defer srv.Close()
	c := newClient(t, Options{URL: srv.URL, User: "a", Password: "b"})
	_, err := c.Write(t.Context(), pdu.OutputCommand{Output: 1})
	if pdu.CodeOf(err) != CodeStatus || !strings.Contains(err.Error(), target.URL) || count.Load() != 0 {
		t.Errorf("%v; %d requests at the target", err, count.Load())
	}
}

func TestTLS(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write(readTestdata(t, "4x.json"))
	}))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes are what is tested
	srv.StartTLS()
	defer srv.Close()
	raw := srv.Certificate().Raw
	sum := sha256.Sum256(raw)
	print := hex.EncodeToString(sum[:])
	colons := strings.TrimSuffix(strings.ToUpper(fmt.Sprintf(strings.Repeat("%s:", 32), pairs(print)...)), ":")
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})

	for name, c := range map[string]struct {
		tls TLS
		ok  bool
	}{
		"system":            {TLS{}, false},
		"insecure":          {TLS{Insecure: true}, true},
		"CA":                {TLS{CA: ca}, true},
		"fingerprint":       {TLS{Fingerprint: print}, true},
		"with colons":       {TLS{Fingerprint: colons}, true},
		"other fingerprint": {TLS{Fingerprint: strings.Repeat("00", 32)}, false},
	} {
		_, err := newClient(t, Options{URL: srv.URL, TLS: c.tls}).Read(t.Context())
		if c.ok != (err == nil) {
			t.Errorf("%s: %v", name, err)
		}
		if !c.ok && (pdu.CodeOf(err) != CodeUntrusted || !strings.Contains(err.Error(), strings.ToUpper(print))) {
			t.Errorf("%s: the error does not help: %v", name, err)
		}
	}
	for _, bad := range []TLS{{CA: []byte("x")}, {Fingerprint: "abc"}, {Fingerprint: print, Insecure: true}, {Fingerprint: print, CA: ca}} {
		if _, err := New(Options{URL: srv.URL, TLS: bad}); pdu.CodeOf(err) != CodeTLS {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	plain, _ := answer(t, 200, "")
	_, err := newClient(t, Options{URL: strings.Replace(plain.URL, "http", "https", 1)}).Read(t.Context())
	if pdu.CodeOf(err) != CodeUnreachable || !strings.Contains(err.Error(), "does not speak https") {
		t.Errorf("https to a plain port: %v", err)
	}
}

// pairs splits s into pieces of two characters.
func pairs(s string) []any {
	var list []any
	for i := 0; i < len(s); i += 2 {
		list = append(list, s[i:i+2])
	}
	return list
}

func TestUnmet(t *testing.T) {
	device := func(levels ...pdu.Level) *Device {
		d := &Device{}
		for i, l := range levels {
			d.Outputs = append(d.Outputs, Output{ID: pdu.OutputID(i + 1), State: l})
		}
		return d
	}
	f := func(before, after *Device, want int, commands ...pdu.OutputCommand) {
		t.Helper()
		if got := after.Unmet(before, commands...); len(got) != want {
			t.Errorf("unmet: %v, want %d", got, want)
		}
	}
	do := func(id pdu.OutputID, a pdu.Action) pdu.OutputCommand { return pdu.OutputCommand{Output: id, Action: a} }
	on, off := pdu.On, pdu.Off
	f(device(off), device(on), 0, do(1, pdu.ActionOn))
	f(device(off), device(off), 1, do(1, pdu.ActionOn))
	f(device(off), device(pdu.Unknown), 1, do(1, pdu.ActionOff))
	f(device(off), device(off), 0, do(1, pdu.ActionShortOff))
	f(device(on), device(on), 1, do(1, pdu.ActionShortOff))
	f(device(on), device(off), 1, do(1, pdu.ActionShortOn))
	f(device(on, off), device(off, on), 0, do(1, pdu.ActionToggle), do(2, pdu.ActionToggle))
	f(device(on), device(on), 1, do(1, pdu.ActionToggle))
	f(device(on), device(on), 0, do(1, pdu.ActionToggle), do(1, pdu.ActionToggle))
	f(nil, device(on), 0, do(1, pdu.ActionToggle))
	f(device(on), device(on), 0, do(1, pdu.ActionNoChange), do(1, pdu.ActionIgnore))
	f(device(on), device(on), 1, pdu.OutputCommand{Output: 1, Action: pdu.ActionIgnore, State: off})
	f(device(on), device(on), 1, do(2, pdu.ActionOn))
}
