package auth

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"
)

// Back-off of the throttle.
const (
	freePerAccount = 5  // wrong passwords for one account from one address before the first pause
	freePerAddress = 20 // wrong passwords from one address, for whatever accounts
	firstPause     = time.Second
	longestPause   = 5 * time.Minute
	// forgiveEvery is the time in which one wrong password is forgiven. It is not
	// less than longestPause, or patience would give more attempts than haste.
	forgiveEvery = 5 * time.Minute
	// mostPaused is how many wrong passwords beyond the free ones are counted; the
	// longest pause is reached before.
	mostPaused = 10
	maxRecords = 1024 // in each of the two tables
)

// guesser is who tries a password: an account name and an address. The name is
// hashed, since whoever tries chooses its length.
type guesser struct {
	name uint64
	addr netip.Prefix
}

// throttle counts wrong passwords.
type throttle struct {
	seed  maphash.Seed
	mu    sync.Mutex
	pairs ledger[guesser]
	addrs ledger[netip.Prefix]
}

func newThrottle() *throttle {
	return &throttle{
		seed:  maphash.MakeSeed(),
		pairs: ledger[guesser]{free: freePerAccount, most: maxRecords, records: map[guesser]record{}},
		addrs: ledger[netip.Prefix]{free: freePerAddress, most: maxRecords, records: map[netip.Prefix]record{}},
	}
}

// guesser names who tries to log in as user from the host addr.
func (t *throttle) guesser(user, addr string) guesser {
	return guesser{maphash.String(t.seed, user), networkOf(addr)}
}

// networkOf gives what counts as one address: an IPv4 address or an IPv6 network of
// 64 bits, all of which a single host can use. All else is one more address.
func networkOf(addr string) netip.Prefix {
	ip, err := netip.ParseAddr(addr)
	if err != nil {
		return netip.Prefix{}
	}
	ip = ip.Unmap().WithZone("")
	network, err := ip.Prefix(min(ip.BitLen(), 64))
	if err != nil {
		return netip.Prefix{}
	}
	return network
}

// wait is how long g must wait before its next attempt; 0 means it may try.
func (t *throttle) wait(g guesser, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return max(t.pairs.wait(g, now), t.addrs.wait(g.addr, now))
}

// repeats reports whether w was g's last wrong attempt.
func (t *throttle) repeats(g guesser, w attempt, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	r, ok := t.pairs.records[g]
	return ok && r.last == w && now.Before(r.clear)
}

// failed counts a wrong attempt and gives the pause that follows.
func (t *throttle) failed(g guesser, w attempt, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pairs.fail(g, w, now)
	t.addrs.fail(g.addr, attempt{}, now)
	return max(t.pairs.wait(g, now), t.addrs.wait(g.addr, now))
}

// succeeded forgets g's wrong passwords. What its address did is not forgotten, or
// an account of one's own would give endless attempts at the others.
func (t *throttle) succeeded(g guesser) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.pairs.records, g)
}

// record is what is known of one guesser or address.
type record struct {
	clear time.Time // when all wrong passwords will be forgiven
	pause time.Time // no attempt before this
	last  attempt
}

// attempt is a password that was tried on an account as it was then; the account
// is empty when the name does not exist. What was wrong for one may be right for
// the other after a change of password.
type attempt struct {
	account Account
	proof   proof
}

// ledger holds the records of one kind.
type ledger[K comparable] struct {
	free    int // failures before the first pause
	most    int // bound of records
	records map[K]record
}

// wait is how long k must wait before its next attempt.
func (l *ledger[K]) wait(k K, now time.Time) time.Duration {
	return max(0, l.records[k].pause.Sub(now))
}

// fail counts one more failure of k.
func (l *ledger[K]) fail(k K, w attempt, now time.Time) {
	r, ok := l.records[k]
	if !ok && len(l.records) >= l.most {
		l.makeRoom(now)
	}
	debt := max(0, r.clear.Sub(now)) + forgiveEvery
	debt = min(debt, time.Duration(l.free+mostPaused)*forgiveEvery)
	failures := int((debt + forgiveEvery - 1) / forgiveEvery) // one half forgiven counts
	l.records[k] = record{clear: now.Add(debt), pause: now.Add(l.pause(failures)), last: w}
}

// pause is the time without attempts after so many failures.
func (l *ledger[K]) pause(failures int) time.Duration {
	if failures < l.free {
		return 0
	}
	return min(firstPause<<min(failures-l.free, mostPaused), longestPause)
}

// makeRoom drops what is forgiven anyway, or else the record that is forgiven
// first: many small ones cannot push out a guesser who is in a pause.
func (l *ledger[K]) makeRoom(now time.Time) {
	var first K
	var clear time.Time
	for k, r := range l.records {
		if !now.Before(r.clear) {
			delete(l.records, k)
			continue
		}
		if clear.IsZero() || r.clear.Before(clear) {
			first, clear = k, r.clear
		}
	}
	if len(l.records) >= l.most {
		delete(l.records, first)
	}
}
