package web

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

func TestConfig(t *testing.T) {
	u := newUnit(t)
	w := u.want(200, request{method: "GET", path: "/api/v1/config", user: "admin"}, nil)
	tag := w.Header().Get("ETag")
	if tag == "" || !strings.Contains(w.Body.String(), config.Mask) || strings.Contains(w.Body.String(), "argon2") {
		t.Errorf("ETag %q of %s", tag, w.Body)
	}
	u.want(304, request{method: "GET", path: "/api/v1/config", user: "admin", header: map[string]string{"If-None-Match": tag}}, nil)

	outputs := *config.Get[outputsSection](u.store.Current(), "outputs")
	outputs[1].Name = "Router"
	patch, err := json.Marshal(map[string]any{"outputs": outputs})
	if err != nil {
		t.Fatal(err)
	}
	q := request{method: "PATCH", path: "/api/v1/config", user: "admin", body: string(patch),
		header: map[string]string{"If-Match": tag, "Content-Type": "application/merge-patch+json"}}
	w = u.want(200, q, nil)
	if w.Header().Get("ETag") == tag || !strings.Contains(w.Body.String(), "Router") {
		t.Errorf("after the patch: %v %s", w.Header(), w.Body)
	}
	if got := u.engine.Snapshot().Settings.Outputs[1].Name; got != "Router" {
		t.Errorf("the engine has the name %q", got)
	}
	u.refused(412, config.CodeStale, q)
	q.header = nil
	u.refused(428, codeIfMatchMissing, q)
}

func TestConfigRefusesWithPaths(t *testing.T) {
	u := newUnit(t)
	before := u.store.ETag()
	f := func(body string, status int, code string, paths ...string) {
		t.Helper()
		w := u.refused(status, code, request{method: "PATCH", path: "/api/v1/config", user: "admin", body: body, header: map[string]string{"If-Match": "*"}})
		var doc ErrorBody
		if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		for i, path := range paths {
			if i >= len(doc.Error.Faults) || doc.Error.Faults[i].Path != path || doc.Error.Faults[i].Message == "" {
				t.Errorf("%s: faults %+v, want %v", body, doc.Error.Faults, paths)
				return
			}
		}
	}
	f(``, 400, codeBodySyntax)
	f(`[]`, 400, codeBodySyntax)
	f(`null`, 400, codeBodySyntax)
	f(`{"outputs":`, 400, codeBodySyntax)
	f(`{"nonsense":1}`, 400, config.CodeInvalid, "nonsense")
	f(`{"outputs":"all"}`, 400, config.CodeInvalid, "outputs")
	f(`{"outputs":[]}`, 400, config.CodeInvalid, "outputs")
	f(`{"a":"`+strings.Repeat("x", maxBodyBytes)+`"}`, 413, codeBodySize)
	if u.store.ETag() != before {
		t.Error("a refused patch changed the configuration")
	}
}

func TestSchema(t *testing.T) {
	u := newUnit(t)
	var schema map[string]any
	w := u.want(200, request{method: "GET", path: "/api/v1/config/schema", user: "admin"}, &schema)
	if w.Header().Get("Content-Type") != "application/schema+json" || schema["properties"] == nil {
		t.Errorf("%v %s", w.Header(), w.Body)
	}
}

func TestPatchOutput(t *testing.T) {
	u := newUnit(t)
	var o Output
	u.want(200, request{method: "PATCH", path: "/api/v1/outputs/2", user: "admin",
		body: `{"name":"Router","shortDelayMs":8000,"powerUp":"on","powerUpIntervalMs":500}`}, &o)
	if o.ID != 2 || o.Name != "Router" || o.ShortDelayMS != 8000 || o.PowerUp != pdu.PowerUpOn || o.PowerUpIntervalMS != 500 {
		t.Errorf("%+v", o)
	}
	u.want(200, request{method: "PATCH", path: "/api/v1/outputs/2", user: "admin", body: `{"name":""}`}, &o)
	if o.Name != "" || o.ShortDelayMS != 8000 {
		t.Errorf("only the name was meant: %+v", o)
	}
	var first Output
	u.want(200, request{method: "GET", path: "/api/v1/outputs/1", user: "admin"}, &first)
	if first.Name != "output_1" || first.ShortDelayMS != 5000 {
		t.Errorf("another output changed: %+v", first)
	}
	before := u.store.ETag()
	u.refused(404, pdu.CodeOutputUnknown, request{method: "PATCH", path: "/api/v1/outputs/9", user: "admin", body: `{"name":"x"}`})
	u.refused(400, config.CodeInvalid, request{method: "PATCH", path: "/api/v1/outputs/2", user: "admin", body: `{"name":"x","shortDelayMs":5}`})
	u.refused(400, codeBodyMember, request{method: "PATCH", path: "/api/v1/outputs/2", user: "admin", body: `{"state":"on"}`})
	u.refused(400, codeBodyType, request{method: "PATCH", path: "/api/v1/outputs/2", user: "admin", body: `{"name":null}`})
	if u.store.ETag() != before {
		t.Error("a refused patch changed the configuration")
	}
}

// TestPatchesOfTwoOutputsBothHold: edits at the same time do not undo each other.
func TestPatchesOfTwoOutputsBothHold(t *testing.T) {
	u := newUnit(t)
	cookie := u.login("admin", "admin-password")
	var all sync.WaitGroup
	for id := range 8 {
		all.Go(func() {
			path := "/api/v1/outputs/" + string(rune('1'+id))
			if w := u.send(request{method: "PATCH", path: path, cookie: cookie, body: `{"name":"changed"}`}); w.Code != 200 {
				t.Errorf("%s: %d %s", path, w.Code, w.Body)
			}
		})
	}
	all.Wait()
	for i, o := range *config.Get[outputsSection](u.store.Current(), "outputs") {
		if o.Name != "changed" {
			t.Errorf("output %d lost its change", i+1)
		}
	}
}

func TestAccountsNeedTheirOwnPrivilege(t *testing.T) {
	c := &call{} // an identity without any privilege
	for patch, allowed := range map[string]bool{
		`{"outputs":[]}`: true, `{"accounts":[]}`: false, `{"accounts":null}`: false, `{"outputs":1,"\u0061ccounts":1}`: false,
	} {
		if err := c.mayPatch([]byte(patch)); (err == nil) != allowed || err != nil && pdu.KindOf(err) != pdu.Forbidden {
			t.Errorf("%s: %v", patch, err)
		}
	}
}
