package httpd

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// table is a set of mounts that changes while requests are routed through it.
type table struct {
	routes atomic.Pointer[routes]

	mu     sync.Mutex
	mounts []*mount
}

// routes is one state of a table. It is immutable.
type routes struct {
	mux *http.ServeMux
	// exact finds what mux would find for a pattern that is one whole path, in a
	// tenth of its time: APIs are polled at such paths.
	exact map[string]http.Handler
}

// mount is one handler behind one pattern.
type mount struct {
	pattern string
	handler http.Handler
}

func newTable() *table {
	t := new(table)
	t.routes.Store(&routes{mux: http.NewServeMux()})
	return t
}

// ServeHTTP routes one request. Unmatched paths get a short 404.
func (t *table) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := t.routes.Load()
	if h := now.exact[r.URL.Path]; h != nil {
		h.ServeHTTP(w, r)
		return
	}
	now.mux.ServeHTTP(w, r)
}

func (t *table) empty() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.mounts) == 0
}

// add mounts h and returns the function that takes it away again.
func (t *table) add(pattern string, h http.Handler) (remove func(), err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := &mount{pattern, h}
	if err := t.rebuild(append(t.mounts[:len(t.mounts):len(t.mounts)], m)); err != nil {
		return nil, err
	}
	return func() { t.remove(m) }, nil
}

func (t *table) remove(m *mount) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var left []*mount
	for _, old := range t.mounts {
		if old != m {
			left = append(left, old)
		}
	}
	// Fewer patterns than before cannot conflict.
	_ = t.rebuild(left)
}

// rebuild makes a routing table of mounts and puts it in place, or leaves all as
// it was. The caller holds mu.
func (t *table) rebuild(mounts []*mount) (err error) {
	defer func() {
		// ServeMux tells of bad patterns by panicking.
		if p := recover(); p != nil {
			err = pdu.Errorf(pdu.Conflict, CodeMountConflict, "mount a handler: %v", p)
		}
	}()
	next := &routes{mux: http.NewServeMux(), exact: make(map[string]http.Handler)}
	for _, m := range mounts {
		next.mux.Handle(m.pattern, m.handler)
	}
	for _, m := range mounts {
		if isWholePath(m.pattern, mounts) {
			next.exact[m.pattern] = m.handler
		}
	}
	t.mounts = mounts
	t.routes.Store(next)
	return nil
}

// isWholePath reports whether pattern matches one path and all requests for it:
// there is no more special pattern with a method or host before the same path.
func isWholePath(pattern string, mounts []*mount) bool {
	if !strings.HasPrefix(pattern, "/") || strings.HasSuffix(pattern, "/") || strings.Contains(pattern, "{") {
		return false
	}
	return !slices.ContainsFunc(mounts, func(m *mount) bool {
		return m.pattern != pattern && strings.HasSuffix(m.pattern, pattern)
	})
}

// maxBody is a handler with a body limit of its own.
type maxBody struct {
	http.Handler
	bytes int64
}

// MaxBody gives h another limit for request bodies than the server's, smaller or
// larger. It must be the outermost wrapper of what is mounted.
func MaxBody(bytes int64, h http.Handler) http.Handler { return maxBody{h, bytes} }

// limited wraps a handler with the limits of a request: size and time of its
// body, and panics.
func (s *Server) limited(h http.Handler) http.Handler {
	limit := s.opt.Limits.BodyBytes
	if m, ok := h.(maxBody); ok {
		limit, h = m.bytes, m.Handler
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer s.recovered(w, r)
		if r.Body != http.NoBody {
			// Only here, and not as http.Server.ReadTimeout: that would also end
			// the context of a streaming handler when it passes.
			deadline := time.Now().Add(s.opt.Limits.BodyTime)
			_ = http.NewResponseController(w).SetReadDeadline(deadline)
			r.Body = http.MaxBytesReader(w, r.Body, limit)
		}
		h.ServeHTTP(w, r)
	})
}

// recovered answers for a handler that panicked, so that the unit goes on.
func (s *Server) recovered(w http.ResponseWriter, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p)
	}
	s.opt.Log.Error("a request handler panicked", "method", r.Method, "path", r.URL.Path,
		"panic", fmt.Sprint(p), "stack", string(debug.Stack()))
	// When the answer had begun this only adds to it; the connection is closed
	// so that the client cannot take it for a whole one.
	w.Header().Set("Connection", "close")
	http.Error(w, "internal error", http.StatusInternalServerError)
}

// stoppingKey finds the stopping channel in a request's context.
type stoppingKey struct{}

// Stopping gives a channel that is closed when the server of a request begins to
// stop. Streaming handlers end then; others may finish. ctx is the context of the
// request.
func Stopping(ctx context.Context) <-chan struct{} {
	c, _ := ctx.Value(stoppingKey{}).(chan struct{})
	return c
}
