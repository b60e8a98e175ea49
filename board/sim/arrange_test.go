package sim

import (
	"errors"
	"log/slog"
	"math"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/pdu"
)

func TestArrange(t *testing.T) {
	profile, err := pdu.ProfileByID("8ks")
	if err != nil {
		t.Fatal(err)
	}
	b, err := New(profile, Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.Arrange([]byte(`{"mains":{"voltage":120,"frequency":60},"outlets":[{"id":8,"load":{"type":"resistive","watts":75}}]}`)); err != nil {
		t.Fatal(err)
	}
	printed := func() string {
		answer := httptest.NewRecorder()
		b.Handler().ServeHTTP(answer, httptest.NewRequest("GET", "/api/v1/bench", nil))
		return answer.Body.String()
	}
	for _, want := range []string{`"voltage":120`, `"frequency":60`, `{"type":"resistive","watts":75}`} {
		if !strings.Contains(printed(), want) {
			t.Errorf("%s is missing in %s", want, printed())
		}
	}
	if err := b.Arrange([]byte(printed())); err != nil {
		t.Errorf("what the bench prints cannot be read: %v", err)
	}
	before := printed()
	for text, path := range map[string]string{
		`{"mains":{"voltage":230},"outlets":[{"id":9}]}`:                                  "outlets[0].id",
		`{"outlets":[{"id":1},{"id":2,"load":{"type":"resistive"}}]}`:                     "outlets[1].load.watts",
		`{"outlets":[{"load":{"type":"none"}}]}`:                                          "outlets[0].id",
		`{"mains":{"volts":230}}`:                                                         "mains.volts",
		`{"mains":{"voltage":120},"outlets":[{"id":1,"load":{"type":"warp","watts":1}}]}`: "outlets[0].load.type",
	} {
		err := b.Arrange([]byte(text))
		refused, ok := errors.AsType[*refusedError](err)
		if !ok || len(refused.faults) == 0 || refused.faults[0].Path != path {
			t.Errorf("%s: %v, want a fault at %s", text, err, path)
		}
	}
	if after := printed(); after != before {
		t.Errorf("a refused file changed the bench:\n%s\n%s", before, after)
	}
}

// A file with a seed makes the same bench every time, one with another seed another.
func TestSeedOfABenchFile(t *testing.T) {
	sunshine := func(seed string) (watts []float64) {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, "8ks", Options{})
			file := `{"seed":` + seed + `,"mains":{"noiseV":1},"outlets":[{"id":1,"load":{"type":"inverter","connectS":0},"relay":{"spreadMs":1}}]}`
			if err := b.Arrange([]byte(file)); err != nil {
				t.Fatal(err)
			}
			on(t, b, 1)
			for _, m := range measurements(watch(t, b, wait(10*time.Second))[0]) {
				watts = append(watts, m.Outputs[0].ActivePowerW)
			}
		})
		return watts
	}
	first := sunshine("7")
	if diff := cmp.Diff(first, sunshine("7")); diff != "" {
		t.Errorf("the same file measures otherwise: %s", diff)
	}
	if cmp.Equal(first, sunshine("8")) {
		t.Error("another seed measures the same")
	}
	b := newBench(t, "8ks", Options{})
	for _, seed := range []string{"-1", "1.5", `"7"`, "18446744073709551616", "null"} {
		if err := b.Arrange([]byte(`{"seed":` + seed + `}`)); err == nil || !strings.Contains(err.Error(), "seed") {
			t.Errorf("seed %s: %v", seed, err)
		}
	}
	if err := b.Arrange([]byte(`{"seed":18446744073709551615}`)); err != nil || b.document().Seed != math.MaxUint64 {
		t.Errorf("%v, %d", err, b.document().Seed)
	}
}
