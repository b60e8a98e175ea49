package m2m

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// statuses maps the kinds of errors to HTTP. Clients know 400, 401, 403 and 500
// (reference: netio-http-telnet.md 2.2): an output that does not exist is a syntax
// error to them, and a unit that cannot act now has an internal error.
var statuses = map[pdu.Kind]int{
	pdu.Internal:        http.StatusInternalServerError,
	pdu.Invalid:         http.StatusBadRequest,
	pdu.NotFound:        http.StatusBadRequest,
	pdu.Unauthenticated: http.StatusUnauthorized,
	pdu.Forbidden:       http.StatusForbidden,
	pdu.Conflict:        http.StatusConflict,
	pdu.Unavailable:     http.StatusInternalServerError,
	pdu.TooLarge:        http.StatusRequestEntityTooLarge,
	pdu.TooMany:         http.StatusTooManyRequests,
}

// Status gives the HTTP status of an error of kind k, and whether the table knows it.
func Status(k pdu.Kind) (status int, ok bool) {
	status, ok = statuses[k]
	return status, ok
}

// statusOf gives the status and the sentence that a client gets for err. What is
// no pdu.Error is a defect whose text belongs in the log only.
func statusOf(err error) (status int, message string) {
	if pdu.CodeOf(err) == CodeMethod {
		return http.StatusMethodNotAllowed, err.Error()
	}
	e, ok := errors.AsType[*pdu.Error](err)
	if !ok {
		return http.StatusInternalServerError, "internal error"
	}
	return statuses[e.Kind], err.Error()
}

// errorJSON is the body of an error of the JSON API.
func errorJSON(status int, message string) []byte {
	return []byte(`{"result":{"error":{"code":` + strconv.Itoa(status) + `,"message":` + string(jsonString(message)) + `}}}`)
}

// errorXML is the body of an error of the XML API. No source tells the original
// form; this is the JSON one as XML, allowed by our schema.
func errorXML(status int, message string) []byte {
	var w xmlWriter
	w.openRoot()
	w.line("<result>")
	w.group("error", []field{num("code", int64(status)), str("message", message)})
	w.line("</result>")
	w.closeRoot()
	return w.buf.Bytes()
}

// errorText is the body of an error of the URL API.
func errorText(status int, message string) []byte {
	return []byte(strconv.Itoa(status) + " " + message + "\n")
}
