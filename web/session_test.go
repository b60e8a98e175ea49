package web

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/auth"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// access says what each kind of caller gets.
type access struct{ admin, user, guest, none int }

// matrix lists every route with a request that succeeds for those who may.
var matrix = map[string]struct {
	path, body string
	header     map[string]string
	want       access
}{
	"GET /setup":                {want: access{200, 200, 200, 200}},
	"POST /setup":               {body: `{"password":"something-long"}`, want: access{409, 409, 409, 409}}, // accounts exist
	"POST /session":             {body: `{"user":"admin","password":"admin-password"}`, want: access{200, 200, 200, 200}},
	"GET /session":              {want: access{200, 200, 200, 401}},
	"DELETE /session":           {want: access{204, 204, 204, 401}},
	"GET /device":               {want: access{200, 200, 200, 401}},
	"GET /outputs":              {want: access{200, 200, 200, 401}},
	"GET /outputs/{id}":         {path: "/outputs/1", want: access{200, 200, 200, 401}},
	"PATCH /outputs/{id}":       {path: "/outputs/1", body: `{"name":"Lamp"}`, want: access{200, 403, 403, 401}},
	"POST /outputs/{id}/action": {path: "/outputs/1/action", body: `{"action":"on"}`, want: access{200, 200, 403, 401}},
	"POST /actions":             {body: `{"outputs":[{"id":1,"action":"on"}]}`, want: access{200, 200, 403, 401}},
	"POST /energy/reset":        {want: access{204, 403, 403, 401}},
	"GET /config":               {want: access{200, 403, 403, 401}},
	"PATCH /config":             {body: `{}`, header: map[string]string{"If-Match": "*"}, want: access{200, 403, 403, 401}},
	"GET /config/schema":        {want: access{200, 403, 403, 401}},
	"GET /health":               {want: access{200, 200, 200, 401}},
	"GET /protocols":            {want: access{200, 200, 200, 401}},
	"GET /events":               {want: access{200, 200, 200, 401}},
	"GET /openapi.json":         {want: access{200, 200, 200, 401}},
}

