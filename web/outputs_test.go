package web

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/health"
	"github.com/zerocross-pdu/zerocross/pdu"
)

func TestDevice(t *testing.T) {
	u := newUnit(t)
	var d Device
	u.want(200, request{method: "GET", path: "/api/v1/device", user: "visitor"}, &d)
	if d.Model.ID != "8ks" || d.Model.Generation != "esp" || d.MAC != "24:A4:2C:01:02:03" || d.Version != "1.2.3" || !d.Demo ||
		len(d.Outputs) != 8 || len(d.Inputs) != 1 || d.Inputs[0].Name != "input_1" || d.UptimeSec < 60 || d.PowerUp != nil {
		t.Errorf("%+v", d)
	}
	want := Output{
		ID: 3, Name: "output_3", Metered: true, State: pdu.Off, Commanded: pdu.Off, Contact: pdu.Off, Reading: &Reading{}, Energy: &Energy{},
		ShortDelayMS: 5000, PowerUp: pdu.PowerUpLast, PowerUpIntervalMS: 2000, LastOrigin: Origin{Source: "system"},
	}
	if diff := cmp.Diff(want, d.Outputs[2]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var o Output
	u.want(200, request{method: "GET", path: "/api/v1/outputs/3", user: "visitor"}, &o)
	if diff := cmp.Diff(want, o); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if w := u.want(200, request{method: "HEAD", path: "/api/v1/device", user: "visitor"}, nil); w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("HEAD: %v", w.Header())
	}
}

func TestEnergyKeepsFractions(t *testing.T) {
	u := newUnit(t)
	u.engine.publish(pdu.Measured{}, func(s *pdu.Snapshot) {
		s.Outputs[0].Energy = pdu.Energy{Forward: pdu.MicroWsPerWh * 5 / 2, ForwardLife: 3 * pdu.MicroWsPerWh, ResetAt: time.Unix(1e9, 0)}
	})
	var o Output
	u.want(200, request{method: "GET", path: "/api/v1/outputs/1", user: "visitor"}, &o)
	if o.Energy.ForwardWh != 2.5 || o.Energy.ForwardLifeWh != 3 || o.Energy.ResetAt == nil || o.Energy.ResetAt.Unix() != 1e9 {
		t.Errorf("%+v", o.Energy)
	}
}

func TestAction(t *testing.T) {
	u := newUnit(t)
	began := time.Now()
	var res ActionResult
	u.want(200, request{method: "POST", path: "/api/v1/outputs/3/action", body: `{"action":"shortOn","delayMs":1500}`, user: "operator"}, &res)
	if res.Outcome != "switched" || res.Output.ID != 3 || res.Output.State != pdu.On || res.Output.LastOrigin != (Origin{"web", "web", "operator", "192.0.2.7"}) {
		t.Errorf("%+v", res)
	}
	if res.Timing.Received == nil || res.Timing.Received.Before(began) || res.Timing.Driven == nil || res.Timing.Driven.Before(*res.Timing.Received) || res.Timing.Confirmed != nil {
		t.Errorf("timing %+v", res.Timing)
	}
	want := []pdu.OutputCommand{{Output: 3, Action: pdu.ActionShortOn, Delay: 1500 * time.Millisecond}}
	if diff := cmp.Diff(want, u.engine.commands[0].Outputs); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for body, action := range map[string]pdu.Action{
		`{"action":"off"}`: 0, `{"action":1}`: 1, `{"action":"shortOff"}`: 2, `{"action":"toggle"}`: 4, `{"action":"noChange"}`: 5, `{"action":"4"}`: 4,
	} {
		u.want(200, request{method: "POST", path: "/api/v1/outputs/1/action", body: body, user: "operator"}, nil)
		if got := u.engine.commands[len(u.engine.commands)-1].Outputs[0].Action; got != action {
			t.Errorf("%s became %v", body, got)
		}
	}
}

