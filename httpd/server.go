package httpd

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/zerocross-pdu/zerocross/health"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// Codes of the errors and conditions of this package.
const (
	CodeListenFailed  = "listen.failed"  // condition and error: a port cannot be opened
	CodeListenAddress = "listen.address" // error: an address cannot be understood
	CodeListenStopped = "listen.stopped" // error: the server has ended
	CodeMountConflict = "mount.conflict" // error: a pattern is malformed or already taken
)

// The names of the web listeners.
const (
	HTTP  = "http"
	HTTPS = "https"
)

// Options are the parts a Server is made of. Zero values mean the defaults.
type Options struct {
	Log    *slog.Logger     // nil: slog.Default
	Health *health.Registry // nil: conditions are only logged
	// CertDir is the folder of the self-signed certificate (self-signed.crt and
	// .key). nil: a certificate is made at each start and kept in memory.
	CertDir *os.Root
	Limits  Limits
	// RetryEvery is the pause before a web port that could not be opened is tried
	// again; 5 s by default.
	RetryEvery time.Duration
	// Grace is how long Run waits for running requests when it stops; 2 s by
	// default.
	Grace time.Duration
}

// Limits bound what clients can take from a listener. Zero values mean the
// defaults of the package comment.
type Limits struct {
	HeaderBytes     int
	BodyBytes       int64
	HeaderTime      time.Duration
	BodyTime        time.Duration
	AnswerTime      time.Duration
	IdleTime        time.Duration
	Connections     int
	ConnectionsEach int // of one address
}

// withDefaults fills in what is zero.
func (l Limits) withDefaults() Limits {
	l.HeaderBytes = orDefault(l.HeaderBytes, 8<<10)
	l.BodyBytes = orDefault(l.BodyBytes, 1<<20)
	l.HeaderTime = orDefault(l.HeaderTime, 5*time.Second)
	l.BodyTime = orDefault(l.BodyTime, 15*time.Second)
	l.AnswerTime = orDefault(l.AnswerTime, 30*time.Second)
	l.IdleTime = orDefault(l.IdleTime, time.Minute)
	l.Connections = orDefault(l.Connections, 256)
	l.ConnectionsEach = orDefault(l.ConnectionsEach, 64)
	return l
}

// orDefault gives v, or def when v is the zero value.
func orDefault[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}

// Server holds the listeners of a unit and what is mounted on them.
type Server struct {
	opt      Options
	web      *table        // routes of the web listeners
	stopping chan struct{} // closed when Run begins to stop

	mu        sync.Mutex
	run       *running // set while Run runs
	ended     bool
	listeners map[string]*listener // by name of a web listener, or by listen value

	certMu sync.Mutex
	cert   *tls.Certificate // loaded or made at first need
}

// running is what listeners need while Run runs.
type running struct {
	ctx  context.Context // ends when the server stops accepting
	base context.Context // carried by requests; ends after the grace
	wg   sync.WaitGroup
}

// New makes a Server without listeners.
func New(opt Options) *Server {
	opt.Log = orDefault(opt.Log, slog.Default())
	opt.Health = orDefault(opt.Health, new(health.Registry))
	opt.Limits = opt.Limits.withDefaults()
	opt.RetryEvery = orDefault(opt.RetryEvery, 5*time.Second)
	opt.Grace = orDefault(opt.Grace, 2*time.Second)
	return &Server{
		opt:       opt,
		web:       newTable(),
		stopping:  make(chan struct{}),
		listeners: make(map[string]*listener),
	}
}

