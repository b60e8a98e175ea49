package snmp

import (
	"bytes"
	"context"
	"time"
)

// Bounds of what is remembered about Sets.
const (
	// repeatFor is how long the same request-id from the same port means the same
	// Set: longer than common clients retry.
	repeatFor = 10 * time.Second
	// replayFor covers both sides of the time window (package usm).
	replayFor   = 301 * time.Second
	maxRepeats  = 256
	maxDigests  = 8192
	setsWaiting = 32
	// staleAfter is how long a Set may wait for those before it. Who sent it has
	// given up then, and must not be surprised later.
	staleAfter  = 3 * time.Second
	replayWarns = time.Minute // least time between two warnings
)

// setter carries out Sets, one after the other. It belongs to one goroutine.
type setter struct {
	desk
	last    map[caller]done // the last Set of each caller
	digests map[string]time.Time
	order   []string  // of digests, oldest first
	warned  time.Time // of a replay
}

// caller is who sends Sets from one port.
type caller struct {
	principal
	port    uint16
	version int32
}

// done is a Set that was answered.
type done struct {
	id     int32
	binds  []byte
	status Status
	index  int
	at     time.Time
}

func newSetter(a *agent) *setter {
	return &setter{desk: desk{agent: a}, last: map[caller]done{}, digests: map[string]time.Time{}}
}

// handle carries out a Set and gives its answer, nil when there is none.
func (s *setter) handle(ctx context.Context, req *request) []byte {
	who := caller{principal{req.from.Addr(), req.user()}, req.from.Port(), req.version}
	if d, ok := s.last[who]; ok && d.id == req.id && req.received.Sub(d.at) < repeatFor && bytes.Equal(d.binds, req.binds) {
		return s.respond(req, d.status, d.index)
	}
	if time.Since(req.received) > staleAfter {
		s.stats.silentDrops.Add(1)
		s.log.Warn("a Set waited too long and is dropped", "protocol", Name, "addr", req.from.Addr(), "user", req.user())
		return nil
	}
	if s.replayed(req) {
		s.countReplay(req)
		return nil
	}
	change, status, index := s.test(req)
	if status == NoError {
		status, index = s.commit(ctx, req, change)
	}
	s.remember(who, done{req.id, req.binds, status, index, req.received})
	return s.respond(req, status, index)
}

func (s *setter) countReplay(req *request) {
	s.stats.replays.Add(1)
	if req.received.Sub(s.warned) >= replayWarns {
		s.warned = req.received
		s.log.Warn("a Set was sent again by somebody else and is dropped", "protocol", Name, "addr", req.from.Addr(), "user", req.user())
	}
}

func (s *setter) remember(who caller, d done) {
	if _, known := s.last[who]; !known && len(s.last) >= maxRepeats {
		s.forgetCaller(d.at)
	}
	s.last[who] = d
}

// forgetCaller makes room: what is too old to matter, else the oldest.
func (s *setter) forgetCaller(now time.Time) {
	var first caller
	for who, d := range s.last {
		if now.Sub(d.at) >= repeatFor {
			delete(s.last, who)
		} else if f, ok := s.last[first]; !ok || d.at.Before(f.at) {
			first = who
		}
	}
	if len(s.last) >= maxRepeats {
		delete(s.last, first)
	}
}

// replayed reports whether this very message has been here, and notes it.
func (s *setter) replayed(req *request) bool {
	if req.v3.digest == "" {
		return false
	}
	for len(s.order) > 0 && (len(s.order) >= maxDigests || req.received.Sub(s.digests[s.order[0]]) > replayFor) {
		delete(s.digests, s.order[0])
		s.order = s.order[1:]
	}
	key := req.user() + "\x00" + req.v3.digest
	if _, seen := s.digests[key]; seen {
		return true
	}
	s.digests[key] = req.received
	s.order = append(s.order, key)
	return false
}
