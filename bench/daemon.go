package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

// daemon is a running pdud demo.
type daemon struct {
	cmd     *exec.Cmd
	addr    string
	ready   time.Time // when it said that its ports are open
	defined time.Time // when it said that every output has its state
	lines   sync.WaitGroup
}

// startDaemon runs a demo on free ports and waits until it says that it is ready.
func startDaemon(ctx context.Context, pdud string) (*daemon, error) {
	args := []string{"demo"}
	for _, name := range []string{"http", "https", "snmp", "modbus", "telnet"} {
		args = append(args, "--listen", name+"=127.0.0.1:0")
	}
	d := &daemon{cmd: exec.CommandContext(ctx, pdud, args...)}
	stderr, err := d.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := d.cmd.Start(); err != nil {
		return nil, err
	}
	sc := bufio.NewScanner(stderr)
	for (d.ready.IsZero() || d.defined.IsZero()) && sc.Scan() {
		line := sc.Text()
		switch {
		case strings.Contains(line, "msg=listening") && strings.Contains(line, "name=http "):
			_, rest, _ := strings.Cut(line, " addr=")
			d.addr, _, _ = strings.Cut(rest, " ")
		case strings.Contains(line, `msg="outputs defined"`):
			d.defined = time.Now()
		case strings.Contains(line, "msg=ready"):
			d.ready = time.Now()
		}
	}
	if d.ready.IsZero() || d.addr == "" {
		d.cmd.Process.Kill()
		return nil, fmt.Errorf("pdud demo did not get ready: %w", d.cmd.Wait())
	}
	d.lines.Go(func() { io.Copy(io.Discard, stderr) })
	return d, nil
}

// stop ends the daemon and reaps it.
func (d *daemon) stop() {
	d.cmd.Process.Signal(os.Interrupt)
	d.lines.Wait()
	d.cmd.Wait()
}

// residentMiB reads the resident memory of the daemon, 0 where the system does not tell.
func (d *daemon) residentMiB() float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "VmRSS:" {
			kb, _ := strconv.ParseFloat(f[1], 64)
			return kb / 1024
		}
	}
	return 0
}

// call sends one request and reads the whole answer.
func (d *daemon) call(ctx context.Context, method, path, user, password, body string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+d.addr+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.SetBasicAuth(user, password)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s %s", method, path, resp.Status, b)
	}
	return b, err
}
