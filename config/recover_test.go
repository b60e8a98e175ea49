package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// change rewrites a file of the state folder as a person would.
func change(t *testing.T, root *os.Root, name, old, new string) {
	t.Helper()
	data, err := root.ReadFile(name)
	if err != nil || !strings.Contains(string(data), old) {
		t.Fatalf("%s has no %q: %s %v", name, old, data, err)
	}
	if err := root.WriteFile(name, []byte(strings.Replace(string(data), old, new, 1)), 0o640); err != nil {
		t.Fatal(err)
	}
}

// names lists the files of the state folder.
func names(t *testing.T, root *os.Root) string {
	t.Helper()
	entries, err := os.ReadDir(root.Name())
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return strings.Join(list, " ")
}

// folderWithSecrets has been edited twice: port 81, then 82 with passwords.
func folderWithSecrets(t *testing.T) *os.Root {
	root := testRoot(t)
	s := mustOpen(t, root, Options{})
	mustPatch(t, s, `{"protocols":{"json":{"port":81,"read":{"user":"u","password":"old"}}}}`)
	mustPatch(t, s, `{"protocols":{"json":{"port":82,"read":{"password":"new"}}},"accounts":[{"name":"ann","password":"pa"},{"name":"bob","password":"pb"}]}`)
	return root
}

