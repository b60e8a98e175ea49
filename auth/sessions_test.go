package auth

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/zerocross-pdu/zerocross/pdu"
)

func TestSessionEndsWhenIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := household(t)
		token := u.mustLogin(t, "ann", "192.0.2.1")
		for range 10 { // each request counts as a sign of life
			time.Sleep(30*time.Minute - 1)
			if _, err := u.Authenticate(bearer(token)); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(30 * time.Minute)
		_, err := u.Authenticate(bearer(token))
		wantCode(t, err, pdu.Unauthenticated, CodeSession)
		if list := u.Sessions(); len(list) != 0 {
			t.Errorf("still listed: %v", list)
		}
	})
}

func TestSessionEndsAtLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := household(t)
		token, opened := u.mustLogin(t, "ann", "192.0.2.1"), time.Now()
		for time.Since(opened) < 24*time.Hour-time.Minute {
			time.Sleep(time.Minute)
			if _, err := u.Authenticate(bearer(token)); err != nil {
				t.Fatalf("after %v: %v", time.Since(opened), err)
			}
		}
		time.Sleep(time.Minute)
		_, err := u.Authenticate(bearer(token))
		wantCode(t, err, pdu.Unauthenticated, CodeSession)
	})
}

func TestExpiredSessionsAreDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := household(t)
		u.sessions.limits = Limits{Idle: time.Second, Absolute: time.Hour, PerAccount: 5}
		u.mustLogin(t, "ann", "192.0.2.1")
		time.Sleep(time.Second)
		u.mustLogin(t, "gil", "192.0.2.1")
		if n := len(u.sessions.open); n != 1 {
			t.Errorf("%d sessions are kept", n)
		}
	})
}

func TestSessionListAndRevoke(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := household(t)
		start := time.Now()
		ann := u.mustLogin(t, "ann", "192.0.2.1:5555")
		time.Sleep(time.Minute)
		admin := u.mustLogin(t, "admin", "2001:db8::2")
		time.Sleep(time.Minute)
		if _, err := u.Authenticate(bearer(ann)); err != nil {
			t.Fatal(err)
		}
		list := u.Sessions()
		want := []SessionInfo{
			{User: "ann", Addr: "192.0.2.1", Opened: start, LastUsed: start.Add(2 * time.Minute)},
			{User: "admin", Addr: "2001:db8::2", Opened: start.Add(time.Minute), LastUsed: start.Add(time.Minute)},
		}
		if diff := cmp.Diff(want, list, cmpopts.IgnoreFields(SessionInfo{}, "ID")); diff != "" {
			t.Error(diff)
		}
		if u.Revoke("") || u.Revoke(ann) || !u.Revoke(list[0].ID) || u.Revoke(list[0].ID) {
			t.Error("exactly an open session's identifier revokes, once")
		}
		_, err := u.Authenticate(bearer(ann))
		wantCode(t, err, pdu.Unauthenticated, CodeSession)
		_, err = u.Authenticate(bearer(admin))
		wantCode(t, err, 0, "")
		u.Logout(admin)
		u.Logout(admin)
		_, err = u.Authenticate(bearer(admin))
		wantCode(t, err, pdu.Unauthenticated, CodeSession)
	})
}

// TestSessionsAreBounded opens many sessions; one account's do not push out another's.
func TestSessionsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := household(t)
		ann := u.mustLogin(t, "ann", "192.0.2.1")
		var tokens []string
		for range 100 {
			time.Sleep(time.Second)
			tokens = append(tokens, u.mustLogin(t, "admin", "192.0.2.2"))
			if _, err := u.Authenticate(bearer(tokens[0])); err != nil {
				t.Fatalf("the session in use was pushed out: %v", err)
			}
		}
		if n := len(u.Sessions()); n != 1+DefaultLimits().PerAccount {
			t.Errorf("%d sessions", n)
		}
		if _, err := u.Authenticate(bearer(ann)); err != nil {
			t.Error(err)
		}
		if _, err := u.Authenticate(bearer(tokens[1])); err == nil {
			t.Error("the longest unused session is still open")
		}
	})
}

func TestTokens(t *testing.T) {
	u := household(t)
	seen := map[string]bool{}
	for range 50 {
		token := u.mustLogin(t, "ann", "192.0.2.1")
		if len(token) != 43 || seen[token] {
			t.Errorf("token %q", token)
		}
		seen[token] = true
		if err := (&http.Cookie{Name: CookieName, Value: token}).Valid(); err != nil {
			t.Error(err)
		}
		if strings.Contains(fmt.Sprintf("%+v %s", u.sessions.open, u.logged()), token) {
			t.Error("the token is kept in clear")
		}
	}
}

// TestAccountChangesEndSessions changes one account in each way; the others' stay.
func TestAccountChangesEndSessions(t *testing.T) {
	other, err := hashWith(cheapKey, "other password")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(a *Accounts)
		ends   bool
	}{
		"password":   {func(a *Accounts) { (*a)[1].Password = other }, true},
		"role":       {func(a *Accounts) { (*a)[1].Role = Guest }, true},
		"promotion":  {func(a *Accounts) { (*a)[1].Role = Administrator }, true},
		"name":       {func(a *Accounts) { (*a)[1].Name = "bea" }, true},
		"removal":    {func(a *Accounts) { *a = append((*a)[:1:1], (*a)[2:]...) }, true},
		"order":      {func(a *Accounts) { (*a)[0], (*a)[1] = (*a)[1], (*a)[0] }, false},
		"other role": {func(a *Accounts) { (*a)[2].Role = User }, false},
	} {
		t.Run(name, func(t *testing.T) {
			u := household(t)
			first, second := u.mustLogin(t, "ann", "192.0.2.1"), u.mustLogin(t, "ann", "192.0.2.2")
			admin := u.mustLogin(t, "admin", "192.0.2.1")
			u.edit(t, c.change)
			for _, token := range []string{first, second} {
				if _, err := u.Authenticate(bearer(token)); (err != nil) != c.ends {
					t.Errorf("a session of the account: %v", err)
				}
			}
			if _, err := u.Authenticate(bearer(admin)); err != nil {
				t.Errorf("a session of another account: %v", err)
			}
			want := 1
			if !c.ends {
				want = 3
			}
			if n := len(u.Sessions()); n != want {
				t.Errorf("%d sessions are listed, want %d", n, want)
			}
		})
	}
}

// TestSessionOfFormerAccount opens a session for an account that was changed while
// its login was under way.
func TestSessionOfFormerAccount(t *testing.T) {
	u := household(t)
	former := u.accounts()[1]
	u.edit(t, func(a *Accounts) { (*a)[1].Role = Guest })
	token := u.sessions.add(former, "192.0.2.1", time.Now())
	_, err := u.Authenticate(bearer(token))
	wantCode(t, err, pdu.Unauthenticated, CodeSession)
	if n := len(u.Sessions()); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
}
