package web

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// sseEvent is one event as a browser sees it.
type sseEvent struct{ name, id, data string }

// parseFrames reads a piece of an event stream: comments and events.
func parseFrames(text string) (comments []string, events []sseEvent) {
	for block := range strings.SplitSeq(strings.TrimSuffix(text, "\n\n"), "\n\n") {
		var e sseEvent
		for line := range strings.SplitSeq(block, "\n") {
			name, value, _ := strings.Cut(line, ": ")
			switch name {
			case "":
				comments = append(comments, value)
			case "event":
				e.name = value
			case "id":
				e.id = value
			case "data":
				e.data += value
			}
		}
		if e.data != "" {
			events = append(events, e)
		}
	}
	return comments, events
}

// pipeWriter is a response whose frames a test takes from a channel. A full
// channel is a client that does not read.
type pipeWriter struct {
	header http.Header
	frames chan string
	cut    chan struct{} // closed at the write deadline

	mu    sync.Mutex
	timer *time.Timer
}

func newPipeWriter(room int) *pipeWriter {
	return &pipeWriter{header: make(http.Header), frames: make(chan string, room), cut: make(chan struct{})}
}

func (p *pipeWriter) Header() http.Header { return p.header }
func (p *pipeWriter) WriteHeader(int)     {}
func (p *pipeWriter) FlushError() error   { return nil }

// SetWriteDeadline makes a write that waits fail, as a connection does.
func (p *pipeWriter) SetWriteDeadline(at time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		p.timer.Stop()
	}
	p.timer = time.AfterFunc(time.Until(at), func() { close(p.cut) })
	return nil
}

func (p *pipeWriter) Write(b []byte) (int, error) {
	select {
	case p.frames <- string(b):
		return len(b), nil
	case <-p.cut:
		return 0, io.ErrClosedPipe
	}
}

func (p *pipeWriter) event(t *testing.T) sseEvent {
	t.Helper()
	_, events := parseFrames(<-p.frames)
	if len(events) != 1 {
		t.Fatalf("%d events in one frame", len(events))
	}
	return events[0]
}

// startStream follows engine with a stream of its own and gives the function that
// waits for its end.
func startStream(ctx context.Context, s *Server, check func() error, room int) (out *pipeWriter, wait func() error) {
	out = newPipeWriter(room)
	result := make(chan error, 1)
	go func() {
		result <- s.stream(ctx, s.opt.Reader, out, check)
	}()
	return out, func() error { return <-result }
}

func streamServer(engine *fakeEngine) *Server {
	return &Server{opt: Options{Reader: engine, Log: slog.New(slog.DiscardHandler)}, encoder: new(encoder)}
}

func valid() error { return nil }

func TestStreamShowsEachChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := newFakeEngine("8ks")
		ctx, cancel := context.WithCancel(t.Context())
		out, wait := startStream(ctx, streamServer(engine), valid, 0)
		if e := out.event(t); e.name != "snapshot" || e.id != "1" || !strings.Contains(e.data, `"serial":"24A42C010203"`) {
			t.Errorf("first event: %+v", e)
		}
		for n := range 5 {
			engine.publish(pdu.Measured{}, nil)
			if e := out.event(t); e.name != "change" || e.id != string(rune('2'+n)) {
				t.Errorf("event %d: %+v", n, e)
			}
		}
		cancel()
		if err := wait(); err != context.Canceled {
			t.Errorf("the stream ended with %v", err)
		}
	})
}

func TestStreamBeatsAndChecksTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := newFakeEngine("8ks")
		checks := 0
		refused := pdu.Errorf(pdu.Unauthenticated, "session.ended", "the session has ended")
		out, wait := startStream(t.Context(), streamServer(engine), func() error {
			if checks++; checks == 3 {
				return refused
			}
			return nil
		}, 1000)
		began := time.Now()
		// Changes in between must not put the heartbeat off.
		for range 40 {
			time.Sleep(time.Second)
			engine.publish(pdu.Measured{}, nil)
		}
		if err := wait(); err != refused {
			t.Errorf("the stream ended with %v", err)
		}
		if took := time.Since(began); took < 45*time.Second || took > 46*time.Second {
			t.Errorf("the stream ended after %v", took)
		}
		close(out.frames)
		var text strings.Builder
		for f := range out.frames {
			text.WriteString(f)
		}
		comments, events := parseFrames(text.String())
		if len(comments) != 2 || len(events) != 41 {
			t.Errorf("%d heartbeats and %d events", len(comments), len(events))
		}
	})
}

func TestStreamCutsASlowClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := newFakeEngine("8ks")
		out, wait := startStream(t.Context(), streamServer(engine), valid, 1)
		began := time.Now()
		synctest.Wait()
		engine.publish(pdu.Measured{}, nil) // nobody takes the second frame
		if err := wait(); err == nil || !strings.Contains(err.Error(), "send to the client") {
			t.Errorf("the stream ended with %v", err)
		}
		if took := time.Since(began); took != frameTimeout {
			t.Errorf("the client was cut after %v", took)
		}
		if len(out.frames) != 1 {
			t.Errorf("%d frames were sent", len(out.frames))
		}
	})
}

func TestStreamSendsTheStateAfterALag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := newFakeEngine("8ks")
		engine.lagAfter = 3
		ctx, cancel := context.WithCancel(t.Context())
		out, wait := startStream(ctx, streamServer(engine), valid, 0)
		out.event(t)
		synctest.Wait()
		engine.publish(pdu.Measured{}, nil)
		synctest.Wait() // the stream waits for its client with change 2
		for range 6 {
			engine.publish(pdu.Measured{}, nil)
		}
		var got []string
		for range 2 {
			e := out.event(t)
			got = append(got, e.name+" "+e.id)
		}
		engine.publish(pdu.PowerUpDone{}, nil)
		e := out.event(t)
		got = append(got, e.name+" "+e.id)
		if s := strings.Join(got, ", "); s != "change 2, snapshot 8, change 9" {
			t.Errorf("got %s", s)
		}
		cancel()
		wait()
	})
}

func TestStreamEndsWithTheEngine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := newFakeEngine("8ks")
		_, wait := startStream(t.Context(), streamServer(engine), valid, 10)
		synctest.Wait()
		engine.stop()
		if err := wait(); pdu.CodeOf(err) != pdu.CodeStopping {
			t.Errorf("the stream ended with %v", err)
		}
	})
}

func TestStreamsAreLimited(t *testing.T) {
	var s streams
	var removes []func()
	for range maxStreams {
		remove, err := s.add("token", func(error) {})
		if err != nil {
			t.Fatal(err)
		}
		removes = append(removes, remove)
	}
	if _, err := s.add("", nil); pdu.KindOf(err) != pdu.TooMany {
		t.Errorf("one more stream: %v", err)
	}
	removes[0]()
	if _, err := s.add("", func(error) {}); err != nil {
		t.Errorf("after one has ended: %v", err)
	}
}

// TestEventsOverHTTP goes through real sockets: login, stream, logout ends it.
func TestEventsOverHTTP(t *testing.T) {
	u := newUnit(t)
	web := httptest.NewServer(u.server)
	defer web.Close()
	cookie := u.login("admin", "admin-password")
	open := func() *http.Response {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, web.URL+"/api/v1/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+cookie.Value)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	var all []*http.Response
	for range maxStreams {
		res := open()
		defer res.Body.Close()
		if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" ||
			res.Header.Get("Cache-Control") != "no-store" || res.Header.Get("X-Accel-Buffering") != "no" {
			t.Fatalf("%d %v", res.StatusCode, res.Header)
		}
		all = append(all, res)
	}
	if res := open(); res.StatusCode != http.StatusTooManyRequests {
		t.Errorf("stream %d: %d", maxStreams+1, res.StatusCode)
	} else {
		res.Body.Close()
	}
	u.engine.publish(pdu.PowerChanged{Powered: false}, func(s *pdu.Snapshot) { s.Powered = false })
	for _, res := range all {
		lines := bufio.NewScanner(res.Body)
		lines.Buffer(nil, 1<<20)
		change := ""
		for change == "" && lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok && strings.Contains(data, "powerChanged") {
				change = data
			}
		}
		var doc struct{ Device struct{ Powered *bool } }
		if err := json.Unmarshal([]byte(change), &doc); err != nil || doc.Device.Powered == nil || *doc.Device.Powered {
			t.Fatalf("%v in %q", err, change)
		}
	}
	req := httptest.NewRequest(http.MethodDelete, "/api/v1/session", nil)
	req.AddCookie(cookie)
	u.server.ServeHTTP(httptest.NewRecorder(), req)
	for _, res := range all {
		// Returns only because the server ended the stream.
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			t.Errorf("the stream broke off: %v", err)
		}
	}
	if len(u.server.streams.open) != 0 {
		t.Errorf("%d streams are left", len(u.server.streams.open))
	}
}
