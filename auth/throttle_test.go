package auth

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var testTime = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

func TestPauses(t *testing.T) {
	l := ledger[int]{free: 3, records: map[int]record{}}
	var got []time.Duration
	for n := range 14 {
		got = append(got, l.pause(n))
	}
	s := time.Second
	want := []time.Duration{0, 0, 0, s, 2 * s, 4 * s, 8 * s, 16 * s, 32 * s, 64 * s, 128 * s, 256 * s, 300 * s, 300 * s}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := l.pause(1 << 30); got != longestPause {
		t.Errorf("after very many: %v", got)
	}
}

func TestNetworkOf(t *testing.T) {
	for addr, want := range map[string]string{
		"192.0.2.7":          "192.0.2.7/32",
		"::ffff:192.0.2.7":   "192.0.2.7/32",
		"127.0.0.1":          "127.0.0.1/32",
		"2001:db8:1:2:3::4":  "2001:db8:1:2::/64",
		"2001:db8:1:2:ff::1": "2001:db8:1:2::/64",
		"fe80::1%eth0":       "fe80::/64",
		"::1":                "::/64",
	} {
		if got := networkOf(addr).String(); got != want {
			t.Errorf("%s counts as %s, want %s", addr, got, want)
		}
	}
	for _, addr := range []string{"", "pipe", "@", "192.0.2.7:80"} {
		if got := networkOf(addr); got != (netip.Prefix{}) {
			t.Errorf("%q counts as %v", addr, got)
		}
	}
}

// TestAddressBudget spreads wrong passwords over many names.
func TestAddressBudget(t *testing.T) {
	th := newThrottle()
	tried := 0
	for n := range 100 {
		g := th.guesser(fmt.Sprint("user", n), "192.0.2.1")
		if th.wait(g, testTime) == 0 {
			tried++
			th.failed(g, attempt{}, testTime)
		}
	}
	if tried != freePerAddress {
		t.Errorf("%d attempts, want %d", tried, freePerAddress)
	}
	if w := th.wait(th.guesser("user1", "192.0.2.2"), testTime); w != 0 {
		t.Errorf("another address must wait %v", w)
	}
	// An account of one's own does not clear the address.
	own := th.guesser("mallory", "192.0.2.1")
	th.succeeded(own)
	if th.wait(own, testTime) == 0 {
		t.Error("a right password has cleared the address")
	}
}

// TestThrottleModel compares the throttle with its rules over a plain list of
// everything that happened.
func TestThrottleModel(t *testing.T) {
	type event struct {
		user, addr string
		at         time.Time
	}
	rapid.Check(t, func(t *rapid.T) {
		th, now := newThrottle(), testTime
		users, addrs := []string{"admin", "ann", "nobody"}, []string{"192.0.2.1", "192.0.2.2", "2001:db8::1"}
		var failures []event
		// expect works out the wait from the failures that count for match.
		expect := func(free int, match func(event) bool) time.Duration {
			n, last := 0, time.Time{}
			for _, f := range failures {
				if !match(f) {
					continue
				}
				if f.at.Sub(last) >= forgetAfter {
					n = 0
				}
				n, last = n+1, f.at
			}
			if n < free || now.Sub(last) >= forgetAfter {
				return 0
			}
			pause := min(time.Second<<min(n-free, 20), longestPause)
			return max(0, pause-now.Sub(last))
		}
		for range rapid.IntRange(1, 150).Draw(t, "steps") {
			user, addr := rapid.SampledFrom(users).Draw(t, "user"), rapid.SampledFrom(addrs).Draw(t, "addr")
			now = now.Add(rapid.SampledFrom([]time.Duration{0, 0, 0, time.Millisecond, time.Second, time.Minute, forgetAfter - 1, forgetAfter}).Draw(t, "later"))
			g := th.guesser(user, addr)
			pair := func(e event) bool { return e.user == user && e.addr == addr }
			want := max(expect(freePerAccount, pair), expect(freePerAddress, func(e event) bool { return e.addr == addr }))
			got := th.wait(g, now)
			if got != want {
				t.Fatalf("%s from %s waits %v, want %v", user, addr, got, want)
			}
			if got > longestPause {
				t.Fatalf("a pause of %v", got)
			}
			if got == 0 || rapid.Bool().Draw(t, "patient") {
				now = now.Add(got)
				th.failed(g, attempt{}, now)
				failures = append(failures, event{user, addr, now})
			}
		}
	})
}

func TestLedgerIsBounded(t *testing.T) {
	const most = 100
	l := ledger[int]{free: 2, most: most, records: map[int]record{}}
	for range 5 {
		l.fail(-1, attempt{}, testTime)
	}
	for n := range 10 * most {
		l.fail(n, attempt{}, testTime.Add(time.Duration(n)))
		if len(l.records) > most {
			t.Fatalf("%d records", len(l.records))
		}
	}
	now := testTime.Add(time.Millisecond)
	if l.wait(-1, now) == 0 {
		t.Error("a guesser in a pause was pushed out by single failures")
	}
	if r := l.get(10*most-1, now); r.failures != 1 {
		t.Error("the newest failure was not counted")
	}
	later := testTime.Add(forgetAfter + time.Second)
	l.fail(5, attempt{}, later)
	if len(l.records) != 1 {
		t.Errorf("%d records are left although all but one are forgotten", len(l.records))
	}
}
