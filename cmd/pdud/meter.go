package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/zerocross-pdu/zerocross/metering"
)

// newMeterCommand makes "pdud meter", which runs the metering core over a recording.
func newMeterCommand() *cobra.Command {
	var rate, volts, amps float64
	var asJSON, harmonics bool
	cmd := &cobra.Command{
		Use:   "meter FILE",
		Short: "Measure a recording with the metering core",
		Long: `Measure a recording with the metering core that also measures hardware.

FILE holds pairs of signed 16-bit little-endian integers, current before voltage,
without a header; "-" reads standard input. Without scales the results are in counts.
Quantities are those of all whole mains cycles, energy that of all samples.`,
		Example: "  pdud meter kettle-1.i16 --volts-per-count 0.0595 --amps-per-count 0.0241",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			rec, err := readRecording(args[0], cmd.InOrStdin())
			if err != nil {
				return err
			}
			s, err := metering.Analyze(rec, rate, volts, amps)
			if err != nil {
				return fmt.Errorf("measure %s: %w", args[0], err)
			}
			if !harmonics {
				s.VoltageHarmonics, s.CurrentHarmonics = nil, nil
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(s)
			}
			return printSummary(cmd.OutOrStdout(), s)
		},
	}
	cmd.Flags().Float64Var(&rate, "rate", metering.DefaultRate, "samples per second")
	cmd.Flags().Float64Var(&volts, "volts-per-count", 1, "volts per count of the voltage")
	cmd.Flags().Float64Var(&amps, "amps-per-count", 1, "amperes per count of the current; negative turns its direction round")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	cmd.Flags().BoolVar(&harmonics, "harmonics", false, "print the harmonics 1 to 40 too")
	return cmd
}

// readRecording reads the recording at path, or standard input for "-".
func readRecording(path string, stdin io.Reader) (*metering.Recording, error) {
	if path == "-" {
		rec, err := metering.ReadRecording(stdin)
		if err != nil {
			return nil, fmt.Errorf("standard input: %w", err)
		}
		return rec, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err // names the file and what is wrong with it
	}
	defer f.Close()
	rec, err := metering.ReadRecording(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return rec, nil
}

// printSummary prints a table for people.
func printSummary(out io.Writer, s metering.Summary) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, row := range []struct {
		name  string
		value float64
		unit  string
		digit int
	}{
		{"voltage", s.Voltage, "V", 3},
		{"current", s.Current, "A", 4},
		{"active power", s.ActivePower, "W", 3},
		{"apparent power", s.ApparentPower, "VA", 3},
		{"reactive power", s.ReactivePower, "var", 3},
		{"power factor", s.PowerFactor, "", 4},
		{"phase", s.Phase, "°", 2},
		{"frequency", s.Frequency, "Hz", 4},
		{"crest factor", s.CrestFactor, "", 3},
		{"displacement power factor", s.DisplacementPF, "", 4},
		{"THD of the voltage", 100 * s.VoltageTHD, "%", 2},
		{"THD of the current", 100 * s.CurrentTHD, "%", 2},
		{"energy", s.EnergyWh, "Wh", 6},
	} {
		fmt.Fprintln(w, strings.TrimSpace(fmt.Sprintf("%s\t%.*f %s", row.name, row.digit, row.value, row.unit)))
	}
	if len(s.VoltageHarmonics) > 0 {
		fmt.Fprintln(w, "\nharmonic\tvoltage\tcurrent")
	}
	for k, v := range s.VoltageHarmonics {
		i := s.CurrentHarmonics[k]
		fmt.Fprintf(w, "%d\t%.3f V %.1f °\t%.4f A %.1f °\n", v.Order, v.RMS, v.Phase, i.RMS, i.Phase)
	}
	return w.Flush()
}
