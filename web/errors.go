package web

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// statusOf is the table from kinds of errors to HTTP status codes.
var statusOf = map[pdu.Kind]int{
	pdu.Internal:        http.StatusInternalServerError,
	pdu.Invalid:         http.StatusBadRequest,
	pdu.NotFound:        http.StatusNotFound,
	pdu.Unauthenticated: http.StatusUnauthorized,
	pdu.Forbidden:       http.StatusForbidden,
	pdu.Conflict:        http.StatusConflict,
	pdu.Unavailable:     http.StatusServiceUnavailable,
	pdu.TooLarge:        http.StatusRequestEntityTooLarge,
	pdu.TooMany:         http.StatusTooManyRequests,
}

// Codes of the errors of this package; those of bodies are in decode.go.
const (
	codeMethod         = "request.method"
	codePathUnknown    = "request.path"
	codeCrossSite      = "request.crossSite"
	codeIfMatchMissing = "config.ifMatchMissing"
	codeStreamsTooMany = "events.tooMany"
	codeInternal       = "internal"
	codeStateUnused    = "state.unused"
	codeOutputSettings = "output.settings"
)

// statusOfCode lists the codes for which HTTP has a more exact status than that
// of their kind.
var statusOfCode = map[string]int{
	codeMethod:         http.StatusMethodNotAllowed,
	codeBodyContent:    http.StatusUnsupportedMediaType,
	codeIfMatchMissing: http.StatusPreconditionRequired,
	config.CodeStale:   http.StatusPreconditionFailed,
}

// status gives the HTTP status of an error.
func status(err error) int {
	if s, ok := statusOfCode[pdu.CodeOf(err)]; ok {
		return s
	}
	return statusOf[pdu.KindOf(err)]
}

// describe gives the document of an error. What is not an error of the domain
// stays in the log: its text may tell more than a client should know.
func describe(err error) ErrorInfo {
	e, ok := errors.AsType[*pdu.Error](err)
	if !ok {
		return ErrorInfo{
			Kind: KindName(pdu.Internal.String()), Code: codeInternal, Message: "internal error; the log says more",
			Args: map[string]any{}, Faults: []FaultInfo{},
		}
	}
	info := ErrorInfo{Kind: KindName(e.Kind.String()), Code: e.Code, Message: err.Error(), Args: orEmpty(e.Args), Faults: []FaultInfo{}}
	if faults, ok := errors.AsType[*config.FaultsError](err); ok {
		for _, f := range faults.Faults {
			info.Faults = append(info.Faults, FaultInfo{f.Path, f.Code, f.Message, orEmpty(f.Args)})
		}
	}
	return info
}

// setRetryAfter tells a client when to come back.
func setRetryAfter(h http.Header, seconds int) { h.Set("Retry-After", strconv.Itoa(seconds)) }

// orEmpty gives an empty object for nil, so that JSON never says null for one.
func orEmpty(args map[string]any) map[string]any {
	if args == nil {
		return map[string]any{}
	}
	return args
}
