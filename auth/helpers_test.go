package auth

import (
	"bytes"
	"crypto/sha256"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// cheapKey stands for argon2 where its cost is of no interest.
func cheapKey(password string, h passwordHash) []byte {
	sum := sha256.Sum256(append([]byte(password), h.salt...))
	return sum[:len(h.key)]
}

// unit is a Service with what a test looks at.
type unit struct {
	*Service
	mu    sync.Mutex
	costs []passwordHash // one for each hash computed
	log   bytes.Buffer
}

func (u *unit) countingKey(password string, h passwordHash) []byte {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.costs = append(u.costs, h)
	return cheapKey(password, h)
}

// hashes is how many hashes were computed since it was last asked.
func (u *unit) hashes() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	n := len(u.costs)
	u.costs = nil
	return n
}

// Write keeps the log.
func (u *unit) Write(b []byte) (int, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.log.Write(b)
}

func (u *unit) logged() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.log.String()
}

var cheapHash = sync.OnceValues(func() (config.Secret, error) { return hashWith(cheapKey, "right password") })

// account makes an account whose password is "right password".
func account(t testing.TB, name string, role Role) Account {
	t.Helper()
	hash, err := cheapHash()
	if err != nil {
		t.Fatal(err)
	}
	return Account{Name: name, Role: role, Password: hash}
}

func testStore(t testing.TB, accounts ...Account) *config.Store {
	t.Helper()
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	store, err := config.Open(root, config.Options{
		Sections: []config.Section{Section},
		Seed: func(d *config.Draft) error {
			*config.Edit[Accounts](d, sectionPath) = accounts
			return nil
		},
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// newUnit makes a Service with cheap hashes for the given accounts.
func newUnit(t testing.TB, accounts ...Account) *unit {
	t.Helper()
	u := &unit{}
	u.Service = New(testStore(t, accounts...), slog.New(slog.NewTextHandler(u, nil)))
	u.derive = u.countingKey
	return u
}

// household is a unit with one account of each role.
func household(t testing.TB) *unit {
	return newUnit(t, account(t, "admin", Administrator), account(t, "ann", User), account(t, "gil", Guest))
}

// edit changes the accounts.
func (u *unit) edit(t testing.TB, fn func(a *Accounts)) {
	t.Helper()
	_, err := u.store.Edit(t.Context(), pdu.Origin{}, "", func(d *config.Draft) error {
		fn(config.Edit[Accounts](d, sectionPath))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// mustLogin opens a session with the right password.
func (u *unit) mustLogin(t testing.TB, user, addr string) string {
	t.Helper()
	token, _, err := u.Login(t.Context(), user, "right password", addr)
	if err != nil {
		t.Fatalf("log in as %s from %s: %v", user, addr, err)
	}
	return token
}

// request is one from addr that goes through change.
func request(addr string, change func(r *http.Request)) *http.Request {
	r := httptest.NewRequest("GET", "/api/v1/device", nil)
	r.RemoteAddr = addr + ":40000"
	if change != nil {
		change(r)
	}
	return r
}

// bearer is a request with a session token.
func bearer(token string) *http.Request {
	return request("192.0.2.1", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) })
}

// wantCode fails unless err is of this kind and code; "" wants no error.
func wantCode(t testing.TB, err error, kind pdu.Kind, code string) {
	t.Helper()
	if code == "" && err == nil {
		return
	}
	if err == nil || pdu.KindOf(err) != kind || pdu.CodeOf(err) != code {
		t.Errorf("error %v (%v, %q), want %v, %q", err, pdu.KindOf(err), pdu.CodeOf(err), kind, code)
	}
}