// Listen opens a web listener: name is HTTP or HTTPS, addr is host:port. When the
// port cannot be opened the error names it and the option that changes it, the
// condition listen.failed is raised for the name, and Run keeps trying; the caller
// reports the error and goes on. An address that cannot be understood is an
// Invalid error and is not tried again.
func (s *Server) Listen(name, addr string) error {
	if name != HTTP && name != HTTPS {
		return pdu.Errorf(pdu.Internal, CodeListenAddress, "there is no web listener %q", name)
	}
	if err := checkAddr(addr); err != nil {
		return pdu.Errorf(pdu.Invalid, CodeListenAddress, "address %q of --listen %s=ADDR: %w; write it as host:port", addr, name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return errEnded(addr)
	}
	if s.listeners[name] != nil {
		return pdu.Errorf(pdu.Conflict, CodeListenFailed, "the %s listener is open already", name)
	}
	l := s.newListener(name, addr, name == HTTPS, s.web)
	l.hint = "choose another address with --listen " + name + "=ADDR"
	s.listeners[name] = l
	err := l.open()
	if err != nil {
		l.report(err)
	}
	if s.run != nil {
		l.start(s.run)
	}
	return err
}

// Addr gives the address that a listener has: name is HTTP, HTTPS, or the listen
// value of a Mount. It is "" while the listener is not open.
func (s *Server) Addr(name string) string {
	s.mu.Lock()
	l := s.listeners[name]
	s.mu.Unlock()
	if l == nil {
		return ""
	}
	return l.addrInUse()
}

// Run serves until ctx ends, then stops accepting, waits Options.Grace for
// running requests and closes what is left. It returns nil, and may be called once.
func (s *Server) Run(ctx context.Context) error {
	base, cutBase := context.WithCancel(context.WithoutCancel(ctx))
	defer cutBase()
	run := &running{ctx: ctx, base: context.WithValue(base, stoppingKey{}, s.stopping)}
	s.mu.Lock()
	if s.run != nil || s.ended {
		s.mu.Unlock()
		return errors.New("httpd: Run was called twice")
	}
	s.run = run
	for _, l := range s.listeners {
		l.start(run)
	}
	s.mu.Unlock()

	<-ctx.Done()
	s.mu.Lock()
	s.ended = true
	left := make([]*listener, 0, len(s.listeners))
	for _, l := range s.listeners {
		left = append(left, l)
	}
	s.mu.Unlock()
	close(s.stopping)
	// Requests that still run after the grace see their context end and get as
	// long again to notice before their connections are closed.
	cut := time.AfterFunc(s.opt.Grace, cutBase)
	defer cut.Stop()
	var wg sync.WaitGroup
	for _, l := range left {
		wg.Go(func() { l.stop(2 * s.opt.Grace) })
	}
	wg.Wait()
	run.wg.Wait()
	return nil
}

// Mount puts h behind pattern, a pattern of http.ServeMux. listen says where: ""
// for the web listeners, "host:port" for a listener of its own that is opened with
// its first mount and closed with its last, "https://host:port" for the same with
// TLS. The address of a web listener means the web listeners.
//
// Errors: Invalid for an address that cannot be understood, Conflict for a pattern
// that is malformed or taken, Unavailable when the port cannot be opened. Unlike
// Listen, Mount does not try again: its caller does.
func (s *Server) Mount(listen, pattern string, h http.Handler) (unmount func(), err error) {
	h = s.limited(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return nil, errEnded(listen)
	}
	if listen == "" || s.isWeb(listen) {
		return s.web.add(pattern, h)
	}
	l := s.listeners[listen]
	if l == nil {
		if l, err = s.openOwn(listen); err != nil {
			return nil, err
		}
	}
	remove, err := l.routes.add(pattern, h)
	if err != nil {
		s.closeUnused(listen, l)
		return nil, err
	}
	return func() {
		remove()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.closeUnused(listen, l)
	}, nil
}

// isWeb reports whether listen is the address of a web listener. The caller holds mu.
func (s *Server) isWeb(listen string) bool {
	addr, isTLS := strings.CutPrefix(listen, "https://")
	name := HTTP
	if isTLS {
		name = HTTPS
	}
	l := s.listeners[name]
	if l == nil || strings.HasSuffix(addr, ":0") { // port 0 is another port each time
		return false
	}
	return addr == l.addr || addr == l.addrInUse()
}

// openOwn opens a listener for one Mount. The caller holds mu.
func (s *Server) openOwn(listen string) (*listener, error) {
	addr, isTLS := strings.CutPrefix(listen, "https://")
	if err := checkAddr(addr); err != nil {
		return nil, pdu.Errorf(pdu.Invalid, CodeListenAddress, "listen address %q: %w; write it as host:port or https://host:port", listen, err)
	}
	l := s.newListener(listen, addr, isTLS, newTable())
	l.hint = "choose another address for it"
	if err := l.open(); err != nil {
		return nil, err
	}
	s.listeners[listen] = l
	if s.run != nil {
		l.start(s.run)
	}
	return l, nil
}

// closeUnused closes a listener of its own that has no mounts left. Requests that
// run on it get the grace. The caller holds mu.
func (s *Server) closeUnused(listen string, l *listener) {
	if s.ended || s.listeners[listen] != l || !l.routes.empty() {
		return
	}
	delete(s.listeners, listen)
	l.halt() // at once, so that the port can be opened again
	if s.run != nil {
		s.run.wg.Go(func() { l.stop(s.opt.Grace) })
	}
}

// errEnded is the answer to a late Listen or Mount.
func errEnded(what string) error {
	return pdu.Errorf(pdu.Unavailable, CodeListenStopped, "listen on %q: the server has stopped", what)
}

// CheckListen reports why listen cannot be the listen value of a Mount, nil when
// it can: "", "host:port" or "https://host:port".
func CheckListen(listen string) error {
	if listen == "" {
		return nil
	}
	return checkAddr(strings.TrimPrefix(listen, "https://"))
}

// checkAddr checks a host:port. The host may be empty, an address or a name.
func checkAddr(addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return errors.New("it is not host:port")
	}
	if n, err := parsePort(port); err != nil || n > 65535 {
		return errors.New("the port is not a number from 0 to 65535")
	}
	if strings.ContainsFunc(host, func(r rune) bool { return r <= ' ' || r == '/' || r == 0x7f }) {
		return errors.New("the host holds a character that no host has")
	}
	return nil
}
