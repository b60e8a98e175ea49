package m2m

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zerocross-pdu/zerocross/httpd"
)

// BenchmarkGetJSON compares GET /netio.json, through httpd with credentials, with a
// bare net/http handler that writes the same bytes. Both run over loopback with the
// same keep-alive connections, in turns, so that a busy machine slows both.
// The metric "ratio" is requests per second of ours over those of the bare one, the
// median of all turns.
func BenchmarkGetJSON(b *testing.B) {
	cfg := openDocument()
	cfg.Read.User, cfg.Read.Password = "netio", "netio"
	deps := depsFor(b)
	doc := encodeJSON(deps.Reader.Snapshot(), deps.Reader.Snapshot().At)
	bare := serveBare(b, doc)
	ours := serveOurs(b, cfg)
	const conns = 16
	clientBare := newClient(b, bare, conns)
	clientOurs := newClient(b, ours, conns)
	const round = 500
	var timeBare, timeOurs time.Duration
	var ratios []float64
	for b.Loop() {
		bare, ours := clientBare.run(b, round), clientOurs.run(b, round)
		timeBare, timeOurs = timeBare+bare, timeOurs+ours
		ratios = append(ratios, bare.Seconds()/ours.Seconds())
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "ratio")
	n := float64(b.N) * round
	b.ReportMetric(n/timeOurs.Seconds(), "req/s")
	b.ReportMetric(n/timeBare.Seconds(), "bare-req/s")
}

func serveBare(b *testing.B, doc []byte) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(doc)))
		_, _ = w.Write(doc)
	})}
	go func() { _ = server.Serve(l) }()
	b.Cleanup(func() { _ = server.Close() })
	return l.Addr().String()
}

func serveOurs(b *testing.B, cfg *DocumentConfig) string {
	deps := depsFor(b)
	deps.HTTP = httpd.New(httpd.Options{Log: slog.New(slog.DiscardHandler)})
	if err := deps.HTTP.Listen(httpd.HTTP, "127.0.0.1:0"); err != nil {
		b.Fatal(err)
	}
	svc, err := JSONDefinition.New(deps, cfg)
	if err != nil {
		b.Fatal(err)
	}
	unmount, err := svc.(*service).mount()
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- deps.HTTP.Run(ctx) }()
	b.Cleanup(func() { unmount(); cancel(); <-done })
	return deps.HTTP.Addr(httpd.HTTP)
}

// client is a handful of connections that send the same request again and again.
// It reads answers with as little work of its own as it can.
type client struct{ conns []net.Conn }

func newClient(b *testing.B, addr string, n int) *client {
	c := new(client)
	for range n {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = conn.Close() })
		c.conns = append(c.conns, conn)
	}
	return c
}

var benchRequest = []byte("GET /netio.json HTTP/1.1\r\nHost: pdu\r\nAuthorization: " + basic("netio", "netio") + "\r\n\r\n")

// run sends total requests over all connections and gives the time it took.
func (c *client) run(b *testing.B, total int64) time.Duration {
	var left atomic.Int64
	left.Store(total)
	var wg sync.WaitGroup
	began := time.Now()
	for _, conn := range c.conns {
		wg.Go(func() {
			r := bufio.NewReaderSize(conn, 16<<10)
			for left.Add(-1) >= 0 {
				if err := exchange(conn, r); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return time.Since(began)
}

// exchange sends one request and reads its answer.
func exchange(conn net.Conn, r *bufio.Reader) error {
	if _, err := conn.Write(benchRequest); err != nil {
		return err
	}
	length := 0
	for first := true; ; first = false {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first && !bytes.HasPrefix(line, []byte("HTTP/1.1 200 ")) {
			return io.ErrUnexpectedEOF
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			length, _ = strconv.Atoi(string(bytes.TrimSpace(value)))
		}
		if len(line) == 2 {
			break
		}
	}
	_, err := r.Discard(length)
	return err
}

// BenchmarkHandler measures the handler alone.
func BenchmarkHandler(b *testing.B) {
	cfg := openDocument()
	cfg.Read.User, cfg.Read.Password = "netio", "netio"
	svc, err := JSONDefinition.New(depsFor(b), cfg)
	if err != nil {
		b.Fatal(err)
	}
	h := svc.(*service).handlers[PathJSON]
	req, _ := http.NewRequest("GET", PathJSON, nil)
	req.Header.Set("Authorization", basic("netio", "netio"))
	w := &discard{header: make(http.Header)}
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(w, req)
	}
}

// BenchmarkEncode measures the encoding that happens once per snapshot.
func BenchmarkEncode(b *testing.B) {
	s := sample(b, "8ks")
	b.Run("json", func(b *testing.B) {
		for b.Loop() {
			encodeJSON(s, s.At)
		}
	})
	b.Run("xml", func(b *testing.B) {
		for b.Loop() {
			encodeXML(s, s.At)
		}
	})
}
