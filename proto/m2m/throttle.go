package m2m

import (
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zerocross-pdu/zerocross/httpd"
)

// Bounds of guessing: an address may be wrong ten times at once and then once
// every six seconds. While it may not, its credentials are not looked at.
const (
	throttleBurst = 10
	throttleEvery = 6 * time.Second
	throttleAddrs = 1024
)

// throttle slows down who guesses credentials. The zero value is ready; any
// goroutine may use it.
type throttle struct {
	armed atomic.Bool // some address has been wrong; spares honest callers the lock

	mu    sync.Mutex
	addrs map[netip.Addr]time.Time // when all wrong attempts will be forgotten
}

// blocked reports whether the caller has been wrong too often.
func (t *throttle) blocked(r *http.Request) bool {
	if !t.armed.Load() {
		return false
	}
	addr, now := remoteAddr(r), time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.addrs[addr].Sub(now) > (throttleBurst-1)*throttleEvery
}

// fail counts one wrong attempt.
func (t *throttle) fail(r *http.Request) {
	addr, now := remoteAddr(r), time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.addrs == nil {
		t.addrs = make(map[netip.Addr]time.Time)
	}
	until, ok := t.addrs[addr]
	if !ok && len(t.addrs) >= throttleAddrs {
		t.makeRoom(now)
	}
	if until.Before(now) {
		until = now
	}
	t.addrs[addr] = until.Add(throttleEvery)
	t.armed.Store(true)
}

// makeRoom forgets the addresses whose time has passed, or else the one that is
// next. The caller holds mu.
func (t *throttle) makeRoom(now time.Time) {
	var first netip.Addr
	for addr, until := range t.addrs {
		if until.Before(now) {
			delete(t.addrs, addr)
		} else if !first.IsValid() || until.Before(t.addrs[first]) {
			first = addr
		}
	}
	if len(t.addrs) >= throttleAddrs {
		delete(t.addrs, first)
	}
}

// remoteAddr gives what counts as the address of the caller.
func remoteAddr(r *http.Request) netip.Addr {
	ap, _ := netip.ParseAddrPort(r.RemoteAddr) // else the zero address: all strange ones share
	return httpd.OneAddress(ap.Addr())
}
