package sim

import (
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

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
