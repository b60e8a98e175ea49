package modbus

import (
	"net"
	"os/exec"
	"strings"
	"testing"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// mbpoll runs the program mbpoll once, with wire addresses, and gives its output.
func mbpoll(t *testing.T, s *Service, args ...string) (string, error) {
	t.Helper()
	host, port, _ := net.SplitHostPort(s.Addr())
	args = append([]string{"-m", "tcp", "-p", port, "-1", "-0"}, args...)
	at := len(args) // values to write come behind the host
	for i, a := range args {
		if a == "--" {
			at = i
		}
	}
	line := append(append([]string{}, args[:at]...), host)
	if at < len(args) {
		line = append(line, args[at+1:]...)
	}
	out, err := exec.CommandContext(t.Context(), "mbpoll", line...).CombinedOutput()
	return string(out), err
}

// TestMbpoll lets a foreign master read and switch.
func TestMbpoll(t *testing.T) {
	if _, err := exec.LookPath("mbpoll"); err != nil {
		t.Skip("mbpoll is not installed; install the distribution's package mbpoll to try a foreign master")
	}
	u, s := start(t, "8ks", openConfig())
	u.snap.Identity.Firmware = "4.0.0"
	for _, c := range []struct {
		name  string
		args  string
		shows []string // lines, blanks left out
		asked string
	}{
		{"coils", "-t 0 -r 101 -c 8", []string{"[101]:1", "[102]:0", "[108]:0"}, ""},
		{"discrete input", "-t 1 -r 801 -c 1", []string{"[801]:1"}, ""},
		{"input registers", "-t 3 -r 0 -c 6", []string{"[0]:4998", "[1]:2312", "[2]:977", "[3]:640", "[4]:145", "[5]:65211(-325)"}, ""},
		{"energies, 32 bits, high word first", "-t 3:int -B -r 300 -c 2", []string{"[300]:70000", "[302]:70000"}, ""},
		{"counts", "-t 4 -r 0 -c 3", []string{"[0]:1", "[1]:8", "[2]:8"}, ""},
		{"a float of SunSpec", "-t 4:float -B -r 40187 -c 1", []string{"[40187]:231.24"}, ""},
		{"one coil on", "-t 0 -r 102 -- 1", []string{"Written1references."}, "2:on"},
		{"all coils", "-t 0 -r 101 -- 0 0 0 0 0 0 1 1", []string{"Written8references."}, "1:off 2:off 3:off 4:off 5:off 6:off 7:on 8:on"},
		{"a restart", "-t 4 -r 108 -- 2", []string{"Written1references."}, "8:shortOff"},
		{"several actions", "-t 4 -r 101 -- 1 5 4", []string{"Written3references."}, "1:on 2:noChange 3:toggle"},
		{"a short delay", "-t 4 -r 203 -- 25", []string{"Written1references."}, "3=2.5s"},
		{"an address that is none", "-t 4 -r 3 -c 1", []string{"Illegaldataaddress"}, ""},
		{"an action that is none", "-t 4 -r 101 -- 7", []string{"Illegaldatavalue"}, ""},
	} {
		out, _ := mbpoll(t, s, strings.Fields(c.args)...) // its exit status does not tell exceptions
		text := strings.Join(strings.FieldsFunc(out, func(r rune) bool { return r == ' ' || r == '\t' }), "")
		for _, line := range c.shows {
			if !strings.Contains(text+"\n", line) {
				t.Errorf("%s: no %q in\n%s", c.name, line, out)
			}
		}
		if got := u.take(); got != c.asked {
			t.Errorf("%s: the unit was asked %q, want %q", c.name, got, c.asked)
		}
	}
	if got := u.Snapshot().Output(7).State(); got != pdu.On {
		t.Errorf("output 7 is %s", got)
	}
}
