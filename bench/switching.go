package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// measureSwitching sends commands over the JSON API and reads the timing marks that
// the engine set for each: request complete to relay driven.
func measureSwitching(ctx context.Context, pdud string, e effort) error {
	d, err := startDaemon(ctx, pdud)
	if err != nil {
		return err
	}
	defer d.stop()
	var driven, round []time.Duration
	for n := range e.commands {
		began := time.Now()
		body := fmt.Sprintf(`{"Outputs":[{"ID":3,"Action":%d}]}`, 1-n%2)
		if _, err := d.call(ctx, "POST", "/netio.json", "netio", "netio", body); err != nil {
			return err
		}
		round = append(round, time.Since(began))
		took, err := d.lastDrive(ctx)
		if err != nil {
			return err
		}
		driven = append(driven, took)
	}
	p50, p99 := quantile(driven, 0.5), quantile(driven, 0.99)
	report("HTTP command received to relay driven, p50", millis(p50), "<= 0.3 ms", p50 <= 300*time.Microsecond)
	report("HTTP command received to relay driven, p99", millis(p99), "<= 2 ms", p99 <= 2*time.Millisecond)
	fmt.Printf("  %-58s %14s   p99 %s\n", "the same command as its client sees it, p50", millis(quantile(round, 0.5)), millis(quantile(round, 0.99)))
	return nil
}

// lastDrive reads the marks of the last command of output 3.
func (d *daemon) lastDrive(ctx context.Context) (time.Duration, error) {
	b, err := d.call(ctx, "GET", "/api/v1/outputs/3", "admin", "admin", "")
	if err != nil {
		return 0, err
	}
	var out struct {
		Timing struct{ Received, Driven time.Time } `json:"timing"`
	}
	if err := json.Unmarshal(b, &out); err != nil {
		return 0, err
	}
	return out.Timing.Driven.Sub(out.Timing.Received), nil
}

// quantile gives the value below which the share q of all values lies.
func quantile(values []time.Duration, q float64) time.Duration {
	if len(values) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(values))
	return s[min(len(s)-1, int(q*float64(len(s))))]
}

func millis(d time.Duration) string { return fmt.Sprintf("%.3f ms", float64(d)/1e6) }
