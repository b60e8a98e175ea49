package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/zerocross-pdu/zerocross/client"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// selectOutputs finds the outputs that spec means, in its order, each once: a list
// of numbers, ranges and names, or one name that holds a comma. What looks like a
// number is one, whatever the outputs are called. Guessing would switch the wrong
// outlet, so whatever is unknown or ambiguous is a usage error.
func selectOutputs(spec string, d *client.Device) ([]pdu.OutputID, error) {
	if strings.Contains(spec, ",") {
		if ids := named(d, func(name string) bool { return name == spec }); len(ids) == 1 && !isNumbers(spec) {
			return ids, nil
		}
	}
	var all []pdu.OutputID
	for part := range strings.SplitSeq(spec, ",") {
		ids, err := selectOne(strings.TrimSpace(part), d)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if !slices.Contains(all, id) {
				all = append(all, id)
			}
		}
	}
	return all, nil
}

// isNumbers reports whether spec holds numbers and ranges only.
func isNumbers(spec string) bool { return strings.Trim(spec, "0123456789-, ") == "" }

// selectOne finds the outputs that one part of a list means.
func selectOne(part string, d *client.Device) ([]pdu.OutputID, error) {
	if part == "" {
		return nil, usagef("an output is missing; write numbers, ranges or names with commas between them: 1,3,5-7,router")
	}
	if isNumbers(part) {
		return selectRange(part, d)
	}
	ids := named(d, func(name string) bool { return name == part })
	if len(ids) == 0 {
		ids = named(d, func(name string) bool { return strings.EqualFold(name, part) })
	}
	switch len(ids) {
	case 0:
		return nil, usagef("no output is called %q; there are %s", part, describe(d))
	case 1:
		return ids, nil
	}
	return nil, usagef("%d outputs are called %q; use their numbers: %v", len(ids), part, ids)
}

// selectRange reads "3" or "5-7".
func selectRange(part string, d *client.Device) ([]pdu.OutputID, error) {
	low, high, isRange := strings.Cut(part, "-")
	if !isRange {
		high = low
	}
	first, err1 := strconv.Atoi(low)
	last, err2 := strconv.Atoi(high)
	if err1 != nil || err2 != nil || first > last {
		return nil, usagef("%q is neither a number nor a range of outputs like 5-7", part)
	}
	var ids []pdu.OutputID
	for n := first; n <= last; n++ {
		if d.Output(pdu.OutputID(n)) == nil {
			return nil, usagef("there is no output %d; there are %s", n, describe(d))
		}
		ids = append(ids, pdu.OutputID(n))
	}
	return ids, nil
}

// named lists the outputs whose name matches.
func named(d *client.Device, match func(string) bool) []pdu.OutputID {
	var ids []pdu.OutputID
	for _, o := range d.Outputs {
		if match(o.Name) {
			ids = append(ids, o.ID)
		}
	}
	return ids
}

// allOutputs lists every output.
func allOutputs(d *client.Device) []pdu.OutputID {
	return named(d, func(string) bool { return true })
}

// describe lists the outputs of d for a message.
func describe(d *client.Device) string {
	list := make([]string, len(d.Outputs))
	for i, o := range d.Outputs {
		list[i] = fmt.Sprintf("%d %q", o.ID, printable(o.Name))
	}
	return strings.Join(list, ", ")
}
