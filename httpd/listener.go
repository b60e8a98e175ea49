package httpd

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/zerocross-pdu/zerocross/health"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// listener is one port: its socket, its routes and its http.Server.
type listener struct {
	s      *Server
	name   string // "http", "https" or the listen value of a Mount; subject of conditions
	addr   string // as asked for
	isTLS  bool
	hint   string // what to do when the port is taken
	routes *table
	conns  connCount

	mu      sync.Mutex
	socket  net.Listener // nil while the port is not open
	bound   string       // address of socket
	http    *http.Server // nil until started
	stopped chan struct{}
	once    sync.Once // closes stopped
}

func (s *Server) newListener(name, addr string, isTLS bool, routes *table) *listener {
	return &listener{
		s: s, name: name, addr: addr, isTLS: isTLS, routes: routes,
		conns:   connCount{max: s.opt.Limits.Connections, maxEach: s.opt.Limits.ConnectionsEach, each: make(map[netip.Addr]int)},
		stopped: make(chan struct{}),
	}
}

// open opens the socket. Its error names the port and what to do.
func (l *listener) open() error {
	socket, err := net.Listen("tcp", l.addr)
	if err != nil {
		cause := err
		if op, ok := errors.AsType[*net.OpError](err); ok {
			cause = op.Err
		}
		return pdu.Errorf(pdu.Unavailable, CodeListenFailed, "listen on %s: %w; %s", l.addr, cause, l.hint).With("addr", l.addr)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.socket, l.bound = socket, socket.Addr().String()
	return nil
}

// report raises the condition that the port is not open.
func (l *listener) report(err error) {
	l.s.opt.Health.Raise(health.Condition{Code: CodeListenFailed, Subject: l.name, Severity: health.Error,
		Text: err.Error(), Args: map[string]any{"addr": l.addr}})
}

func (l *listener) addrInUse() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.bound
}

// start serves under run, and opens the port first when that failed before.
func (l *listener) start(run *running) {
	limits := l.s.opt.Limits
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	l.mu.Lock()
	l.http = &http.Server{
		Handler:           l.routes,
		ReadHeaderTimeout: limits.HeaderTime,
		WriteTimeout:      limits.AnswerTime,
		IdleTimeout:       limits.IdleTime,
		// net/http adds 4096 bytes of slack to this value.
		MaxHeaderBytes: max(1, limits.HeaderBytes-4096),
		ConnState:      l.conns.track,
		Protocols:      protocols,
		ErrorLog:       slog.NewLogLogger(l.s.opt.Log.Handler(), slog.LevelDebug),
		BaseContext:    func(net.Listener) context.Context { return run.base },
	}
	l.mu.Unlock()
	run.wg.Go(func() { l.serve(run.ctx) })
}

// serve keeps the port open and served until ctx ends or the listener is stopped.
func (l *listener) serve(ctx context.Context) {
	for {
		err := l.serveOnce()
		if ctx.Err() != nil || l.isStopped() {
			return
		}
		if err != nil {
			l.report(err)
			l.s.opt.Log.Warn("a port is not open", "listener", l.name, "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-l.stopped:
			return
		case <-time.After(l.s.opt.RetryEvery):
		}
		if err := l.open(); err != nil {
			l.report(err)
			continue
		}
		l.s.opt.Log.Info("a port could be opened at last", "listener", l.name, "addr", l.addrInUse())
	}
}

// serveOnce serves the open socket until it fails or is closed.
func (l *listener) serveOnce() error {
	l.mu.Lock()
	socket, server := l.socket, l.http
	l.mu.Unlock()
	if socket == nil {
		return nil // reported when opening failed
	}
	if l.isTLS {
		cert, err := l.s.certificate(l.addr)
		if err != nil {
			return pdu.Errorf(pdu.Internal, CodeListenFailed, "serve TLS on %s: %w", l.addr, err)
		}
		socket = tls.NewListener(socket, &tls.Config{Certificates: []tls.Certificate{*cert}, MinVersion: tls.VersionTLS12})
	}
	l.s.opt.Health.Clear(CodeListenFailed, l.name)
	err := server.Serve(socket)
	l.closeSocket()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return pdu.Errorf(pdu.Unavailable, CodeListenFailed, "accept connections on %s: %w", l.addr, err)
}

func (l *listener) isStopped() bool {
	select {
	case <-l.stopped:
		return true
	default:
		return false
	}
}

// closeSocket stops accepting.
func (l *listener) closeSocket() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.socket != nil {
		_ = l.socket.Close() // the second close of a socket fails, as it may
	}
	l.socket, l.bound = nil, ""
}

// stop ends the listener: no new connections, up to grace for running requests,
// then all connections are closed.
func (l *listener) stop(grace time.Duration) {
	l.halt()
	l.mu.Lock()
	server := l.http
	l.mu.Unlock()
	if server != nil {
		ctx, cancel := context.WithTimeout(context.Background(), grace)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			_ = server.Close()
		}
	}
	l.s.opt.Health.Clear(CodeListenFailed, l.name)
}

// halt closes the socket for good; connections go on.
func (l *listener) halt() {
	l.once.Do(func() { close(l.stopped) })
	l.closeSocket()
}

// connCount counts the connections of a listener and closes those beyond its
// limits. Its method track is an http.Server.ConnState hook.
type connCount struct {
	max, maxEach int

	mu   sync.Mutex
	all  int
	each map[netip.Addr]int
}

// track counts a connection when it is new and when it is gone.
func (c *connCount) track(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		if !c.enter(remoteOf(conn)) {
			_ = conn.Close() // the server sees the closed connection and lets go of it
		}
	case http.StateClosed, http.StateHijacked:
		c.leave(remoteOf(conn))
	}
}

func (c *connCount) enter(addr netip.Addr) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all++
	c.each[addr]++
	return c.all <= c.max && c.each[addr] <= c.maxEach
}

func (c *connCount) leave(addr netip.Addr) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all--
	if c.each[addr]--; c.each[addr] <= 0 {
		delete(c.each, addr)
	}
}

// remoteOf gives what counts as one address of the other end of conn.
func remoteOf(conn net.Conn) netip.Addr {
	tcp, ok := conn.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return OneAddress(tcp.AddrPort().Addr())
}

// OneAddress gives what limits count as one address: the address itself, or the
// /64 of an IPv6 address, which is what one host usually has to itself.
func OneAddress(addr netip.Addr) netip.Addr {
	addr = addr.Unmap().WithZone("")
	if addr.Is4() || addr.IsLoopback() || !addr.IsValid() {
		return addr
	}
	prefix, _ := addr.Prefix(64) // fails for other lengths only
	return prefix.Addr()
}

// parsePort reads a port number.
func parsePort(s string) (uint64, error) { return strconv.ParseUint(s, 10, 16) }
