package sim

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/pdu"
)

func TestParseTrace(t *testing.T) {
	got, err := parseTrace(strings.NewReader("\ufeff# dishwasher\r\nseconds, watts\r\n0,5\n\n 1.5 , -20e1\n#pause\n10,0\n"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]tracePoint{{0, 5}, {1.5, -200}, {10, 0}}, got, cmp.AllowUnexported(tracePoint{})); diff != "" {
		t.Error(diff)
	}
	for text, want := range map[string]string{
		"":                         "no line",
		"# nothing\n":              "no line",
		"seconds,watts\n":          "no line",
		"a,b\nc,d\n":               "line 2",
		"0,1\n1;2\n":               "line 2: it has no comma",
		"0,1\n1,\n":                "line 2",
		"0,1\n1,2,3\n":             "line 2",
		"0,1\n0,2\n":               "not after",
		"0,1\n5,2\n4,2\n":          "line 3",
		"0,1\n1,NaN\n":             "outside",
		"0,1\n1,20001\n":           "outside",
		"0,1\n-1,2\n":              "outside",
		"0,1\n1,+Inf\n":            "outside",
		strings.Repeat("7", 9999):  "line",
		"0,1\n" + "9,0x1p4\nb,2\n": "line 3",
		"0,1\n31622401,2\n":        "outside",
		"0,1\n\n\n\nx\n":           "line 5",
		"0,1\n1,1\n2,\"unquoted\"": "line 3",
	} {
		if _, err := parseTrace(strings.NewReader(text)); pdu.KindOf(err) != pdu.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want Invalid with %q", text, err, want)
		}
	}
}

// A trace plays from its start when power comes, and over and over.
func TestTracePlays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "wash.csv"), []byte("10,100\n12,300\n14,-50\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		l := defaultTrace()
		l.File, l.Scale, l.PowerFactor, l.Shift = "wash.csv", 2, 0.5, Inductive
		b := newBench(t, "8ks", Options{Recordings: []string{dir}, Loads: []Load{l}})
		at := func(what string, watts float64) func() time.Duration {
			return func() time.Duration {
				r := b.document().Outlets[0].Reading
				within(t, what, r.ActivePowerW, watts, 0.5)
				within(t, what+", reactive power", r.ReactivePowerVAr, math.Abs(watts)*math.Sqrt(3), 0.5)
				return 2 * time.Second
			}
		}
		on(t, b, 1)
		watch(t, b, wait(1500*time.Millisecond), at("first", 200), at("second", 600), at("third", -100), at("again", 200), func() time.Duration {
			switchTo(t, b, pdu.Off, 1)
			return time.Second
		}, func() time.Duration { on(t, b, 1); return time.Second }, at("after the power came back", 200))
	})
}

func TestTraceUpload(t *testing.T) {
	dir := stateDir(t)
	b := newBench(t, "8ks", Options{StateDir: dir})
	if status, answer := put(t, b, "/recordings/wash.csv", "0,100\n1,200\n"); status != 200 || !strings.Contains(answer, `"name":"wash.csv"`) {
		t.Errorf("%d %s", status, answer)
	}
	if status, answer := put(t, b, "/recordings/bad.csv", "0,100\n1,much\n"); status != 400 || !strings.Contains(answer, "line 2") {
		t.Errorf("%d %s", status, answer)
	}
	if status, answer := put(t, b, "/outlets/1", `{"load":{"type":"trace","file":"wash.csv"}}`); status != 200 || !strings.Contains(answer, `"shift":"capacitive"`) {
		t.Errorf("%d %s", status, answer)
	}
	for body, want := range map[string]string{
		`{"load":{"type":"trace"}}`:                                                          "load.file",
		`{"load":{"type":"trace","file":"a.i16"}}`:                                           "load.file",
		`{"load":{"type":"trace","file":"../a.csv"}}`:                                        "load.file",
		`{"load":{"type":"trace","file":"gone.csv"}}`:                                        "recording.missing",
		`{"load":{"type":"trace","file":"wash.csv","shift":"up"}}`:                           "load.shift",
		`{"load":{"type":"trace","file":"wash.csv","powerFactor":0}}`:                        "load.powerFactor",
		`{"load":{"type":"recording","file":"wash.csv","ampsPerCount":1,"voltsPerCount":1}}`: "load.file",
	} {
		if status, answer := put(t, b, "/outlets/1", body); status != 400 || !strings.Contains(answer, want) {
			t.Errorf("%s: %d %s", body, status, answer)
		}
	}
	if again := newBench(t, "8ks", Options{StateDir: dir}); again.plugged[0].spec.kind() != "trace" {
		t.Errorf("after a restart outlet 1 has %+v", again.plugged[0].spec)
	}
}

func FuzzTrace(f *testing.F) {
	f.Add("seconds,watts\n0,1\n2,3\n")
	f.Add("# x\n\n1e3 , -2\n")
	f.Fuzz(func(t *testing.T, text string) {
		points, err := parseTrace(strings.NewReader(text))
		if err != nil {
			if pdu.KindOf(err) != pdu.Invalid {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		s := newTraceSource(*defaultTrace(), points)
		for range 10 {
			if w := s.now(); !(math.Abs(w) <= maxWatts) {
				t.Fatalf("%q: %v W", text, w)
			}
			if s.at += s.length / 7; s.at >= s.length || math.IsInf(s.at, 0) {
				s.at = 0
			}
		}
	})
}
