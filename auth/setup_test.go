package auth

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/pdu"
)

func TestSetup(t *testing.T) {
	u := newUnit(t)
	_, _, err := u.Login(t.Context(), "admin", "admin", "192.0.2.1")
	wantCode(t, err, pdu.Unauthenticated, CodeWrong)
	if !u.NeedsSetup() {
		t.Fatal("a new unit needs setup")
	}
	origin := pdu.Origin{Source: pdu.SourceWeb, Protocol: "web", Addr: "192.0.2.1"}
	u.hashes()
	for _, short := range []string{"", "1234567", "äöüäöüä"} {
		wantCode(t, u.Setup(t.Context(), short, origin), pdu.Invalid, CodePasswordShort)
	}
	if n := u.hashes(); n != 0 || !u.NeedsSetup() {
		t.Errorf("%d hashes for passwords that are too short, setup needed: %v", n, u.NeedsSetup())
	}
	wantCode(t, u.Setup(t.Context(), strings.Repeat("x", MaxPasswordBytes+1), origin), pdu.Invalid, CodePasswordLong)
	wantCode(t, u.Setup(t.Context(), "äöüäöüäö", origin), 0, "")
	if u.NeedsSetup() {
		t.Error("setup is still needed")
	}
	_, id, err := u.Login(t.Context(), SetupUser, "äöüäöüäö", "192.0.2.1")
	if diff := cmp.Diff(Identity{"admin", Administrator, "192.0.2.1"}, id); err != nil || diff != "" {
		t.Error(err, diff)
	}
	wantCode(t, u.Setup(t.Context(), "another password", origin), pdu.Conflict, CodeSetupDone)
}

// TestSetupOnce lets several first visitors set a password: one wins, and only that
// password is good.
func TestSetupOnce(t *testing.T) {
	u := newUnit(t)
	passwords := []string{"password of a", "password of b", "password of c", "password of d"}
	results := make([]error, len(passwords))
	var wg sync.WaitGroup
	for i, password := range passwords {
		wg.Go(func() { results[i] = u.Setup(t.Context(), password, pdu.Origin{}) })
	}
	wg.Wait()
	winners := 0
	for i, err := range results {
		_, login := u.Verify(t.Context(), "admin", passwords[i], "192.0.2.1")
		if err == nil {
			winners++
			wantCode(t, login, 0, "")
			continue
		}
		wantCode(t, err, pdu.Conflict, CodeSetupDone)
		wantCode(t, login, pdu.Unauthenticated, CodeWrong)
	}
	if winners != 1 || len(u.accounts()) != 1 {
		t.Errorf("%d winners, accounts %v", winners, u.accounts())
	}
}

// TestSetupLosesInTheEdit: accounts that come to be while the hash is computed win.
func TestSetupLosesInTheEdit(t *testing.T) {
	u := newUnit(t)
	u.derive = func(password string, h passwordHash) []byte {
		u.edit(t, func(a *Accounts) { *a = Accounts{account(t, "owner", Administrator)} })
		return cheapKey(password, h)
	}
	wantCode(t, u.Setup(t.Context(), "late password", pdu.Origin{}), pdu.Conflict, CodeSetupDone)
	if list := u.accounts(); len(list) != 1 || list[0].Name != "owner" {
		t.Errorf("accounts %v", list)
	}
}
