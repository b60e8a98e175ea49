package m2m

import (
	"context"
	_ "embed"
	"fmt"
	"net/http"
	"strconv"

	"github.com/zerocross-pdu/zerocross/httpd"
	"github.com/zerocross-pdu/zerocross/proto"
)

// Paths of the APIs.
const (
	PathJSON = "/netio.json"
	PathXML  = "/netio.xml"
	PathXSD  = "/netio.xsd" // schema of the XML API; the original's path is not known
	PathURL  = "/netio.cgi"
)

// JSONDefinition is the JSON API.
var JSONDefinition = proto.Define("json", defaultDocument, func(d proto.Deps, c *DocumentConfig) (proto.Service, error) {
	api := &documentAPI{
		unit: newUnit(d, "json"), access: newAccess(c), cache: cache{encode: encodeJSON},
		parse: parseJSON, contentType: typeJSON, errorBody: errorJSON,
	}
	return newService(d, "json", c.Listen, map[string]http.Handler{PathJSON: api}), nil
})

// XMLDefinition is the XML API with its schema.
var XMLDefinition = proto.Define("xml", defaultDocument, func(d proto.Deps, c *DocumentConfig) (proto.Service, error) {
	api := &documentAPI{
		unit: newUnit(d, "xml"), access: newAccess(c), cache: cache{encode: encodeXML},
		parse: parseXML, contentType: typeXML, errorBody: errorXML,
	}
	return newService(d, "xml", c.Listen, map[string]http.Handler{PathXML: api, PathXSD: http.HandlerFunc(serveXSD)}), nil
})

// URLDefinition is the URL API.
var URLDefinition = proto.Define("url", defaultURL, func(d proto.Deps, c *URLConfig) (proto.Service, error) {
	api := &urlAPI{unit: newUnit(d, "url"), pass: newCredential("", c.Passphrase)}
	return newService(d, "url", c.Listen, map[string]http.Handler{PathURL: api}), nil
})

func newUnit(d proto.Deps, protocol string) unit {
	return unit{reader: d.Reader, switcher: d.Switcher, log: d.Log, protocol: protocol}
}

// service mounts handlers for as long as it runs.
type service struct {
	http     *httpd.Server
	name     string
	listen   string
	handlers map[string]http.Handler // by path
}

func newService(d proto.Deps, name, listen string, handlers map[string]http.Handler) *service {
	return &service{http: d.HTTP, name: name, listen: listen, handlers: handlers}
}

// Run serves the API until ctx ends.
func (s *service) Run(ctx context.Context, ready func()) error {
	unmount, err := s.mount()
	if err != nil {
		return err
	}
	ready()
	<-ctx.Done()
	unmount()
	return nil
}

// Addr is the address of the API's own port, "" without one.
func (s *service) Addr() string {
	if s.listen == "" {
		return ""
	}
	return s.http.Addr(s.listen)
}

// mount mounts all handlers, or none.
func (s *service) mount() (unmount func(), err error) {
	var undo []func()
	unmount = func() {
		for _, u := range undo {
			u()
		}
	}
	for path, h := range s.handlers {
		u, err := s.http.Mount(s.listen, path, httpd.MaxBody(maxBodyBytes, h))
		if err != nil {
			unmount()
			return nil, fmt.Errorf("serve %s (protocols.%s.listen): %w", path, s.name, err)
		}
		undo = append(undo, u)
	}
	return unmount, nil
}

//go:embed netio.xsd
var schema []byte

// serveXSD gives the schema to everybody: it tells nothing about this unit.
func serveXSD(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		status, message := statusOf(errMethod(r.Method))
		answerError(w, status, typeXML, errorXML(status, message), false)
		return
	}
	answer(w, http.StatusOK, typeXML, []string{strconv.Itoa(len(schema))}, schema)
}
