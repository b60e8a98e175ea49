package metrics

import (
	"flag"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/httpd"
	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto"
)

var update = flag.Bool("update", false, "write the golden files anew")

// sample is a unit of a model with some of everything.
func sample(t *testing.T, model string) *pdu.Snapshot {
	t.Helper()
	p, err := pdu.ProfileByID(model)
	if err != nil {
		t.Fatal(err)
	}
	set := p.DefaultSettings()
	set.DeviceName = `rack "a"`
	set.Outputs[0].Name = `back\slash`
	s := &pdu.Snapshot{
		Profile: p, Settings: &set, Powered: true, FrequencyHz: 50.02,
		Identity: pdu.Identity{Serial: "020000123456", Firmware: "4.0.0"},
		BootedAt: time.Unix(1_795_000_000, 250_000_000),
		Inlet:    pdu.Reading{VoltageV: 230.5, CurrentA: 1.25, ActivePowerW: 280, ApparentPowerVA: 288.125, PowerFactor: 0.97},
	}
	s.InletEnergy = pdu.Energy{Forward: 1, ForwardLife: 3_600_000_000, ReverseLife: 1_500_000}
	for id := 1; id <= p.Outputs; id++ {
		o := pdu.Output{ID: pdu.OutputID(id), Commanded: pdu.LevelOf(id%2 == 1), Contact: pdu.LevelOf(id%2 == 1), Metered: p.IsMetered(pdu.OutputID(id))}
		if o.Metered && id == 1 {
			o.Reading = pdu.Reading{CurrentA: 1.25, ActivePowerW: -280, ApparentPowerVA: 288.125, PowerFactor: -0.97}
			o.Energy = pdu.Energy{ForwardLife: math.MaxUint64}
		}
		s.Outputs = append(s.Outputs, o)
	}
	s.Outputs[p.Outputs-1].Fault = pdu.RelayNotFollowing
	for id := 1; id <= p.Inputs; id++ {
		s.Inputs = append(s.Inputs, pdu.Input{ID: pdu.InputID(id), Level: pdu.On, Count: 12})
	}
	return s
}

func TestGolden(t *testing.T) {
	for _, model := range []string{"8ks", "8qs", "4ps"} {
		for name, f := range map[string]format{"openmetrics": openMetrics, "prometheus": prometheus} {
			file := filepath.Join("testdata", model+"."+name+".txt")
			got := encode(sample(t, model), f)
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", file, diff)
			}
		}
	}
}

// TestFormat holds every answer against the rules of the two texts.
func TestFormat(t *testing.T) {
	for _, model := range pdu.ProfileIDs() {
		s := sample(t, model)
		s.Inlet.CurrentA, s.Inlet.ActivePowerW = math.NaN(), math.Inf(-1)
		for _, f := range []format{openMetrics, prometheus} {
			kinds, seen, last := map[string]string{}, map[string]bool{}, ""
			for line := range strings.Lines(string(encode(s, f))) {
				line = strings.TrimSuffix(line, "\n")
				last = line
				words := strings.Fields(line)
				if words[0] == "#" {
					if len(words) > 3 && words[1] == "TYPE" {
						if kinds[words[2]] != "" {
							t.Errorf("%s: %s begins twice", model, words[2])
						}
						kinds[words[2]] = words[3]
					}
					if words[1] == "UNIT" && !strings.HasSuffix(words[2], "_"+words[3]) {
						t.Errorf("%s: %s does not end with its unit", model, line)
					}
					continue
				}
				at := strings.LastIndexByte(line, ' ')
				series, value := line[:at], line[at+1:]
				if v, err := strconv.ParseFloat(value, 64); err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
					t.Errorf("%s: %s", model, line)
				}
				if seen[series] {
					t.Errorf("%s: %s twice", model, series)
				}
				seen[series] = true
				name, _, _ := strings.Cut(series, "{")
				family := name
				if f == openMetrics {
					family = strings.TrimSuffix(strings.TrimSuffix(name, "_total"), "_info")
				}
				if kind := kinds[family]; kind == "" || kind == "counter" != strings.HasSuffix(name, "_total") {
					t.Errorf("%s: %s belongs to no family, or to one of another kind (%s)", model, series, kind)
				}
			}
			if f == openMetrics && last != "# EOF" {
				t.Errorf("%s ends with %q", model, last)
			}
		}
	}
}

// reader gives one snapshot.
type reader struct {
	pdu.Reader
	s *pdu.Snapshot
}

func (r reader) Snapshot() *pdu.Snapshot { return r.s }

func serve(t *testing.T, c *Config, r *http.Request) *http.Response {
	t.Helper()
	svc, err := Definition.New(proto.Deps{Reader: reader{s: sample(t, "8ks")}, HTTP: httpd.New(httpd.Options{}), Log: slog.New(slog.DiscardHandler)}, c)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	svc.(http.Handler).ServeHTTP(w, r)
	return w.Result()
}

func TestAnswers(t *testing.T) {
	locked := &Config{Enabled: true, User: "prom", Secret: "secret"}
	with := func(user, password string) *http.Request {
		r := httptest.NewRequest(http.MethodGet, Path, nil)
		r.SetBasicAuth(user, password)
		return r
	}
	for _, c := range []struct {
		name   string
		config *Config
		r      *http.Request
		status int
	}{
		{"open", &Config{Enabled: true}, httptest.NewRequest(http.MethodGet, Path, nil), 200},
		{"with credentials", locked, with("prom", "secret"), 200},
		{"without", locked, httptest.NewRequest(http.MethodGet, Path, nil), 401},
		{"wrong password", locked, with("prom", "wrong"), 401},
		{"wrong user", locked, with("pro", "msecret"), 401},
		{"method", &Config{Enabled: true}, httptest.NewRequest(http.MethodPost, Path, nil), 405},
	} {
		resp := serve(t, c.config, c.r)
		body, _ := io.ReadAll(resp.Body)
		if resp.StatusCode != c.status || (c.status == 200) != strings.Contains(string(body), "pdu_outlet_on{") {
			t.Errorf("%s: %d %.60s", c.name, resp.StatusCode, body)
		}
	}
	r := httptest.NewRequest(http.MethodGet, Path, nil)
	r.Header.Set("Accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
	if got := serve(t, &Config{}, r).Header.Get("Content-Type"); got != typeOpenMetrics {
		t.Errorf("media type %q", got)
	}
	if got := serve(t, &Config{}, httptest.NewRequest(http.MethodGet, Path, nil)).Header.Get("Content-Type"); got != typePrometheus {
		t.Errorf("media type %q", got)
	}
}
