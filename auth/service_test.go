package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

func TestLogin(t *testing.T) {
	u := household(t)
	token, id, err := u.Login(t.Context(), "ann", "right password", "192.0.2.1:4711")
	if err != nil {
		t.Fatal(err)
	}
	want := Identity{User: "ann", Role: User, Addr: "192.0.2.1"}
	if diff := cmp.Diff(want, id); diff != "" {
		t.Error(diff)
	}
	id, err = u.Authenticate(bearer(token))
	if diff := cmp.Diff(want, id); err != nil || diff != "" {
		t.Error(err, diff)
	}
	id, err = u.Verify(t.Context(), "gil", "right password", "::1")
	if diff := cmp.Diff(Identity{"gil", Guest, "::1"}, id); err != nil || diff != "" {
		t.Error(err, diff)
	}
	if n := len(u.Sessions()); n != 1 {
		t.Errorf("%d sessions, Verify opens none", n)
	}
}

// TestWrongCredentials: every wrong pair gets the same answer at the same cost.
func TestWrongCredentials(t *testing.T) {
	for _, c := range [][2]string{
		{"ann", "wrong"}, {"ann", ""}, {"ann", "right password "}, {"Ann", "right password"},
		{"nobody", "right password"}, {"nobody", "wrong"}, {"", ""}, {"", "right password"}, {"ann\x00", "right password"},
	} {
		u := household(t)
		token, id, err := u.Login(t.Context(), c[0], c[1], "192.0.2.1")
		wantCode(t, err, pdu.Unauthenticated, CodeWrong)
		if token != "" || id != (Identity{}) || len(u.Sessions()) != 0 {
			t.Errorf("%q got %q %v", c, token, id)
		}
		if n := u.hashes(); n != 1 {
			t.Errorf("%q cost %d hashes, want 1", c, n)
		}
	}
	u := household(t)
	_, _, err := u.Login(t.Context(), "ann", strings.Repeat("x", MaxPasswordBytes+1), "192.0.2.1")
	wantCode(t, err, pdu.Unauthenticated, CodeWrong)
}

// TestUnknownNameCostsTheSame compares the work, not the time: it is that of an
// account's hash, also when the accounts have a cost of their own.
func TestUnknownNameCostsTheSame(t *testing.T) {
	own := passwordHash{16 * 1024, 3, 2, make([]byte, 8), make([]byte, 16)}
	admin := Account{Name: "admin", Role: Administrator, Password: config.Secret(own.String())}
	for _, c := range []struct {
		u    *unit
		cost passwordHash
	}{{newUnit(t, admin), own}, {newUnit(t), defaultCost()}} {
		_, err := c.u.Verify(t.Context(), "nobody", "right password", "192.0.2.1")
		wantCode(t, err, pdu.Unauthenticated, CodeWrong)
		want := c.cost
		want.key = make([]byte, len(want.key))
		if diff := cmp.Diff([]passwordHash{want}, c.u.costs, cmp.AllowUnexported(passwordHash{})); diff != "" {
			t.Error(diff)
		}
	}
}

// TestFlood sends 10,000 wrong logins at once.
func TestFlood(t *testing.T) {
	const attempts = 10_000
	for name, c := range map[string]struct {
		user, password, addr func(n int) string
		hashes               int
		code                 string // of the last answer
	}{
		"one account":       {fixed("admin"), numbered("guess"), fixed("127.0.0.1"), freePerAccount, CodeThrottled},
		"unknown account":   {fixed("nobody"), numbered("guess"), fixed("127.0.0.1"), freePerAccount, CodeThrottled},
		"many accounts":     {numbered("user"), fixed("guess"), fixed("127.0.0.1"), freePerAddress, CodeThrottled},
		"one IPv6 network":  {numbered("user"), fixed("guess"), hexadecimal("2001:db8::"), freePerAddress, CodeThrottled},
		"the same password": {fixed("admin"), fixed("guess"), fixed("127.0.0.1"), 1, CodeWrong},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				u := household(t)
				var wrongs, refused atomic.Int64
				var wg sync.WaitGroup
				for worker := range 20 {
					wg.Go(func() {
						for n := worker; n < attempts; n += 20 {
							_, _, err := u.Login(t.Context(), c.user(n), c.password(n), c.addr(n))
							switch pdu.CodeOf(err) {
							case CodeWrong:
								wrongs.Add(1)
							case CodeThrottled:
								refused.Add(1)
							default:
								t.Errorf("attempt %d: %v", n, err)
							}
						}
					})
				}
				wg.Wait()
				if n := u.hashes(); n != c.hashes {
					t.Errorf("%d hashes were computed, want %d", n, c.hashes)
				}
				if c.code == CodeThrottled && refused.Load() != attempts-int64(c.hashes) || c.code == CodeWrong && wrongs.Load() != attempts {
					t.Errorf("%d wrong, %d refused", wrongs.Load(), refused.Load())
				}
				if n := strings.Count(u.logged(), "\n"); n > 2*c.hashes {
					t.Errorf("%d lines of log", n)
				}
				if n := len(u.throttle.pairs.records) + len(u.throttle.addrs.records); n > c.hashes+1 {
					t.Errorf("%d records", n)
				}
				// The owner is not locked out elsewhere, and sessions go on.
				u.mustLogin(t, "admin", "192.0.2.9")
			})
		})
	}
}

