package telnet

import (
	"net/netip"
	"sync"
	"time"

	"github.com/zerocross-pdu/zerocross/httpd"
)

// Bounds of guessing the logins of this port: an address may be wrong ten times at
// once and then once every six seconds. While it may not, a right password is
// refused like a wrong one. Accounts have a throttle of their own in package auth.
const (
	guessBurst = 10
	guessEvery = 6 * time.Second
	guessAddrs = 1024
)

// throttle slows down who guesses. The zero value is ready; any goroutine may use
// it.
type throttle struct {
	mu    sync.Mutex
	wrong map[netip.Addr]time.Time // when all wrong attempts will be forgotten
}

// blocked reports whether addr has been wrong too often.
func (t *throttle) blocked(addr netip.Addr, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.wrong[httpd.OneAddress(addr)].Sub(now) > (guessBurst-1)*guessEvery
}

// fail counts one wrong attempt.
func (t *throttle) fail(addr netip.Addr, now time.Time) {
	addr = httpd.OneAddress(addr)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.wrong == nil {
		t.wrong = make(map[netip.Addr]time.Time)
	}
	until, known := t.wrong[addr]
	if !known && len(t.wrong) >= guessAddrs {
		t.makeRoom(now)
	}
	if until.Before(now) {
		until = now
	}
	t.wrong[addr] = until.Add(guessEvery)
}

// makeRoom forgets the addresses whose time has passed, or else the one that is
// next. The caller holds mu.
func (t *throttle) makeRoom(now time.Time) {
	var first netip.Addr
	for addr, until := range t.wrong {
		if !now.Before(until) {
			delete(t.wrong, addr)
		} else if !first.IsValid() || until.Before(t.wrong[first]) {
			first = addr
		}
	}
	if len(t.wrong) >= guessAddrs {
		delete(t.wrong, first)
	}
}
