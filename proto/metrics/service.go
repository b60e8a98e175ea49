package metrics

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"strings"

	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto"
)

// Path is where the metrics are.
const Path = "/metrics"

// Definition is the protocol.
var Definition = proto.Define("metrics", defaultConfig, func(d proto.Deps, c *Config) (proto.Service, error) {
	return &service{deps: d, listen: c.Listen, open: c.User == "" && c.Secret == "",
		credentials: sha256.Sum256([]byte(c.User + ":" + string(c.Secret)))}, nil
})

// service answers with the newest snapshot.
type service struct {
	deps        proto.Deps
	listen      string
	open        bool
	credentials [sha256.Size]byte
}

// Run serves until ctx ends.
func (s *service) Run(ctx context.Context, ready func()) error {
	unmount, err := s.deps.HTTP.Mount(s.listen, Path, s)
	if err != nil {
		return fmt.Errorf("serve %s (protocols.metrics.listen): %w", Path, err)
	}
	defer unmount()
	ready()
	<-ctx.Done()
	return nil
}

// Addr is the address of a port of its own, "" without one.
func (s *service) Addr() string {
	if s.listen == "" {
		return ""
	}
	return s.deps.HTTP.Addr(s.listen)
}

// The media types of the two formats.
const (
	typeOpenMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8"
	typePrometheus  = "text/plain; version=0.0.4; charset=utf-8"
)

// ServeHTTP answers one scrape.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		refuse(w, pdu.Errorf(pdu.Invalid, "request.method", "%s is not possible here", r.Method), http.StatusMethodNotAllowed)
		return
	}
	if !s.open && !s.knows(r) {
		w.Header().Set("WWW-Authenticate", `Basic realm="Zerocross", charset="UTF-8"`)
		refuse(w, pdu.Errorf(pdu.Unauthenticated, "access.credentials", "user name or password is missing or wrong"), http.StatusUnauthorized)
		return
	}
	format, media := prometheus, typePrometheus
	if strings.Contains(r.Header.Get("Accept"), "application/openmetrics-text") {
		format, media = openMetrics, typeOpenMetrics
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Cache-Control", "no-store")
	w.Write(encode(s.deps.Reader.Snapshot(), format)) // who does not take the answer has gone
}

// knows reports whether a request carries the credentials.
func (s *service) knows(r *http.Request) bool {
	user, password, ok := r.BasicAuth()
	sum := sha256.Sum256([]byte(user + ":" + password))
	return ok && subtle.ConstantTimeCompare(sum[:], s.credentials[:]) == 1
}

func refuse(w http.ResponseWriter, err error, status int) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	http.Error(w, err.Error(), status)
}
