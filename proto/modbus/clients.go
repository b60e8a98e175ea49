package modbus

import (
	"log/slog"
	"net"
	"sync"
	"time"
)

// clients are the open connections.
type clients struct {
	most int

	mu   sync.Mutex
	open map[*client]net.Conn // the connection below TLS
}

func newClients(most int) *clients { return &clients{most: most, open: make(map[*client]net.Conn)} }

// enter counts a new connection. When there are too many, one that has been silent
// for long is closed for it; false means that none has.
func (cs *clients) enter(c *client) bool {
	now := time.Now()
	c.heard.Store(now.UnixNano())
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if len(cs.open) >= cs.most {
		var oldest *client
		for other := range cs.open {
			if oldest == nil || other.heard.Load() < oldest.heard.Load() {
				oldest = other
			}
		}
		if now.Sub(time.Unix(0, oldest.heard.Load())) < roomAfter {
			return false
		}
		_ = cs.open[oldest].Close()
		delete(cs.open, oldest)
	}
	cs.open[c] = c.conn
	return true
}

func (cs *clients) leave(c *client) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	delete(cs.open, c)
}

// finish lets every connection end after the answer that it is working on.
func (cs *clients) finish() {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	for _, conn := range cs.open {
		_ = conn.SetReadDeadline(time.Now())
	}
}

// closeAll closes what is still open.
func (cs *clients) closeAll() {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	for _, conn := range cs.open {
		_ = conn.Close()
	}
}

// refusals logs who was not let in. Whoever knocks without end fills no log: after
// one entry the next ones are only counted for a while.
type refusals struct {
	mu      sync.Mutex
	quiet   time.Time // until then
	skipped int
}

const quietTime = 10 * time.Second

func (r *refusals) note(log *slog.Logger, reason, addr string) {
	now := time.Now()
	r.mu.Lock()
	if now.Before(r.quiet) {
		r.skipped++
		r.mu.Unlock()
		return
	}
	skipped := r.skipped
	r.quiet, r.skipped = now.Add(quietTime), 0
	r.mu.Unlock()
	log.Warn("a Modbus client was refused", "addr", addr, "reason", reason, "others", skipped)
}
