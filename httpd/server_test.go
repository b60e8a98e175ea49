package httpd

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zerocross-pdu/zerocross/health"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// start runs a server until the test ends and waits for its end.
func start(t *testing.T, opt Options) *Server {
	t.Helper()
	opt.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	s := New(opt)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return s
}

// listenHTTP opens the http listener on a free port and gives its address.
func listenHTTP(t *testing.T, s *Server) string {
	t.Helper()
	if err := s.Listen(HTTP, "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	return s.Addr(HTTP)
}

func mountAt(t *testing.T, s *Server, listen, pattern string, h http.HandlerFunc) (unmount func()) {
	t.Helper()
	unmount, err := s.Mount(listen, pattern, h)
	if err != nil {
		t.Fatal(err)
	}
	return unmount
}

func hello(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }

// get fetches url on a connection of its own.
func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second}
	resp, err := client.Get(url)
	if err != nil {
		t.Fatalf("GET %s: %v", url, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("GET %s: %v", url, err)
	}
	return resp.StatusCode, string(b)
}

func wantGet(t *testing.T, url string, status int, body string) {
	t.Helper()
	if s, b := get(t, url); s != status || b != body {
		t.Errorf("GET %s = %d %q, want %d %q", url, s, b, status, body)
	}
}

// dial opens a raw connection that gives up eventually.
func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	return c
}

func TestMountAndUnmount(t *testing.T) {
	s := start(t, Options{})
	base := "http://" + listenHTTP(t, s)
	unmount := mountAt(t, s, "", "/a", hello)
	mountAt(t, s, "", "/b", hello)
	wantGet(t, base+"/a", 200, "hello")
	wantGet(t, base+"/c", 404, "404 page not found\n")
	unmount()
	unmount() // twice does no harm
	wantGet(t, base+"/a", 404, "404 page not found\n")
	wantGet(t, base+"/b", 200, "hello")

	for _, pattern := range []string{"/b", "no slash", "/x/{", ""} {
		if _, err := s.Mount("", pattern, http.HandlerFunc(hello)); pdu.KindOf(err) != pdu.Conflict {
			t.Errorf("Mount(%q) = %v, want a conflict", pattern, err)
		}
	}
	wantGet(t, base+"/b", 200, "hello")
}

func TestOwnListener(t *testing.T) {
	s := start(t, Options{})
	web := listenHTTP(t, s)
	const own = "127.0.0.1:0"
	unmountA := mountAt(t, s, own, "/a", hello)
	unmountB := mountAt(t, s, own, "/b", hello)
	addr := s.Addr(own)
	wantGet(t, "http://"+addr+"/a", 200, "hello")
	wantGet(t, "http://"+addr+"/b", 200, "hello")
	wantGet(t, "http://"+web+"/a", 404, "404 page not found\n")
	unmountA()
	wantGet(t, "http://"+addr+"/b", 200, "hello")
	unmountB()
	if s.Addr(own) != "" {
		t.Error("the listener is still there after its last mount went")
	}
	// The port is free at once.
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatalf("the port was not given back: %v", err)
	}
	// And while it is taken, Mount says so.
	_, err = s.Mount(addr, "/a", http.HandlerFunc(hello))
	if pdu.KindOf(err) != pdu.Unavailable || !strings.Contains(err.Error(), addr) {
		t.Errorf("Mount on a taken port = %v", err)
	}
	_ = l.Close()
	mountAt(t, s, addr, "/a", hello)
	wantGet(t, "http://"+addr+"/a", 200, "hello")

	// The address of the web listener is the web listener.
	mountAt(t, s, web, "/w", hello)
	wantGet(t, "http://"+web+"/w", 200, "hello")
}

func TestBadAddresses(t *testing.T) {
	s := New(Options{})
	for _, addr := range []string{"", "8080", "a:b", "127.0.0.1:70000", "127.0.0.1:-1", "a b:80", "x\n:80", "::1:80", "h/x:80"} {
		if err := s.Listen(HTTP, addr); pdu.KindOf(err) != pdu.Invalid {
			t.Errorf("Listen(%q) = %v, want invalid", addr, err)
		}
		if addr == "" {
			continue
		}
		if _, err := s.Mount(addr, "/", http.HandlerFunc(hello)); pdu.KindOf(err) != pdu.Invalid {
			t.Errorf("Mount(%q) = %v, want invalid", addr, err)
		}
	}
	if err := s.Listen("telnet", "127.0.0.1:0"); err == nil {
		t.Error("there is no web listener called telnet")
	}
}

