package main

import (
	"slices"
	"testing"

	"github.com/zerocross-pdu/zerocross/client"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// rack is a device with awkward names.
var rack = &client.Device{Outputs: []client.Output{
	{ID: 1, Name: "2"}, {ID: 2, Name: "1-3"}, {ID: 3, Name: "db"}, {ID: 4, Name: "DB"}, {ID: 5, Name: "a,1"}, {ID: 7, Name: ""},
}}

// TestNumbersAreNumbers: a name that looks like a number never redirects a command.
func TestNumbersAreNumbers(t *testing.T) {
	for spec, want := range map[string][]pdu.OutputID{
		"2": {2}, "1-3": {1, 2, 3}, "3,1": {3, 1}, "db": {3}, "DB": {4}, "a,1": {5}, "07": {7},
	} {
		if got, err := selectOutputs(spec, rack); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q selects %v, %v; want %v", spec, got, err, want)
		}
	}
	for _, spec := range []string{"Db", "6", "5-7", "", "a,2", "-", "1-", "1- 2"} {
		if got, err := selectOutputs(spec, rack); exitCode(err) != exitUsage {
			t.Errorf("%q selects %v, %v", spec, got, err)
		}
	}
}

func FuzzSelectOutputs(f *testing.F) {
	for _, spec := range []string{"1", "1,3-5,db", "a,1", "-", "1--2", ",", "9999999999999999999", "1-99999999999"} {
		f.Add(spec)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		ids, err := selectOutputs(spec, rack)
		if err != nil {
			if ids != nil || exitCode(err) != exitUsage {
				t.Fatalf("%q: %v, %v", spec, ids, err)
			}
			return
		}
		seen := map[pdu.OutputID]bool{}
		for _, id := range ids {
			if rack.Output(id) == nil || seen[id] {
				t.Fatalf("%q selects %v", spec, ids)
			}
			seen[id] = true
		}
		if len(ids) == 0 {
			t.Fatalf("%q selects nothing without an error", spec)
		}
	})
}
