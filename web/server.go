package web

import (
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/zerocross-pdu/zerocross/auth"
	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/health"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// root is where the admin API lives.
const root = "/api/v1"

// Options are the parts a Server is made of. All are needed unless said otherwise.
type Options struct {
	Reader     pdu.Reader
	Switcher   pdu.Switcher
	Configurer pdu.Configurer
	Auth       *auth.Service
	Store      *config.Store
	Health     *health.Registry
	UI         fs.FS                   // files of the page, index.html among them
	Bench      http.Handler            // serves /api/v1/bench...; nil: there is no bench
	BenchOpen  bool                    // requests from this machine reach the bench without credentials
	Demo       bool                    // told to the page
	Version    string                  // of this software
	Protocols  func() []ProtocolStatus // nil: the list is empty
	Log        *slog.Logger            // nil: slog.Default
}

// Server is the handler of the admin API and the page. Mount it at "/".
type Server struct {
	opt     Options
	assets  assets
	encoder *encoder
	streams streams
	handler http.Handler
}

// New makes a Server. It fails when the files of the page are not usable.
func New(opt Options) (*Server, error) {
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	files, err := newAssets(opt.UI)
	if err != nil {
		return nil, err
	}
	s := &Server{opt: opt, assets: files, encoder: &encoder{conv: converter{opt.Version, opt.Demo}}}
	s.handler = s.protected(s.mux())
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	setPolicies(w.Header())
	if !s.opt.Log.Enabled(r.Context(), slog.LevelDebug) {
		s.handler.ServeHTTP(w, r)
		return
	}
	began := time.Now()
	rec := &statusRecorder{ResponseWriter: w}
	s.handler.ServeHTTP(rec, r)
	s.opt.Log.Debug("request", "method", r.Method, "path", r.URL.Path, "status", rec.status,
		"took", time.Since(began), "addr", hostOf(r.RemoteAddr))
}

// protected refuses what pages of other sites send, whoever is logged in.
func (s *Server) protected(next http.Handler) http.Handler {
	p := http.NewCrossOriginProtection()
	p.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, pdu.Errorf(pdu.Forbidden, codeCrossSite, "the request comes from a page of another site"))
	}))
	return p.Handler(next)
}

// mux routes the table of routes, the bench and the page.
func (s *Server) mux() http.Handler {
	methods := make(map[string]map[string]route) // by path
	for _, rt := range routes() {
		if methods[rt.path] == nil {
			methods[rt.path] = make(map[string]route)
		}
		methods[rt.path][rt.method] = rt
	}
	mux := http.NewServeMux()
	for path, byMethod := range methods {
		mux.Handle(root+path, s.endpoint(byMethod))
	}
	unknown := s.answering(func(_ http.ResponseWriter, r *http.Request) error { return errPath(r) })
	mux.Handle("/api/", unknown)
	if s.opt.Bench != nil {
		mux.Handle(root+"/bench", s.answering(s.bench))
		mux.Handle(root+"/bench/", s.answering(s.bench))
	}
	mux.Handle("/", s.answering(s.assets.serve))
	return mux
}

// answering makes a handler of a function that may fail.
func (s *Server) answering(serve func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := serve(w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

// endpoint serves one path of the API.
func (s *Server) endpoint(byMethod map[string]route) http.Handler {
	return s.answering(func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Cache-Control", "no-store")
		method := r.Method
		if method == http.MethodHead && !byMethod[http.MethodGet].stream {
			method = http.MethodGet
		}
		rt, ok := byMethod[method]
		if !ok {
			w.Header().Set("Allow", allowed(byMethod))
			return pdu.Errorf(pdu.Invalid, codeMethod, "method %.16q is not known here", r.Method)
		}
		c := &call{w: w, r: withSession(r)}
		if !rt.open {
			if err := s.identify(c, rt.needs); err != nil {
				return err
			}
		}
		return rt.serve(s, c)
	})
}

// identify finds out who calls and refuses whom the route is not for.
func (s *Server) identify(c *call, needs auth.Privilege) error {
	id, err := s.opt.Auth.Authenticate(c.r)
	if err != nil {
		return err
	}
	c.id = id
	c.engine = auth.Guard(id, auth.Ports{Reader: s.opt.Reader, Switcher: s.opt.Switcher, Configurer: s.opt.Configurer})
	return id.Require(needs)
}

// fail answers with the one form of errors and logs what a person must see.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil && errors.Is(err, r.Context().Err()) {
		return // the client has gone
	}
	code, info := status(err), describe(err)
	h := w.Header()
	if code == http.StatusUnauthorized {
		// Not Basic, although that works: browsers would open a dialog of their own.
		h.Set("WWW-Authenticate", `Bearer realm="zerocross"`)
	}
	if wait, ok := info.Args["retryAfterSeconds"].(int); ok && code == http.StatusTooManyRequests {
		setRetryAfter(h, wait)
	}
	if code == http.StatusInternalServerError {
		s.opt.Log.Error("request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	h.Set("Cache-Control", "no-store")
	if !strings.HasPrefix(r.URL.Path, "/api/") {
		http.Error(w, info.Message, code)
		return
	}
	writeJSON(w, code, ErrorBody{info})
}

// statusRecorder remembers the status for the log.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status and passes it on.
func (w *statusRecorder) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Write notes the implied status and passes the bytes on.
func (w *statusRecorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusRecorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
