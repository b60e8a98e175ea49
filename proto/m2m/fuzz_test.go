package m2m

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto"
)

// fuzzDocument: whatever the body, there is no panic, an error changes nothing,
// and what reaches the engine is in range.
func fuzzDocument(f *testing.F, path string, cases []commandCase) {
	for _, c := range cases {
		if len(c.body) < 2000 {
			f.Add(c.body)
		}
	}
	f.Fuzz(func(t *testing.T, body string) {
		r := newFuzzRig(t, path)
		w := call(r.handler, "POST", body, "")
		r.check(t, w)
	})
}

func FuzzJSON(f *testing.F) { fuzzDocument(f, PathJSON, jsonCommands) }

func FuzzXML(f *testing.F) { fuzzDocument(f, PathXML, xmlCommands) }

func FuzzURL(f *testing.F) {
	for _, query := range []string{"pass=&output1=1", "output2=2&delay2=100", "outlet3=4&x=y", "pass%3D=&output1=0", "output1=%31", "output1=1&output1=0", "a;b", "%"} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		if _, err := url.ParseRequestURI(PathURL + "?" + query); err != nil || strings.ContainsAny(query, " \r\n#") {
			t.Skip("net/http refuses it before it gets here")
		}
		r := newFuzzRig(t, PathURL)
		w := httptest.NewRecorder()
		r.handler.ServeHTTP(w, httptest.NewRequest("GET", PathURL+"?"+query, nil))
		r.check(t, w)
	})
}

// FuzzAuthorization: no header is taken for credentials that it is not.
func FuzzAuthorization(f *testing.F) {
	a := newAccess(&DocumentConfig{Read: Mode{Enabled: true, User: "netio", Password: "pass:word"}})
	for _, header := range []string{"", "Basic", basic("netio", "pass:word"), basic("netio", "x"), "Basic ====", "basic bmV0aW8"} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		req := httptest.NewRequest("GET", "/", nil)
		req.Header["Authorization"] = []string{header}
		user, password, ok := req.BasicAuth() // the standard library's reading
		want := ok && user == "netio" && password == "pass:word"
		if got := a.judge(header).read == nil; got != want {
			t.Fatalf("%q: %t, want %t", header, got, want)
		}
	})
}

// fuzzRig is one API over a fake unit, without a listener.
type fuzzRig struct {
	unit    *fakeUnit
	before  *pdu.Snapshot
	handler http.Handler
}

func newFuzzRig(t *testing.T, path string) *fuzzRig {
	t.Helper()
	r := &fuzzRig{unit: &fakeUnit{snap: sample(t, "4ks")}}
	r.before = r.unit.snap
	deps := depsFor(t)
	deps.Reader, deps.Switcher = r.unit, r.unit
	defs := map[string]proto.Definition{PathJSON: JSONDefinition, PathXML: XMLDefinition, PathURL: URLDefinition}
	svc, err := defs[path].New(deps, openAll()[defs[path].Name])
	if err != nil {
		t.Fatal(err)
	}
	r.handler = svc.(*service).handlers[path]
	return r
}

// check looks at what one request did.
func (r *fuzzRig) check(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	if w.Code != 200 && w.Code != 400 {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	if w.Code != 200 && r.unit.snap != r.before {
		t.Fatal("an error changed the state")
	}
	for _, cmd := range r.unit.commands {
		for _, c := range cmd.Outputs {
			if c.Output < 1 || !c.Action.Valid() || c.Delay != 0 && (!c.Action.Pulse() || pdu.CheckShortDelay(c.Delay) != nil) {
				t.Fatalf("the engine was told %+v", c)
			}
		}
	}
}
