package config

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// asStored opens a folder without overrides and gives one value.
func asStored(t *testing.T, s *Store, path string) string {
	t.Helper()
	plain, err := open(newDisk(s.dir.(*disk).files), Options{Sections: testSections()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return value(t, plain, path)
}

func value(t *testing.T, s *Store, path string) string {
	t.Helper()
	v, err := GetPath(s.Current(), path)
	if err != nil {
		t.Fatal(err)
	}
	return string(v)
}

func withOverrides(t *testing.T, overrides ...string) *Store {
	t.Helper()
	d := newDisk(nil)
	if _, err := open(d, Options{Sections: testSections(), Seed: func(d *Draft) error {
		*Edit[[]account](d, "accounts") = []account{{"ann", "guest", "pa"}}
		return nil
	}}, nil); err != nil {
		t.Fatal(err)
	}
	s, err := open(d, Options{Sections: testSections(), Overrides: overrides}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOverrides(t *testing.T) {
	s := withOverrides(t, "protocols.json.port=99", "$.outputs[2].name=8", `protocols.xml={"enabled":true,"read":{"user":"u"}}`,
		"protocols.json.read.password=pw=1", "accounts[0].role=administrator", "protocols.json.tree.x=1")
	for path, want := range map[string]string{
		"protocols.json.port": "99", "outputs[2].name": `"8"`, "protocols.xml.enabled": "true", "protocols.xml.port": "80", "protocols.json.tree.x": "1",
	} {
		if got := value(t, s, path); got != want {
			t.Errorf("%s is %s, not %s", path, got, want)
		}
	}
	if got := Get[protocol](s.Current(), "protocols.json").Read.Password; string(got) != "pw=1" {
		t.Errorf("password %q", string(got))
	}
	// Another edit of the same objects stores nothing that was given with --set.
	mustPatch(t, s, `{"protocols":{"json":{"rate":7},"xml":{"port":70}}}`)
	if _, err := SetPath(t.Context(), s, pdu.Origin{}, "outputs[2].shortDelayMs", "700"); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"protocols.json.port": "80", "protocols.json.rate": "7", "outputs[2].name": `"output_3"`, "outputs[2].shortDelayMs": "700", "protocols.xml.enabled": "false",
		"protocols.xml.port": "70", "protocols.xml.read.user": `""`, "protocols.json.read.password": `""`, "accounts[0].role": `"guest"`, "protocols.json.tree": "{}",
	} {
		if got := asStored(t, s, path); got != want {
			t.Errorf("stored %s is %s, not %s", path, got, want)
		}
	}
	if value(t, s, "protocols.json.port") != "99" || value(t, s, "outputs[2].name") != `"8"` {
		t.Error("an override is over although nobody edited it")
	}
	// An account before the overridden one: it still is the same account.
	mustPatch(t, s, `{"accounts":[{"name":"ann","role":"administrator","password":"********"},{"name":"bob","password":"pb"}]}`)
	if got := asStored(t, s, "accounts[0].role"); got != `"guest"` {
		t.Errorf("stored role %s", got)
	}
	// Editing an overridden value ends the override.
	mustPatch(t, s, `{"protocols":{"json":{"port":70}}}`)
	if value(t, s, "protocols.json.port") != "70" || asStored(t, s, "protocols.json.port") != "70" {
		t.Error("an edit of an overridden value is not in force or not stored")
	}
}

// TestOverrideOfMovedElement: an override belongs to the element that it was given
// for. When that goes, nothing of another element is replaced by what was stored.
func TestOverrideOfMovedElement(t *testing.T) {
	s := withOverrides(t, "accounts[0].role=administrator")
	mustPatch(t, s, `{"accounts":[{"name":"bob","role":"administrator","password":"pb"},{"name":"ann","role":"administrator","password":"********"}]}`)
	if got := asStored(t, s, "accounts[0].role"); got != `"administrator"` {
		t.Errorf("another account is stored with role %s", got)
	}
	// A new name does not make it another element.
	s = withOverrides(t, "outputs[2].shortDelayMs=900")
	if _, err := SetPath(t.Context(), s, pdu.Origin{}, "outputs[2].name", "pump"); err != nil {
		t.Fatal(err)
	}
	if got := asStored(t, s, "outputs[2].shortDelayMs"); got != "5000" {
		t.Errorf("an override is stored with the name: %s", got)
	}
}

func TestOverrideFaults(t *testing.T) {
	d := newDisk(nil)
	if _, err := open(d, Options{Sections: testSections()}, nil); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"protocols.json.port":         "PATH=VALUE",
		"protocols.json.port=high":    "protocols.json.port: must be a whole number",
		"protocols.json.prot=1":       "protocols.json.prot: there is no such setting",
		"outputs[8].name=x":           "outputs[8].name",
		"outputs[8]={}":               "adds none",
		"outputs[1].shortDelayMs=1":   "outputs[1].shortDelayMs: 1 is below",
		"version=2":                   "version: cannot be changed",
		"=1":                          "cannot be changed",
		"outputs..name=1":             "outputs..name",
		"protocols.json.read=netio":   "protocols.json.read: must be an object",
		"accounts[0].password=secret": "accounts[0].password",
	} {
		before := len(d.files)
		_, err := open(d, Options{Sections: testSections(), Overrides: []string{text}}, nil)
		if err == nil || !strings.Contains(err.Error(), want) || pdu.KindOf(err) == pdu.Internal {
			t.Errorf("%s: %v", text, err)
		}
		if len(d.files) != before {
			t.Error("something was stored")
		}
	}
}

func TestSetPath(t *testing.T) {
	s := mustOpen(t, testRoot(t), Options{})
	for _, c := range []struct{ path, text, want string }{
		{"outputs[1].name", "pump", `"pump"`},
		{"outputs[1].name", "true", `"true"`},
		{"outputs[1].name", `"quoted"`, `"quoted"`},
		{"outputs[1].shortDelayMs", "1500", "1500"},
		{"protocols.json.enabled", "true", "true"},
		{"protocols.json.tree", `{"a.b":2}`, "{\n  \"a.b\": 2\n}"},
		{`protocols.json.tree["a.b"]`, "3", "3"},
		{"protocols.json.at", "off", `"off"`},
		{"accounts[0]", `{"name":"ann","password":"p"}`, "{\n  \"name\": \"ann\",\n  \"password\": \"********\",\n  \"role\": \"\"\n}"},
	} {
		if _, err := SetPath(t.Context(), s, pdu.Origin{}, c.path, c.text); err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		if got := value(t, s, c.path); got != c.want {
			t.Errorf("%s is %s, not %s", c.path, got, c.want)
		}
	}
	if _, err := GetPath(s.Current(), "outputs[9]"); pdu.KindOf(err) != pdu.NotFound {
		t.Errorf("no such element: %v", err)
	}
	whole, err := GetPath(s.Current(), "")
	if masked, _ := s.Current().MarshalMasked(); err != nil || string(whole) != string(masked) {
		t.Errorf("whole document: %v", err)
	}
}

func TestSchema(t *testing.T) {
	s := mustOpen(t, testRoot(t), Options{})
	text, err := s.Schema()
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	at := func(names ...string) (v any) {
		v = schema
		for _, n := range names {
			m, _ := v.(map[string]any)
			v = m[n]
		}
		return v
	}
	port := []string{"properties", "protocols", "properties", "json", "properties", "port"}
	for _, c := range []struct {
		want any
		at   []string
	}{
		{"https://json-schema.org/draft/2020-12/schema", []string{"$schema"}},
		{"integer", append(port, "type")},
		{80.0, append(port, "default")},
		{true, []string{"properties", "accounts", "items", "properties", "password", "writeOnly"}},
		{"time of a short off or short on in milliseconds", []string{"properties", "outputs", "items", "properties", "shortDelayMs", "description"}},
		{false, []string{"properties", "outputs", "items", "additionalProperties"}},
		{"8ks", []string{"properties", "model", "const"}},
	} {
		if got := at(c.at...); got != c.want {
			t.Errorf("%v is %v, not %v", c.at, got, c.want)
		}
	}
}