func TestTakenPortIsTriedAgain(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := taken.Addr().String()
	reg := new(health.Registry)
	s := start(t, Options{Health: reg, RetryEvery: 10 * time.Millisecond})
	mountAt(t, s, "", "/", hello)
	err = s.Listen(HTTP, addr)
	if pdu.CodeOf(err) != CodeListenFailed || !strings.Contains(err.Error(), addr) || !strings.Contains(err.Error(), "--listen http=ADDR") {
		t.Errorf("Listen on a taken port = %v", err)
	}
	if c := reg.Conditions(); len(c) != 1 || c[0].Code != CodeListenFailed || c[0].Subject != HTTP {
		t.Errorf("conditions %+v", c)
	}
	if err := s.Listen(HTTPS, "127.0.0.1:0"); err != nil {
		t.Errorf("the other listener must come up: %v", err)
	}
	if s.Addr(HTTP) != "" {
		t.Error("a port that is not open has no address")
	}
	_ = taken.Close()
	eventually(t, "the port is open and health is clear", func() bool {
		return s.Addr(HTTP) == addr && len(reg.Conditions()) == 0
	})
	wantGet(t, "http://"+addr+"/", 200, "hello")
}

// eventually polls for something another goroutine will do.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

func TestPanicIsAnswered(t *testing.T) {
	s := start(t, Options{})
	base := "http://" + listenHTTP(t, s)
	mountAt(t, s, "", "/panic", func(http.ResponseWriter, *http.Request) { panic("a defect") })
	mountAt(t, s, "", "/fine", hello)
	wantGet(t, base+"/panic", 500, "internal error\n")
	wantGet(t, base+"/fine", 200, "hello")
}

func TestSlowAndHalfRequestsAreCut(t *testing.T) {
	s := start(t, Options{Limits: Limits{HeaderTime: 50 * time.Millisecond, BodyTime: 50 * time.Millisecond}})
	addr := listenHTTP(t, s)
	bodies := make(chan error, 1)
	mountAt(t, s, "", "/", func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		bodies <- err
	})
	for name, text := range map[string]string{
		"nothing":     "",
		"half header": "GET / HTTP/1.1\r\nHost: x\r\n",
		"half body":   "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nshort",
	} {
		c := dial(t, addr)
		_, _ = io.WriteString(c, text)
		// What matters is that the server ends the connection by itself.
		if _, err := io.ReadAll(c); err != nil && !isReset(err) {
			t.Errorf("%s: the connection was not cut: %v", name, err)
		}
	}
	if err := <-bodies; err == nil {
		t.Error("the handler took half a body for a whole one")
	}
}

func isReset(err error) bool { return strings.Contains(err.Error(), "reset by peer") }

func TestHeaderAndBodyLimits(t *testing.T) {
	s := start(t, Options{Limits: Limits{BodyBytes: 100}})
	base := "http://" + listenHTTP(t, s)
	read := func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		}
	}
	mountAt(t, s, "", "/default", read)
	if _, err := s.Mount("", "/larger", MaxBody(1000, http.HandlerFunc(read))); err != nil {
		t.Fatal(err)
	}
	for path, limit := range map[string]int{"/default": 100, "/larger": 1000} {
		for size, want := range map[int]int{limit: 200, limit + 1: 413} {
			resp, err := http.Post(base+path, "", strings.NewReader(strings.Repeat("x", size)))
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if resp.StatusCode != want {
				t.Errorf("%s with %d bytes = %d, want %d", path, size, resp.StatusCode, want)
			}
		}
	}
	for size, want := range map[int]int{7 << 10: 404, 9 << 10: 431} {
		req, _ := http.NewRequest("GET", base+"/", nil)
		req.Header.Set("X-Long", strings.Repeat("x", size))
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("header of %d bytes = %d, want %d", size, resp.StatusCode, want)
		}
	}
}

