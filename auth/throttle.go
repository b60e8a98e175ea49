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
	// forgetAfter is how long after the last wrong password all of them are forgotten.
	forgetAfter = 30 * time.Minute
	maxRecords  = 1024 // in each of the two tables
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
	r := t.pairs.get(g, now)
	return r.failures > 0 && r.last == w
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
	failures int
	at       time.Time // of the last one
	last     attempt
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

// get gives the record of k, or an empty one when it has been forgotten.
func (l *ledger[K]) get(k K, now time.Time) record {
	r := l.records[k]
	if now.Sub(r.at) >= forgetAfter {
		return record{}
	}
	return r
}

func (l *ledger[K]) wait(k K, now time.Time) time.Duration {
	r := l.get(k, now)
	return max(0, r.at.Add(l.pause(r.failures)).Sub(now))
}

// pause is the time without attempts after so many failures.
func (l *ledger[K]) pause(failures int) time.Duration {
	if failures < l.free {
		return 0
	}
	pause := firstPause
	for range failures - l.free {
		if pause *= 2; pause >= longestPause {
			return longestPause
		}
	}
	return pause
}

func (l *ledger[K]) fail(k K, w attempt, now time.Time) {
	r := l.get(k, now)
	if _, ok := l.records[k]; !ok && len(l.records) >= l.most {
		l.makeRoom(now)
	}
	l.records[k] = record{r.failures + 1, now, w}
}

// makeRoom drops what is forgotten anyway, or else the record with the fewest
// failures and among these the oldest: many harmless ones cannot push out a guesser
// who is in a pause.
func (l *ledger[K]) makeRoom(now time.Time) {
	var least K
	var fewest record
	for k, r := range l.records {
		if now.Sub(r.at) >= forgetAfter {
			delete(l.records, k)
			continue
		}
		if fewest.failures == 0 || r.failures < fewest.failures || r.failures == fewest.failures && r.at.Before(fewest.at) {
			least, fewest = k, r
		}
	}
	if len(l.records) >= l.most {
		delete(l.records, least)
	}
}
