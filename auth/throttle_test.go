package auth

import (
	"fmt"
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var testTime = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

func TestPauses(t *testing.T) {
	l := ledger[int]{free: 3}
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

// TestThrottleModel compares the throttle with its rules, played on a score that
// falls evenly with time.
func TestThrottleModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		th, now := newThrottle(), testTime
		users, addrs := []string{"admin", "ann", "nobody"}, []string{"192.0.2.1", "192.0.2.2", "2001:db8::1"}
		scores, pauses := map[string]time.Duration{}, map[string]time.Time{} // the score of one failure is 5 minutes
		count := func(key string, free int) {
			scores[key] = min(scores[key]+5*time.Minute, time.Duration(free+10)*5*time.Minute)
			if n := int(math.Ceil(scores[key].Minutes() / 5)); n >= free {
				pauses[key] = now.Add(time.Duration(min(math.Exp2(float64(n-free)), 300)) * time.Second)
			}
		}
		pass := func(d time.Duration) {
			now = now.Add(d)
			for key := range scores {
				scores[key] = max(0, scores[key]-d)
			}
		}
		later := []time.Duration{0, 0, 0, time.Millisecond, time.Second, time.Minute, 5 * time.Minute, time.Hour}
		for range rapid.IntRange(1, 150).Draw(t, "steps") {
			user, addr := rapid.SampledFrom(users).Draw(t, "user"), rapid.SampledFrom(addrs).Draw(t, "addr")
			pass(rapid.SampledFrom(later).Draw(t, "later"))
			g := th.guesser(user, addr)
			want := max(0, pauses[user+addr].Sub(now), pauses[addr].Sub(now))
			got := th.wait(g, now)
			if got != want || got > 5*time.Minute {
				t.Fatalf("%s from %s waits %v, want %v", user, addr, got, want)
			}
			if got == 0 || rapid.Bool().Draw(t, "patient") {
				pass(got)
				th.failed(g, attempt{}, now)
				count(user+addr, 5)
				count(addr, 20)
			}
		}
	})
}

// TestGuessesPerDay lets a guesser try whenever it may.
func TestGuessesPerDay(t *testing.T) {
	th := newThrottle()
	g := th.guesser("admin", "192.0.2.1")
	guesses, end := 0, testTime.Add(24*time.Hour)
	for now := testTime; now.Before(end); now = now.Add(th.wait(g, now)) {
		th.failed(g, attempt{}, now)
		guesses++
	}
	if guesses > 310 {
		t.Errorf("%d guesses in a day", guesses)
	}
}

// TestRareMistakesAreForgiven: people behind one address who mistype now and then
// are never paused.
func TestRareMistakesAreForgiven(t *testing.T) {
	th, now := newThrottle(), testTime
	for n := range 1000 {
		g := th.guesser([]string{"ann", "gil"}[n%2], "192.0.2.1")
		if w := th.wait(g, now); w > 0 {
			t.Fatalf("mistake %d must wait %v", n, w)
		}
		th.failed(g, attempt{}, now)
		now = now.Add(5 * time.Minute)
	}
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
	if l.wait(-1, testTime.Add(time.Millisecond)) == 0 {
		t.Error("a guesser in a pause was pushed out by single failures")
	}
	if _, ok := l.records[10*most-1]; !ok {
		t.Error("the newest failure was not counted")
	}
	l.fail(5, attempt{}, testTime.Add(time.Hour))
	if len(l.records) != 1 {
		t.Errorf("%d records are left although all but one are forgiven", len(l.records))
	}
}
