package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// session is one run of the program in a test.
type session struct {
	env      map[string]string
	stdin    string
	terminal bool // a person sits at stdin and stderr
	password string
	redraw   bool
	ctx      context.Context
}

// run carries out a command line and gives its exit code and streams.
func (s session) run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	h := &host{
		args: args, stdin: strings.NewReader(s.stdin), stdout: &out, stderr: &errs,
		lookupEnv: func(name string) (string, bool) { v, ok := s.env[name]; return v, ok },
		now:       func() time.Time { return time.Date(2026, 11, 20, 9, 15, 0, 0, time.UTC) },
		canAsk:    s.terminal, canRedraw: s.redraw,
		readPassword: func() (string, error) {
			if s.password == "" {
				return "", errors.New("interrupted")
			}
			return s.password, nil
		},
	}
	ctx := s.ctx
	if ctx == nil {
		ctx = t.Context()
	}
	code = run(ctx, h)
	return code, out.String(), errs.String()
}

// golden compares got with a file in testdata. The address of the test's device
// is written as DEVICE.
func golden(t *testing.T, name, got string, d *fakeDevice) {
	t.Helper()
	got = strings.ReplaceAll(got, d.URL, "DEVICE")
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; make it with -update", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// TestGolden: what people and scripts see, for a device of each generation.
func TestGolden(t *testing.T) {
	for name, args := range map[string][]string{
		"status":      {"status"},
		"status-json": {"status", "--json"},
		"set":         {"set", "1,2", "on"},
		"set-json":    {"set", "2", "on", "--json"},
		"restart":     {"restart", "1", "--delay", "1500ms"},
		"toggle":      {"toggle", "1-2"},
		"all":         {"all", "off", "--yes"},
	} {
		for generation, newFake := range map[string]func(*testing.T) *fakeDevice{"4x": newFake4x, "esp": newFakeESP} {
			t.Run(name+"-"+generation, func(t *testing.T) {
				d := newFake(t)
				code, stdout, stderr := session{}.run(t, append(args, "-u", d.URL)...)
				if code != 0 || stderr != "" {
					t.Errorf("exit %d: %s", code, stderr)
				}
				golden(t, name+"-"+generation, stdout, d)
			})
		}
	}
}

// TestWrites: each command line and the one control document that it sends.
func TestWrites(t *testing.T) {
	f := func(want string, args ...string) {
		t.Helper()
		d := newFakeESP(t)
		code, _, stderr := session{}.run(t, append(args, "-u", d.URL)...)
		if diff := cmp.Diff([]string{want}, d.written()); code != 0 || diff != "" {
			t.Errorf("%v: exit %d, %s (-want +got):\n%s", args, code, stderr, diff)
		}
	}
	f(`{"Outputs":[{"ID":3,"Action":1}]}`, "set", "3", "on")
	f(`{"Outputs":[{"ID":1,"Action":0},{"ID":3,"Action":0},{"ID":4,"Action":0}]}`, "set", "1,3-4,3", "off")
	f(`{"Outputs":[{"ID":2,"Action":0},{"ID":1,"Action":0}]}`, "set", "SWITCH, server a", "off")
	f(`{"Outputs":[{"ID":3,"Action":1}]}`, "set", "left, right", "on")
	f(`{"Outputs":[{"ID":2,"Action":2}]}`, "restart", "switch")
	f(`{"Outputs":[{"ID":2,"Action":2,"Delay":5000}]}`, "restart", "2", "--delay", "5s")
	f(`{"Outputs":[{"ID":3,"Action":4}]}`, "toggle", "3")
	f(`{"Outputs":[{"ID":1,"Action":1},{"ID":2,"Action":1},{"ID":3,"Action":1},{"ID":4,"Action":1}]}`, "all", "on")
	f(`{"Outputs":[{"ID":1,"Action":2,"Delay":300},{"ID":2,"Action":2,"Delay":300},{"ID":3,"Action":2,"Delay":300},{"ID":4,"Action":2,"Delay":300}]}`,
		"all", "restart", "-y", "--delay", "300ms")
}

// TestUsage: a mistake is exit code 2, names itself, and switches nothing.
func TestUsage(t *testing.T) {
	d := newFakeESP(t)
	d.names[1] = "server a" // the same as output 1 but for the case
	f := func(part string, args ...string) {
		t.Helper()
		code, stdout, stderr := session{env: map[string]string{"PDUCTL_URL": d.URL}}.run(t, args...)
		if code != exitUsage || !strings.Contains(stderr, part) || stdout != "" {
			t.Errorf("%v: exit %d, %q, %q; want %q", args, code, stdout, stderr, part)
		}
	}
	f("unknown command", "sett", "3", "on")
	f("unknown flag", "set", "3", "on", "--force")
	f("invalid argument", "watch", "--interval", "fast")
	f("accepts 2 arg", "set", "3")
	f("neither on nor off", "set", "3", "up")
	f("there is no output 9", "set", "1,9", "off")
	f("there is no output 5", "set", "3-5", "off")
	f("there is no output 0", "toggle", "0")
	f("neither a number nor a range", "set", "4-3", "off")
	f("neither a number nor a range", "set", "1-2-3", "off")
	f("neither a number nor a range", "set", "--", "-1", "off")
	f("neither a number nor a range", "set", "99999999999999999999", "off")
	f("an output is missing", "set", "1,,2", "off")
	f("an output is missing", "set", "", "off")
	f(`no output is called "printer"; there are 1 "Server A"`, "set", "printer", "off")
	f(`2 outputs are called "SERVER A"`, "set", "SERVER A", "off")
	f("delay 99 ms is outside", "restart", "1", "--delay", "99ms")
	f("delay -1000 ms is outside", "restart", "1", "--delay=-1s")
	f("belong to restart", "all", "off", "--yes", "--wait")
	f("none of on, off", "all", "cycle")
	f("add --yes", "all", "off")
	f("add --yes", "all", "restart")
	f("add --yes", "all", "toggle")
	f("the shortest is 100ms", "watch", "--interval", "99ms")
	f("--timeout", "status", "--timeout", "0s")
	f("--ca", "status", "--ca", "testdata/missing.pem")
	f("--password-file", "status", "--password-file", "testdata/missing")
	f("not the 64 hexadecimal digits", "status", "--fingerprint", "12")
	f("names no http or https device", "status", "-u", "ftp://x")
	if got := d.written(); got != nil {
		t.Errorf("written: %v", got)
	}
	if code, _, stderr := (session{}).run(t, "status"); code != exitUsage || !strings.Contains(stderr, "PDUCTL_URL") {
		t.Errorf("no device: exit %d, %s", code, stderr)
	}
}

// TestFailures: the exit code tells scripts what kind of failure it was.
func TestFailures(t *testing.T) {
	f := func(want int, part string, prepare func(d *fakeDevice), args ...string) {
		t.Helper()
		d := newFake4x(t)
		prepare(d)
		code, _, stderr := session{}.run(t, append(args, "-u", d.URL)...)
		if code != want || !strings.Contains(stderr, part) {
			t.Errorf("%v: exit %d, %s; want %d, %q", args, code, stderr, want, part)
		}
	}
	f(exitFailed, `403, "read only"`, func(d *fakeDevice) { d.readOnly = true }, "set", "1", "off")
	f(exitLogin, `401, "unauthorized"`, func(d *fakeDevice) { d.user = "netio" }, "status")
	f(exitFailed, "not a NETIO state document", func(d *fakeDevice) { d.agent = "<html>" }, "status")
	f(exitUnreachable, "cannot reach", func(d *fakeDevice) { d.Close() }, "set", "1", "off")
	f(exitNotTaken, "output 2 did not take", func(d *fakeDevice) { d.stuck[2] = true }, "all", "on")
	f(exitNotTaken, "output 1, 2 did not take", func(d *fakeDevice) { d.stuck[1], d.stuck[2] = true, true }, "toggle", "1,2")
	f(exitNotTaken, "output 1 did not take", func(d *fakeDevice) { d.stuck[1] = true }, "restart", "1", "--wait")
	f(exitFailed, "404", func(d *fakeDevice) { d.URL += "/other"; d.Config.Handler = nil }, "status")
}

func TestLogin(t *testing.T) {
	d := newFake4x(t)
	d.user = "netio"
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("secret\r\nsecond line\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := func(s session, want int, args ...string) {
		t.Helper()
		code, stdout, stderr := s.run(t, append(args, "status", "-u", d.URL)...)
		if code != want || strings.Contains(stdout+stderr, "secret") {
			t.Errorf("%v: exit %d, %s", args, code, stderr)
		}
	}
	env := map[string]string{"PDUCTL_USER": "netio", "PDUCTL_PASSWORD": "secret"}
	f(session{env: env}, exitOK)
	f(session{env: env}, exitLogin, "--user", "other")
	f(session{}, exitOK, "--user", "netio", "--password-file", file)
	f(session{stdin: "secret\n"}, exitOK, "--user", "netio", "--password-file", "-")
	f(session{stdin: strings.Repeat("x", 5000)}, exitUsage, "--user", "netio", "--password-file", "-")
	f(session{terminal: true, password: "secret"}, exitOK, "--user", "netio")
	f(session{terminal: true}, exitUsage, "--user", "netio")
	f(session{terminal: true, password: "secret"}, exitLogin) // no user, no question
	f(session{}, exitLogin, "--user", "netio")
}

func TestConfirm(t *testing.T) {
	f := func(answer string, want int, writes int) {
		t.Helper()
		d := newFakeESP(t)
		code, _, stderr := session{terminal: true, stdin: answer}.run(t, "all", "off", "-u", d.URL)
		if code != want || len(d.written()) != writes || !strings.Contains(stderr, "Switch off all 4 outputs of rack-a at "+d.URL) {
			t.Errorf("answer %q: exit %d, %v, %s", answer, code, d.written(), stderr)
		}
	}
	f("y\n", exitOK, 1)
	f(" YES \r\n", exitOK, 1)
	f("n\n", exitFailed, 0)
	f("\n", exitFailed, 0)
	f("", exitFailed, 0)
	f("yesterday\n", exitFailed, 0)
}

// TestRestartWait: the program waits, also while the device cannot be reached,
// until the output is on again.
func TestRestartWait(t *testing.T) {
	d := newFake4x(t)
	d.onRead = func(d *fakeDevice, n int) {
		if n == 3 { // the first read comes before the write
			d.state[0] = 1
		}
	}
	code, stdout, stderr := session{}.run(t, "restart", "1", "--wait", "--delay", "100ms", "-u", d.URL)
	if code != exitOK || !strings.Contains(stdout, "on   on") || d.reads < 3 {
		t.Errorf("exit %d after %d reads: %s%s", code, d.reads, stdout, stderr)
	}
}

func TestWatch(t *testing.T) {
	for name, s := range map[string]struct {
		session session
		args    []string
	}{
		"watch-lines":  {},
		"watch-json":   {args: []string{"--json"}},
		"watch-screen": {session: session{redraw: true}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newFakeESP(t)
			ctx, cancel := context.WithCancel(t.Context())
			d.onRead = func(d *fakeDevice, n int) {
				switch n {
				case 2:
					d.state[2] = 1
				case 3: // nothing new
				case 4:
					cancel()
				}
			}
			s.session.ctx = ctx
			code, stdout, stderr := s.session.run(t, append([]string{"watch", "-i", "100ms", "-u", d.URL}, s.args...)...)
			if code != exitOK || stderr != "" {
				t.Errorf("exit %d: %s", code, stderr)
			}
			golden(t, name, stdout, d)
		})
	}
}

