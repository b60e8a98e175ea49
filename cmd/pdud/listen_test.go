package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseListen(t *testing.T) {
	ports := map[string]string{"http": "8080", "https": "8443", "snmp": "1161"}
	got, err := parseListen([]string{"http=127.0.0.1:9000", "snmp=off", "https=[::1]:0"}, "127.0.0.1", ports)
	want := map[string]string{"http": "127.0.0.1:9000", "https": "[::1]:0"}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if got, _ = parseListen(nil, "::1", ports); got["snmp"] != "[::1]:1161" {
		t.Errorf("default address %q", got["snmp"])
	}
	for _, bad := range []string{"http", "gopher=127.0.0.1:70", "http=8080", "http=127.0.0.1:99999", "http=", "=127.0.0.1:1"} {
		if _, err := parseListen([]string{bad}, "127.0.0.1", ports); err == nil {
			t.Errorf("--listen %s is accepted", bad)
		}
	}
}

func TestLoopbackOnly(t *testing.T) {
	for addr, want := range map[string]bool{"127.0.0.1:1": true, "127.8.0.1:1": true, "[::1]:1": true, "localhost:1": true,
		"0.0.0.0:1": false, ":1": false, "192.0.2.1:1": false, "example.org:1": false} {
		if got := loopbackOnly(map[string]string{"http": addr}); got != want {
			t.Errorf("%s: %v, want %v", addr, got, want)
		}
	}
}

func TestPageURL(t *testing.T) {
	for addr, want := range map[string]string{"127.0.0.1:8080": "http://127.0.0.1:8080", "[::]:80": "http://localhost:80", "[::1]:80": "http://[::1]:80"} {
		if got := pageURL("http", addr); got != want {
			t.Errorf("%s: %s, want %s", addr, got, want)
		}
	}
}
