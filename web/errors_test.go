package web

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

func TestEveryKindHasAStatus(t *testing.T) {
	seen := make(map[int]pdu.Kind)
	for _, k := range pdu.Kinds() {
		got := status(fmt.Errorf("while testing: %w", pdu.Errorf(k, "some.code", "text")))
		if got < 400 || http.StatusText(got) == "" {
			t.Errorf("%v has the status %d", k, got)
		}
		if other, ok := seen[got]; ok {
			t.Errorf("%v and %v share the status %d", k, other, got)
		}
		seen[got] = k
	}
	if got := status(errors.New("plain")); got != http.StatusInternalServerError {
		t.Errorf("a plain error has the status %d", got)
	}
	if got := status(pdu.Errorf(pdu.Conflict, config.CodeStale, "text")); got != http.StatusPreconditionFailed {
		t.Errorf("a stale edit has the status %d", got)
	}
}

func TestDescribe(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want ErrorInfo
	}{
		{"of the domain", pdu.Errorf(pdu.NotFound, pdu.CodeOutputUnknown, "output 9").With("output", 9),
			ErrorInfo{"notFound", "output.unknown", "output 9", map[string]any{"output": 9}, []FaultInfo{}}},
		{"wrapped", fmt.Errorf("switch: %w", pdu.Errorf(pdu.Internal, pdu.CodeRelayDrive, "relay 3")),
			ErrorInfo{"internal", "relay.drive", "switch: relay 3", map[string]any{}, []FaultInfo{}}},
		{"foreign, kept for the log", errors.New("open /secret/place"),
			ErrorInfo{"internal", "internal", "internal error; the log says more", map[string]any{}, []FaultInfo{}}},
		{"faults", &pdu.Error{Kind: pdu.Invalid, Code: config.CodeInvalid, Err: &config.FaultsError{Faults: []config.Fault{{Path: "a[1]", Code: "x", Message: "y"}}}},
			ErrorInfo{"invalid", "config.invalid", "the configuration is not in order: a[1]: y", map[string]any{}, []FaultInfo{{Path: "a[1]", Code: "x", Message: "y", Args: map[string]any{}}}}},
	} {
		if diff := cmp.Diff(c.want, describe(c.err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}
