package m2m

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// unit is what the APIs see of the engine.
type unit struct {
	reader   pdu.Reader
	switcher pdu.Switcher
	log      *slog.Logger
	protocol string // "json", "xml" or "url": the Protocol of origins
}

// snapshot gives the current state. It is an error while the unit starts.
func (u *unit) snapshot() (*pdu.Snapshot, error) {
	if s := u.reader.Snapshot(); s != nil {
		return s, nil
	}
	return nil, pdu.Errorf(pdu.Unavailable, "engine.starting", "the unit is starting; try again in a moment")
}

// do carries out the commands of a request that was complete at received, and
// gives the state after them. None is a request that asks for nothing.
func (u *unit) do(r *http.Request, list []pdu.OutputCommand, user string, received time.Time) (*pdu.Snapshot, error) {
	if len(list) == 0 {
		return u.snapshot()
	}
	res, err := u.switcher.Do(r.Context(), pdu.Command{
		Outputs:  list,
		Received: received,
		Origin:   pdu.Origin{Source: pdu.SourceM2M, Protocol: u.protocol, User: user, Addr: hostOf(r.RemoteAddr)},
	})
	if err != nil {
		return nil, err
	}
	return res.Snapshot, nil
}

// report logs what is not the fault of the caller.
func (u *unit) report(r *http.Request, err error) {
	if k := pdu.KindOf(err); k == pdu.Internal || k == pdu.Unavailable {
		u.log.Error("a request failed", "protocol", u.protocol, "addr", r.RemoteAddr, "err", err)
	}
}

// documentAPI is the JSON or the XML API.
type documentAPI struct {
	unit
	access      *access
	cache       cache
	parse       func(body []byte) ([]pdu.OutputCommand, error)
	contentType []string
	errorBody   func(status int, message string) []byte
	throttle    throttle
}

// ServeHTTP answers with the state, after switching when the request asks for it.
func (a *documentAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s, err := a.serve(r)
	if err != nil {
		a.report(r, err)
		status, message := statusOf(err)
		if status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", "GET, HEAD, POST")
		}
		answerError(w, status, a.contentType, a.errorBody(status, message), true)
		return
	}
	doc := a.cache.document(s)
	answer(w, http.StatusOK, a.contentType, doc.length, doc.body)
}

// serve does what the request asks and gives the state to show.
func (a *documentAPI) serve(r *http.Request) (*pdu.Snapshot, error) {
	isRead := r.Method == http.MethodGet || r.Method == http.MethodHead
	if !isRead && r.Method != http.MethodPost {
		return nil, errMethod(r.Method)
	}
	who, err := a.identify(r)
	if err != nil {
		return nil, err
	}
	if !isRead {
		if who.read != nil && who.write != nil && r.ContentLength != 0 {
			return nil, who.write // nothing that the body could say would help
		}
		if crossSite(r) {
			return nil, errCrossSite
		}
		body, err := readBody(r)
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimSpace(body)) > 0 {
			return a.write(r, who, body, time.Now())
		}
	}
	if who.read != nil {
		return nil, who.read
	}
	return a.snapshot()
}

// identify finds out who calls, unless the address has guessed too often.
func (a *documentAPI) identify(r *http.Request) (caller, error) {
	header := ""
	if h := r.Header["Authorization"]; len(h) > 0 {
		header = h[0]
	}
	if header != "" && a.throttle.blocked(r) {
		return caller{}, errThrottled
	}
	who := a.access.judge(header)
	if who.wrong {
		a.throttle.fail(r)
	}
	return who, nil
}

func (a *documentAPI) write(r *http.Request, who caller, body []byte, received time.Time) (*pdu.Snapshot, error) {
	if who.write != nil {
		return nil, who.write
	}
	list, err := a.parse(body)
	if err != nil {
		return nil, err
	}
	return a.do(r, list, who.user, received)
}

// readBody reads the body, whose size the listener limits.
func readBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, pdu.Errorf(pdu.TooLarge, CodeBodySize, "the body is larger than %d bytes", maxBodyBytes)
	}
	if err != nil {
		return nil, pdu.Errorf(pdu.Invalid, CodeBody, "the body did not arrive whole: %w", err)
	}
	return body, nil
}

var errCrossSite = pdu.Errorf(pdu.Forbidden, CodeCrossSite, "a page of another site may not switch outputs through the browser of its visitor")

// crossSite reports whether a browser says that a page of another site made it
// send this request, with credentials or an address that only the browser has.
// No other client sends these headers.
func crossSite(r *http.Request) bool {
	if r.Header.Get("Sec-Fetch-Site") == "cross-site" {
		return true
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return false
	}
	// Another port of the same host is the page of this unit.
	u, err := url.Parse(origin)
	return err != nil || u.Hostname() == "" || !strings.EqualFold(u.Hostname(), (&url.URL{Host: r.Host}).Hostname())
}

func errMethod(method string) error {
	return pdu.Errorf(pdu.Invalid, CodeMethod, "method %s is not known here", value{method, true})
}

// hostOf gives the address without its port.
func hostOf(remote string) string {
	ap, err := netip.ParseAddrPort(remote)
	if err != nil {
		return remote
	}
	return ap.Addr().Unmap().String()
}
