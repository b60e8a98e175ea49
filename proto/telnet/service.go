package telnet

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zerocross-pdu/zerocross/auth"
	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto"
)

// protocolName is the name of the protocol in the configuration, in --listen and in
// the origin of commands.
const protocolName = "telnet"

// CodeListenFailed is the code of the error that the port could not be opened.
const CodeListenFailed = "telnet.listen"

// Definition is the Telnet protocol for the accounts that are given. Without any
// (nil) it describes the section, and nobody but the logins of the section gets in.
func Definition(accounts Accounts) proto.Definition {
	return proto.Define(protocolName, defaultConfig, func(d proto.Deps, c *Config) (proto.Service, error) {
		return newService(d, c, accounts), nil
	})
}

// Service is the protocol at work. Its methods other than Run may be called by any
// goroutine.
type Service struct {
	ports   auth.Ports
	door    *door
	addr    string // to listen on; "" for nowhere
	option  string // how to choose another
	idle    time.Duration
	clients *clients
	log     *slog.Logger
	bound   atomic.Pointer[string] // where it listens; nil before
}

func newService(d proto.Deps, c *Config, accounts Accounts) *Service {
	s := &Service{
		ports:   auth.Ports{Reader: d.Reader, Switcher: d.Switcher, Configurer: d.Configurer},
		door:    newDoor(accounts, c, d.Log),
		addr:    d.Listen[protocolName],
		option:  "choose another port with --listen " + protocolName + "=HOST:PORT",
		idle:    c.idleTime(),
		clients: newClients(c.Connections),
		log:     d.Log,
	}
	if s.addr != "" && c.Listen != "" {
		s.addr, s.option = c.Listen, "choose another port in protocols.telnet.listen"
	}
	return s
}

// Addr gives the address on which the service listens, "" while it does not.
func (s *Service) Addr() string {
	if bound := s.bound.Load(); bound != nil {
		return *bound
	}
	return ""
}

// Run serves until ctx ends. Where --listen has switched the port off it only waits.
func (s *Service) Run(ctx context.Context, ready func()) error {
	if s.addr == "" {
		ready()
		<-ctx.Done()
		return nil
	}
	socket, err := s.open(ctx)
	if err != nil {
		return err
	}
	ready()
	s.log.Info("Telnet is served", "addr", s.Addr())
	stop := context.AfterFunc(ctx, func() { _ = socket.Close() })
	defer stop()
	var wg sync.WaitGroup
	defer wg.Wait()
	return s.accept(ctx, socket, &wg)
}

// open opens the port. Its error names the port and what to do.
func (s *Service) open(ctx context.Context) (net.Listener, error) {
	socket, err := new(net.ListenConfig).Listen(ctx, "tcp", s.addr)
	if err != nil {
		cause := err
		if op, ok := errors.AsType[*net.OpError](err); ok {
			cause = op.Err
		}
		return nil, pdu.Errorf(pdu.Unavailable, CodeListenFailed, "listen for Telnet on %s: %w; %s", s.addr, cause, s.option).With("addr", s.addr)
	}
	s.bound.Store(new(socket.Addr().String()))
	return socket, nil
}

// Pauses after an accept that failed, for example because the process has no file
// descriptors left.
const (
	firstAcceptPause = 5 * time.Millisecond
	longAcceptPause  = time.Second
)

// quietTime is the least time between two warnings of the same kind.
const quietTime = 10 * time.Second

// accept takes connections until ctx ends. It gives the error that ends it before.
func (s *Service) accept(ctx context.Context, socket net.Listener, wg *sync.WaitGroup) error {
	pause := firstAcceptPause
	var quiet time.Time // no warning before
	for {
		conn, err := socket.Accept()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				_ = conn.Close()
			}
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		case err != nil:
			s.log.Warn("a Telnet connection could not be accepted", "err", err, "again", pause)
			select {
			case <-time.After(pause):
			case <-ctx.Done():
			}
			pause = min(2*pause, longAcceptPause)
			continue
		}
		pause = firstAcceptPause
		c := newClient(s, conn, remoteAddr(conn))
		if !s.clients.enter(c) {
			if !c.since.Before(quiet) { // whoever knocks without end fills no log
				quiet = c.since.Add(quietTime)
				s.log.Warn("a Telnet client was refused: all connections are taken", "addr", c.addr.String())
			}
			c.turnAway()
			continue
		}
		wg.Go(func() { c.run(ctx) })
	}
}

// remoteAddr gives the address of the other end of conn, IPv4 as IPv4.
func remoteAddr(conn net.Conn) netip.Addr {
	tcp, ok := conn.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return tcp.AddrPort().Addr().Unmap().WithZone("")
}
