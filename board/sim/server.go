package sim

import (
	"math/rand/v2"
	"time"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// ServerPhase is what a server does.
type ServerPhase string

// The phases of a server.
const (
	ServerOff    ServerPhase = "off"    // its supply gives nothing
	ServerBoot   ServerPhase = "boot"   // starting, not yet alive
	ServerIdle   ServerPhase = "idle"   // alive with little to do
	ServerBusy   ServerPhase = "busy"   // alive at work
	ServerFrozen ServerPhase = "frozen" // hangs until its power is cycled
)

// Alive reports whether a server in this phase answers.
func (p ServerPhase) Alive() bool { return p == ServerIdle || p == ServerBusy }

// Server is a server with a supply like PFC: {"type":"server","address":"10.0.0.7"}.
// It boots when power comes and then does its work. It is frozen and thawed by
// {"server":{"phase":"frozen"}} on its outlet.
type Server struct {
	Address     string      `json:"address,omitzero"` // that answers ping while it is alive
	Work        ServerPhase `json:"work"`             // after the boot: idle, busy; idle
	IdleWatts   float64     `json:"idleWatts"`        // 1 to 3,000; 95
	BusyWatts   float64     `json:"busyWatts"`        // 1 to 3,000; 260
	BootWatts   float64     `json:"bootWatts"`        // 1 to 3,000; 170
	FrozenWatts float64     `json:"frozenWatts"`      // 1 to 3,000; 60
	BootS       float64     `json:"bootS"`            // seconds, 0.1 to 3,600; 40
}

func defaultServer() *Server {
	return &Server{Work: ServerIdle, IdleWatts: 95, BusyWatts: 260, BootWatts: 170, FrozenWatts: 60, BootS: 40}
}

// maxServerWatts is the most that a server takes.
const maxServerWatts = 3000

func (*Server) kind() string { return "server" }

func (l *Server) parameters() parameters {
	return parameters{
		{"idleWatts", &l.IdleWatts, 1, maxServerWatts, "W"},
		{"busyWatts", &l.BusyWatts, 1, maxServerWatts, "W"},
		{"bootWatts", &l.BootWatts, 1, maxServerWatts, "W"},
		{"frozenWatts", &l.FrozenWatts, 1, maxServerWatts, "W"},
		{"bootS", &l.BootS, 0.1, 3600, "s"},
	}
}

func (l *Server) fields() object {
	o := l.parameters().fields()
	o["address"], o["work"] = may(&l.Address), may(&l.Work)
	return o
}

func (l *Server) check(f *config.Faults) {
	l.parameters().check(f)
	if l.Work != ServerIdle && l.Work != ServerBusy {
		f.Add("work", "field.value", "%q is neither idle nor busy", l.Work)
	}
	if len(l.Address) > maxNameLength {
		f.Add("address", "field.range", "is longer than %d characters", maxNameLength)
	}
}

func (l *Server) source(_ *library, random *rand.Rand) (source, error) {
	supply := defaultPFC()
	supply.RatedWatts = 1.5 * max(l.IdleWatts, l.BusyWatts, l.BootWatts, l.FrozenWatts)
	supply.BulkUF = max(100, 0.8*supply.RatedWatts) // 20 ms of hold-up and some more
	return &serverSource{
		spec: *l, supply: newPFCSource(*supply), phase: ServerOff,
		demand: wander{spread: 0.06, time: 4, random: random},
	}, nil
}

type serverSource struct {
	spec   Server
	supply *pfcSource
	phase  ServerPhase
	since  float64 // seconds in this phase
	demand wander
}

// enter begins a phase.
func (s *serverSource) enter(p ServerPhase) { s.phase, s.since = p, 0 }

// pass lets the server follow its supply and its own time.
func (s *serverSource) pass(seconds float64) {
	s.since += seconds
	s.demand.pass(seconds)
	switch {
	case !s.supply.converter.running:
		if s.phase != ServerOff {
			s.enter(ServerOff)
		}
	case s.phase == ServerOff:
		s.enter(ServerBoot)
	case s.phase == ServerBoot && s.since >= s.spec.BootS:
		s.enter(s.spec.Work)
	}
	s.supply.converter.watts = s.watts()
}

// watts is what it takes now.
func (s *serverSource) watts() float64 {
	switch s.phase {
	case ServerBoot:
		return s.spec.BootWatts * (1 + 2*s.demand.value)
	case ServerIdle:
		return s.spec.IdleWatts * (1 + s.demand.value/3)
	case ServerBusy:
		return s.spec.BusyWatts * (1 + s.demand.value)
	case ServerFrozen:
		return s.spec.FrozenWatts // a machine that hangs does so evenly
	}
	return 0
}

func (s *serverSource) draw(m *block, t *terminal) {
	s.supply.draw(m, t)
	s.pass(m.seconds())
}

func (s *serverSource) rest(seconds float64) {
	s.supply.rest(seconds)
	s.pass(seconds)
}

func (s *serverSource) settle(rmsV float64) {
	s.phase = s.spec.Work
	s.supply.converter.watts = s.watts()
	s.supply.settle(rmsV)
}

func (s *serverSource) inherit(from source) {
	old, ok := from.(*serverSource)
	if !ok {
		return
	}
	s.supply.inherit(old.supply)
	s.phase, s.since = old.phase, old.since
	if s.phase.Alive() {
		s.phase = s.spec.Work
	}
	s.supply.converter.watts = s.watts()
}

func (s *serverSource) report() any {
	return struct {
		Phase ServerPhase `json:"phase"`
		Alive bool        `json:"alive"`
		ForS  float64     `json:"forS"`
	}{s.phase, s.phase.Alive(), s.since}
}

// SetServerPhase makes the server at an outlet boot, idle, work or freeze, until its
// next phase comes by itself. Errors: NotFound for an outlet that does not exist,
// Invalid for one without a server, Conflict for a server without power.
func (b *Bench) SetServerPhase(id pdu.OutputID, phase ServerPhase) error {
	if err := b.checkOutlet(id); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.advance(time.Now())
	s, ok := b.plugged[id-1].source.(*serverSource)
	switch {
	case !ok:
		return pdu.Errorf(pdu.Invalid, "server.missing", "outlet %d has no server; plug one in first", id).With("output", int(id))
	case phase != ServerBoot && phase != ServerFrozen && !phase.Alive():
		return pdu.Errorf(pdu.Invalid, "server.phase", "phase %q is none of boot, idle, busy, frozen", phase)
	case s.phase == ServerOff:
		return pdu.Errorf(pdu.Conflict, "server.off", "the server at outlet %d has no power; switch it on first", id).With("output", int(id))
	}
	s.enter(phase)
	s.pass(0)
	b.keepFrozen()
	return nil
}

// keepFrozen keeps which servers hang, for they do whatever becomes of the process.
// The caller holds mu.
func (b *Bench) keepFrozen() {
	changed := false
	for k, p := range b.plugged {
		s, ok := p.source.(*serverSource)
		frozen := ok && s.phase == ServerFrozen
		changed = changed || frozen != b.hw.frozen[k]
		b.hw.frozen[k] = frozen
	}
	if changed {
		b.save()
	}
}

// AnswersPing says whether a server of the bench has an address, and whether it is
// alive to answer there.
func (b *Bench) AnswersPing(address string) (alive, known bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.advance(time.Now())
	for _, p := range b.plugged {
		if s, ok := p.source.(*serverSource); ok && s.spec.Address == address && address != "" {
			alive, known = alive || s.phase.Alive(), true
		}
	}
	return alive, known
}
