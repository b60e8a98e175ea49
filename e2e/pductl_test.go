package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// pductl runs the command line against d and gives its output and exit code.
func (d *daemon) pductl(password string, args ...string) (string, int) {
	d.t.Helper()
	cmd := exec.Command(program("pductl"), args...)
	cmd.Env = append(os.Environ(), "PDUCTL_URL="+d.http, "PDUCTL_USER=netio", "PDUCTL_PASSWORD="+password)
	out, err := cmd.CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		d.t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// TestPductl drives the daemon from the command line.
func TestPductl(t *testing.T) {
	d := start(t, "demo", "--set", "outputs[2].name=router")
	var doc netioDocument
	state := func(id int) int {
		d.get("/netio.json", netio, &doc)
		return doc.Outputs[id-1].State
	}
	for _, step := range []struct {
		args  []string
		id    int
		state int
	}{
		{[]string{"set", "3", "on"}, 3, 1},
		{[]string{"toggle", "router"}, 3, 0},
		{[]string{"set", "5-8", "on"}, 8, 1},
		{[]string{"all", "off", "--yes"}, 8, 0},
		{[]string{"all", "on"}, 1, 1},
	} {
		if out, code := d.pductl("netio", step.args...); code != 0 || state(step.id) != step.state {
			t.Errorf("pductl %v: exit code %d, output %d is %d, want %d\n%s", step.args, code, step.id, doc.Outputs[step.id-1].State, step.state, out)
		}
	}
	if out, code := d.pductl("netio", "restart", "3", "--delay", "200ms", "--wait"); code != 0 || state(3) != 1 {
		t.Errorf("restart: exit code %d, state %d\n%s", code, doc.Outputs[2].State, out)
	}
	out, code := d.pductl("netio", "status", "--json")
	if !json.Valid([]byte(out)) || code != 0 {
		t.Errorf("status --json: exit code %d\n%s", code, out)
	}
	if out, code = d.pductl("netio", "status"); code != 0 || !strings.Contains(out, "router") || !strings.Contains(out, "8KS") {
		t.Errorf("status: exit code %d\n%s", code, out)
	}
	for _, c := range []struct {
		password string
		args     []string
		code     int
	}{
		{"wrong", []string{"status"}, 4},
		{"netio", []string{"set", "9", "on"}, 2},
		{"netio", []string{"set", "1", "maybe"}, 2},
		{"netio", []string{"status", "--url", "http://127.0.0.1:1"}, 3},
	} {
		if out, code := d.pductl(c.password, c.args...); code != c.code {
			t.Errorf("pductl %v: exit code %d, want %d\n%s", c.args, code, c.code, out)
		}
	}
}
