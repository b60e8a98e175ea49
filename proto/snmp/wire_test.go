package snmp

import (
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
)

// somewhere is where the requests of tests come from.
var somewhere = netip.MustParseAddrPort("192.0.2.7:40000")

// octets reads hexadecimal text with white space.
func octets(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// desks joins the two goroutines of an agent: it answers every datagram.
type desks struct {
	reading desk
	setting *setter
}

func newDesks(a *agent) *desks { return &desks{reading: desk{agent: a}, setting: newSetter(a)} }

func (d *desks) answer(t testing.TB, datagram []byte, from netip.AddrPort) []byte {
	answer, set := d.reading.receive(datagram, from)
	if set != nil {
		answer = d.setting.handle(t.Context(), set)
	}
	return answer
}

// TestWire: whole datagrams, as they travel.
func TestWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, u := newTestAgent(t, "8ks", nil)
		d := newDesks(a)
		f := func(request, want, switched string) {
			t.Helper()
			got := d.answer(t, octets(t, request), somewhere)
			if hex.EncodeToString(got) != hex.EncodeToString(octets(t, want)) {
				t.Errorf("%s\nanswers %x\nwant    %x", request, got, octets(t, want))
			}
			if got := brief(u.take()); got != switched {
				t.Errorf("%s\nswitched %s, want %s", request, got, switched)
			}
		}
		const community = "0407 70726976617465"
		// Get of netioTotalLoad.0, version 2c.
		f("302b 020101"+community+"a01d 020101 020100 020100 3012 3010 060c 2b06010401 82f650 01 02 05 00 0500",
			"302d 020101"+community+"a21f 020101 020100 020100 3014 3012 060c 2b06010401 82f650 01 02 05 00 02020091", "")
		// Get of an output that does not exist: noSuchInstance; version 1: noSuchName(2) at 1.
		f("302c 020101"+community+"a01e 020101 020100 020100 3013 3011 060d 2b06010401 82f650 01 01 01 03 09 0500",
			"302c 020101"+community+"a21e 020101 020100 020100 3013 3011 060d 2b06010401 82f650 01 01 01 03 09 8100", "")
		f("302c 020100"+community+"a01e 020101 020100 020100 3013 3011 060d 2b06010401 82f650 01 01 01 03 09 0500",
			"302c 020100"+community+"a21e 020101 020102 020101 3013 3011 060d 2b06010401 82f650 01 01 01 03 09 0500", "")
		// Set of netioOutputAction.2 to 1, version 1: the answer repeats the variables.
		f("302d 020100"+community+"a31f 020102 020100 020100 3014 3012 060d 2b06010401 82f650 01 01 01 05 02 020101",
			"302d 020100"+community+"a21f 020102 020100 020100 3014 3012 060d 2b06010401 82f650 01 01 01 05 02 020101", "[2:on]")
		// The same with action 6: badValue(3) at 1; version 2c: wrongValue(10).
		f("302d 020100"+community+"a31f 020103 020100 020100 3014 3012 060d 2b06010401 82f650 01 01 01 05 02 020106",
			"302d 020100"+community+"a21f 020103 020103 020101 3014 3012 060d 2b06010401 82f650 01 01 01 05 02 020106", "")
		f("302d 020101"+community+"a31f 020103 020100 020100 3014 3012 060d 2b06010401 82f650 01 01 01 05 02 020106",
			"302d 020101"+community+"a21f 020103 02010a 020101 3014 3012 060d 2b06010401 82f650 01 01 01 05 02 020106", "")
		// GetNext behind the end: endOfMibView; version 1: noSuchName(2) at 1.
		f("3020 020101"+community+"a112 020104 020100 020100 3007 3005 0601 57 0500",
			"3020 020101"+community+"a212 020104 020100 020100 3007 3005 0601 57 8200", "")
		f("3020 020100"+community+"a112 020104 020100 020100 3007 3005 0601 57 0500",
			"3020 020100"+community+"a212 020104 020102 020101 3007 3005 0601 57 0500", "")
		// Discovery of the engine: an unsigned report with usmStatsUnknownEngineIDs.
		const engine = "040b 80007ed9 03 020000123a5f"
		f("3037 020103 300d 020105 020205c0 040104 020103 0410 300e 0400 020100 020100 0400 0400 0400 3011 0400 0400 a00b 020107 020100 020100 3000",
			"305e 020103 300d 020105 02022000 040100 020103 041b 3019"+engine+"020107 020100 0400 0400 0400"+
				"302d"+engine+"0400 a81c 020107 020100 020100 3011 300f 060a 2b060106030f01010400 410101", "")
	})
}
