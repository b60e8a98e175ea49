package m2m

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// TestAccess holds the whole table of who may do what. A row is a configuration;
// its results are "read/write" for: nobody, the reader, the writer, a stranger.
func TestAccess(t *testing.T) {
	var (
		off       = Mode{}
		open      = Mode{Enabled: true}
		reader    = Mode{Enabled: true, User: "r", Password: "rp"}
		writer    = Mode{Enabled: true, User: "w", Password: "wp"}
		offReader = Mode{User: "r", Password: "rp"}
		offWriter = Mode{User: "w", Password: "wp"}
		noName    = Mode{Enabled: true, Password: "wp"}
	)
	for name, c := range map[string]struct {
		read, write                     Mode
		nobody, byReader, byWriter, odd string
	}{
		"both protected":        {reader, writer, "401/401", "200/403", "200/200", "401/401"},
		"all open":              {open, open, "200/200", "200/200", "200/200", "200/200"},
		"all off":               {off, off, "403/403", "403/403", "403/403", "403/403"},
		"off, with pairs":       {offReader, offWriter, "403/403", "403/403", "403/403", "403/403"},
		"read only":             {reader, offWriter, "401/403", "200/403", "403/403", "401/403"},
		"read only, open":       {open, offWriter, "200/403", "200/403", "200/403", "200/403"},
		"write only":            {offReader, writer, "401/401", "403/403", "200/200", "401/401"},
		"write only, open":      {offReader, open, "403/200", "403/200", "403/200", "403/200"},
		"open read":             {open, writer, "200/401", "200/401", "200/200", "200/401"},
		"open write":            {reader, open, "401/401", "200/200", "401/401", "401/401"},
		"same pair":             {writer, writer, "401/401", "401/401", "200/200", "401/401"},
		"password without name": {reader, noName, "401/401", "200/403", "401/401", "401/401"},
	} {
		cfg := &DocumentConfig{Enabled: true, Read: c.read, Write: c.write}
		u := &fakeUnit{snap: sample(t, "8ks")}
		deps := depsFor(t)
		deps.Reader, deps.Switcher = u, u
		svc, err := JSONDefinition.New(deps, cfg)
		if err != nil {
			t.Fatal(err)
		}
		h := svc.(*service).handlers[PathJSON]
		for i, who := range []struct{ header, want string }{
			{"", c.nobody}, {basic("r", "rp"), c.byReader}, {basic("w", "wp"), c.byWriter}, {basic("w", "rp"), c.odd},
		} {
			read := call(h, "GET", "", who.header)
			if again := call(h, "POST", "", who.header); again.Code != read.Code {
				t.Errorf("%s: caller %d reads by GET %d, by an empty POST %d", name, i, read.Code, again.Code)
			}
			write := call(h, "POST", `{"Outputs":[{"ID":1,"Action":1}]}`, who.header)
			if got := fmt.Sprintf("%d/%d", read.Code, write.Code); got != who.want {
				t.Errorf("%s: caller %d gets %s, want %s", name, i, got, who.want)
			}
			if cmds := u.take(); (len(cmds) > 0) != (write.Code == 200) {
				t.Errorf("%s: caller %d: %d commands", name, i, len(cmds))
			}
			for _, w := range []*httptest.ResponseRecorder{read, write} {
				if challenge := w.Header().Get("WWW-Authenticate"); (w.Code == 401) != strings.HasPrefix(challenge, "Basic realm=") {
					t.Errorf("%s: status %d with challenge %q", name, w.Code, challenge)
				}
			}
		}
	}
}

// call asks a handler without a listener.
func call(h http.Handler, method, body, authorization string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, "/", strings.NewReader(body))
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w
}

// TestOriginNamesTheCredential: events tell which pair switched.
func TestOriginNamesTheCredential(t *testing.T) {
	r := start(t, "8ks", map[string]any{"json": &DocumentConfig{Enabled: true,
		Read: Mode{Enabled: true, User: "r", Password: "p"}, Write: Mode{Enabled: true, User: "w", Password: "p:q"}}})
	r.ask(t, "POST", PathJSON, `{"Outputs":[{"ID":1,"Action":1}]}`, "Authorization", "bASIC "+strings.TrimPrefix(basic("w", "p:q"), "Basic "))
	cmds := r.unit.take()
	if len(cmds) != 1 || cmds[0].Origin.User != "w" {
		t.Errorf("%+v", cmds)
	}
}

func TestStrangeAuthorizationHeaders(t *testing.T) {
	a := newAccess(&DocumentConfig{Read: Mode{Enabled: true, User: "netio", Password: "netio"}})
	for _, header := range []string{"Basic", "Basic ", "Basic !!!", "Bearer x", basic("netio", "netio") + "=", "Basic  bmV0aW86bmV0aW8=",
		basic("netio", ""), basic("", "netio"), basic("", ""), "Basic " + strings.Repeat("A", 4000), basic("netio:netio", "")} {
		if c := a.judge(header); c.read == nil || !c.wrong {
			t.Errorf("%q: %+v", header, c)
		}
	}
	if c := a.judge(basic("netio", "netio")); c.read != nil || c.wrong {
		t.Errorf("%+v", c)
	}
	long := newAccess(&DocumentConfig{Read: Mode{Enabled: true, User: strings.Repeat("u", maxUserBytes), Password: config.Secret(strings.Repeat("p", maxSecretBytes))}})
	if c := long.judge(basic(strings.Repeat("u", maxUserBytes), strings.Repeat("p", maxSecretBytes))); c.read != nil {
		t.Error("the longest credentials that the settings allow do not work")
	}
}

func TestGuessingIsThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := openDocument()
		cfg.Read = Mode{Enabled: true, User: "netio", Password: "right"}
		deps := depsFor(t)
		deps.Log = slog.New(slog.DiscardHandler)
		svc, _ := JSONDefinition.New(deps, cfg)
		h := svc.(*service).handlers[PathJSON]
		from := func(addr, auth string) int {
			req := httptest.NewRequest("GET", PathJSON, nil)
			req.RemoteAddr = addr
			if auth != "" {
				req.Header.Set("Authorization", auth)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, req)
			if (w.Code == 429) != (w.Header().Get("Retry-After") != "") {
				t.Errorf("status %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
			}
			return w.Code
		}
		want := func(what, addr, auth string, status int) {
			t.Helper()
			if got := from(addr, auth); got != status {
				t.Errorf("%s: %d, want %d", what, got, status)
			}
		}
		const guesser, other = "192.0.2.1:1000", "192.0.2.2:1000"
		right := basic("netio", "right")
		for range 20 {
			want("the challenge is no guess", guesser, "", 401)
		}
		for range throttleBurst {
			want("a guess", guesser, basic("netio", "x"), 401)
		}
		want("too many", "192.0.2.1:2000", basic("netio", "x"), 429)
		want("the right one is not looked at either", guesser, right, 429)
		want("another address", other, right, 200)
		time.Sleep(throttleEvery)
		want("one more after a pause", guesser, basic("netio", "x"), 401)
		want("and no second", guesser, basic("netio", "x"), 429)
		time.Sleep(throttleEvery)
		want("the right one after a pause", guesser, right, 200)

		// One host of the other family has a /64 to itself.
		for i := range throttleBurst {
			want("a guess", fmt.Sprintf("[2001:db8::%d]:1", i), basic("netio", "x"), 401)
		}
		want("too many", "[2001:db8::ffff]:1", right, 429)
		want("the neighbour", "[2001:db8:0:1::1]:1", right, 200)
	})
}

func TestThrottleIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var th throttle
		req := func(i int) *http.Request {
			return &http.Request{RemoteAddr: fmt.Sprintf("10.%d.%d.%d:1", i>>16&255, i>>8&255, i&255)}
		}
		for range throttleBurst {
			th.fail(req(0))
		}
		for i := range throttleAddrs + 100 {
			th.fail(req(i + 1))
			if len(th.addrs) > throttleAddrs {
				t.Fatalf("%d addresses are remembered", len(th.addrs))
			}
		}
		if !th.blocked(req(0)) {
			t.Error("a crowd of new addresses made the worst one forgotten")
		}
		time.Sleep(time.Hour)
		if th.blocked(req(0)) {
			t.Error("an hour later it is still blocked")
		}
	})
}

func TestURLPassphraseIsThrottled(t *testing.T) {
	r := start(t, "8ks", map[string]any{"url": &URLConfig{Enabled: true, Passphrase: "right"}})
	for i := range throttleBurst + 1 {
		status, _, _ := r.ask(t, "GET", PathURL+"?pass=x&output1=1", "")
		if want := map[bool]int{true: 401, false: 429}[i < throttleBurst]; status != want {
			t.Errorf("guess %d: %d, want %d", i, status, want)
		}
	}
	if len(r.unit.take()) > 0 {
		t.Error("a guess switched")
	}
}

func TestValidate(t *testing.T) {
	p, _ := pdu.ProfileByID("8ks")
	for name, c := range map[string]struct {
		section config.Validator
		path    string // of the only fault; "" for none
	}{
		"factory":         {defaultDocument(p), ""},
		"factory URL":     {defaultURL(p), ""},
		"own port":        {&DocumentConfig{Listen: "127.0.0.1:8081"}, ""},
		"own TLS port":    {&DocumentConfig{Listen: "https://:8443"}, ""},
		"bad port":        {&DocumentConfig{Listen: "127.0.0.1:x"}, "listen"},
		"a URL":           {&URLConfig{Listen: "http://127.0.0.1:80"}, "listen"},
		"colon":           {&DocumentConfig{Read: Mode{User: "a:b"}}, "read.user"},
		"control":         {&DocumentConfig{Write: Mode{Password: "a\nb"}}, "write.password"},
		"long":            {&DocumentConfig{Write: Mode{User: strings.Repeat("x", maxUserBytes+1)}}, "write.user"},
		"not UTF-8":       {&URLConfig{Passphrase: "\xff"}, "passphrase"},
		"long passphrase": {&URLConfig{Passphrase: config.Secret(strings.Repeat("x", maxSecretBytes+1))}, "passphrase"},
	} {
		var f config.Faults
		c.section.Validate(p, &f)
		if (f.Err() != nil) != (c.path != "") || c.path != "" && !strings.Contains(f.Err().Error(), c.path+":") {
			t.Errorf("%s: %v, want a fault at %q", name, f.Err(), c.path)
		}
	}
	if defaultDocument(p).IsEnabled() || defaultURL(p).IsEnabled() || defaultDocument(p).Write.Enabled {
		t.Error("something is on before anybody turned it on")
	}
}
