package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"

	"github.com/zerocross-pdu/zerocross/auth"
	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/health"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// unit is a server with real configuration and accounts over the fake engine.
type unit struct {
	t      *testing.T
	engine *fakeEngine
	store  *config.Store
	health *health.Registry
	server *Server
}

// accountsOfTest are the accounts of a unit, one of each role; the password is
// the name with "-password".
var accountsOfTest = []struct {
	name string
	role auth.Role
}{{"admin", auth.Administrator}, {"operator", auth.User}, {"visitor", auth.Guest}}

// newUnit makes a unit with accounts; change may alter the options.
func newUnit(t *testing.T, change ...func(*Options)) *unit {
	t.Helper()
	u := emptyUnit(t, change...)
	_, err := u.store.Edit(t.Context(), pdu.Origin{}, "", func(d *config.Draft) error {
		accounts := config.Edit[auth.Accounts](d, auth.Section.Path)
		for _, a := range accountsOfTest {
			*accounts = append(*accounts, auth.Account{Name: a.name, Role: a.role, Password: cheapHash(a.name + "-password")})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// cheapHash is the weakest hash that accounts may have, so that tests do not wait.
func cheapHash(password string) config.Secret {
	salt := []byte("salt of tests")
	key := argon2.IDKey([]byte(password), salt, 1, 1024, 1, 32)
	text := base64.RawStdEncoding.EncodeToString
	return config.Secret("$argon2id$v=19$m=1024,t=1,p=1$" + text(salt) + "$" + text(key))
}

// emptyUnit makes a unit that nobody has visited yet.
func emptyUnit(t *testing.T, change ...func(*Options)) *unit {
	t.Helper()
	dir, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dir.Close() })
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	store, err := config.Open(dir, config.Options{
		Sections: []config.Section{auth.Section, {Path: "outputs", Default: defaultOutputs}}, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	u := &unit{t: t, engine: newFakeEngine("8ks"), store: store, health: new(health.Registry)}
	t.Cleanup(store.Subscribe(u.engine))
	opt := Options{
		Reader: u.engine, Switcher: u.engine, Configurer: u.engine, Auth: auth.New(store, log), Store: store,
		Health: u.health, UI: pageFiles, Version: "1.2.3", Demo: true, Log: log,
	}
	for _, c := range change {
		c(&opt)
	}
	if u.server, err = New(opt); err != nil {
		t.Fatal(err)
	}
	return u
}

// request is one call of a test.
type request struct {
	method, path, body string
	user               string // logs in with Basic; "" for nobody
	header             map[string]string
	cookie             *http.Cookie
	addr               string
}

func (u *unit) send(q request) *httptest.ResponseRecorder {
	u.t.Helper()
	r := httptest.NewRequestWithContext(context.WithoutCancel(u.t.Context()), q.method, q.path, strings.NewReader(q.body))
	r.RemoteAddr = "192.0.2.7:1234"
	if q.addr != "" {
		r.RemoteAddr = q.addr
	}
	if q.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if q.user != "" {
		r.SetBasicAuth(q.user, q.user+"-password")
	}
	if q.cookie != nil {
		r.AddCookie(q.cookie)
	}
	for name, value := range q.header {
		if name == "Host" {
			r.Host = value
		}
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	u.server.ServeHTTP(w, r)
	return w
}

// want sends a request and reads the answer into doc (unless nil) when it has the
// right status.
func (u *unit) want(status int, q request, doc any) *httptest.ResponseRecorder {
	u.t.Helper()
	w := u.send(q)
	if w.Code != status {
		u.t.Fatalf("%s %s %s: %d, want %d: %s", q.method, q.path, q.body, w.Code, status, w.Body)
	}
	if doc != nil {
		if err := json.Unmarshal(w.Body.Bytes(), doc); err != nil {
			u.t.Fatalf("%s %s: %v in %s", q.method, q.path, err, w.Body)
		}
	}
	return w
}

// refused sends a request that must fail with the given status and code, in the
// form of the API.
func (u *unit) refused(status int, code string, q request) *httptest.ResponseRecorder {
	u.t.Helper()
	w := u.send(q)
	var doc ErrorBody
	dec := json.NewDecoder(strings.NewReader(w.Body.String()))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&doc); err != nil && q.method != http.MethodHead {
		u.t.Errorf("%s %s %.60s: %v in %s", q.method, q.path, q.body, err, w.Body)
		return w
	}
	if w.Code != status || doc.Error.Code != code || doc.Error.Message == "" || doc.Error.Args == nil || doc.Error.Faults == nil {
		u.t.Errorf("%s %s %.60s: %d %s, want %d %s", q.method, q.path, q.body, w.Code, w.Body, status, code)
	}
	return w
}

// login opens a session and gives its cookie.
func (u *unit) login(user, password string) *http.Cookie {
	u.t.Helper()
	body, err := json.Marshal(SessionRequest{user, password})
	if err != nil {
		u.t.Fatal(err)
	}
	w := u.want(200, request{method: "POST", path: "/api/v1/session", body: string(body)}, nil)
	cookies := w.Result().Cookies()
	if len(cookies) != 1 {
		u.t.Fatalf("login set %d cookies", len(cookies))
	}
	return cookies[0]
}
