package snmp

import (
	"net/netip"
	"time"

	"github.com/zerocross-pdu/zerocross/httpd"
)

// Bounds of guessing and of reports. An address may be wrong ten times at once and
// then once every six seconds; while it may not, it is not listened to, except for
// those of its users who have shown their key in the last ten minutes: anybody can
// write another's address as the sender of wrong messages, and must not lock a
// manager out that way.
const (
	guessBurst    = 10
	guessEvery    = 6 * time.Second
	goodFor       = 10 * time.Minute
	reportBurst   = 200
	reportEvery   = 10 * time.Millisecond
	guardedAddrs  = 1024
	rememberedMax = 256
)

// principal is who comes from where. The user of a community is "".
type principal struct {
	addr netip.Addr
	user string
}

// guard slows down who guesses, and limits what unproven messages make us send. It
// belongs to the goroutine that reads the socket. The zero value is ready.
type guard struct {
	wrong    bucket
	reports  bucket
	trusted  map[principal]time.Time // until when
	blocking map[netip.Addr]bool     // it has been told that this address is blocked
}

// bad counts a failure of an address and reports whether it is blocked from now on.
func (g *guard) bad(addr netip.Addr, now time.Time) bool {
	addr = httpd.OneAddress(addr)
	g.wrong.add(addr, now, guessBurst, guessEvery)
	if !g.wrong.full(addr, now, guessBurst, guessEvery) {
		delete(g.blocking, addr)
		return false
	}
	if g.blocking[addr] {
		return false
	}
	if g.blocking == nil || len(g.blocking) >= guardedAddrs {
		g.blocking = map[netip.Addr]bool{}
	}
	g.blocking[addr] = true
	return true
}

// blocked reports whether messages of that user from there are not looked at.
func (g *guard) blocked(addr netip.Addr, user string, now time.Time) bool {
	addr = httpd.OneAddress(addr)
	return g.wrong.full(addr, now, guessBurst, guessEvery) && !g.trusted[principal{addr, user}].After(now)
}

// good notes that a user has shown the key from there.
func (g *guard) good(addr netip.Addr, user string, now time.Time) {
	p := principal{httpd.OneAddress(addr), user}
	if g.trusted[p].Sub(now) > goodFor/2 {
		return
	}
	if g.trusted == nil {
		g.trusted = map[principal]time.Time{}
	}
	if _, known := g.trusted[p]; !known && len(g.trusted) >= rememberedMax {
		forgetFirst(g.trusted)
	}
	g.trusted[p] = now.Add(goodFor)
}

// mayReport takes one report out of the address's allowance.
func (g *guard) mayReport(addr netip.Addr, now time.Time) bool {
	addr = httpd.OneAddress(addr)
	if g.reports.full(addr, now, reportBurst, reportEvery) {
		return false
	}
	g.reports.add(addr, now, reportBurst, reportEvery)
	return true
}

// bucket holds for each address when everything it did will be forgotten.
type bucket struct{ until map[netip.Addr]time.Time }

func (b *bucket) full(addr netip.Addr, now time.Time, burst int, every time.Duration) bool {
	return b.until[addr].Sub(now) > time.Duration(burst-1)*every
}

// add counts one deed. More than the burst is not held against an address: who fakes
// it must not keep it blocked for long.
func (b *bucket) add(addr netip.Addr, now time.Time, burst int, every time.Duration) {
	if b.until == nil {
		b.until = map[netip.Addr]time.Time{}
	}
	until, known := b.until[addr]
	if !known && len(b.until) >= guardedAddrs {
		forgetFirst(b.until)
	}
	if until.Before(now) {
		until = now
	}
	until = until.Add(every)
	if most := now.Add(time.Duration(burst) * every); until.After(most) {
		until = most
	}
	b.until[addr] = until
}

// forgetFirst deletes what ends first.
func forgetFirst[K comparable](m map[K]time.Time) {
	var first K
	found := false
	for k, t := range m {
		if !found || t.Before(m[first]) {
			first, found = k, true
		}
	}
	delete(m, first)
}
