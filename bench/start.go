package main

import (
	"context"
	"fmt"
	"time"
)

// measureStart times starts of the demo from the exec to defined outputs and to
// the first answered request, and reads its memory when it idles.
func measureStart(ctx context.Context, pdud string, e effort) error {
	var defined, answered []time.Duration
	for range e.starts {
		began := time.Now()
		d, err := startDaemon(ctx, pdud)
		if err != nil {
			return err
		}
		_, err = d.call(ctx, "GET", "/netio.json", "netio", "netio", "")
		answered = append(answered, time.Since(began))
		defined = append(defined, d.defined.Sub(began))
		d.stop()
		if err != nil {
			return err
		}
	}
	outputs, request := quantile(defined, 0.5), quantile(answered, 0.5)
	report("start to defined outputs, median", millis(outputs), "<= 100 ms", outputs <= 100*time.Millisecond)
	report("start to the first answered request, median", millis(request), "<= 300 ms", request <= 300*time.Millisecond)

	d, err := startDaemon(ctx, pdud)
	if err != nil {
		return err
	}
	defer d.stop()
	select {
	case <-time.After(e.idle):
	case <-ctx.Done():
		return ctx.Err()
	}
	mib := d.residentMiB()
	report(fmt.Sprintf("resident memory after %v idle", e.idle), fmt.Sprintf("%.1f MiB", mib), "<= 32 MiB", mib > 0 && mib <= 32)
	return nil
}
