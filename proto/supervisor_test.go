package proto

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/health"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// fakeConfig is the section of a fake protocol.
type fakeConfig struct {
	Enabled bool   `json:"enabled"`
	Port    int    `json:"port"`
	Trouble string `json:"trouble"`
}

func (c *fakeConfig) IsEnabled() bool { return c.Enabled }

// lives notes what fake services did, in order.
type lives struct {
	mu  sync.Mutex
	log []string
}

func (l *lives) add(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.log = append(l.log, what)
}

// take gives what was noted since the last call.
func (l *lives) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer func() { l.log = nil }()
	return l.log
}

// fakeService does what the section of its protocol says.
type fakeService struct {
	name   string
	config *fakeConfig
	lives  *lives
}

func (s *fakeService) Run(ctx context.Context, ready func()) error {
	s.lives.add(s.name + " up")
	defer s.lives.add(s.name + " down")
	switch s.config.Trouble {
	case "fail":
		return errors.New("no luck")
	case "panic":
		panic("a defect")
	case "end":
		return nil
	}
	ready()
	switch s.config.Trouble {
	case "late":
		select {
		case <-time.After(time.Hour):
			return errors.New("no luck any more")
		case <-ctx.Done():
		}
	}
	<-ctx.Done()
	return nil
}

// bench is a supervisor with two fake protocols, inside a synctest bubble.
type bench struct {
	t      *testing.T
	lives  *lives
	health *health.Registry
	store  *config.Store
	sup    *Supervisor
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, lives: new(lives), health: new(health.Registry)}
	define := func(name string) Definition {
		return Define(name, func(*pdu.Profile) *fakeConfig { return new(fakeConfig) },
			func(_ Deps, c *fakeConfig) (Service, error) {
				if c.Trouble == "new" {
					return nil, errors.New("cannot be made")
				}
				return &fakeService{name, c, b.lives}, nil
			})
	}
	defs := []Definition{define("a"), define("b")}
	dir, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	if b.store, err = config.Open(dir, config.Options{Sections: Sections(defs), Log: log}); err != nil {
		t.Fatal(err)
	}
	b.sup = New(b.store, Deps{Health: b.health, Log: log}, defs)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.sup.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		for _, st := range b.sup.Status() {
			if st.Running {
				t.Errorf("%s runs after the end", st.Name)
			}
		}
		if c := b.health.Conditions(); len(c) > 0 {
			t.Errorf("conditions after the end: %v", c)
		}
		_ = dir.Close()
	})
	synctest.Wait()
	return b
}

// set changes the section of a protocol and waits until all is quiet.
func (b *bench) set(name string, c fakeConfig) {
	b.t.Helper()
	_, err := b.store.Edit(b.t.Context(), pdu.Origin{}, "", func(d *config.Draft) error {
		*config.Edit[fakeConfig](d, "protocols."+name) = c
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	synctest.Wait()
}

func (b *bench) want(status []Status, log ...string) {
	b.t.Helper()
	if diff := cmp.Diff(status, b.sup.Status()); diff != "" {
		b.t.Errorf("status (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(log, b.lives.take()); diff != "" {
		b.t.Errorf("services (-want +got):\n%s", diff)
	}
}

// conditions lists the subjects of what is active.
func (b *bench) conditions() (subjects []string) {
	for _, c := range b.health.Conditions() {
		subjects = append(subjects, c.Code+" "+c.Subject)
	}
	return subjects
}

func TestSupervisorFollowsTheConfiguration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.want([]Status{{Name: "a"}, {Name: "b"}})
		b.set("a", fakeConfig{Enabled: true})
		b.set("b", fakeConfig{Enabled: true})
		both := []Status{{Name: "a", Enabled: true, Running: true}, {Name: "b", Enabled: true, Running: true}}
		b.want(both, "a up", "b up")
		// Only the one whose section changed is disturbed.
		b.set("a", fakeConfig{Enabled: true, Port: 1})
		b.want(both, "a down", "a up")
		b.set("a", fakeConfig{Enabled: true, Port: 1})
		b.want(both)
		b.set("b", fakeConfig{Port: 5})
		b.want([]Status{both[0], {Name: "b"}}, "b down")
	})
}

func TestSupervisorRestartsWithGrowingPauses(t *testing.T) {
	for _, trouble := range []string{"fail", "panic", "end", "new"} {
		t.Run(trouble, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				b.set("b", fakeConfig{Enabled: true})
				b.lives.take()
				b.set("a", fakeConfig{Enabled: true, Trouble: trouble})
				var starts []time.Duration
				began := time.Now()
				for range 200 {
					if len(b.lives.take()) > 0 {
						starts = append(starts, time.Since(began))
					}
					time.Sleep(time.Second)
					synctest.Wait()
				}
				want := []time.Duration{0, 1, 3, 7, 15, 31, 61, 91, 121, 151, 181}
				for i := range want {
					want[i] *= time.Second
				}
				if trouble == "new" {
					want = nil // nothing ever ran
				}
				if diff := cmp.Diff(want, starts); diff != "" {
					t.Errorf("starts (-want +got):\n%s", diff)
				}
				st := b.sup.Status()
				if st[0].Running || st[0].Error == "" || !st[1].Running {
					t.Errorf("status %+v", st)
				}
				if diff := cmp.Diff([]string{"protocol.failed a"}, b.conditions()); diff != "" {
					t.Error(diff)
				}
				// New settings are tried at once and heal it.
				b.set("a", fakeConfig{Enabled: true})
				b.want([]Status{{Name: "a", Enabled: true, Running: true}, {Name: "b", Enabled: true, Running: true}}, "a up")
				time.Sleep(settled)
				synctest.Wait()
				if c := b.conditions(); c != nil {
					t.Errorf("conditions %v", c)
				}
			})
		})
	}
}

func TestSupervisorForgivesAfterALongRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.set("a", fakeConfig{Enabled: true, Trouble: "late"})
		for range 5 {
			time.Sleep(time.Hour + firstPause)
			synctest.Wait()
			b.want([]Status{{Name: "a", Enabled: true, Running: true}, {Name: "b"}}, "a up", "a down", "a up")
			b.lives.add("a up") // the second up of this round is the first of the next
		}
		// Turning a failed protocol off ends its condition.
		time.Sleep(time.Hour)
		synctest.Wait()
		if diff := cmp.Diff([]string{"protocol.failed a"}, b.conditions()); diff != "" {
			t.Error(diff)
		}
		b.set("a", fakeConfig{})
		if c := b.conditions(); c != nil {
			t.Errorf("conditions %v", c)
		}
	})
}

func TestSectionsAreNamed(t *testing.T) {
	def := Define("x", func(*pdu.Profile) *fakeConfig { return &fakeConfig{Port: 7} }, func(Deps, *fakeConfig) (Service, error) { return nil, nil })
	s := Sections([]Definition{def})
	if len(s) != 1 || s[0].Path != "protocols.x" || s[0].Default(nil).(*fakeConfig).Port != 7 {
		t.Errorf("%+v", s)
	}
}
