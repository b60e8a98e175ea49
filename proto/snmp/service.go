package snmp

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zerocross-pdu/zerocross/health"
	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto"
	"github.com/zerocross-pdu/zerocross/proto/snmp/usm"
)

// Name is the name of the protocol: of its section, its port and its commands.
const Name = "snmp"

// CodeBoots is the condition that the number of starts is not stored.
const CodeBoots = "snmp.boots"

// Definition is the protocol. boots counts the starts of the engine; nil leaves it
// to the clock, for units that store nothing.
func Definition(boots Boots) proto.Definition {
	if boots == nil {
		boots = forgetful{}
	}
	return proto.Define(Name, Default, func(d proto.Deps, c *Config) (proto.Service, error) {
		return &service{deps: d, config: c, boots: boots}, nil
	})
}

// service is the agent while it runs.
type service struct {
	deps   proto.Deps
	config *Config
	boots  Boots
	bound  atomic.Pointer[string] // address of the open port
}

// agent is what all goroutines of a running service share. What changes in it is
// atomic, or says whom it belongs to.
type agent struct {
	reader     pdu.Reader
	switcher   pdu.Switcher
	configurer pdu.Configurer
	log        *slog.Logger
	config     *Config
	tree       *tree
	engine     *usm.Engine
	started    time.Time
	stats      stats
	serial     atomic.Int32  // snmpSetSerialNo
	failures   chan struct{} // somebody could not show who it is
	guard      guard         // belongs to the goroutine that reads the socket
}

// Addr gives the address of the port, "" while none is open.
func (s *service) Addr() string {
	if addr := s.bound.Load(); addr != nil {
		return *addr
	}
	return ""
}

// Run serves until ctx ends.
func (s *service) Run(ctx context.Context, ready func()) error {
	addr, ok := s.deps.Listen[Name]
	if !ok {
		s.deps.Log.Info("no port is open, because --listen says so", "protocol", Name)
		ready()
		<-ctx.Done()
		return nil
	}
	conn, err := listen(addr)
	if err != nil {
		return pdu.Errorf(pdu.Unavailable, "listen.failed", "open UDP port %s (--listen %s=...): %w", addr, Name, err)
	}
	defer conn.Close()
	unmount, err := s.mountModules()
	if err != nil {
		return err
	}
	defer unmount()
	watch := s.deps.Reader.Watch() // before the start, so that nothing is missed
	a, boot, err := s.newAgent(watch.Snapshot())
	if err != nil {
		return err
	}
	s.bound.Store(new(conn.LocalAddr().String()))
	ready()
	return a.run(ctx, conn, watch, boot)
}

func listen(addr string) (*net.UDPConn, error) {
	udp, err := net.ResolveUDPAddr("udp", addr)
	if err != nil {
		return nil, err
	}
	return net.ListenUDP("udp", udp)
}

func (s *service) newAgent(snap *pdu.Snapshot) (*agent, Boot, error) {
	boot, err := s.boots.Next(snap.BootedAt)
	if err != nil {
		s.deps.Log.Error("the number of starts is not stored", "protocol", Name, "err", err)
		s.deps.Health.Raise(health.Condition{Code: CodeBoots, Subject: Name, Severity: health.Warning,
			Text: fmt.Sprintf("The number of starts of SNMPv3 is not stored (%v); after the next start clients may refuse the unit.", err)})
	} else {
		s.deps.Health.Clear(CodeBoots, Name)
	}
	users := make([]usm.Credentials, len(s.config.Users))
	for i := range users {
		users[i] = s.config.credentials(&s.config.Users[i])
	}
	engine, err := usm.NewEngine(engineID(s.config.Enterprise, snap.Identity), boot.Count, users)
	if err != nil {
		return nil, boot, pdu.Errorf(pdu.Invalid, "snmp.engine", "start the SNMP engine: %w", err)
	}
	return &agent{
		reader: s.deps.Reader, switcher: s.deps.Switcher, configurer: s.deps.Configurer,
		log: s.deps.Log, config: s.config, engine: engine, started: time.Now(),
		tree: plant(s.config, snap.Profile, snap.Identity), failures: make(chan struct{}, 1),
	}, boot, nil
}

// engineID is made of the enterprise number and the MAC (RFC 3411 section 5,
// format 3): it stays the same over restarts.
func engineID(enterprise uint32, id pdu.Identity) []byte {
	b := binary.BigEndian.AppendUint32(nil, enterprise|1<<31)
	return append(append(b, 3), id.MAC[:]...)
}

// plant makes the tree of a model.
func plant(c *Config, profile *pdu.Profile, id pdu.Identity) *tree {
	p := newPlanter()
	form := profile.SNMPForm
	if c.WalkForm != "" {
		form = pdu.SNMPForm(c.WalkForm)
	}
	plantSystem(p, c)
	plantSnmp(p, c)
	plantInterface(p, id)
	plantEntities(p, profile, id)
	plantSensors(p, profile, id)
	plantEnergy(p, profile)
	plantNetio(p, profile, form)
	return p.tree()
}

// run owns the goroutines of the agent until ctx ends or the socket fails.
func (a *agent) run(ctx context.Context, conn *net.UDPConn, watch pdu.Watcher, boot Boot) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	sets := make(chan *request, setsWaiting)
	wg.Go(func() { a.carryOut(ctx, conn, sets) })
	wg.Go(func() { a.notify(ctx, watch, boot) })
	stop := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	return a.listen(ctx, conn, sets)
}

// listen reads the socket and answers what changes nothing.
func (a *agent) listen(ctx context.Context, conn *net.UDPConn, sets chan<- *request) error {
	d := desk{agent: a}
	buf := make([]byte, maxMessage+1)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(buf)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("read the SNMP port: %w", err)
		case err != nil:
			continue // of one datagram, such as an ICMP error for an earlier answer
		}
		answer, set := d.receive(buf[:n], from)
		if answer != nil {
			_, _ = conn.WriteToUDPAddrPort(answer, from) // a lost answer is asked for again
		}
		if set == nil {
			continue
		}
		select {
		case sets <- set:
		default:
			a.stats.silentDrops.Add(1)
		}
	}
}

// carryOut carries out Sets until ctx ends.
func (a *agent) carryOut(ctx context.Context, conn *net.UDPConn, sets <-chan *request) {
	s := newSetter(a)
	for {
		select {
		case req := <-sets:
			if answer := s.handle(ctx, req); answer != nil {
				_, _ = conn.WriteToUDPAddrPort(answer, req.from)
			}
		case <-ctx.Done():
			return
		}
	}
}