func TestConnectionLimits(t *testing.T) {
	for name, limits := range map[string]Limits{
		"all":         {Connections: 3},
		"one address": {ConnectionsEach: 3},
	} {
		s := start(t, Options{Limits: limits})
		addr := listenHTTP(t, s)
		mountAt(t, s, "", "/", hello)
		var conns []net.Conn
		for range 3 {
			c := dial(t, addr)
			conns = append(conns, c)
			answer(t, c)
		}
		over := dial(t, addr)
		_, _ = io.WriteString(over, "GET / HTTP/1.1\r\nHost: x\r\n\r\n") // fails when it is closed already
		if _, err := over.Read(make([]byte, 1)); err == nil || os.IsTimeout(err) {
			t.Errorf("%s: a connection beyond the limit was not closed: %v", name, err)
		}
		answer(t, conns[0]) // the others go on
		for _, c := range conns {
			_ = c.Close()
		}
		l := s.listeners[HTTP]
		eventually(t, "the count is back at zero", func() bool {
			l.conns.mu.Lock()
			defer l.conns.mu.Unlock()
			return l.conns.all == 0 && len(l.conns.each) == 0
		})
		answer(t, dial(t, addr))
	}
}

// answer sends a request on c and reads its answer.
func answer(t *testing.T, c net.Conn) {
	t.Helper()
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != 200 {
		t.Fatalf("status %d, %v", resp.StatusCode, err)
	}
}

func TestCertificateIsMadeOnceAndKept(t *testing.T) {
	folder := t.TempDir()
	first := serveTLS(t, folder)
	if len(first.DNSNames) == 0 || first.VerifyHostname("localhost") != nil || first.VerifyHostname("127.0.0.1") != nil {
		t.Errorf("names %v, addresses %v", first.DNSNames, first.IPAddresses)
	}
	if first.NotAfter.Before(time.Now().AddDate(9, 0, 0)) {
		t.Errorf("valid until %v only", first.NotAfter)
	}
	info, err := os.Stat(filepath.Join(folder, keyFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file: %v, %v", info.Mode(), err)
	}
	if second := serveTLS(t, folder); !second.Equal(first) {
		t.Error("a restart made another certificate")
	}
	// A damaged pair is replaced, and health says so.
	if err := os.WriteFile(filepath.Join(folder, keyFile), []byte("-----BEGIN"), 0o600); err != nil {
		t.Fatal(err)
	}
	if third := serveTLS(t, folder, codeCertReplaced); third.Equal(first) {
		t.Error("a certificate without its key cannot be the same")
	}
	serveTLS(t, folder)
	// Without a folder it works from memory.
	serveTLS(t, "")
}

// serveTLS starts a server with folder, fetches a page over TLS, stops the server
// and gives the certificate it showed. The conditions must be exactly codes.
func serveTLS(t *testing.T, folder string, codes ...string) *x509.Certificate {
	t.Helper()
	reg := new(health.Registry)
	opt := Options{Log: slog.New(slog.DiscardHandler), Health: reg}
	if folder != "" {
		dir, err := os.OpenRoot(folder)
		if err != nil {
			t.Fatal(err)
		}
		defer dir.Close()
		opt.CertDir = dir
	}
	s := New(opt)
	if err := s.Listen(HTTPS, "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	mountAt(t, s, "", "/", hello)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	defer func() { cancel(); <-done }()

	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	resp, err := client.Get("https://" + s.Addr(HTTPS))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	cert := resp.TLS.PeerCertificates[0]
	// A client that trusts this certificate accepts it by name.
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}))
	trusting := http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: pool}}}
	resp, err = trusting.Get("https://" + s.Addr(HTTPS))
	if err != nil {
		t.Fatalf("with trust: %v", err)
	}
	_ = resp.Body.Close()
	old, err := tls.Dial("tcp", s.Addr(HTTPS), &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11})
	if err == nil {
		_ = old.Close()
		t.Error("TLS 1.1 was accepted")
	}
	var got []string
	for _, c := range reg.Conditions() {
		got = append(got, c.Code)
	}
	if fmt.Sprint(got) != fmt.Sprint(codes) {
		t.Errorf("conditions %v, want %v", got, codes)
	}
	return cert
}