func fixed(s string) func(int) string    { return func(int) string { return s } }
func numbered(s string) func(int) string { return func(n int) string { return fmt.Sprint(s, n) } }
func hexadecimal(s string) func(int) string {
	return func(n int) string { return fmt.Sprintf("%s%x", s, n) }
}

// TestDistributedFlood guesses from many addresses: the tables stay bounded and the
// owner gets in.
func TestDistributedFlood(t *testing.T) {
	const most = 50
	u := household(t)
	u.throttle.pairs.most, u.throttle.addrs.most = most, most
	for n := range 20 * most {
		_, err := u.Verify(t.Context(), "admin", fmt.Sprint("guess", n), fmt.Sprintf("10.0.%d.%d", n/256, n%256))
		wantCode(t, err, pdu.Unauthenticated, CodeWrong)
	}
	if p, a := len(u.throttle.pairs.records), len(u.throttle.addrs.records); p > most || a > most {
		t.Errorf("%d and %d records", p, a)
	}
	u.mustLogin(t, "admin", "192.0.2.9")
}

func TestPauseAfterWrongPasswords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := household(t)
		session := u.mustLogin(t, "admin", "192.0.2.1")
		login := func(user, password string) error {
			_, err := u.Verify(t.Context(), user, password, "192.0.2.1")
			return err
		}
		for n := range freePerAccount {
			wantCode(t, login("admin", numbered("guess")(n)), pdu.Unauthenticated, CodeWrong)
		}
		u.hashes()
		err := login("admin", "right password")
		wantCode(t, err, pdu.TooMany, CodeThrottled)
		if e, ok := errors.AsType[*pdu.Error](err); !ok || e.Args["retryAfterSeconds"] != 1 {
			t.Errorf("the answer does not say when to come back: %v", err)
		}
		if n := u.hashes(); n != 0 {
			t.Errorf("%d hashes in the pause", n)
		}
		if _, err := u.Authenticate(bearer(session)); err != nil {
			t.Errorf("a session in the pause: %v", err)
		}
		wantCode(t, login("ann", "right password"), 0, "")
		time.Sleep(time.Second)
		wantCode(t, login("admin", "one more guess"), pdu.Unauthenticated, CodeWrong)
		time.Sleep(2*time.Second - 1)
		wantCode(t, login("admin", "right password"), pdu.TooMany, CodeThrottled)
		time.Sleep(time.Nanosecond)
		wantCode(t, login("admin", "right password"), 0, "")
	})
}

// TestRightPasswordForgivesWrongOnes: mistakes of the past do not add up. The right
// password is a fresh one, not remembered, since remembering forgives nothing.
func TestRightPasswordForgivesWrongOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := household(t)
		for round := range 6 {
			for n := range freePerAccount - 1 {
				_, err := u.Verify(t.Context(), "ann", fmt.Sprint("guess", round, n), "192.0.2.1")
				wantCode(t, err, pdu.Unauthenticated, CodeWrong)
			}
			time.Sleep(rememberFor)
			u.mustLogin(t, "ann", "192.0.2.1")
		}
	})
}

// TestRememberedPasswordForgivesNothing: a program that polls does not give a
// guesser at its address free attempts.
func TestRememberedPasswordForgivesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := household(t)
		u.mustLogin(t, "ann", "192.0.2.1")
		for n := range freePerAccount {
			_, err := u.Verify(t.Context(), "ann", "right password", "192.0.2.1")
			wantCode(t, err, 0, "")
			_, err = u.Verify(t.Context(), "ann", numbered("guess")(n), "192.0.2.1")
			wantCode(t, err, pdu.Unauthenticated, CodeWrong)
		}
		_, err := u.Verify(t.Context(), "ann", "right password", "192.0.2.1")
		wantCode(t, err, pdu.TooMany, CodeThrottled)
	})
}

// TestOldPasswordInProgram: a program that goes on with the former password does not
// lock out the person at the same address, and what was wrong may become right.
func TestOldPasswordInProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := household(t)
		next, err := hashWith(cheapKey, "next password")
		if err != nil {
			t.Fatal(err)
		}
		verify := func(password string) error {
			_, err := u.Verify(t.Context(), "ann", password, "192.0.2.1")
			return err
		}
		wantCode(t, verify("next password"), pdu.Unauthenticated, CodeWrong)
		u.edit(t, func(a *Accounts) { (*a)[1].Password = next })
		wantCode(t, verify("next password"), 0, "")
		u.hashes()
		for range 1000 {
			wantCode(t, verify("right password"), pdu.Unauthenticated, CodeWrong)
			time.Sleep(100 * time.Millisecond)
		}
		if n := u.hashes(); n != 1 {
			t.Errorf("%d hashes, want 1", n)
		}
		wantCode(t, verify("next password"), 0, "")
	})
}

