package sim

import (
	"os"
	"testing"

	"github.com/zerocross-pdu/zerocross/board/boardtest"
	"github.com/zerocross-pdu/zerocross/pdu"
)

func profile(t testing.TB, id string) *pdu.Profile {
	t.Helper()
	p, err := pdu.ProfileByID(id)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func stateDir(t testing.TB) *os.Root {
	t.Helper()
	dir, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = dir.Close() })
	return dir
}

func newBench(t testing.TB, model string, opt Options) *Bench {
	t.Helper()
	b, err := New(profile(t, model), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func TestBenchIsABoard(t *testing.T) {
	for _, model := range []string{"8ks", "8qs", "4ps", "101x", "4pz"} {
		t.Run(model, func(t *testing.T) {
			boardtest.Run(t, boardtest.Harness{
				Profile: profile(t, model),
				Virtual: true,
				New: func(t *testing.T) boardtest.Rig {
					dir := stateDir(t)
					opt := Options{StateDir: dir, Loads: DemoLoads(profile(t, model))}
					b := newBench(t, model, opt)
					set := func(on bool) {
						if err := b.SetMains(Mains{VoltageV: 230, FrequencyHz: 50, On: on}); err != nil {
							t.Fatal(err)
						}
					}
					return boardtest.Rig{
						Board:        b,
						Restart:      func() pdu.Board { return newBench(t, model, opt) },
						CutMains:     func() { set(false) },
						RestoreMains: func() { set(true) },
					}
				},
			})
		})
	}
}
