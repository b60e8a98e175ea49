package sim

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// apiRoot is where Handler expects to be mounted.
const apiRoot = "/api/v1/bench"

// maxRequestBytes bounds a JSON request.
const maxRequestBytes = 64 << 10

// action answers a request with a document.
type action func(w http.ResponseWriter, r *http.Request) (any, error)

// Handler serves the control of the bench:
//
//	GET /api/v1/bench                     everything
//	GET, PUT .../mains                    {"voltage":230,"frequency":50,"on":true}, any of them,
//	                                      and the members of Quality and "events"
//	GET, PUT .../outlets/{n}              {"load":{"type":"resistive","watts":1000},"relay":{"fault":"none"}}, any of them
//	                                      and {"server":{"phase":"frozen"}} where a server is plugged in
//	GET, PUT .../inputs/{n}               {"level":"on"}, {"pulses":3}
//	GET .../recordings                    what can be a load
//	PUT .../recordings/{name}             the bytes of a recording
//
// Answers are JSON; errors have the form of the admin API. It checks no
// credentials: whoever mounts it does.
func (b *Bench) Handler() http.Handler {
	mux := http.NewServeMux()
	handle := func(path string, methods map[string]action) {
		mux.Handle(apiRoot+path, b.serve(methods))
	}
	handle("", map[string]action{"GET": b.getBench})
	handle("/mains", map[string]action{"GET": b.getMains, "PUT": b.putMains})
	handle("/outlets/{n}", map[string]action{"GET": b.getOutlet, "PUT": b.putOutlet})
	handle("/inputs/{n}", map[string]action{"GET": b.getInput, "PUT": b.putInput})
	handle("/recordings", map[string]action{"GET": b.getRecordings})
	handle("/recordings/{name}", map[string]action{"PUT": b.putRecording})
	mux.Handle("/", b.serve(nil))
	return mux
}

// serve answers with the action of the method.
func (b *Bench) serve(methods map[string]action) http.Handler {
	allowed := strings.Join(slices.Sorted(maps.Keys(methods)), ", ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		act, ok := methods[method]
		switch {
		case methods == nil:
			b.refuse(w, r, http.StatusNotFound, pdu.Errorf(pdu.NotFound, "request.path", "the bench has no %s", r.URL.Path))
			return
		case !ok:
			w.Header().Set("Allow", allowed)
			b.refuse(w, r, http.StatusMethodNotAllowed, pdu.Errorf(pdu.Invalid, "request.method", "%s is not possible on %s; use %s", r.Method, r.URL.Path, allowed))
			return
		}
		answer, err := act(w, r)
		if err != nil {
			b.refuse(w, r, statusOf(err), err)
			return
		}
		b.answer(w, r, http.StatusOK, answer)
	})
}

// statusOf gives the HTTP status of an error.
func statusOf(err error) int {
	switch pdu.KindOf(err) {
	case pdu.Invalid:
		return http.StatusBadRequest
	case pdu.NotFound:
		return http.StatusNotFound
	case pdu.Unauthenticated:
		return http.StatusUnauthorized
	case pdu.Forbidden:
		return http.StatusForbidden
	case pdu.Conflict:
		return http.StatusConflict
	case pdu.Unavailable:
		return http.StatusServiceUnavailable
	case pdu.TooLarge:
		return http.StatusRequestEntityTooLarge
	case pdu.TooMany:
		return http.StatusTooManyRequests
	}
	return http.StatusInternalServerError
}

