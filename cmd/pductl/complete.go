package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/zerocross-pdu/zerocross/client"
)

// completionTimeout bounds how long a press of the tab key waits for the device.
const completionTimeout = time.Second

// completer offers the words that may stand at one place of a command line.
type completer func(cmd *cobra.Command, word string) []cobra.Completion

// completeArgs completes each argument with the completer at its place.
func (a *app) completeArgs(places ...completer) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) >= len(places) {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		words := places[len(args)](cmd, word)
		directive := cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
		return words, directive
	}
}

// words completes with fixed words.
func words(list ...string) completer {
	return func(*cobra.Command, string) []cobra.Completion { return list }
}

// completeOutputs asks the device for its outputs. It continues a list behind its
// last comma, leaves out what the list already holds, and offers names only where
// they can be typed without quotes.
func (a *app) completeOutputs(cmd *cobra.Command, word string) []cobra.Completion {
	a.conn.timeout = min(a.conn.timeout, completionTimeout)
	c, err := a.connect(false, -1)
	if err != nil {
		return nil
	}
	defer c.Close()
	d, err := c.Read(cmd.Context())
	if err != nil {
		return nil
	}
	cut := strings.LastIndex(word, ",") + 1
	return outputWords(d, word[:cut])
}

// outputWords lists the completions of prefix, which is empty or ends in a comma.
func outputWords(d *client.Device, prefix string) []cobra.Completion {
	given, err := selectOutputs(strings.TrimSuffix(prefix, ","), d)
	if prefix != "" && err != nil {
		return nil
	}
	var numbers, names []cobra.Completion
	for _, o := range d.Outputs {
		if slices.Contains(given, o.ID) {
			continue
		}
		numbers = append(numbers, cobra.CompletionWithDesc(fmt.Sprintf("%s%d", prefix, o.ID), fmt.Sprintf("%s (%s)", printable(o.Name), o.State)))
		if o.Name != "" && !isNumbers(o.Name) && strings.Trim(strings.ToLower(o.Name), "abcdefghijklmnopqrstuvwxyz0123456789-_.") == "" {
			names = append(names, cobra.CompletionWithDesc(prefix+o.Name, fmt.Sprintf("output %d (%s)", o.ID, o.State)))
		}
	}
	return append(numbers, names...)
}
