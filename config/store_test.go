package config

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/pdu"
)

func TestNewFolder(t *testing.T) {
	root := testRoot(t)
	s := mustOpen(t, root, Options{Seed: func(d *Draft) error {
		Edit[protocol](d, "protocols.json").Read = credentials{"netio", "netio"}
		return nil
	}})
	if s.Profile().ID != pdu.DefaultModel || s.Current().Generation() != 1 {
		t.Fatalf("model %s, generation %d", s.Profile().ID, s.Current().Generation())
	}
	masked, err := s.Current().MarshalMasked()
	if err != nil || strings.Contains(string(masked), `"password": "netio"`) || !strings.Contains(string(masked), Mask) {
		t.Fatalf("not masked: %s %v", masked, err)
	}
	info, err := root.Stat(fileSecrets)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("secrets.json: %v %v", info, err)
	}
	again := mustOpen(t, root, Options{Seed: func(*Draft) error { return errors.New("seeded twice") }})
	if got := Get[protocol](again.Current(), "protocols.json").Read.Password; string(got) != "netio" {
		t.Errorf("secret after opening again: %q", string(got))
	}
	if again.ETag() != s.ETag() {
		t.Error("the ETag changed by opening again")
	}
}

func TestEdit(t *testing.T) {
	root := testRoot(t)
	s := mustOpen(t, root, Options{})
	old := s.Current()
	doc, err := s.Edit(t.Context(), pdu.Origin{}, s.ETag(), func(d *Draft) error {
		(*Edit[outputList](d, "outputs"))[2].Name = "pump"
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if doc != s.Current() || (*Get[outputList](doc, "outputs"))[2].Name != "pump" || doc.Generation() != 2 {
		t.Error("the edit is not in force")
	}
	if (*Get[outputList](old, "outputs"))[2].Name != "output_3" {
		t.Error("the old document changed")
	}
	if _, err := s.Edit(t.Context(), pdu.Origin{}, old.ETag(), func(*Draft) error { return nil }); pdu.CodeOf(err) != CodeStale {
		t.Errorf("stale edit: %v", err)
	}
	same, err := s.Edit(t.Context(), pdu.Origin{}, "", func(d *Draft) error {
		(*Edit[outputList](d, "outputs"))[2].Name = "pump"
		return nil
	})
	if err != nil || same != doc {
		t.Errorf("an edit without change made a document: %v", err)
	}
	if _, err := s.Edit(t.Context(), pdu.Origin{}, "", func(d *Draft) error {
		(*Edit[outputList](d, "outputs"))[0].ShortDelayMs = 1
		return nil
	}); pdu.KindOf(err) != pdu.Invalid || s.Current() != doc {
		t.Errorf("invalid edit: %v", err)
	}
	if got := mustOpen(t, root, Options{}).ETag(); got != doc.ETag() {
		t.Error("what was stored is not what is in force")
	}
	prev, err := root.ReadFile(filePrevious)
	if want, _ := old.MarshalMasked(); err != nil || string(prev) != string(want) {
		t.Errorf("previous document: %s %v", prev, err)
	}
}

// TestFaults lists edits that must be refused, and the paths of their faults.
func TestFaults(t *testing.T) {
	s := mustOpen(t, testRoot(t), Options{})
	before := s.Current()
	for patch, want := range map[string][]string{
		`{"outputs":[{"shortDelayMs":5}]}`:                   {"outputs outputs.count", "outputs[0].shortDelayMs delay.range"},
		`{"outputs":[{"shortDelayMS":5}]}`:                   {"outputs[0].shortDelayMS field.unknown"},
		`{"protocols":{"json":{"port":65536}}}`:              {"protocols.json.port field.range"},
		`{"protocols":{"json":{"port":-1}}}`:                 {"protocols.json.port field.range"},
		`{"protocols":{"json":{"port":1.5}}}`:                {"protocols.json.port field.range"},
		`{"protocols":{"json":{"port":"80"}}}`:               {"protocols.json.port field.type"},
		`{"protocols":{"json":{"enabled":1}}}`:               {"protocols.json.enabled field.type"},
		`{"protocols":{"json":{"rate":1e999}}}`:              {"protocols.json.rate field.range"},
		`{"protocols":{"json":{"at":"maybe"}}}`:              {"protocols.json.at field.value"},
		`{"protocols":{"json":{"read":{"user":{}}}}}`:        {"protocols.json.read.user field.type"},
		`{"protocols":{"json":{"tree":{"a b":"x","c":[]}}}}`: {`protocols.json.tree["a b"] field.type`, "protocols.json.tree.c field.type"},
		`{"protocols":{"snmp":{}}}`:                          {"protocols.snmp field.unknown"},
		`{"protocols":5}`:                                    {"protocols field.type"},
		`{"nothing":1,"version":2}`:                          {"version field.readOnly", "nothing field.unknown"},
		`{"generation":null}`:                                {"generation field.readOnly"},
		`{"accounts":[{"name":"a","password":"********"}]}`:  {"accounts[0].password secret.unknown"},
	} {
		_, err := s.MergePatch(t.Context(), pdu.Origin{}, "", []byte(patch))
		list, ok := errors.AsType[*FaultsError](err)
		if !ok {
			t.Errorf("%s: %v", patch, err)
			continue
		}
		var got []string
		for _, f := range list.Faults {
			got = append(got, f.Path+" "+f.Code)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", patch, diff)
		}
	}
	for _, patch := range []string{"", "[]", "1", "{", `{"a":1}{}`, `{"outputs":[],"outputs":[]}`, "{\"a\":\"\xff\"}", strings.Repeat(`{"a":`, 50) + "1" + strings.Repeat("}", 50)} {
		if _, err := s.MergePatch(t.Context(), pdu.Origin{}, "", []byte(patch)); pdu.CodeOf(err) != CodeSyntax {
			t.Errorf("%q: %v", patch, err)
		}
	}
	if s.Current() != before {
		t.Error("a refused edit changed the document")
	}
}

// TestNoNulls: lists and maps that nobody filled are shown as empty.
func TestNoNulls(t *testing.T) {
	s := mustOpen(t, testRoot(t), Options{})
	doc := mustPatch(t, s, `{"rules":[{}]}`)
	masked, err := doc.MarshalMasked()
	if err != nil || strings.Contains(string(masked), "null") || !strings.Contains(string(masked), `"tags": []`) {
		t.Errorf("%s %v", masked, err)
	}
	doc, err = s.Edit(t.Context(), pdu.Origin{}, "", func(d *Draft) error {
		*Edit[[]rule](d, "rules") = append(*Edit[[]rule](d, "rules"), rule{})
		return nil
	})
	if masked, _ = doc.MarshalMasked(); err != nil || strings.Contains(string(masked), "null") {
		t.Errorf("%s %v", masked, err)
	}
}

// TestDraftIsCut: what an edit keeps of its draft does not reach the document.
func TestDraftIsCut(t *testing.T) {
	s := mustOpen(t, testRoot(t), Options{})
	var kept *protocol
	doc, err := s.Edit(t.Context(), pdu.Origin{}, "", func(d *Draft) error {
		kept = Edit[protocol](d, "protocols.json")
		kept.Tree = map[string]float64{"a": 1}
		kept.Opt = &credentials{User: "u"}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	kept.Tree["a"], kept.Opt.User, kept.Port = 2, "x", 1
	if p := Get[protocol](doc, "protocols.json"); p.Tree["a"] != 1 || p.Opt.User != "u" || p.Port != 80 {
		t.Errorf("%+v", p)
	}
}

// TestConcurrentEdits: edits from several goroutines do not lose each other's
// changes, and readers need no lock.
func TestConcurrentEdits(t *testing.T) {
	s := mustOpen(t, testRoot(t), Options{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 5 {
				if _, err := s.Edit(t.Context(), pdu.Origin{}, "", func(d *Draft) error {
					Edit[protocol](d, "protocols.json").Rate++
					return nil
				}); err != nil {
					t.Error(err)
				}
				_ = Get[protocol](s.Current(), "protocols.json").Rate
			}
		})
	}
	wg.Wait()
	if rate := Get[protocol](s.Current(), "protocols.json").Rate; rate != 21.5 {
		t.Errorf("rate %v", rate)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Edit(ctx, pdu.Origin{}, "", func(*Draft) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("edit with an ended context: %v", err)
	}
}

func TestMasksKeepSecrets(t *testing.T) {
	s := mustOpen(t, testRoot(t), Options{})
	mustPatch(t, s, `{"accounts":[{"name":"ann","role":"r","password":"pa"},{"name":"bob","role":"r","password":"pb"}],
		"protocols":{"json":{"read":{"user":"u","password":"pr"},"more":{"x":"px"},"opt":{"user":"o","password":"po"}}}}`)
	// The array is sorted anew and shortened; every mask still means the same account.
	mustPatch(t, s, `{"accounts":[{"name":"bob","role":"z","password":"********"},{"name":"ann","role":"r","password":"********"}]}`)
	mustPatch(t, s, `{"accounts":[{"name":"ann","role":"r","password":"********"}],"protocols":{"json":{"more":{"x":"********","y":"py"}}}}`)
	d := s.Current()
	if diff := cmp.Diff([]account{{"ann", "r", "pa"}}, *Get[[]account](d, "accounts")); diff != "" {
		t.Error(diff)
	}
	p := Get[protocol](d, "protocols.json")
	if string(p.Read.Password) != "pr" || string(p.More["x"]) != "px" || string(p.More["y"]) != "py" || string(p.Opt.Password) != "po" {
		t.Errorf("%#v", map[string]string{"read": string(p.Read.Password), "x": string(p.More["x"])})
	}
	// A new secret changes the ETag although the masked text stays the same.
	etag := s.ETag()
	mustPatch(t, s, `{"protocols":{"json":{"read":{"password":"other"}}}}`)
	if s.ETag() == etag {
		t.Error("the ETag does not see a new secret")
	}
	mustPatch(t, s, `{"protocols":{"json":{"read":null}}}`)
	if got := Get[protocol](s.Current(), "protocols.json").Read; got != (credentials{}) {
		t.Errorf("null does not lead to the factory setting: %v", got)
	}
}

// recorder is an owner that notes what it is told.
type recorder struct {
	veto error
	seen []uint64
	org  pdu.Origin
}

func (r *recorder) Verify(_, _ *Document) error { return r.veto }
func (r *recorder) Applied(_, doc *Document, origin pdu.Origin) {
	r.seen, r.org = append(r.seen, doc.Generation()), origin
}

func TestOwners(t *testing.T) {
	s := mustOpen(t, testRoot(t), Options{})
	var r recorder
	cancel := s.Subscribe(&r)
	mustPatch(t, s, `{"protocols":{"json":{"port":81}}}`)
	mustPatch(t, s, `{"protocols":{"json":{"port":81}}}`)
	r.veto = errors.New("no")
	if _, err := s.MergePatch(t.Context(), pdu.Origin{}, "", []byte(`{"protocols":{"json":{"port":82}}}`)); !errors.Is(err, r.veto) {
		t.Errorf("veto: %v", err)
	}
	r.veto = nil
	if _, err := s.MergePatch(t.Context(), pdu.Origin{User: "x"}, "", []byte(`{"protocols":{"json":{"port":83}}}`)); err != nil {
		t.Error(err)
	}
	cancel()
	mustPatch(t, s, `{"protocols":{"json":{"port":84}}}`)
	if diff := cmp.Diff([]uint64{2, 3}, r.seen); diff != "" || r.org.User != "x" {
		t.Error(diff, r.org)
	}
}

func TestModel(t *testing.T) {
	root := testRoot(t)
	mustOpen(t, root, Options{Model: "4c"})
	if s := mustOpen(t, root, Options{}); s.Profile().ID != "4c" {
		t.Errorf("stored model: %s", s.Profile().ID)
	}
	if _, err := tryOpen(t, root, Options{Model: "8ks"}); pdu.CodeOf(err) != CodeModel {
		t.Errorf("other model: %v", err)
	}
	if _, err := tryOpen(t, testRoot(t), Options{Model: "9xx"}); pdu.KindOf(err) != pdu.NotFound {
		t.Errorf("unknown model: %v", err)
	}
}

func TestLock(t *testing.T) {
	root := testRoot(t)
	release, err := Lock(root)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Lock(root); pdu.CodeOf(err) != CodeLocked || !strings.Contains(err.Error(), "pid") {
		t.Errorf("second lock: %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	release, err = Lock(root)
	if err != nil {
		t.Fatal(err)
	}
	release()
	if _, err := root.Stat("lock"); errors.Is(err, os.ErrNotExist) {
		t.Error("the lock file is gone: another process may hold it")
	}
}

func TestReadOnly(t *testing.T) {
	root := testRoot(t)
	s := mustOpen(t, root, Options{ReadOnly: true})
	if _, err := s.MergePatch(t.Context(), pdu.Origin{}, "", []byte(`{}`)); pdu.KindOf(err) != pdu.Unavailable {
		t.Errorf("edit: %v", err)
	}
	entries, err := os.ReadDir(root.Name())
	if err != nil || len(entries) != 0 {
		t.Errorf("files were written: %v %v", entries, err)
	}
}