func TestActions(t *testing.T) {
	u := newUnit(t)
	var res ActionsResult
	u.want(200, request{method: "POST", path: "/api/v1/actions", user: "operator",
		body: `{"outputs":[{"id":5,"action":"on"},{"id":2,"action":"ignore","state":"on"},{"id":5,"action":"toggle"},{"id":7,"action":"noChange"}]}`}, &res)
	if diff := cmp.Diff([]OutcomeName{"switched", "switched", "switched", "unchanged"}, res.Outcomes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var states []string
	for _, o := range res.Outputs {
		states = append(states, o.Name+" "+o.State.String())
	}
	if diff := cmp.Diff([]string{"output_2 on", "output_5 off", "output_7 off"}, states); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(u.engine.commands) != 1 || len(u.engine.commands[0].Outputs) != 4 {
		t.Errorf("the engine got %+v, want one command", u.engine.commands)
	}
}

func TestBadRequestsChangeNothing(t *testing.T) {
	u := newUnit(t)
	before := u.engine.Snapshot()
	f := func(path, body string, status int, code string) {
		t.Helper()
		u.refused(status, code, request{method: "POST", path: "/api/v1" + path, body: body, user: "admin"})
	}
	f("/outputs/1/action", ``, 400, codeBodyEmpty)
	f("/outputs/1/action", `{}`, 400, pdu.CodeActionUnknown)
	f("/outputs/1/action", `{"action":"on"`, 400, codeBodySyntax)
	f("/outputs/1/action", `{"action":"boom"}`, 400, pdu.CodeActionUnknown)
	f("/outputs/1/action", `{"action":7}`, 400, pdu.CodeActionUnknown)
	f("/outputs/1/action", `{"action":"on","state":"on"}`, 400, codeBodyMember)
	f("/outputs/1/action", `{"action":"shortOff","delayMs":99}`, 400, pdu.CodeDelayRange)
	f("/outputs/1/action", `{"action":"shortOff","delayMs":0}`, 400, pdu.CodeDelayRange)
	f("/outputs/1/action", `{"action":"shortOff","delayMs":-1}`, 400, pdu.CodeDelayRange)
	f("/outputs/1/action", `{"action":"shortOff","delayMs":86400001}`, 400, pdu.CodeDelayRange)
	f("/outputs/1/action", `{"action":"shortOff","delayMs":9223372036854775807}`, 400, pdu.CodeDelayRange)
	f("/outputs/1/action", `{"action":"shortOff","delayMs":1e3}`, 400, codeBodyType)
	f("/outputs/1/action", `{"action":"on","x":"`+strings.Repeat("x", maxBodyBytes)+`"}`, 413, codeBodySize)
	f("/outputs/1/action", strings.Repeat("[", maxBodyBytes), 400, codeBodySyntax)
	for _, id := range []string{"0", "9", "-1", "01", "+1", "1.0", "x", "99999999999999999999", "%20", "1%0d%0aX-Evil:%201"} {
		f("/outputs/"+id+"/action", `{"action":"on"}`, 404, pdu.CodeOutputUnknown)
	}
	f("/actions", `{"outputs":[]}`, 400, pdu.CodeNoOutputs)
	f("/actions", `{}`, 400, pdu.CodeNoOutputs)
	f("/actions", `{"outputs":[{"id":1,"action":"on"},{"id":9,"action":"on"}]}`, 404, pdu.CodeOutputUnknown)
	f("/actions", `{"outputs":[{"id":1,"action":"on"},{"id":2}]}`, 400, pdu.CodeActionUnknown)
	f("/actions", `{"outputs":[{"id":1,"action":"on","state":"off"}]}`, 400, codeStateUnused)
	f("/energy/reset", `{"outputs":[]}`, 400, pdu.CodeNoOutputs)
	f("/energy/reset", `{"outputs":[9]}`, 404, pdu.CodeOutputUnknown)
	f("/nothing", `{}`, 404, codePathUnknown)
	f("", `{}`, 404, codePathUnknown)
	f("/outputs/1", `{}`, 405, codeMethod)
	if after := u.engine.Snapshot(); after != before {
		t.Error("a refused request changed the state")
	}
	if commands, resets := u.engine.counts(); commands != 0 || resets != 0 {
		t.Errorf("%d commands and %d resets were carried out", commands, resets)
	}
}

// TestHalfRequest goes through a socket: the body ends before its time.
func TestHalfRequest(t *testing.T) {
	u := newUnit(t)
	site := httptest.NewServer(u.server)
	defer site.Close()
	conn, err := net.Dial("tcp", site.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	token := u.login("admin", "admin-password").Value
	fmt.Fprintf(conn, "POST /api/v1/outputs/1/action HTTP/1.1\r\nHost: unit\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"action\":\"on\"}", token)
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var doc ErrorBody
	if err := json.NewDecoder(res.Body).Decode(&doc); err != nil || res.StatusCode != 400 || doc.Error.Code != codeBodyPartial {
		t.Errorf("%d %+v, %v", res.StatusCode, doc, err)
	}
	if commands, _ := u.engine.counts(); commands != 0 {
		t.Error("half a request was carried out")
	}
}

func TestFaultyEntryIsNamed(t *testing.T) {
	u := newUnit(t)
	var doc ErrorBody
	u.want(400, request{method: "POST", path: "/api/v1/actions", user: "admin",
		body: `{"outputs":[{"id":1,"action":"on"},{"id":2,"action":"shortOn","delayMs":5}]}`}, &doc)
	if doc.Error.Args["path"] != "outputs[1].delayMs" || doc.Error.Args["minMs"] != 100.0 {
		t.Errorf("%+v", doc)
	}
}

func TestMethodsAreNamed(t *testing.T) {
	u := newUnit(t)
	for path, want := range map[string]string{
		"/api/v1/session": "DELETE, GET, POST, HEAD", "/api/v1/outputs/1": "GET, PATCH, HEAD", "/api/v1/events": "GET", "/api/v1/actions": "POST",
	} {
		w := u.refused(405, codeMethod, request{method: "PUT", path: path, user: "admin"})
		if got := w.Header().Get("Allow"); got != want {
			t.Errorf("%s: Allow %q, want %q", path, got, want)
		}
	}
	u.refused(405, codeMethod, request{method: "BREW", path: "/api/v1/device", user: "admin"})
}

func TestInternalErrorsTellNothing(t *testing.T) {
	u := newUnit(t)
	u.engine.fail = errors.New("open /secret/place: denied")
	w := u.refused(500, codeInternal, request{method: "POST", path: "/api/v1/outputs/1/action", body: `{"action":"on"}`, user: "admin"})
	if strings.Contains(w.Body.String(), "secret") {
		t.Errorf("the client learns %s", w.Body)
	}
}

func TestPathsAndHeadersCannotBeInjected(t *testing.T) {
	u := newUnit(t)
	for _, path := range []string{
		"/api/v1/%0d%0aX-Evil:%201", "/%0d%0aX-Evil:%201", "//evil.example/..%2f", "/api/v1/../../etc/passwd", "/api/v1/outputs/..%2f..%2fconfig", "/..;/x.js",
	} {
		w := u.send(request{method: "GET", path: path, user: "visitor"})
		if w.Header().Get("X-Evil") != "" || strings.ContainsAny(w.Header().Get("Location"), "\r\n") ||
			strings.HasPrefix(w.Header().Get("Location"), "//") || w.Code >= 500 {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
	}
}

func TestEnergyReset(t *testing.T) {
	u := newUnit(t)
	u.want(204, request{method: "POST", path: "/api/v1/energy/reset", user: "admin"}, nil)
	u.want(204, request{method: "POST", path: "/api/v1/energy/reset", user: "admin", body: `{"outputs":[1,3]}`}, nil)
	if diff := cmp.Diff([][]pdu.OutputID{nil, {1, 3}}, u.engine.resets); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHealthAndProtocols(t *testing.T) {
	u := newUnit(t, func(o *Options) {
		o.Protocols = func() []ProtocolStatus { return []ProtocolStatus{{Name: "json", Enabled: true, Running: true}} }
	})
	var doc Health
	if u.want(200, request{method: "GET", path: "/api/v1/health", user: "visitor"}, &doc); !doc.OK || doc.Conditions == nil {
		t.Errorf("%+v", doc)
	}
	u.health.Raise(health.Condition{Code: "clock.unset", Subject: "clock", Severity: health.Warning, Text: "no time"})
	if u.want(200, request{method: "GET", path: "/api/v1/health", user: "visitor"}, &doc); !doc.OK || len(doc.Conditions) != 1 {
		t.Errorf("a warning: %+v", doc)
	}
	u.health.Raise(health.Condition{Code: "listen.failed", Subject: "http", Severity: health.Error, Text: "port taken"})
	if u.want(200, request{method: "GET", path: "/api/v1/health", user: "visitor"}, &doc); doc.OK || len(doc.Conditions) != 2 {
		t.Errorf("an error: %+v", doc)
	}
	var protocols []ProtocolStatus
	u.want(http.StatusOK, request{method: "GET", path: "/api/v1/protocols", user: "visitor"}, &protocols)
	if len(protocols) != 1 || protocols[0].Name != "json" || protocols[0].Listen == nil {
		t.Errorf("%+v", protocols)
	}
}
