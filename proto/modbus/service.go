package modbus

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto"
)

// protocolName is the name of the protocol in the configuration, in --listen and in
// the origin of commands.
const protocolName = "modbus"

// CodeListenFailed is the code of the error that a port could not be opened.
const CodeListenFailed = "modbus.listen"

// Definition is the Modbus/TCP server.
var Definition = proto.Define(protocolName, defaultConfig, func(d proto.Deps, c *Config) (proto.Service, error) {
	return newService(d, c)
})

// grace is how long a stopping service lets connections finish their answer.
const grace = 2 * time.Second

// Service is the server at work. Its methods other than Run may be called by any
// goroutine.
type Service struct {
	ports   []*port
	allowed filter
	idle    time.Duration
	dev     *device
	clients *clients
	log     *slog.Logger
	last    atomic.Pointer[LastClient]
	refused refusals
}

// LastClient tells who commanded last.
type LastClient struct {
	Addr string
	User string // name in the certificate; "" without TLS
	At   time.Time
}

// port is one address to listen on.
type port struct {
	addr   string
	option string      // how to choose another
	tls    *tls.Config // nil for none
	socket net.Listener
	bound  atomic.Pointer[string] // where it listens; nil before
}

func newService(d proto.Deps, c *Config) (*Service, error) {
	allowed, err := newFilter(c.AllowedFrom)
	if err != nil {
		return nil, err
	}
	s := &Service{allowed: allowed, idle: c.idleTime(), clients: newClients(c.Connections), log: d.Log}
	if addr, ok := d.Listen[protocolName]; ok && c.Listen != listenOff {
		option := "choose another port with --listen " + protocolName + "=HOST:PORT"
		if c.Listen != "" {
			addr, option = c.Listen, "choose another port in protocols.modbus.listen"
		}
		s.ports = append(s.ports, &port{addr: addr, option: option})
	}
	if c.TLS.Enabled {
		settings, err := c.TLS.serverTLS()
		if err != nil {
			return nil, err
		}
		s.ports = append(s.ports, &port{addr: c.TLS.Listen, option: "choose another port in protocols.modbus.tls.listen", tls: settings})
	}
	s.dev = &device{
		reader: d.Reader, switcher: d.Switcher, configurer: d.Configurer, log: d.Log, writeEnabled: c.WriteEnabled,
		maps:  newUnitMap(d.Reader.Snapshot().Profile, c.ZeroFill, c.WordOrder == LowFirst),
		wrote: s.noteWrite,
	}
	return s, nil
}

// noteWrite keeps who commanded last.
func (s *Service) noteWrite(c *caller) {
	s.last.Store(&LastClient{Addr: c.addr, User: c.user, At: time.Now()})
}

// LastClient gives who wrote last since the service started; ok is false while
// nobody has.
func (s *Service) LastClient() (last LastClient, ok bool) {
	if p := s.last.Load(); p != nil {
		return *p, true
	}
	return LastClient{}, false
}

// Addr gives the address of the port without TLS, or else of the one with TLS; ""
// while there is none.
func (s *Service) Addr() string {
	for _, p := range s.ports {
		if bound := p.bound.Load(); bound != nil {
			return *bound
		}
	}
	return ""
}

// Run serves all ports until ctx ends. Without any, because --listen switched them
// off, it only waits.
func (s *Service) Run(ctx context.Context, ready func()) error {
	for i, p := range s.ports {
		if err := p.open(ctx); err != nil {
			for _, q := range s.ports[:i] {
				_ = q.socket.Close()
			}
			return err
		}
	}
	ready()
	return s.serve(ctx)
}

// serve serves the open ports until outer ends, or a port fails.
func (s *Service) serve(outer context.Context) error {
	ctx, cancel := context.WithCancelCause(outer)
	defer cancel(nil)
	var wg sync.WaitGroup
	for _, p := range s.ports {
		s.log.Info("Modbus is served", "addr", *p.bound.Load(), "tls", p.tls != nil)
		wg.Go(func() { cancel(s.accept(ctx, p, &wg)) })
	}
	<-ctx.Done()
	for _, p := range s.ports {
		_ = p.socket.Close()
	}
	s.clients.finish()
	force := time.AfterFunc(grace, s.clients.closeAll)
	wg.Wait()
	force.Stop()
	if outer.Err() != nil {
		return nil
	}
	return context.Cause(ctx)
}

// open opens the socket. Its error names the port and what to do.
func (p *port) open(ctx context.Context) error {
	socket, err := new(net.ListenConfig).Listen(ctx, "tcp", p.addr)
	if err != nil {
		cause := err
		if op, ok := errors.AsType[*net.OpError](err); ok {
			cause = op.Err
		}
		return pdu.Errorf(pdu.Unavailable, CodeListenFailed, "listen for Modbus on %s: %w; %s", p.addr, cause, p.option).With("addr", p.addr)
	}
	p.socket = socket
	p.bound.Store(new(socket.Addr().String()))
	return nil
}

// Pauses after an accept that failed, for example because the process has no file
// descriptors left.
const (
	firstAcceptPause = 5 * time.Millisecond
	longAcceptPause  = time.Second
)

// accept takes connections until ctx ends. It gives the error that ends it before.
func (s *Service) accept(ctx context.Context, p *port, wg *sync.WaitGroup) error {
	pause := firstAcceptPause
	for {
		conn, err := p.socket.Accept()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				_ = conn.Close()
			}
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		case err != nil:
			s.log.Warn("a Modbus connection could not be accepted", "err", err, "again", pause)
			select {
			case <-time.After(pause):
			case <-ctx.Done():
			}
			pause = min(2*pause, longAcceptPause)
			continue
		}
		pause = firstAcceptPause
		s.admit(ctx, p, conn, wg)
	}
}

// admit serves a connection, or closes it when its address or number is against it.
func (s *Service) admit(ctx context.Context, p *port, conn net.Conn, wg *sync.WaitGroup) {
	addr := remoteAddr(conn)
	c := &client{svc: s, conn: conn, who: caller{addr: addrText(addr), may: mayRead | mayWrite}}
	switch {
	case !s.allowed.allows(addr):
		s.refused.note(s.log, "its address is not allowed", c.who.addr)
	case !s.clients.enter(c):
		s.refused.note(s.log, "all connections are taken", c.who.addr)
	default:
		wg.Go(func() { c.run(ctx, p.tls) })
		return
	}
	_ = conn.Close()
}

func addrText(addr netip.Addr) string {
	if !addr.IsValid() {
		return "unknown"
	}
	return addr.String()
}
