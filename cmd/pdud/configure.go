package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// commandLine is who changes a configuration with "pdud config set".
var commandLine = pdu.Origin{Source: pdu.SourceSystem, Protocol: "command line"}

func newConfigCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Read and change the configuration of a stopped unit",
		Long: `Read and change the configuration in a state folder. While a daemon uses the folder,
reading works and changing is refused: use the page or the admin API then.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var state, model string
	cmd.PersistentFlags().StringVar(&state, "state", "", "state folder")
	schema := newConfigSchemaCommand(&model)
	schema.Flags().StringVar(&model, "model", pdu.DefaultModel, "model whose configuration is described: one of "+modelList())
	cmd.AddCommand(newConfigGetCommand(&state), newConfigSetCommand(&state), schema)
	return cmd
}

func modelList() string { return strings.Join(pdu.ProfileIDs(), ", ") }

func newConfigGetCommand(state *string) *cobra.Command {
	return &cobra.Command{
		Use:   "get [PATH]",
		Short: "Print the configuration, or the value at PATH, as JSON; secrets are masked",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			store, closeDir, err := openConfig(*state, true)
			if err != nil {
				return err
			}
			defer closeDir()
			path := ""
			if len(args) == 1 {
				path = args[0]
			}
			value, err := config.GetPath(store.Current(), path)
			if err != nil {
				return err
			}
			return printJSON(cmd.OutOrStdout(), value)
		},
	}
}

func newConfigSetCommand(state *string) *cobra.Command {
	return &cobra.Command{
		Use:   "set PATH=VALUE",
		Short: "Change one value, for example outputs[2].name=router; VALUE - reads it from standard input",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path, value, ok := strings.Cut(args[0], "=")
			if !ok {
				return fmt.Errorf("%q: want PATH=VALUE", args[0])
			}
			if value == "-" {
				text, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), 1<<20))
				if err != nil {
					return fmt.Errorf("read the value from standard input: %w", err)
				}
				value = strings.TrimRight(string(text), "\r\n")
			}
			store, closeDir, err := openConfig(*state, false)
			if err != nil {
				return err
			}
			defer closeDir()
			_, err = config.SetPath(cmd.Context(), store, commandLine, path, value)
			return err
		},
	}
}

func newConfigSchemaCommand(model *string) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the configuration",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			path, err := os.MkdirTemp("", "pdud-schema-")
			if err != nil {
				return err
			}
			defer os.RemoveAll(path)
			dir, err := os.OpenRoot(path)
			if err != nil {
				return err
			}
			defer dir.Close()
			store, err := config.Open(dir, config.Options{Model: *model, Sections: sections(), ReadOnly: true})
			if err != nil {
				return err
			}
			schema, err := store.Schema()
			if err != nil {
				return err
			}
			return printJSON(cmd.OutOrStdout(), schema)
		},
	}
}

// openConfig opens the configuration in a state folder that exists; for writing
// only while no daemon uses it.
func openConfig(state string, readOnly bool) (*config.Store, func(), error) {
	if state == "" {
		return nil, nil, errors.New("--state DIR is needed")
	}
	dir, err := os.OpenRoot(state)
	if err != nil {
		return nil, nil, fmt.Errorf("open the state folder: %w", err)
	}
	unlock := func() error { return nil }
	if !readOnly {
		if unlock, err = config.Lock(dir); err != nil {
			dir.Close()
			return nil, nil, fmt.Errorf("state folder %s: %w", state, err)
		}
	}
	closeAll := func() { unlock(); dir.Close() }
	if _, err := dir.Stat("config.json"); err != nil {
		closeAll()
		return nil, nil, fmt.Errorf("%s is not the state folder of a unit: %w", state, err)
	}
	store, err := config.Open(dir, config.Options{Sections: sections(), ReadOnly: readOnly, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	if err != nil {
		closeAll()
		return nil, nil, fmt.Errorf("state folder %s: %w", state, err)
	}
	return store, closeAll, nil
}

// printJSON prints JSON for people.
func printJSON(w io.Writer, data []byte) error {
	var b bytes.Buffer
	if err := json.Indent(&b, data, "", "  "); err != nil {
		return err
	}
	b.WriteByte('\n')
	_, err := b.WriteTo(w)
	return err
}