// TestWatchOutage: silence is reported once and watched on; a refused login ends
// the watch.
func TestWatchOutage(t *testing.T) {
	for _, args := range [][]string{{}, {"--json"}} {
		d := newFake4x(t)
		d.onRead = func(d *fakeDevice, n int) {
			switch n {
			case 2, 3:
				panic("hang up")
			case 5:
				d.user = "netio"
			}
		}
		d.Config.ErrorLog = quiet
		code, stdout, stderr := session{}.run(t, append([]string{"watch", "-i", "100ms", "-u", d.URL}, args...)...)
		if code != exitLogin || strings.Count(stdout, "cannot reach") != 1 || !strings.Contains(stderr, "401") {
			t.Errorf("%v: exit %d, %s%s", args, code, stdout, stderr)
		}
	}
}

func TestCompletion(t *testing.T) {
	d := newFakeESP(t)
	f := func(want string, args ...string) {
		t.Helper()
		code, stdout, _ := session{env: map[string]string{"PDUCTL_URL": d.URL}}.run(t, append([]string{"__complete"}, args...)...)
		if diff := cmp.Diff(want, stdout); code != 0 || diff != "" {
			t.Errorf("%v: exit %d (-want +got):\n%s", args, code, diff)
		}
	}
	f("1\tServer A (on)\n2\tswitch (on)\n3\tleft, right (off)\n4\t?[2Jevil (on)\nswitch\toutput 2 (on)\n:36\n", "set", "")
	f("1,4,2\tswitch (on)\n1,4,3\tleft, right (off)\n1,4,switch\toutput 2 (on)\n:36\n", "toggle", "1,4,")
	f(":36\n", "toggle", "1,9,")
	f("on\noff\n:36\n", "set", "3", "")
	f(":4\n", "set", "3", "on", "")
	f("on\noff\nrestart\ntoggle\n:36\n", "all", "")
	d.Close()
	f(":36\n", "restart", "")
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if code, stdout, _ := (session{}).run(t, "completion", shell); code != 0 || !strings.Contains(stdout, "pductl") {
			t.Errorf("completion %s: exit %d", shell, code)
		}
	}
}

func TestInterrupted(t *testing.T) {
	d := newFake4x(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if code, _, stderr := (session{ctx: ctx}).run(t, "status", "-u", d.URL); code != exitInterrupted {
		t.Errorf("exit %d: %s", code, stderr)
	}
}
