package m2m

import (
	"crypto/sha256"
	"net/http"
	"strconv"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// urlAPI is the URL API. It switches and never tells a state.
type urlAPI struct {
	unit
	pass     credential
	throttle throttle
}

// ServeHTTP switches and answers OK, without a line end: clients compare the
// whole body.
func (a *urlAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := []byte("OK")
	err := a.serve(r)
	status := http.StatusOK
	if err != nil {
		a.report(r, err)
		var message string
		status, message = statusOf(err)
		if status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", "GET, POST")
		}
		body = errorText(status, message)
	}
	if err != nil {
		answerError(w, status, typeText, body, false)
		return
	}
	answer(w, status, typeText, []string{strconv.Itoa(len(body))}, body)
}

// serve judges the passphrase first and the rest of the request only then.
func (a *urlAPI) serve(r *http.Request) error {
	query := r.URL.RawQuery
	switch r.Method {
	case http.MethodGet: // and not HEAD, which must not change anything
	case http.MethodPost:
		body, err := readBody(r)
		if err != nil {
			return err
		}
		query += "&" + string(body)
	default:
		return errMethod(r.Method)
	}
	received := time.Now()
	req := parseURL(query)
	if err := a.authorize(r, req.pass); err != nil {
		return err
	}
	if req.err != nil {
		return req.err
	}
	_, err := a.do(r, req.commands, "", received)
	return err
}

// authorize checks the passphrase. Where none is set, pages of other sites are
// kept out; a page that knows the passphrase may use it, as dashboards do.
func (a *urlAPI) authorize(r *http.Request, pass string) *pdu.Error {
	if a.pass.open {
		if crossSite(r) {
			return errCrossSite
		}
		return nil
	}
	if pass == "" {
		return errPassphrase
	}
	if a.throttle.blocked(r) {
		return errThrottled
	}
	sum := sha256.Sum256([]byte(":" + pass))
	if !a.pass.matches(&sum) {
		a.throttle.fail(r)
		return errPassphrase
	}
	return nil
}
