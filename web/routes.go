package web

import (
	_ "embed"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/zerocross-pdu/zerocross/auth"
	"github.com/zerocross-pdu/zerocross/health"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// route is one line of the API.
type route struct {
	method, path string // the path below root
	// needs is checked before serve; what the guarded view of the engine checks
	// itself needs no more than a login here.
	needs  auth.Privilege
	open   bool // answers without credentials
	stream bool // holds its connection
	serve  func(*Server, *call) error
}

// routes is the whole API except the bench, which is given from outside.
func routes() []route {
	return []route{
		{method: "GET", path: "/setup", open: true, serve: (*Server).getSetup},
		{method: "POST", path: "/setup", open: true, serve: (*Server).postSetup},
		{method: "POST", path: "/session", open: true, serve: (*Server).postSession},
		{method: "GET", path: "/session", needs: auth.CanLogin, serve: (*Server).getSession},
		{method: "DELETE", path: "/session", needs: auth.CanLogin, serve: (*Server).deleteSession},
		{method: "GET", path: "/device", needs: auth.CanLogin, serve: (*Server).getDevice},
		{method: "GET", path: "/outputs", needs: auth.CanLogin, serve: (*Server).getOutputs},
		{method: "GET", path: "/outputs/{id}", needs: auth.CanLogin, serve: (*Server).getOutput},
		{method: "PATCH", path: "/outputs/{id}", needs: auth.CanAlterOutputs, serve: (*Server).patchOutput},
		{method: "POST", path: "/outputs/{id}/action", needs: auth.CanLogin, serve: (*Server).postAction},
		{method: "POST", path: "/actions", needs: auth.CanLogin, serve: (*Server).postActions},
		{method: "POST", path: "/energy/reset", needs: auth.CanLogin, serve: (*Server).postEnergyReset},
		{method: "GET", path: "/config", needs: auth.CanViewSettings, serve: (*Server).getConfig},
		{method: "PATCH", path: "/config", needs: auth.CanAlterSettings, serve: (*Server).patchConfig},
		{method: "GET", path: "/config/schema", needs: auth.CanViewSettings, serve: (*Server).getSchema},
		{method: "GET", path: "/health", needs: auth.CanLogin, serve: (*Server).getHealth},
		{method: "GET", path: "/protocols", needs: auth.CanLogin, serve: (*Server).getProtocols},
		{method: "GET", path: "/events", needs: auth.CanLogin, stream: true, serve: (*Server).getEvents},
		{method: "GET", path: "/openapi.json", needs: auth.CanLogin, serve: (*Server).getOpenAPI},
	}
}

// call is one request to the API.
type call struct {
	w      http.ResponseWriter
	r      *http.Request
	id     auth.Identity // of the caller; zero on open routes
	engine *auth.Guarded // what the caller may see and do; nil on open routes
}

// origin says who calls, for events and logs.
func (c *call) origin() pdu.Origin {
	o := c.id.Origin("web")
	o.Addr = c.addr() // also on routes that need no identity
	return o
}

func (c *call) addr() string { return hostOf(c.r.RemoteAddr) }

// decode reads the body into the struct that into points to and gives the moment
// at which the whole request was there.
func (c *call) decode(into any) (received time.Time, err error) {
	body, err := readBody(c.w, c.r)
	if err != nil {
		return time.Time{}, err
	}
	received = time.Now()
	return received, decodeStrict(body, into)
}

// answer sends a document.
func (c *call) answer(doc any) error {
	writeJSON(c.w, http.StatusOK, doc)
	return nil
}

// errPath says that nothing lives at the path of a request.
func errPath(r *http.Request) error {
	return pdu.Errorf(pdu.NotFound, codePathUnknown, "there is nothing at %.100q", r.URL.Path)
}

// allowed lists methods as the Allow header does.
func allowed(byMethod map[string]route) string {
	methods := slices.Sorted(maps.Keys(byMethod))
	if get, ok := byMethod[http.MethodGet]; ok && !get.stream {
		methods = append(methods, http.MethodHead)
	}
	return strings.Join(methods, ", ")
}

// writeJSON sends a document; those of this package can always be encoded.
func writeJSON(w http.ResponseWriter, status int, doc any) {
	body, err := json.Marshal(doc)
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	sendJSON(w, status, body)
}

func sendJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has gone misses nothing
}

// bench lets callers of the bench through.
func (s *Server) bench(w http.ResponseWriter, r *http.Request) error {
	r = withSession(r)
	if s.opt.BenchOpen && isLocal(r) {
		if auth.HasCredentials(r) {
			if _, err := s.opt.Auth.Authenticate(r); err != nil {
				return err
			}
		}
		s.opt.Bench.ServeHTTP(w, r)
		return nil
	}
	c := &call{w: w, r: r}
	needs := auth.CanControlOutputs // who steers the bench decides what the outputs see
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		needs = auth.CanLogin
	}
	if err := s.identify(c, needs); err != nil {
		return err
	}
	s.opt.Bench.ServeHTTP(w, r)
	return nil
}

func (s *Server) getHealth(c *call) error {
	doc := Health{OK: true, Conditions: []Condition{}}
	for _, cond := range s.opt.Health.Conditions() {
		doc.OK = doc.OK && cond.Severity != health.Error
		doc.Conditions = append(doc.Conditions, Condition(cond))
	}
	return c.answer(doc)
}

func (s *Server) getProtocols(c *call) error {
	docs := []ProtocolStatus{}
	if s.opt.Protocols != nil {
		for _, p := range s.opt.Protocols() {
			p.Listen = list(p.Listen)
			docs = append(docs, p)
		}
	}
	return c.answer(docs)
}

//go:embed openapi.json
var openAPI []byte

func (s *Server) getOpenAPI(c *call) error {
	sendJSON(c.w, http.StatusOK, openAPI)
	return nil
}
