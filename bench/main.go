package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// bareFlag makes this program the bare handler that /netio.json is compared with.
const bareFlag = "-bare"

func main() {
	if len(os.Args) == 3 && os.Args[1] == bareFlag {
		fmt.Fprintln(os.Stderr, serveBare(os.Args[2]))
		os.Exit(1)
	}
	quick := flag.Bool("quick", false, "fewer rounds, for a look")
	only := flag.String("only", "", "measure only this: size, start, switching or requests")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *quick, *only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// effort says how much is measured.
type effort struct {
	commands int           // switching commands
	starts   int           // starts of the daemon
	rounds   int           // turns of each side of a comparison
	turn     time.Duration // length of one turn
	idle     time.Duration // wait before memory is read
}

func run(ctx context.Context, quick bool, only string) error {
	e := effort{commands: 3000, starts: 11, rounds: 11, turn: time.Second, idle: 20 * time.Second}
	if quick {
		e = effort{commands: 500, starts: 3, rounds: 2, turn: time.Second, idle: 5 * time.Second}
	}
	dir, err := os.MkdirTemp("", "zerocross-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	pdud := filepath.Join(dir, "pdud")
	if err := build(ctx, pdud, "./cmd/pdud"); err != nil {
		return err
	}
	printMachine()
	for _, m := range []struct {
		name    string
		measure func(ctx context.Context, pdud string, e effort) error
	}{{"size", measureSize}, {"start", measureStart}, {"switching", measureSwitching}, {"requests", measureRequests}} {
		if only == "" || only == m.name {
			err = errors.Join(err, m.measure(ctx, pdud, e))
		}
	}
	return err
}

// build makes a stripped program, as it is released.
func build(ctx context.Context, out, pkg string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", out, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", pkg, err, text)
	}
	return nil
}

func printMachine() {
	fmt.Printf("machine  %s/%s, %d cores, %s\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), processor())
	fmt.Printf("go       %s\n\n", runtime.Version())
}

// processor names the processor where the system tells.
func processor() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "processor unknown"
	}
	for line := range strings.Lines(string(info)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "processor unknown"
}

// report prints one figure beside its bar.
func report(what, figure, bar string, met bool) {
	mark := "  "
	if !met {
		mark = "! "
	}
	fmt.Printf("%s%-58s %14s   bar %s\n", mark, what, figure, bar)
}

// measureSize looks at the stripped program.
func measureSize(_ context.Context, pdud string, _ effort) error {
	info, err := os.Stat(pdud)
	if err != nil {
		return err
	}
	mb := float64(info.Size()) / 1e6
	report("stripped pdud", fmt.Sprintf("%.1f MB", mb), "<= 25 MB", mb <= 25)
	return nil
}