// refuse writes an error in the form of the admin API. What is not an error of the
// domain stays in the log.
func (b *Bench) refuse(w http.ResponseWriter, r *http.Request, status int, err error) {
	type document struct {
		Kind    string         `json:"kind"`
		Code    string         `json:"code"`
		Message string         `json:"message"`
		Args    map[string]any `json:"args"`
		Faults  []config.Fault `json:"faults"`
	}
	d := document{Kind: pdu.Internal.String(), Code: "internal", Message: "internal error; the log says more", Args: map[string]any{}, Faults: []config.Fault{}}
	if e, ok := errors.AsType[*pdu.Error](err); ok {
		d.Kind, d.Code, d.Message = e.Kind.String(), e.Code, err.Error()
		if e.Args != nil {
			d.Args = e.Args
		}
	}
	if e, ok := errors.AsType[*refusedError](err); ok {
		d.Faults = e.faults
	}
	if pdu.KindOf(err) == pdu.Internal {
		b.log.Error("bench request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	b.answer(w, r, status, map[string]any{"error": d})
}

func (b *Bench) answer(w http.ResponseWriter, r *http.Request, status int, document any) {
	body, err := json.Marshal(document)
	if err != nil {
		b.log.Error("bench answer cannot be written", "path", r.URL.Path, "error", err)
		http.Error(w, `{"error":{"kind":"internal","code":"internal","message":"internal error; the log says more","args":{},"faults":[]}}`, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // a client that has gone misses nothing
}

// readBody reads a request up to a size. It returns a TooLarge error beyond.
func readBody(w http.ResponseWriter, r *http.Request, most int64) ([]byte, error) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, pdu.Errorf(pdu.TooLarge, "request.size", "the request is larger than %d bytes", most).With("max", most)
	}
	if err != nil {
		return nil, pdu.Errorf(pdu.Invalid, "request.read", "the request did not arrive whole: %w", err)
	}
	return raw, nil
}

// readObject reads a JSON request into an object with at least one member.
func readObject(w http.ResponseWriter, r *http.Request, o object) error {
	raw, err := readBody(w, r, maxRequestBytes)
	if err != nil {
		return err
	}
	if err := decodeDocument(raw, o); err != nil {
		return err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil || len(members) == 0 {
		return pdu.Errorf(pdu.Invalid, "request.empty", "the request changes nothing; expected any of %s", o.names())
	}
	return nil
}

// number reads {n} of the path; what is no number is 0, which nothing has.
func number(r *http.Request) int {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil {
		return 0
	}
	return n
}

func (b *Bench) getBench(http.ResponseWriter, *http.Request) (any, error) { return b.document(), nil }

func (b *Bench) getMains(http.ResponseWriter, *http.Request) (any, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.mainsDocument(), nil
}

func (b *Bench) putMains(w http.ResponseWriter, r *http.Request) (any, error) {
	var e mainsEdit
	if err := readObject(w, r, e.fields()); err != nil {
		return nil, err
	}
	var f config.Faults
	e.check(b, &f)
	if err := refusal("mains", &f); err != nil {
		return nil, err
	}
	if err := e.edit(b); err != nil {
		return nil, err
	}
	return b.getMains(w, r)
}

func (b *Bench) getOutlet(_ http.ResponseWriter, r *http.Request) (any, error) {
	id := pdu.OutputID(number(r))
	if err := b.checkOutlet(id); err != nil {
		return nil, err
	}
	return b.outlet(id), nil
}

func (b *Bench) putOutlet(w http.ResponseWriter, r *http.Request) (any, error) {
	id := pdu.OutputID(number(r))
	if err := b.checkOutlet(id); err != nil {
		return nil, err
	}
	var e outletEdit
	if err := readObject(w, r, e.liveFields()); err != nil {
		return nil, err
	}
	if err := b.editOutlet(id, e); err != nil {
		return nil, err
	}
	return b.outlet(id), nil
}

func (b *Bench) getInput(_ http.ResponseWriter, r *http.Request) (any, error) {
	id := number(r)
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.checkInput(id); err != nil {
		return nil, err
	}
	return inputDocument{pdu.InputID(id), b.hw.inputs[id-1]}, nil
}

func (b *Bench) putInput(w http.ResponseWriter, r *http.Request) (any, error) {
	id := number(r)
	if err := b.checkInput(id); err != nil {
		return nil, err
	}
	var e inputEdit
	if err := readObject(w, r, e.fields()); err != nil {
		return nil, err
	}
	return b.editInput(pdu.InputID(id), e), nil
}

func (b *Bench) getRecordings(http.ResponseWriter, *http.Request) (any, error) {
	return map[string]any{"recordings": b.library.list()}, nil
}

func (b *Bench) putRecording(w http.ResponseWriter, r *http.Request) (any, error) {
	raw, err := readBody(w, r, maxUploadBytes)
	if err != nil {
		return nil, err
	}
	return b.library.upload(r.PathValue("name"), raw)
}
