package config

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// openDisk opens a store on a disk in memory.
func openDisk(d folder, opt Options) (*Store, error) {
	if opt.Sections == nil {
		opt.Sections = testSections()
	}
	opt.Model = "2pz" // small: these tests open many documents
	return open(d, opt, nil)
}

// port and secret of a store tell which edit it shows; they are edited together.
func editBoth(s *Store, n int) error {
	patch := fmt.Sprintf(`{"protocols":{"json":{"port":%d,"read":{"password":"secret-%d"}}},"accounts":[{"name":"a","password":"account-%d"}]}`, n, n, n)
	_, err := s.MergePatch(noContext{}, pdu.Origin{}, "", []byte(patch))
	return err
}

func shown(s *Store) (int, error) {
	p := Get[protocol](s.Current(), "protocols.json")
	accounts := *Get[[]account](s.Current(), "accounts")
	n := int(p.Port)
	if string(p.Read.Password) != fmt.Sprintf("secret-%d", n) || len(accounts) != 1 || string(accounts[0].Password) != fmt.Sprintf("account-%d", n) {
		return n, fmt.Errorf("a mixture: port %d, secret %q, accounts %#v", n, string(p.Read.Password), accounts)
	}
	return n, nil
}

// TestCrashAtEveryStep stops at every operation of two edits, also in the middle of
// writes, and looks at whatever a kill or a loss of power may leave: the old or the
// new document with its own secrets.
func TestCrashAtEveryStep(t *testing.T) {
	first := newDisk(nil)
	s, err := openDisk(first, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 3; n++ {
		if err := editBoth(s, n); err != nil {
			t.Fatal(err)
		}
	}
	for stop := 1; ; stop++ {
		d := newDisk(first.files)
		s, err := openDisk(d, Options{})
		if err != nil {
			t.Fatal(err)
		}
		d.steps, d.stopAt, d.partial = 0, stop, stop*97
		done := 3
		for n := 4; n <= 5; n++ {
			if editBoth(s, n) == nil {
				done = n
			}
			if got, err := shown(s); err != nil || got != done {
				t.Fatalf("stop at %d: the store shows %d after %d was done: %v", stop, got, done, err)
			}
		}
		for i, files := range d.crashes() {
			again, err := openDisk(newDisk(files), Options{})
			if err != nil {
				t.Fatalf("stop at %d, crash %d: %v", stop, i, err)
			}
			got, err := shown(again)
			// A kill loses nothing that was done; a loss of power at most the edit that
			// was in work. When the last sync failed, the edit counts as done.
			atLeast := done
			if i > 0 {
				atLeast = max(3, done-1)
			}
			if err != nil || got < atLeast || got > 5 {
				t.Fatalf("stop at %d, crash %d: %d instead of at least %d: %v", stop, i, got, atLeast, err)
			}
			if err := editBoth(again, 6); err != nil {
				t.Fatalf("stop at %d, crash %d: not writable any more: %v", stop, i, err)
			}
		}
		if d.steps < stop {
			if stop < 15 {
				t.Fatalf("only %d steps: this test tests nothing", d.steps)
			}
			return
		}
	}
}

// TestCrashAtFirstStart stops at every operation of the first start: the next one
// starts anew or finds the whole document.
func TestCrashAtFirstStart(t *testing.T) {
	for stop := 1; ; stop++ {
		d := newDisk(nil)
		d.stopAt, d.partial = stop, stop*31
		_, err := openDisk(d, Options{Seed: func(d *Draft) error {
			*Edit[[]account](d, "accounts") = []account{{Name: "a", Password: "p"}}
			return nil
		}})
		for i, files := range d.crashes() {
			if _, err := openDisk(newDisk(files), Options{}); err != nil {
				t.Fatalf("stop at %d, crash %d: %v", stop, i, err)
			}
		}
		if d.steps < stop {
			if err != nil {
				t.Fatal(err)
			}
			return
		}
	}
}

// TestCrashWhileRecovering stops at every operation of a start that has to write:
// because the document is damaged, changed by hand, or of an older version.
func TestCrashWhileRecovering(t *testing.T) {
	base := newDisk(nil)
	s, err := openDisk(base, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for n := 2; n <= 3; n++ {
		if err := editBoth(s, n); err != nil {
			t.Fatal(err)
		}
	}
	whole := base.files[fileConfig]
	byHand := strings.ReplaceAll(strings.Replace(whole, `"port": 3`, `"port": 4`, 1), Mask, "by-hand")
	for name, c := range map[string]struct {
		config string
		steps  []migration
		want   int
	}{
		"damaged":         {config: whole[:len(whole)/2], want: 2},
		"changed by hand": {config: byHand, want: 4},
		"older version":   {config: whole, steps: []migration{func(map[string]any) error { return nil }}, want: 3},
	} {
		for stop := 1; ; stop++ {
			files := maps.Clone(base.files)
			files[fileConfig] = c.config
			d := newDisk(files)
			d.stopAt, d.partial = stop, stop*53
			opt := Options{Sections: testSections()}
			_, err := open(d, opt, c.steps)
			if err != nil {
				t.Fatalf("%s, stop at %d: a start that cannot write is no start: %v", name, stop, err)
			}
			for i, files := range d.crashes() {
				again, err := open(newDisk(files), opt, c.steps)
				if err != nil {
					t.Fatalf("%s, stop at %d, crash %d: %v", name, stop, i, err)
				}
				p := Get[protocol](again.Current(), "protocols.json")
				want := fmt.Sprintf("secret-%d", c.want)
				if c.want == 4 {
					want = "by-hand"
				}
				if int(p.Port) != c.want || string(p.Read.Password) != want {
					t.Fatalf("%s, stop at %d, crash %d: port %d, password %q", name, stop, i, p.Port, string(p.Read.Password))
				}
			}
			if d.steps < stop {
				break
			}
		}
	}
}

// TestDamage changes each byte of each file in turn: the store opens with the newest
// document or the one before it, or refuses; never with a mixture or without a
// password. Damage of one copy of the secrets has no effect at all.
func TestDamage(t *testing.T) {
	d := newDisk(nil)
	s, err := openDisk(d, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 3; n++ {
		if err := editBoth(s, n); err != nil {
			t.Fatal(err)
		}
	}
	for name, data := range d.files {
		for i := 0; i < len(data); i += 11 {
			for _, damaged := range []string{data[:i], data[:i] + string(data[i]^4) + data[i+1:], data[:i] + strings.Repeat("\x00", len(data)-i)} {
				files := maps.Clone(d.files)
				files[name] = damaged
				again, err := openDisk(newDisk(files), Options{})
				if err != nil {
					// Only a change that reads as one of another model or a newer version.
					if name != fileConfig || pdu.KindOf(err) != pdu.Conflict && pdu.KindOf(err) != pdu.NotFound {
						t.Fatalf("%s, byte %d: %v", name, i, err)
					}
					continue
				}
				if name != fileConfig {
					if got, err := shown(again); err != nil || got != 3 {
						t.Fatalf("%s, byte %d: %d %v", name, i, got, err)
					}
				}
				p := Get[protocol](again.Current(), "protocols.json")
				accounts := *Get[[]account](again.Current(), "accounts")
				if p.Read.Password == "" || p.Read.Password == Mask || len(accounts) != 1 || accounts[0].Password == "" {
					t.Fatalf("%s, byte %d: opened without a password: %s", name, i, again.Current().masked)
				}
			}
		}
	}
}

// TestEditsAgainstModel edits at random and opens again: patches, typed edits and
// what is stored always agree.
func TestEditsAgainstModel(t *testing.T) {
	accounts := Options{Sections: testSections()[1:2]} // small, to get far
	rapid.Check(t, func(t *rapid.T) {
		d := newDisk(nil)
		s, err := openDisk(d, accounts)
		if err != nil {
			t.Fatal(err)
		}
		names := rapid.StringMatching(`[a-z]{1,3}`)
		var model []account
		want := func(got []account) {
			if len(got) != len(model) {
				t.Fatalf("%v instead of %v", got, model)
			}
			for i := range got {
				if got[i] != model[i] {
					t.Fatalf("%#v instead of %#v", got, model)
				}
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"typed edit": func(t *rapid.T) {
				if len(model) == 4 {
					t.Skip()
				}
				a := account{names.Draw(t, "name"), "r", Secret(rapid.StringMatching(`[x-z]{0,2}`).Draw(t, "password"))}
				if _, err := s.Edit(noContext{}, pdu.Origin{}, "", func(d *Draft) error {
					list := Edit[[]account](d, "accounts")
					*list = append(*list, a)
					return nil
				}); err != nil {
					t.Fatal(err)
				}
				model = append(model, a)
			},
			"give back the masked document": func(t *rapid.T) {
				masked, _ := s.Current().MarshalMasked()
				before := s.Current()
				if doc, err := s.MergePatch(noContext{}, pdu.Origin{}, s.ETag(), masked); err != nil || doc != before {
					t.Fatalf("changed something: %v", err)
				}
			},
			"set one": func(t *rapid.T) {
				if len(model) == 0 {
					t.Skip()
				}
				i := rapid.IntRange(0, len(model)-1).Draw(t, "index")
				role := names.Draw(t, "role")
				if _, err := SetPath(noContext{}, s, pdu.Origin{}, fmt.Sprintf("accounts[%d].role", i), role); err != nil {
					t.Fatal(err)
				}
				model[i].Role = role
			},
			"open again": func(t *rapid.T) {
				if s, err = openDisk(newDisk(s.dir.(*disk).files), accounts); err != nil {
					t.Fatal(err)
				}
			},
			"": func(*rapid.T) { want(*Get[[]account](s.Current(), "accounts")) },
		})
	})
}
