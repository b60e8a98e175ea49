package auth

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/pdu"
)

func TestAuthenticate(t *testing.T) {
	u := household(t)
	ann, gil := u.mustLogin(t, "ann", "192.0.2.1"), u.mustLogin(t, "gil", "192.0.2.1")
	cookie := func(token string) func(*http.Request) {
		return func(r *http.Request) { r.AddCookie(&http.Cookie{Name: CookieName, Value: token}) }
	}
	header := func(value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Add("Authorization", value) }
	}
	basic := func(user, password string) func(*http.Request) {
		return func(r *http.Request) { r.SetBasicAuth(user, password) }
	}
	for name, c := range map[string]struct {
		with []func(*http.Request)
		user string // "" wants an error
		code string
	}{
		"nothing":                {nil, "", CodeMissing},
		"cookie":                 {list(cookie(ann)), "ann", ""},
		"bearer":                 {list(header("Bearer " + ann)), "ann", ""},
		"bearer, other case":     {list(header("bEARER " + ann)), "ann", ""},
		"basic":                  {list(basic("ann", "right password")), "ann", ""},
		"cookie before bearer":   {list(cookie(ann), header("Bearer "+gil)), "ann", ""},
		"cookie before basic":    {list(cookie(ann), basic("gil", "right password")), "ann", ""},
		"wrong cookie":           {list(cookie("x")), "", CodeSession},
		"empty cookie":           {list(cookie("")), "", CodeMissing},
		"empty cookie and basic": {list(cookie(""), basic("ann", "right password")), "ann", ""},
		"other cookie":           {list(func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "x", Value: ann}) }), "", CodeMissing},
		"wrong cookie, bearer":   {list(cookie("x"), header("Bearer "+ann)), "", CodeSession},
		"wrong cookie, basic":    {list(cookie("x"), basic("ann", "right password")), "", CodeSession},
		"cookie, wrong bearer":   {list(cookie(ann), header("Bearer x")), "", CodeSession},
		"cookie, wrong basic":    {list(cookie(ann), basic("ann", "wrong")), "", CodeWrong},
		"cookie, other scheme":   {list(cookie(ann), header("Digest x")), "", CodeMalformed},
		"two cookies":            {list(cookie(ann), cookie("x")), "", CodeSession},
		"two headers":            {list(header("Bearer "+ann), header("Bearer "+ann)), "", CodeMalformed},
		"empty bearer":           {list(header("Bearer ")), "", CodeSession},
		"empty header":           {list(header("")), "", CodeMalformed},
		"no scheme":              {list(header(ann)), "", CodeMalformed},
		"digest":                 {list(header("Digest username=ann")), "", CodeMalformed},
		"bad base64":             {list(header("Basic !")), "", CodeMalformed},
		"basic without colon":    {list(header("Basic YW5u")), "", CodeMalformed},
		"basic, wrong password":  {list(basic("ann", ann)), "", CodeWrong},
		"basic, unknown name":    {list(basic("nobody", "right password")), "", CodeWrong},
		"password as token":      {list(header("Bearer right password")), "", CodeSession},
	} {
		t.Run(name, func(t *testing.T) {
			r := request("192.0.2.77", func(r *http.Request) {
				for _, f := range c.with {
					f(r)
				}
			})
			id, err := u.Authenticate(r)
			if c.user == "" {
				wantCode(t, err, pdu.Unauthenticated, c.code)
				if id != (Identity{}) {
					t.Errorf("the error comes with %v", id)
				}
			} else if id.User != c.user || id.Addr != "192.0.2.77" || err != nil {
				t.Errorf("%+v %v, want %s at 192.0.2.77", id, err, c.user)
			}
			if got, want := HasCredentials(r), c.code != CodeMissing; got != want {
				t.Errorf("HasCredentials says %v", got)
			}
		})
	}
}

func list(with ...func(*http.Request)) []func(*http.Request) { return with }

// TestAuthenticateUsesTheRoleOfNow: HTTP Basic follows a change of role at once.
func TestAuthenticateUsesTheRoleOfNow(t *testing.T) {
	u := household(t)
	r := request("::1", func(r *http.Request) { r.SetBasicAuth("ann", "right password") })
	r.RemoteAddr = "[::1]:40000"
	for _, role := range []Role{User, Guest, Administrator} {
		u.edit(t, func(a *Accounts) { (*a)[1].Role = role })
		id, err := u.Authenticate(r)
		if diff := cmp.Diff(Identity{"ann", role, "::1"}, id); err != nil || diff != "" {
			t.Error(err, diff)
		}
	}
}

func BenchmarkBasic(b *testing.B) {
	u := household(b)
	r := request("192.0.2.1", func(r *http.Request) { r.SetBasicAuth("ann", "right password") })
	b.ReportAllocs()
	for b.Loop() {
		if _, err := u.Authenticate(r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCookie(b *testing.B) {
	u := household(b)
	token := u.mustLogin(b, "ann", "192.0.2.1")
	r := request("192.0.2.1", func(r *http.Request) { r.AddCookie(&http.Cookie{Name: CookieName, Value: token}) })
	b.ReportAllocs()
	for b.Loop() {
		if _, err := u.Authenticate(r); err != nil {
			b.Fatal(err)
		}
	}
}