func TestUnwritableCertFolder(t *testing.T) {
	folder := t.TempDir()
	// A folder in the place of the file makes the write fail even for root.
	if err := os.MkdirAll(filepath.Join(folder, keyFile+".tmp", "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	serveTLS(t, folder, codeCertNotStored)
}

func TestCertificateHosts(t *testing.T) {
	names, ips := certHosts("192.0.2.7:443")
	if fmt.Sprint(names) != "[localhost]" || fmt.Sprint(ips) != "[::1 127.0.0.1 192.0.2.7]" {
		t.Errorf("%v %v", names, ips)
	}
	if names, _ := certHosts("pdu.example:443"); names[0] != "pdu.example" {
		t.Errorf("%v", names)
	}
	certPEM, _, err := makeCert(":443", time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(certPEM)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil || cert.NotAfter.Before(time.Now()) {
		t.Errorf("a certificate made before the clock was set is over: %v, %v", cert.NotAfter, err)
	}
}

func TestGracefulShutdown(t *testing.T) {
	s := New(Options{Log: slog.New(slog.DiscardHandler)})
	addr := listenHTTP(t, s)
	begun, finish := make(chan struct{}), make(chan struct{})
	mountAt(t, s, "", "/slow", func(w http.ResponseWriter, r *http.Request) {
		close(begun)
		<-finish
		if r.Context().Err() != nil {
			http.Error(w, "cut", 500)
		}
		hello(w, r)
	})
	streamed := make(chan struct{})
	mountAt(t, s, "", "/stream", func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).Flush()
		<-Stopping(r.Context())
		close(streamed)
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	stream, err := http.Get("http://" + addr + "/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	slow := make(chan string, 1)
	go func() {
		c := dial(t, addr)
		_, _ = io.WriteString(c, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
		b, _ := io.ReadAll(c)
		slow <- string(b)
	}()
	<-begun
	cancel()
	<-streamed
	close(finish)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if got := <-slow; !strings.HasSuffix(got, "hello") {
		t.Errorf("a running request was not finished: %q", got)
	}
	if _, err := net.Dial("tcp", addr); err == nil {
		t.Error("the port is still open")
	}
	if _, err := s.Mount("127.0.0.1:0", "/", http.HandlerFunc(hello)); pdu.KindOf(err) != pdu.Unavailable {
		t.Errorf("Mount after the end = %v", err)
	}
}

func TestStubbornRequestDoesNotHoldTheStop(t *testing.T) {
	s := New(Options{Log: slog.New(slog.DiscardHandler), Grace: 10 * time.Millisecond})
	addr := listenHTTP(t, s)
	begun := make(chan struct{})
	mountAt(t, s, "", "/", func(_ http.ResponseWriter, r *http.Request) {
		close(begun)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	c := dial(t, addr)
	_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	<-begun
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestAnswerTimeCutsSlowReaders(t *testing.T) {
	s := start(t, Options{Limits: Limits{AnswerTime: 50 * time.Millisecond}})
	addr := listenHTTP(t, s)
	failed := make(chan error, 1)
	mountAt(t, s, "", "/", func(w http.ResponseWriter, _ *http.Request) {
		block := bytes.Repeat([]byte("x"), 1<<20)
		for {
			if _, err := w.Write(block); err != nil {
				failed <- err
				return
			}
		}
	})
	c := dial(t, addr)
	_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	select {
	case <-failed:
	case <-time.After(20 * time.Second):
		t.Error("the server waits for a reader that does not read")
	}
}

// TestRoutesAgreeWithServeMux: the short way must not change who answers.
func TestRoutesAgreeWithServeMux(t *testing.T) {
	tab := newTable()
	patterns := []string{"/", "/a", "/a/b", "POST /a/b", "/c/", "/d/{x}", "GET /e", "example.org/f", "/f", "/g/{$}"}
	for _, p := range patterns {
		if _, err := tab.add(p, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, p) })); err != nil {
			t.Fatal(err)
		}
	}
	for _, method := range []string{"GET", "HEAD", "POST", "DELETE"} {
		for _, path := range []string{"/", "/a", "/a/", "/a/b", "/a/../a/b", "//a", "/%61", "/a%2Fb", "/c", "/c/x", "/d/a", "/e", "/f", "http://example.org/f", "/g/", "/x"} {
			req := httptest.NewRequest(method, path, nil)
			got, want := httptest.NewRecorder(), httptest.NewRecorder()
			tab.ServeHTTP(got, req)
			tab.routes.Load().mux.ServeHTTP(want, httptest.NewRequest(method, path, nil))
			if got.Code != want.Code || got.Body.String() != want.Body.String() {
				t.Errorf("%s %s: %d %q, ServeMux gives %d %q", method, path, got.Code, got.Body, want.Code, want.Body)
			}
		}
	}
}