func TestRolesAndRoutes(t *testing.T) {
	u := newUnit(t)
	u.engine.stop() // event streams end at once
	for _, rt := range routes() {
		name := rt.method + " " + rt.path
		c, ok := matrix[name]
		if !ok {
			t.Errorf("%s is not in the matrix", name)
			continue
		}
		if c.path == "" {
			c.path = rt.path
		}
		got := access{}
		for user, status := range map[string]*int{"admin": &got.admin, "operator": &got.user, "visitor": &got.guest, "": &got.none} {
			*status = u.send(request{method: rt.method, path: root + c.path, body: c.body, user: user, header: c.header}).Code
		}
		if got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	if len(matrix) != len(routes()) {
		t.Errorf("the matrix has %d lines for %d routes", len(matrix), len(routes()))
	}
	if commands, resets := u.engine.counts(); commands != 4 || resets != 1 {
		t.Errorf("%d commands and %d resets reached the engine", commands, resets)
	}
}

func TestSession(t *testing.T) {
	u := newUnit(t)
	cookie := u.login("operator", "operator-password")
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Secure || cookie.Path != "/" || cookie.MaxAge != 0 {
		t.Errorf("cookie %+v", cookie)
	}
	var got Session
	u.want(200, request{method: "GET", path: "/api/v1/session", cookie: cookie}, &got)
	want := Session{"operator", auth.User, []auth.Privilege{auth.CanLogin, auth.CanControlOutputs}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	u.want(200, request{method: "GET", path: "/api/v1/device", header: map[string]string{"Authorization": "Bearer " + cookie.Value}}, nil)

	w := u.want(204, request{method: "DELETE", path: "/api/v1/session", cookie: cookie}, nil)
	if gone := w.Result().Cookies(); len(gone) != 1 || gone[0].MaxAge != -1 || gone[0].Value != "" {
		t.Errorf("logout left %v", gone)
	}
	w = u.send(request{method: "GET", path: "/api/v1/session", cookie: cookie})
	if w.Code != 401 || w.Header().Get("WWW-Authenticate") != `Bearer realm="zerocross"` {
		t.Errorf("after logout: %d %v", w.Code, w.Header())
	}
}

func TestSessionCookieOverTLSIsSecure(t *testing.T) {
	u := newUnit(t)
	r := httptest.NewRequest("POST", "https://unit/api/v1/session", strings.NewReader(`{"user":"admin","password":"admin-password"}`))
	r.Header.Set("Content-Type", "application/json")
	r.TLS = new(tls.ConnectionState)
	w := httptest.NewRecorder()
	u.server.ServeHTTP(w, r)
	if cookies := w.Result().Cookies(); len(cookies) != 1 || !cookies[0].Secure {
		t.Errorf("%d %v", w.Code, cookies)
	}
}

// TestSessionsOfTwoUnitsOnOneHost: browsers send cookies to every port of a host,
// and do not let HTTP replace a secure cookie.
func TestSessionsOfTwoUnitsOnOneHost(t *testing.T) {
	f := func(host string, tls *tls.ConnectionState, want string) {
		t.Helper()
		r := httptest.NewRequest("GET", "/", nil)
		r.Host, r.TLS = host, tls
		if got := sessionCookie(r, "x").Name; got != auth.CookieName+want {
			t.Errorf("%s: cookie %s, want %s", host, got, want)
		}
	}
	f("127.0.0.1:8080", nil, "_8080")
	f("127.0.0.1:8081", nil, "_8081")
	f("[::1]:8443", new(tls.ConnectionState), "_8443")
	f("unit.local", nil, "_80")
	f("unit.local", new(tls.ConnectionState), "_443")
	f("unit.local:x;y", nil, "_80")

	u := newUnit(t)
	mine := u.login("admin", "admin-password")
	both := "zerocross_session_8081=other; " + mine.Name + "=" + mine.Value + "; zerocross_session=old"
	u.want(200, request{method: "GET", path: "/api/v1/device", header: map[string]string{"Cookie": both}}, nil)
	u.want(200, request{method: "GET", path: "/api/v1/device", header: map[string]string{"Cookie": auth.CookieName + "=" + mine.Value}}, nil)
	u.refused(401, auth.CodeMissing, request{method: "GET", path: "/api/v1/device", header: map[string]string{"Cookie": "zerocross_session_8081=" + mine.Value}})
}

func TestWrongCredentials(t *testing.T) {
	u := newUnit(t)
	f := func(body string) {
		t.Helper()
		w := u.send(request{method: "POST", path: "/api/v1/session", body: body})
		if w.Code != 401 || len(w.Result().Cookies()) != 0 {
			t.Errorf("%s: %d %v", body, w.Code, w.Header())
		}
	}
	f(`{"user":"admin","password":"wrong"}`)
	f(`{"user":"nobody\r\nSet-Cookie: a=b","password":"x"}`)
	f(`{"user":"","password":""}`)
	for _, auth := range []string{"Bearer nonsense", "Basic !!!", "Basic YWRtaW46d3Jvbmc=", "Digest x", "Bearer "} {
		w := u.send(request{method: "GET", path: "/api/v1/device", header: map[string]string{"Authorization": auth}})
		if w.Code != 401 {
			t.Errorf("%s: %d", auth, w.Code)
		}
	}
}

func TestSetup(t *testing.T) {
	u := emptyUnit(t)
	var setup Setup
	if u.want(200, request{method: "GET", path: "/api/v1/setup"}, &setup); !setup.Needed {
		t.Error("a new unit needs no setup")
	}
	if w := u.send(request{method: "GET", path: "/api/v1/device"}); w.Code != 401 {
		t.Errorf("before the setup the device answers %d", w.Code)
	}
	var session Session
	w := u.want(200, request{method: "POST", path: "/api/v1/setup", body: `{"password":"my-long-password"}`}, &session)
	if session.Role != auth.Administrator || len(w.Result().Cookies()) != 1 {
		t.Fatalf("%+v, %v", session, w.Header())
	}
	u.want(200, request{method: "GET", path: "/api/v1/config", cookie: w.Result().Cookies()[0]}, nil)
	if u.want(200, request{method: "GET", path: "/api/v1/setup"}, &setup); setup.Needed {
		t.Error("the setup is needed again")
	}
	if w := u.send(request{method: "POST", path: "/api/v1/setup", body: `{"password":"other-password"}`}); w.Code != 409 || len(w.Result().Cookies()) != 0 {
		t.Errorf("a second setup: %d %s", w.Code, w.Body)
	}
	u.login(session.User, "my-long-password")
}

func TestCrossSiteRequestsAreRefused(t *testing.T) {
	u := newUnit(t)
	cookie := u.login("admin", "admin-password")
	f := func(method string, header map[string]string, refused bool) {
		t.Helper()
		q := request{method: method, path: "/api/v1/outputs/1/action", body: `{"action":"on"}`, cookie: cookie, header: header}
		if refused {
			u.refused(403, codeCrossSite, q)
		} else {
			u.want(200, q, nil)
		}
	}
	f("POST", map[string]string{"Sec-Fetch-Site": "cross-site"}, true)
	f("POST", map[string]string{"Sec-Fetch-Site": "same-site"}, true)
	f("POST", map[string]string{"Origin": "https://evil.example"}, true)
	f("POST", map[string]string{"Origin": "null"}, true)
	f("PATCH", map[string]string{"Origin": "http://example.com:81"}, true)
	if commands, _ := u.engine.counts(); commands != 0 {
		t.Fatalf("%d commands of other sites got through", commands)
	}
	f("POST", map[string]string{"Sec-Fetch-Site": "same-origin"}, false)
	f("POST", map[string]string{"Origin": "http://example.com"}, false) // the name httptest calls itself
	// What a form of another site can send is refused by its type, too.
	u.refused(415, codeBodyContent, request{method: "POST", path: "/api/v1/outputs/1/action", body: `{"action":"on"}`,
		user: "admin", header: map[string]string{"Content-Type": "text/plain"}})
}

func TestPolicies(t *testing.T) {
	u := newUnit(t)
	for _, path := range []string{"/", "/missing.js", "/api/v1/session", "/api/v1/nothing", "/api/v1/setup"} {
		h := u.send(request{method: "GET", path: path}).Header()
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
				"base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options":     "nosniff",
			"Referrer-Policy":            "no-referrer",
			"Cross-Origin-Opener-Policy": "same-origin",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		if h.Get("Permissions-Policy") == "" {
			t.Errorf("%s has no Permissions-Policy", path)
		}
		if strings.HasPrefix(path, "/api/") && h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be cached: %q", path, h.Get("Cache-Control"))
		}
	}
}

func TestBench(t *testing.T) {
	bench := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusAccepted) })
	closed := newUnit(t, func(o *Options) { o.Bench = bench })
	open := newUnit(t, func(o *Options) { o.Bench, o.BenchOpen = bench, true })
	const local, far = "127.0.0.1:4000", "192.0.2.7:4000"
	f := func(u *unit, method, user, addr, host string, want int) {
		t.Helper()
		q := request{method: method, path: "/api/v1/bench/mains", user: user, addr: addr, header: map[string]string{"Host": host}}
		if got := u.send(q).Code; got != want {
			t.Errorf("%s by %q from %s to %s: %d, want %d", method, user, addr, host, got, want)
		}
	}
	f(closed, "PUT", "", local, "127.0.0.1:8080", 401)
	f(closed, "GET", "visitor", far, "unit", 202)
	f(closed, "PUT", "visitor", far, "unit", 403)
	f(closed, "PUT", "operator", far, "unit", 202)
	f(open, "PUT", "", local, "127.0.0.1:8080", 202)
	f(open, "PUT", "", "[::1]:4000", "[::1]:8080", 202)
	f(open, "PUT", "", "[::1]:4000", "localhost", 202)
	f(open, "PUT", "visitor", local, "localhost:8080", 202)
	f(open, "PUT", "stranger", local, "localhost:8080", 401)
	f(open, "PUT", "", local, "rebound.example:8080", 401)
	f(open, "PUT", "", far, "localhost:8080", 401)
	f(newUnit(t), "GET", "admin", local, "localhost", 404)
	if got := open.send(request{method: "GET", path: "/api/v1/bench", addr: local, header: map[string]string{"Host": "localhost"}}).Code; got != 202 {
		t.Errorf("the bench itself: %d", got)
	}
	open.refused(403, codeCrossSite, request{method: "PUT", path: "/api/v1/bench/mains", addr: local,
		header: map[string]string{"Host": "localhost", "Sec-Fetch-Site": "cross-site"}})
}

func TestTooManyAttemptsSayWhenToComeBack(t *testing.T) {
	u := newUnit(t)
	u.engine.fail = pdu.Errorf(pdu.TooMany, "auth.throttled", "wait").With("retryAfterSeconds", 30)
	w := u.refused(429, "auth.throttled", request{method: "POST", path: "/api/v1/outputs/1/action", body: `{"action":"on"}`, user: "admin"})
	if w.Header().Get("Retry-After") != "30" {
		t.Errorf("Retry-After %q", w.Header().Get("Retry-After"))
	}
}
