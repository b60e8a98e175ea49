package snmp

import (
	_ "embed"
	"net/http"
	"strconv"
)

// Paths of the module texts on the web ports, for everybody: they tell nothing
// about this unit.
const (
	PathNetioMIB = "/mib/NETIO-PRODUCTS-NETIO-MIB.txt"
	PathOwnMIB   = "/mib/ZEROCROSS-PDU-MIB.txt"
)

//go:embed mib/NETIO-PRODUCTS-NETIO-MIB.txt
var netioMIB []byte

//go:embed mib/ZEROCROSS-PDU-MIB.txt
var ownMIB []byte

// mountModules offers the module texts for as long as the agent runs.
func (s *service) mountModules() (unmount func(), err error) {
	if s.deps.HTTP == nil {
		return func() {}, nil
	}
	var undo []func()
	unmount = func() {
		for _, u := range undo {
			u()
		}
	}
	for path, text := range map[string][]byte{PathNetioMIB: netioMIB, PathOwnMIB: ownMIB} {
		u, err := s.deps.HTTP.Mount("", path, serveText(text))
		if err != nil {
			unmount()
			return nil, err
		}
		undo = append(undo, u)
	}
	return unmount, nil
}

func serveText(text []byte) http.Handler {
	length := strconv.Itoa(len(text))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Content-Length", length)
		if r.Method == http.MethodGet {
			_, _ = w.Write(text) // the client has gone
		}
	})
}
