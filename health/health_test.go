package health

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestRegistry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r Registry
		r.Clear("listen.failed", "http") // nothing there: no effect
		r.Raise(Condition{Code: "listen.failed", Subject: "http", Text: "first"})
		raised := time.Now()
		time.Sleep(time.Second)
		r.Raise(Condition{Code: "listen.failed", Subject: "snmp", Text: "other"})
		r.Raise(Condition{Code: "listen.failed", Subject: "http", Text: "second"})

		list := r.Conditions()
		if len(list) != 2 || list[0].Subject != "http" || list[0].Text != "second" || !list[0].Since.Equal(raised) {
			t.Fatalf("conditions = %+v, want http (newest text, first time), then snmp", list)
		}
		r.Clear("listen.failed", "http")
		if list = r.Conditions(); len(list) != 1 || list[0].Subject != "snmp" {
			t.Fatalf("after clearing: %+v", list)
		}
	})
}