func TestRemembering(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := household(t)
		poll := func() error {
			_, err := u.Verify(t.Context(), "ann", "right password", "192.0.2.1")
			return err
		}
		var wg sync.WaitGroup
		u.hashing <- struct{}{}
		for range 30 { // a page that asks for much at once
			wg.Go(func() { wantCode(t, poll(), 0, "") })
		}
		synctest.Wait() // all of them wait for their turn
		<-u.hashing
		wg.Wait()
		if n := u.hashes(); n != 1 {
			t.Errorf("%d hashes for one password at once, want 1", n)
		}
		for range 100 {
			wantCode(t, poll(), 0, "")
			time.Sleep(2 * time.Second)
		}
		if n := u.hashes(); n != 0 {
			t.Errorf("%d hashes while it is remembered", n)
		}
		time.Sleep(rememberFor - 200*time.Second)
		wantCode(t, poll(), 0, "")
		if n := u.hashes(); n != 1 {
			t.Errorf("%d hashes after it was forgotten, want 1", n)
		}
		u.edit(t, func(a *Accounts) { *a = append((*a)[:1:1], (*a)[2:]...) })
		wantCode(t, poll(), pdu.Unauthenticated, CodeWrong)
		if len(u.known) != 0 {
			t.Error("the password of a removed account is kept")
		}
	})
}

// TestOneHashAtATime counts how many are being computed.
func TestOneHashAtATime(t *testing.T) {
	u := household(t)
	var running, most atomic.Int32
	u.derive = func(password string, h passwordHash) []byte {
		most.Store(max(most.Load(), running.Add(1)))
		defer running.Add(-1)
		return argon2Key(password, passwordHash{1024, 1, 1, h.salt, h.key})
	}
	var wg sync.WaitGroup
	for n := range 30 {
		wg.Go(func() { _, _ = u.Verify(t.Context(), "admin", "x", fmt.Sprint("192.0.2.", n)) })
	}
	wg.Wait()
	if most.Load() != 1 {
		t.Errorf("%d at a time", most.Load())
	}
}

func TestCallerLeavesTheQueue(t *testing.T) {
	u := household(t)
	u.hashing <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := u.Verify(ctx, "ann", "right password", "192.0.2.1")
	wantCode(t, err, pdu.Unavailable, CodeBusy)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the cause is lost: %v", err)
	}
	<-u.hashing
	if n := u.hashes(); n != 0 {
		t.Errorf("%d hashes", n)
	}
	u.mustLogin(t, "ann", "192.0.2.1")
}

// TestLogTellsNoSecrets: neither passwords nor names that do not exist, since people
// type passwords there.
func TestLogTellsNoSecrets(t *testing.T) {
	u := household(t)
	for n := range freePerAccount {
		_, _, _ = u.Login(t.Context(), "ann", fmt.Sprint("SECRET", n), "192.0.2.1")
		_, _, _ = u.Login(t.Context(), "SECRET", fmt.Sprint("x", n), "192.0.2.2")
	}
	token := u.mustLogin(t, "ann", "192.0.2.3")
	u.Logout(token)
	log := u.logged()
	if strings.Contains(log, "SECRET") || strings.Contains(log, "right password") || strings.Contains(log, "argon2id") {
		t.Errorf("the log tells a secret:\n%s", log)
	}
	for _, want := range []string{
		`level=WARN msg="login failed" user=ann known=true addr=192.0.2.1`,
		`level=WARN msg="login failed" user="" known=false addr=192.0.2.2`,
		`level=WARN msg="logins paused after wrong passwords" user=ann addr=192.0.2.1 pause=1s`,
		`level=INFO msg="session opened" user=ann addr=192.0.2.3`,
		`level=INFO msg="session closed" user=ann addr=192.0.2.3`,
	} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s:\n%s", want, log)
		}
	}
}

// TestManyAtOnce lets everything run against everything for the race detector.
func TestManyAtOnce(t *testing.T) {
	u := household(t)
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for n := range 50 {
				addr := fmt.Sprintf("10.1.%d.%d", worker, n)
				token, id, err := u.Login(t.Context(), "admin", "right password", addr)
				if err != nil || id.User != "admin" {
					t.Errorf("login: %v", err)
				}
				_, _ = u.Authenticate(bearer(token))
				_, _ = u.Verify(t.Context(), "ann", addr, addr)
				u.Sessions()
				u.Logout(token)
			}
		})
	}
	wg.Go(func() {
		for n := range 5 {
			u.edit(t, func(a *Accounts) { (*a)[1].Role = Roles()[n%2+1] })
		}
	})
	wg.Wait()
}
