package telnet

import (
	"sync"
	"time"
)

// roomAfter is the time without a login after which a connection makes room for a
// new one when all are taken.
const roomAfter = 5 * time.Second

// clients are the open connections.
type clients struct {
	most int

	mu   sync.Mutex
	open map[*client]bool // whether it has logged in
}

func newClients(most int) *clients { return &clients{most: most, open: make(map[*client]bool)} }

// enter counts a new connection. When there are too many, the one that has waited
// longest without a login is closed for it, so that nobody can keep owners out by
// connecting alone; false means that there is none.
func (cs *clients) enter(c *client) bool {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if len(cs.open) >= cs.most {
		var oldest *client
		for other, in := range cs.open {
			if !in && (oldest == nil || other.since.Before(oldest.since)) {
				oldest = other
			}
		}
		if oldest == nil || c.since.Sub(oldest.since) < roomAfter {
			return false
		}
		_ = oldest.conn.Close()
		delete(cs.open, oldest)
	}
	cs.open[c] = false
	return true
}

// loggedIn notes that c has, unless it has been closed.
func (cs *clients) loggedIn(c *client) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if _, open := cs.open[c]; open {
		cs.open[c] = true
	}
}

func (cs *clients) leave(c *client) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	delete(cs.open, c)
}
