package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// programs is the folder with the built programs.
var programs string

func TestMain(m *testing.M) {
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "zerocross-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	build := exec.Command("go", "build", "-o", dir, "./cmd/...")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the programs: %v\n%s", err, out)
		return 1
	}
	programs = dir
	return m.Run()
}

func program(name string) string {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(programs, name)
}

// startTimeout bounds the wait for a daemon; it is no measurement.
const startTimeout = 20 * time.Second

// daemon is a running pdud.
type daemon struct {
	t    *testing.T
	cmd  *exec.Cmd
	http string // base URL
	log  *logBuffer
	done chan struct{}
}

// logBuffer collects what a daemon logs and lets a test wait for a line.
type logBuffer struct {
	mu    sync.Mutex
	text  bytes.Buffer
	lines chan string
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// start runs pdud with the arguments and waits until it says that it is ready.
// Its ports are free ones unless the arguments say otherwise.
func start(t *testing.T, args ...string) *daemon {
	t.Helper()
	d := launch(t, args...)
	timeout := time.After(startTimeout)
	for {
		select {
		case line, ok := <-d.log.lines:
			if !ok {
				t.Fatalf("pdud ended before it was ready:\n%s", d.log)
			}
			if strings.Contains(line, "msg=listening") && strings.Contains(line, "name=http ") {
				d.http = "http://" + attr(line, "addr")
			}
			if strings.Contains(line, "msg=ready") {
				return d
			}
		case <-timeout:
			t.Fatalf("pdud not ready:\n%s", d.log)
		}
	}
}

// launch runs pdud without waiting.
func launch(t *testing.T, args ...string) *daemon {
	t.Helper()
	if !strings.Contains(strings.Join(args, " "), "http=") {
		args = append(args, "--listen", "http=127.0.0.1:0")
	}
	for _, name := range []string{"https", "snmp", "modbus", "telnet"} {
		if !strings.Contains(strings.Join(args, " "), name+"=") {
			args = append(args, "--listen", name+"=127.0.0.1:0")
		}
	}
	d := &daemon{t: t, cmd: exec.Command(program("pdud"), args...), log: &logBuffer{lines: make(chan string, 1000)}, done: make(chan struct{})}
	d.cmd.Env = append(os.Environ(), "TMPDIR="+programs) // so that a killed demo leaves nothing behind
	stderr, err := d.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go d.read(stderr)
	t.Cleanup(func() {
		d.kill()
		if t.Failed() {
			t.Logf("log of pdud:\n%s", d.log)
		}
	})
	return d
}

// read collects the log until the process ends, then reaps it.
func (d *daemon) read(stderr io.Reader) {
	defer close(d.done)
	defer close(d.log.lines)
	for sc := bufio.NewScanner(stderr); sc.Scan(); {
		d.log.mu.Lock()
		fmt.Fprintln(&d.log.text, sc.Text())
		d.log.mu.Unlock()
		select {
		case d.log.lines <- sc.Text():
		default: // nobody waits for lines any more
		}
	}
	d.cmd.Wait()
}

// kill pulls the plug of the process.
func (d *daemon) kill() {
	d.cmd.Process.Signal(syscall.SIGKILL)
	<-d.done
}

// stop ends the process as a service manager does, and wants a clean end.
func (d *daemon) stop() {
	d.t.Helper()
	d.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-d.done:
	case <-time.After(startTimeout):
		d.t.Fatal("pdud does not stop")
	}
	if code := d.cmd.ProcessState.ExitCode(); code != 0 {
		d.t.Errorf("pdud ended with %d:\n%s", code, d.log)
	}
}

// attr gives the value of a key in a line of the log.
func attr(line, key string) string {
	_, rest, _ := strings.Cut(line, " "+key+"=")
	value, _, _ := strings.Cut(rest, " ")
	return strings.Trim(value, `"`)
}

// call sends one request with credentials "user:password" and gives status and body.
func (d *daemon) call(method, path, credentials, body string) (int, []byte, error) {
	req, err := http.NewRequest(method, d.http+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if strings.HasPrefix(path, "/api/") && body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if user, password, ok := strings.Cut(credentials, ":"); ok {
		req.SetBasicAuth(user, password)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, b, err
}

// get decodes a JSON answer that must be a success.
func (d *daemon) get(path, credentials string, into any) {
	d.t.Helper()
	d.request(http.MethodGet, path, credentials, "", into)
}

// request sends a request that must succeed and decodes its JSON answer, unless
// into is nil.
func (d *daemon) request(method, path, credentials, body string, into any) {
	d.t.Helper()
	status, b, err := d.call(method, path, credentials, body)
	if err != nil {
		d.t.Fatal(err)
	}
	if status/100 != 2 {
		d.t.Fatalf("%s %s: %d %s", method, path, status, b)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(b, into); err != nil {
		d.t.Fatalf("%s %s: %v in %s", method, path, err, b)
	}
}

const (
	admin = "admin:admin"
	netio = "netio:netio"
)

// netioDocument is what the tests read of /netio.json.
type netioDocument struct {
	Agent struct {
		Model, DeviceName string
		NumOutputs        int
	}
	GlobalMeasure struct{ Voltage, Frequency, TotalLoad float64 }
	Outputs       []struct {
		ID, State, Action, Delay int
		Load, Current, Energy    float64
		Name                     string
	}
}

// device is what the tests read of /api/v1/device.
type device struct {
	Powered     bool    `json:"powered"`
	FrequencyHz float64 `json:"frequencyHz"`
	Name        string  `json:"name"`
	InletEnergy energy  `json:"inletEnergy"`
	Outputs     []struct {
		ID        int     `json:"id"`
		Name      string  `json:"name"`
		State     string  `json:"state"`
		Commanded string  `json:"commanded"`
		Contact   string  `json:"contact"`
		Fault     string  `json:"fault"`
		Pulse     any     `json:"pulse"`
		Energy    energy  `json:"energy"`
		Reading   reading `json:"reading"`
	} `json:"outputs"`
}

type energy struct {
	ForwardWh     float64 `json:"forwardWh"`
	ForwardLifeWh float64 `json:"forwardLifeWh"`
}

type reading struct {
	VoltageV     float64 `json:"voltageV"`
	ActivePowerW float64 `json:"activePowerW"`
}

// eventually repeats check until it holds; the time-out is generous and only ends
// a test that has failed.
func eventually(t *testing.T, what string, check func() bool) {
	t.Helper()
	for deadline := time.Now().Add(startTimeout); time.Now().Before(deadline); {
		if check() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("never came true: %s", what)
}
