package config

import (
	"testing"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// FuzzDocument reads anything as config.json: it is refused, or read into values
// that are written and read again as the same.
func FuzzDocument(f *testing.F) {
	d := newDisk(nil)
	s, err := openDisk(d, Options{})
	if err != nil {
		f.Fatal(err)
	}
	if err := editBoth(s, 5); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(d.files[fileConfig]))
	f.Add([]byte(`{"version":1,"generation":1,"model":"2pz"}`))
	f.Add([]byte(`{"version":1,"generation":1,"model":"2pz","accounts":[{"password":"********"}]}`))
	f.Add([]byte(`{"version":1,"generation":1,"model":"2pz","protocols":{"json":{"opt":null,"tree":{"":1e3}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d := newDisk(map[string]string{fileConfig: string(data)})
		s, err := openDisk(d, Options{})
		if err != nil {
			return
		}
		again, err := openDisk(newDisk(d.files), Options{})
		if err != nil || again.ETag() != s.ETag() {
			t.Fatalf("not the same again: %v\n%s\n%s", err, s.Current().masked, d.files[fileConfig])
		}
	})
}

// FuzzMergePatch applies anything: the document stays in order, and a refused patch
// changes nothing.
func FuzzMergePatch(f *testing.F) {
	for _, patch := range []string{`{}`, `{"outputs":null}`, `{"protocols":{"json":{"more":{"a":"b"},"opt":{"password":"x"}}}}`, `{"accounts":[{"id":1}]}`} {
		f.Add([]byte(patch))
	}
	f.Fuzz(func(t *testing.T, patch []byte) {
		d := newDisk(nil)
		s, err := openDisk(d, Options{})
		if err != nil {
			t.Fatal(err)
		}
		before := s.Current()
		doc, err := s.MergePatch(noContext{}, pdu.Origin{}, "", patch)
		if err != nil {
			if s.Current() != before || pdu.KindOf(err) != pdu.Invalid && pdu.KindOf(err) != pdu.TooLarge {
				t.Fatal(err)
			}
			return
		}
		again, err := openDisk(newDisk(d.files), Options{})
		if err != nil || again.ETag() != doc.ETag() {
			t.Fatalf("not the same again: %v", err)
		}
		if same, err := s.MergePatch(noContext{}, pdu.Origin{}, "", doc.masked); err != nil || same != doc {
			t.Fatalf("giving the document back changes it: %v", err)
		}
	})
}

// FuzzPath reads anything as a path; what is accepted is written and read again as
// the same, and looking it up in a document does no harm.
func FuzzPath(f *testing.F) {
	for _, p := range []string{"outputs[2].shortDelayMs", "$.a.b", `m["x \" y"][0]`, "$", "", "a[01]", "a.", "[99999999999]", `["`} {
		f.Add(p)
	}
	s, err := openDisk(newDisk(nil), Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parsePath(text)
		if err != nil {
			if pdu.KindOf(err) != pdu.Invalid {
				t.Fatal(err)
			}
			return
		}
		again, err := parsePath(p.String())
		if err != nil || again.String() != p.String() || len(again) != len(p) {
			t.Fatalf("%q became %q: %v", text, p, err)
		}
		for i := range p {
			if p[i] != again[i] {
				t.Fatalf("%q became %q", text, p)
			}
		}
		if _, err := GetPath(s.Current(), text); err != nil && pdu.KindOf(err) != pdu.NotFound {
			t.Fatal(err)
		}
	})
}
