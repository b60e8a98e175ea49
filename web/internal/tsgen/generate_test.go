package main

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGeneratedFileIsFresh(t *testing.T) {
	src, err := os.ReadFile("../../api.go")
	if err != nil {
		t.Fatal(err)
	}
	want, err := Generate(src)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../../ui/src/api.gen.ts")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("ui/src/api.gen.ts is stale, run go generate ./web (-want +got):\n%s", diff)
	}
}

func TestGenerate(t *testing.T) {
	_, err := Generate([]byte(`package web
// Thing is
// a thing.
type Thing struct {
	A int64 ` + "`json:\"a\"`" + ` // of something
	B *Thing ` + "`json:\"b\"`" + `
	C []*Thing ` + "`json:\"c,omitempty\"`" + `
	D map[string]any ` + "`json:\"d\" ts:\"Other\"`" + `
	E *pdu.Level ` + "`json:\"e,omitzero\"`" + `
}
`))
	if err == nil || !strings.Contains(err.Error(), "Thing.C") {
		t.Errorf("a slice of pointers has no clear form: %v", err)
	}
	got, err := Generate([]byte(`package web
// Thing is
// a thing.
type Thing struct {
	A int64 ` + "`json:\"a\"`" + ` // of something
	B *Thing ` + "`json:\"b\"`" + `
	C []Thing ` + "`json:\"c,omitempty\"`" + `
	D map[string]any ` + "`json:\"d\" ts:\"Other\"`" + `
	E *pdu.Level ` + "`json:\"e,omitzero\"`" + `
	F map[string][]string ` + "`json:\"f\"`" + `
}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := `/** Thing is
 * a thing. */
export interface Thing {
  /** of something */
  a: number;
  b: Thing | null;
  c?: Thing[];
  d: Other;
  e?: Level;
  f: Record<string, string[]>;
}
`
	if !strings.Contains(string(got), want) {
		t.Errorf("got\n%s\nwant in it\n%s", got, want)
	}
}

func TestGenerateRefuses(t *testing.T) {
	for name, src := range map[string]string{
		"no Go":          "nonsense",
		"unknown type":   "package web\ntype T struct {\n A chan int `json:\"a\"`\n}",
		"foreign type":   "package web\ntype T struct {\n A net.IP `json:\"a\"`\n}",
		"no tag":         "package web\ntype T struct {\n A int\n}",
		"unlisted union": "package web\ntype Colour string",
	} {
		if _, err := Generate([]byte(src)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
