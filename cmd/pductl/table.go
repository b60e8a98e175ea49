package main

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/zerocross-pdu/zerocross/client"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// writeStatus prints a device for people: a line about it, its totals, its
// outputs and inputs. Values that the device does not report are "-".
func writeStatus(w io.Writer, d *client.Device, outputs []pdu.OutputID) {
	fmt.Fprintln(w, deviceLine(d))
	if d.Total != nil {
		fmt.Fprintln(w, totalLine(d.Total))
	}
	fmt.Fprintln(w)
	tw := newTable(w)
	fmt.Fprintln(tw, "ID\tNAME\tSTATE\tW\tmA\tPF\tPHASE\tWh")
	for _, id := range outputs {
		o := d.Output(id)
		fmt.Fprintf(tw, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", o.ID, printable(o.Name), o.State,
			number(o.LoadW, 0), number(o.CurrentMA, 0), number(o.PowerFactor, 2), number(o.PhaseDeg, 0), number(o.EnergyWh, 0))
	}
	tw.Flush()
	if len(d.Inputs) == 0 {
		return
	}
	fmt.Fprintln(w)
	tw = newTable(w)
	fmt.Fprintln(tw, "INPUT\tNAME\tSTATE\tPULSES")
	for _, in := range d.Inputs {
		fmt.Fprintf(tw, "%d\t%s\t%s\t%s\n", in.ID, printable(in.Name), contact(in.Level), number(in.S0Count, 0))
	}
	tw.Flush()
}

// newTable aligns columns that are separated by tabs.
func newTable(w io.Writer) *tabwriter.Writer { return tabwriter.NewWriter(w, 0, 0, 2, ' ', 0) }

// deviceLine tells which device this is.
func deviceLine(d *client.Device) string {
	parts := []string{fmt.Sprintf("%s (%s)", printable(d.Name), printable(d.Model))}
	for _, fact := range []struct{ label, value string }{
		{"firmware", d.Firmware}, {"MAC", d.MAC}, {"serial", d.Serial},
	} {
		if fact.value != "" {
			parts = append(parts, fact.label+" "+printable(fact.value))
		}
	}
	if d.UptimeS != nil {
		parts = append(parts, "up "+uptime(*d.UptimeS))
	}
	return strings.Join(parts, ", ")
}

// totalLine tells the values of the whole device that it reports.
func totalLine(t *client.Total) string {
	var parts []string
	add := func(v *float64, decimals int, format string) {
		if v != nil {
			parts = append(parts, fmt.Sprintf(format, number(v, decimals)))
		}
	}
	add(t.VoltageV, 1, "%s V")
	add(t.FrequencyHz, 1, "%s Hz")
	add(t.CurrentMA, 0, "%s mA")
	add(t.LoadW, 0, "%s W")
	add(t.PowerFactor, 2, "PF %s")
	add(t.EnergyWh, 0, "%s Wh")
	return strings.Join(parts, "  ")
}

// number prints v with so many decimals, "-" when there is none.
func number(v *float64, decimals int) string {
	if v == nil {
		return "-"
	}
	return strconv.FormatFloat(*v, 'f', decimals, 64)
}

// contact names the level of an input.
func contact(l pdu.Level) string {
	switch l {
	case pdu.On:
		return "closed"
	case pdu.Off:
		return "open"
	}
	return l.String()
}

// uptime prints seconds as days, hours and minutes.
func uptime(seconds float64) string {
	const century = 100 * 365 * 24 * 3600 // a device that claims more is wrong
	d := time.Duration(math.Min(math.Max(seconds, 0), century)) * time.Second
	days := int(d / (24 * time.Hour))
	hours, minutes := int(d.Hours())%24, int(d.Minutes())%60
	if days > 0 {
		return fmt.Sprintf("%dd %dh %dm", days, hours, minutes)
	}
	if hours > 0 {
		return fmt.Sprintf("%dh %dm", hours, minutes)
	}
	return fmt.Sprintf("%dm %ds", minutes, int(d.Seconds())%60)
}
