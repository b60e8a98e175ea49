package m2m

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// staleAfter is the age from which a document no longer shows the time of its
// snapshot but that of the request: the state of a unit that measures nothing may
// be hours old and true, its clock may not.
const staleAfter = time.Second

// cache holds the newest document in encoded form. Any goroutine may use it.
type cache struct {
	encode func(s *pdu.Snapshot, now time.Time) []byte
	newest atomic.Pointer[encoded]
}

// encoded is one document. It is immutable.
type encoded struct {
	snapshot *pdu.Snapshot
	until    time.Time // the clock in it is right before this
	body     []byte
	length   []string // value of Content-Length
}

// document gives the document of s, encoding it at most once per snapshot and
// second.
func (c *cache) document(s *pdu.Snapshot) *encoded {
	now := time.Now()
	old := c.newest.Load()
	if old != nil && old.snapshot == s && now.Before(old.until) {
		return old
	}
	at := s.At
	if now.Sub(at) >= staleAfter {
		at = now
	}
	body := c.encode(s, at)
	e := &encoded{snapshot: s, until: at.Add(staleAfter), body: body, length: []string{strconv.Itoa(len(body))}}
	if old == nil || old.snapshot.Seq <= s.Seq {
		c.newest.Store(e)
	}
	return e
}

// Header values that every answer shares; nobody writes to them.
var (
	typeJSON = []string{"application/json"}
	typeXML  = []string{"text/xml; charset=utf-8"}
	typeText = []string{"text/plain; charset=utf-8"}
	noStore  = []string{"no-store"}
	noSniff  = []string{"nosniff"}
)

// answer writes a whole body. Setting the length spares chunking.
func answer(w http.ResponseWriter, status int, contentType, length []string, body []byte) {
	h := w.Header()
	h["Content-Type"] = contentType
	h["Content-Length"] = length
	h["Cache-Control"] = noStore
	if status != http.StatusOK {
		w.WriteHeader(status)
	}
	_, _ = w.Write(body) // who does not take the answer has gone
}

// answerError writes an error with the headers that belong to its status.
func answerError(w http.ResponseWriter, status int, contentType []string, body []byte, challenge bool) {
	h := w.Header()
	h["X-Content-Type-Options"] = noSniff // the sentence may quote the request
	switch {
	case status == http.StatusUnauthorized && challenge:
		h.Set("WWW-Authenticate", `Basic realm="Zerocross", charset="UTF-8"`)
	case status == http.StatusTooManyRequests:
		h.Set("Retry-After", strconv.Itoa(int(throttleEvery/time.Second)))
	case status == http.StatusRequestEntityTooLarge:
		h.Set("Connection", "close")
	}
	answer(w, status, contentType, []string{strconv.Itoa(len(body))}, body)
}
