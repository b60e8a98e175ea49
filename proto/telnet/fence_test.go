package telnet

import (
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// fence runs the program fence_netio once and gives its output and exit status.
func fence(t *testing.T, program string, s *Service, args ...string) (string, int) {
	t.Helper()
	host, port, err := net.SplitHostPort(s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, append([]string{"-a", host, "-u", port}, args...)...)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// findFence finds fence_netio, which distributions put where only root looks.
func findFence(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("telnet"); err != nil {
		t.Skip("telnet is not installed; install the distribution's packages fence-agents and telnet to try fence_netio")
	}
	if path, err := exec.LookPath("fence_netio"); err == nil {
		return path
	}
	if _, err := os.Stat("/usr/sbin/fence_netio"); err != nil {
		t.Skip("fence_netio is not installed; install the distribution's package fence-agents to try it")
	}
	return "/usr/sbin/fence_netio"
}

// TestFenceNetio lets the fence agent of Linux clusters read and switch.
func TestFenceNetio(t *testing.T) {
	program := findFence(t)
	for _, c := range []struct {
		name   string
		args   string
		shows  string
		status int
		asked  string
	}{
		{"status of what is on", "-l demo -p demo -n 1 -o status", "Status: ON", 0, ""},
		{"status of what is off", "-l guest -p guest -n 2 -o status", "Status: OFF", 2, ""},
		{"off", "-l demo -p demo -n 1 -o off", "Success: Powered OFF", 0, "1:off"},
		{"on", "-l admin -p admin -n 2 -o on", "Success: Powered ON", 0, "2:on"},
		{"reboot", "-l demo -p demo -n 1 -o reboot", "Success: Rebooted", 0, "1:off; 1:on"},
		{"list", "-l admin -p admin -o list", "1,lamp", 0, ""},
		{"wrong password", "-l admin -p wrong -n 1 -o off", "Unable to connect/login to fencing device", 1, ""},
		{"may not switch", "-l guest -p guest -n 1 -o off", "", 1, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			u := newUnit(t, "4c")
			s := start(t, u, defaultConfig(nil), &fakeAccounts{})
			patience := " --shell-timeout=10 --login-timeout=10"
			if c.status == 1 {
				patience = " --shell-timeout=1 --login-timeout=1" // it waits in vain for what it wants
			}
			out, status := fence(t, program, s, strings.Fields(c.args+patience)...)
			if !strings.Contains(out, c.shows) || status != c.status {
				t.Errorf("status %d, want %d; output:\n%s", status, c.status, out)
			}
			if asked := u.take(); asked != c.asked {
				t.Errorf("the unit was asked %q, want %q", asked, c.asked)
			}
		})
	}
}