func TestDamagedDocument(t *testing.T) {
	root := folderWithSecrets(t)
	change(t, root, fileConfig, `"port": 82`, `"pork": 82`)
	var log bytes.Buffer
	s, err := Open(root, Options{Sections: testSections(), Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	p := Get[protocol](s.Current(), "protocols.json")
	if p.Port != 81 || string(p.Read.Password) != "old" || s.Current().Generation() != 4 {
		t.Errorf("port %d, password %q, generation %d", p.Port, string(p.Read.Password), s.Current().Generation())
	}
	if !strings.Contains(log.String(), "protocols.json.pork") || !strings.Contains(names(t, root), "config.bad-") {
		t.Errorf("neither logged nor kept: %s %s", names(t, root), log.String())
	}
	if again := mustOpen(t, root, Options{}); again.ETag() != s.ETag() {
		t.Error("the next start finds something else")
	}
}

func TestNothingUsable(t *testing.T) {
	root := folderWithSecrets(t)
	for _, name := range []string{fileConfig, filePrevious} {
		if err := root.WriteFile(name, []byte("{"), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	before := names(t, root)
	_, err := tryOpen(t, root, Options{})
	if pdu.CodeOf(err) != CodeUnusable || !strings.Contains(err.Error(), "restore") {
		t.Errorf("both damaged: %v", err)
	}
	if names(t, root) != before {
		t.Error("files were changed")
	}
	for _, name := range []string{fileConfig, filePrevious} {
		root.Remove(name)
	}
	if _, err := tryOpen(t, root, Options{}); pdu.CodeOf(err) != CodeUnusable {
		t.Errorf("both gone: %v", err)
	}
}

func TestMissingSecrets(t *testing.T) {
	root := folderWithSecrets(t)
	root.Remove(fileSecrets)
	if s := mustOpen(t, root, Options{}); string(Get[protocol](s.Current(), "protocols.json").Read.Password) != "new" {
		t.Error("the copy is not used")
	}
	root.Remove(fileSecrets)
	root.Remove(fileSecretsCopy)
	_, err := tryOpen(t, root, Options{})
	if err == nil || !strings.Contains(err.Error(), "accounts[0].password") || !strings.Contains(err.Error(), "secrets.json") {
		t.Fatalf("opened without its passwords: %v", err)
	}
	// The way out that the error names: new values in place of the masks.
	for _, name := range []string{"pa2", "pb2", "new2"} {
		change(t, root, fileConfig, Mask, name)
	}
	s := mustOpen(t, root, Options{})
	want := []account{{"ann", "", "pa2"}, {"bob", "", "pb2"}}
	if diff := cmp.Diff(want, *Get[[]account](s.Current(), "accounts")); diff != "" {
		t.Error(diff)
	}
	data, err := root.ReadFile(fileConfig)
	if err != nil || bytes.Contains(data, []byte("pa2")) {
		t.Errorf("a secret stayed in config.json: %s %v", data, err)
	}
}

func TestChangedByHand(t *testing.T) {
	root := folderWithSecrets(t)
	change(t, root, fileConfig, `"port": 82`, `"port": 83`)
	change(t, root, fileConfig, `"user": "u",`, `"user": "hand",`)
	s := mustOpen(t, root, Options{})
	p := Get[protocol](s.Current(), "protocols.json")
	if p.Port != 83 || p.Read.User != "hand" || string(p.Read.Password) != "new" {
		t.Errorf("%+v", p)
	}
	// Accounts in another order keep their own passwords.
	change(t, root, fileConfig, `"name": "ann"`, `"name": "x"`)
	change(t, root, fileConfig, `"name": "bob"`, `"name": "ann"`)
	change(t, root, fileConfig, `"name": "x"`, `"name": "bob"`)
	s = mustOpen(t, root, Options{})
	want := []account{{"bob", "", "pb"}, {"ann", "", "pa"}}
	if diff := cmp.Diff(want, *Get[[]account](s.Current(), "accounts")); diff != "" {
		t.Error(diff)
	}
	// What is missing has its factory value, and Normalize fills up what an array lacks.
	data, _ := root.ReadFile(fileConfig)
	tree, err := objectTree(data)
	if err != nil {
		t.Fatal(err)
	}
	tree["outputs"] = tree["outputs"].([]any)[:7]
	delete(tree["protocols"].(map[string]any), "xml")
	data, _ = json.Marshal(tree)
	if err := root.WriteFile(fileConfig, data, 0o640); err != nil {
		t.Fatal(err)
	}
	s = mustOpen(t, root, Options{})
	if o := *Get[outputList](s.Current(), "outputs"); len(o) != 8 || o[7].Name != "filled" || Get[protocol](s.Current(), "protocols.xml").Port != 80 {
		t.Errorf("%+v", o)
	}
}

// TestRefusedDocument: what is as it was written, and refused all the same, is not
// replaced by something else.
func TestRefusedDocument(t *testing.T) {
	root := folderWithSecrets(t)
	strict := append(testSections(), Section{Path: "more", Default: func(*pdu.Profile) any { return &refuses{} }})
	_, err := tryOpen(t, root, Options{Sections: strict})
	list, ok := errors.AsType[*FaultsError](err)
	if !ok || len(list.Faults) != 1 || list.Faults[0].Path != "more.here" {
		t.Errorf("stricter program: %v", err)
	}
	less := testSections()[:4]
	if _, err := tryOpen(t, root, Options{Sections: less}); err == nil || !strings.Contains(err.Error(), "protocols.xml") {
		t.Errorf("program without a section: %v", err)
	}
	change(t, root, fileConfig, `"version": 1`, `"version": 2`)
	if _, err := tryOpen(t, root, Options{}); pdu.CodeOf(err) != CodeVersion {
		t.Errorf("newer version: %v", err)
	}
}

type refuses struct{}

func (*refuses) Validate(_ *pdu.Profile, f *Faults) { f.Add("here", "never", "is never right") }

func TestMigration(t *testing.T) {
	root := folderWithSecrets(t)
	dir := rootFolder{root}
	old, err := root.ReadFile(fileConfig)
	if err != nil {
		t.Fatal(err)
	}
	steps := []migration{
		func(doc map[string]any) error { // 1 to 2: accounts are called users
			doc["users"] = doc["accounts"]
			delete(doc, "accounts")
			return nil
		},
		func(doc map[string]any) error { // 2 to 3: their role has a name
			for _, u := range doc["users"].([]any) {
				u.(map[string]any)["role"] = "guest"
			}
			return nil
		},
	}
	sections := testSections()
	sections[1].Path = "users"
	opt := Options{Sections: sections, Log: testLog(t)}
	want := []account{{"ann", "guest", "pa"}, {"bob", "guest", "pb"}}
	for range 2 {
		s, err := open(dir, opt, steps)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, *Get[[]account](s.Current(), "users")); diff != "" {
			t.Fatal(diff)
		}
		if v, err := GetPath(s.Current(), "version"); err != nil || string(v) != "3" {
			t.Errorf("version %s %v", v, err)
		}
	}
	if kept, err := root.ReadFile("config.v1.json"); err != nil || !bytes.Equal(kept, old) {
		t.Errorf("the old document is not kept: %v", err)
	}
	// The former document, still of version 1, can be fallen back to.
	if err := root.WriteFile(fileConfig, nil, 0o640); err != nil {
		t.Fatal(err)
	}
	s, err := open(dir, opt, steps)
	if err != nil || Get[protocol](s.Current(), "protocols.json").Port != 81 || string(Get[protocol](s.Current(), "protocols.json").Read.Password) != "old" {
		t.Errorf("fallback to a document of an older version: %v", err)
	}
	bad := []migration{func(map[string]any) error { return errors.New("cannot") }}
	if _, err := open(rootFolder{folderWithSecrets(t)}, opt, bad); err == nil || !strings.Contains(err.Error(), "from version 1 to 2") {
		t.Errorf("failing step: %v", err)
	}
}
