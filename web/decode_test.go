package web

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/pdu"
)

func TestDecodeStrict(t *testing.T) {
	type result struct{ Code, Path string }
	f := func(body string, want result) {
		t.Helper()
		var req ActionsRequest
		err := decodeStrict([]byte(body), &req)
		got := result{}
		if err != nil {
			if pdu.KindOf(err) != pdu.Invalid {
				t.Errorf("%s: kind %v of %v, want Invalid", body, pdu.KindOf(err), err)
			}
			got.Code = pdu.CodeOf(err)
			got.Path, _ = describe(err).Args["path"].(string)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", body, err, diff)
		}
	}
	f(`{"outputs":[{"id":1,"action":"on"},{"id":2,"action":4}]}`, result{})
	f(` {"outputs":[{"id":1,"action":"ignore","state":"on","delayMs":100}]} `, result{})
	f(``, result{Code: codeBodyEmpty})
	f(" \n", result{Code: codeBodyEmpty})
	f(`nonsense`, result{Code: codeBodySyntax})
	f(`{"outputs":[`, result{Code: codeBodySyntax})
	f(`{"outputs":[]} {}`, result{Code: codeBodySyntax})
	f("{\"outputs\":[{\"id\":1,\"action\":\"\xff\"}]}", result{Code: codeBodySyntax})
	f(`null`, result{Code: codeBodyType})
	f(`[]`, result{Code: codeBodyType})
	f(`7`, result{Code: codeBodyType})
	f(`{"outputs":null}`, result{codeBodyType, "outputs"})
	f(`{"outputs":{}}`, result{codeBodyType, "outputs"})
	f(`{"outputs":[null]}`, result{codeBodyType, "outputs[0]"})
	f(`{"outputs":[{"id":"1"}]}`, result{codeBodyType, "outputs[0].id"})
	f(`{"outputs":[{"id":1.5}]}`, result{codeBodyType, "outputs[0].id"})
	f(`{"outputs":[{"id":1},{"id":99999999999999999999}]}`, result{codeBodyType, "outputs[1].id"})
	f(`{"outputs":[{"delayMs":true}]}`, result{codeBodyType, "outputs[0].delayMs"})
	f(`{"outputs":[{"action":7}]}`, result{pdu.CodeActionUnknown, "outputs[0].action"})
	f(`{"outputs":[{"action":-1}]}`, result{pdu.CodeActionUnknown, "outputs[0].action"})
	f(`{"outputs":[{"action":"On"}]}`, result{pdu.CodeActionUnknown, "outputs[0].action"})
	f(`{"outputs":[{"action":{}}]}`, result{pdu.CodeActionUnknown, "outputs[0].action"})
	f(`{"outputs":[{"state":"half"}]}`, result{"level.unknown", "outputs[0].state"})
	f(`{"outputs":[{"state":1}]}`, result{codeBodyType, "outputs[0].state"})
	f(`{"Outputs":[]}`, result{codeBodyMember, "Outputs"})
	f(`{"outputs":[{"id":1,"dealyMs":5}]}`, result{codeBodyMember, "outputs[0].dealyMs"})
	f(`{"outputs":[],"outputs":[]}`, result{codeBodySyntax, "outputs"})
}

func TestActionValueKeepsItsName(t *testing.T) {
	for a := pdu.ActionOff; a.Valid(); a++ {
		b, err := json.Marshal(ActionValue{Action: a})
		if err != nil {
			t.Fatal(err)
		}
		var back ActionValue
		if err := json.Unmarshal(b, &back); err != nil || back != (ActionValue{a, true}) {
			t.Errorf("%v became %s, then %v, %v", a, b, back, err)
		}
	}
}

// FuzzDecodeStrict: whatever is accepted is what encoding/json reads too, and
// says the same again.
func FuzzDecodeStrict(f *testing.F) {
	for _, seed := range []string{
		`{"outputs":[{"id":1,"action":"on"},{"id":2,"action":4,"delayMs":1000}]}`,
		`{"outputs":[{"id":1,"action":"ignore","state":"off"}]}`, `{"outputs":null}`, `{"outputs":[[]]}`, `{`, `null`, "\xff", `{"a":{"b":[1,2]}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var strict, plain ActionsRequest
		if err := decodeStrict(body, &strict); err != nil {
			if pdu.KindOf(err) != pdu.Invalid {
				t.Fatalf("%q: %v is %v, want Invalid", body, err, pdu.KindOf(err))
			}
			return
		}
		if err := json.Unmarshal(body, &plain); err != nil {
			t.Fatalf("%q was accepted, but: %v", body, err)
		}
		if diff := cmp.Diff(plain, strict); diff != "" {
			t.Fatalf("%q was read in two ways (-plain +strict):\n%s", body, diff)
		}
	})
}
