package main

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/spf13/cobra"

	"github.com/zerocross-pdu/zerocross/client"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// minInterval is the shortest pause between two polls: the fastest setting that
// clients of the originals allow.
const minInterval = 100 * time.Millisecond

func (a *app) watchCommand() *cobra.Command {
	var interval time.Duration
	cmd := &cobra.Command{
		Use:   "watch",
		Short: "Show changes as they happen, until interrupted",
		Long: `Show changes as they happen, until interrupted.

On a terminal the table is redrawn. Elsewhere the table comes once, then a line
for each output or input that changes. With --json each line is a document with
the time, the whole device, and the outputs that changed; a line is printed
whenever anything but clock and uptime differs. A device that does not answer is
reported and watched on.`,
		Args:              cobra.NoArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: a.runE(func(ctx context.Context, _ []string) error {
			if interval < minInterval {
				return usagef("--interval %v: the shortest is %v", interval, minInterval)
			}
			return a.watch(ctx, interval)
		}),
	}
	cmd.Flags().DurationVarP(&interval, "interval", "i", time.Second, "pause between two reads, at least 100ms")
	return cmd
}

// watch reads the device again and again. It ends without error when ctx does.
func (a *app) watch(ctx context.Context, interval time.Duration) error {
	c, err := a.connect(true, -1)
	if err != nil {
		return err
	}
	defer c.Close()
	v := a.newView(c.URL())
	defer v.close()
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		d, err := c.Read(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			err = v.show(a.host.now(), d)
		case client.Temporary(err):
			err = v.lost(a.host.now(), err)
		}
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// view shows the course of a watch.
type view interface {
	show(at time.Time, d *client.Device) error
	lost(at time.Time, err error) error // the device does not answer
	close()
}

// newView picks the view for the flags and the terminal.
func (a *app) newView(url string) view {
	switch {
	case a.json:
		return &jsonView{app: a, url: url}
	case a.host.canRedraw:
		return &screenView{app: a, url: url}
	}
	return &lineView{app: a}
}

// changedOutputs lists the outputs of d whose state differs from before.
func changedOutputs(before, d *client.Device) []pdu.OutputID {
	changed := []pdu.OutputID{}
	for _, o := range d.Outputs {
		if was := before.Output(o.ID); was == nil || was.State != o.State {
			changed = append(changed, o.ID)
		}
	}
	return changed
}

// same reports whether two states differ in clock and uptime at most.
func same(a, b *client.Device) bool {
	x, y := *a, *b
	x.Time, y.Time, x.UptimeS, y.UptimeS = "", "", nil, nil
	return reflect.DeepEqual(x, y)
}

// jsonView prints one document per change.
type jsonView struct {
	app     *app
	url     string
	last    *client.Device
	silence bool // the device does not answer, and that has been said
}

// watchDocument is one line of a watch in JSON.
type watchDocument struct {
	At      time.Time      `json:"at"`
	URL     string         `json:"url"`
	Changed []pdu.OutputID `json:"changed,omitzero"`
	Device  *client.Device `json:"device,omitempty"`
	Error   string         `json:"error,omitempty"` // the device does not answer
}

func (v *jsonView) show(at time.Time, d *client.Device) error {
	if v.last != nil && same(v.last, d) && !v.silence {
		return nil
	}
	doc := watchDocument{At: at, URL: v.url, Device: d, Changed: []pdu.OutputID{}}
	if v.last != nil {
		doc.Changed = changedOutputs(v.last, d)
	}
	v.last, v.silence = d, false
	return v.app.printJSON(doc, false)
}

func (v *jsonView) lost(at time.Time, err error) error {
	if v.silence {
		return nil
	}
	v.silence = true
	return v.app.printJSON(watchDocument{At: at, URL: v.url, Error: err.Error()}, false)
}

func (v *jsonView) close() {}

// lineView prints the table once and then a line for each change.
type lineView struct {
	app     *app
	last    *client.Device
	silence bool
}

func (v *lineView) show(at time.Time, d *client.Device) error {
	var out bytes.Buffer
	clock := at.Format(time.TimeOnly)
	if v.silence {
		fmt.Fprintf(&out, "%s the device answers\n", clock)
	}
	if v.last == nil {
		writeStatus(&out, d, allOutputs(d))
	} else {
		writeChanges(&out, clock, v.last, d)
	}
	v.last, v.silence = d, false
	_, err := v.app.host.stdout.Write(out.Bytes())
	return err
}

// writeChanges prints a line for each output and input that changed.
func writeChanges(out *bytes.Buffer, clock string, before, d *client.Device) {
	for _, id := range changedOutputs(before, d) {
		was, o := pdu.Unknown, d.Output(id)
		if old := before.Output(id); old != nil {
			was = old.State
		}
		fmt.Fprintf(out, "%s output %d %q: %s -> %s\n", clock, id, printable(o.Name), was, o.State)
	}
	for i, in := range d.Inputs {
		if i < len(before.Inputs) && before.Inputs[i].Level != in.Level {
			fmt.Fprintf(out, "%s input %d %q: %s -> %s\n", clock, in.ID, printable(in.Name), contact(before.Inputs[i].Level), contact(in.Level))
		}
	}
}

func (v *lineView) lost(at time.Time, err error) error {
	if v.silence {
		return nil
	}
	v.silence = true
	_, err = fmt.Fprintf(v.app.host.stdout, "%s %v\n", at.Format(time.TimeOnly), err)
	return err
}

func (v *lineView) close() {}

// Control sequences of terminals (ECMA-48).
const (
	clearScreen = "\x1b[2J"
	cursorHome  = "\x1b[H"
	clearLine   = "\x1b[K" // to its end
	clearBelow  = "\x1b[J"
	hideCursor  = "\x1b[?25l"
	showCursor  = "\x1b[?25h"
)

// screenView redraws the table in place.
type screenView struct {
	app   *app
	url   string
	last  *client.Device
	drawn bool
}

func (v *screenView) show(at time.Time, d *client.Device) error {
	v.last = d
	return v.draw(at, "")
}

func (v *screenView) lost(at time.Time, err error) error { return v.draw(at, err.Error()) }

// draw replaces what is on the screen, line by line so that nothing flickers.
func (v *screenView) draw(at time.Time, trouble string) error {
	var text, screen bytes.Buffer
	fmt.Fprintf(&text, "%s  %s\n\n", v.url, at.Format(time.TimeOnly))
	if v.last != nil {
		writeStatus(&text, v.last, allOutputs(v.last))
	}
	if trouble != "" {
		fmt.Fprintf(&text, "\n%s\n", trouble)
	}
	if !v.drawn {
		screen.WriteString(hideCursor + clearScreen)
		v.drawn = true
	}
	screen.WriteString(cursorHome)
	screen.Write(bytes.ReplaceAll(text.Bytes(), []byte("\n"), []byte(clearLine+"\n")))
	screen.WriteString(clearBelow)
	_, err := v.app.host.stdout.Write(screen.Bytes())
	return err
}

func (v *screenView) close() {
	if v.drawn {
		fmt.Fprint(v.app.host.stdout, showCursor)
	}
}
