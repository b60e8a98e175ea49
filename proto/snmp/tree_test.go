package snmp

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto/snmp/ber"
)

// show gives the value of an object as text.
func show(t testing.TB, a *agent, u *fakeUnit, oid string) string {
	t.Helper()
	o := a.tree.find(ber.MustOID(oid).Content())
	if o == nil {
		return "nothing"
	}
	var b ber.Builder
	o.read(view{snap: u.Snapshot(), agent: a}, &b)
	r := ber.NewReader(b.Bytes())
	tag, content, err := r.Next()
	if err != nil || !r.Empty() {
		t.Fatalf("%s reads %x", oid, b.Bytes())
	}
	switch tag {
	case ber.Integer:
		n, err := ber.DecodeInt32(content)
		if err != nil {
			t.Fatal(oid, err)
		}
		return fmt.Sprint(n)
	case ber.OctetString:
		return fmt.Sprintf("%q", content)
	case ber.ObjectID:
		id, err := ber.DecodeOID(nil, content)
		if err != nil {
			t.Fatal(oid, err)
		}
		return id.String()
	case ber.Counter32, ber.Gauge32, ber.TimeTicks:
		n, err := ber.DecodeUint32(content)
		if err != nil {
			t.Fatal(oid, err)
		}
		return fmt.Sprintf("%d of %x", n, byte(tag))
	}
	t.Fatalf("%s has tag %x", oid, tag) // Counter64 too: version 1 could not carry it
	return ""
}

// TestEveryModel: the tree of every model in every form can be read throughout, and
// a walk shows no value twice.
func TestEveryModel(t *testing.T) {
	for _, model := range pdu.ProfileIDs() {
		for _, form := range []pdu.SNMPForm{"", pdu.SNMPForm8KS, pdu.SNMPFormNetio4, pdu.SNMPFormMIB} {
			a, u := newTestAgent(t, model, func(c *Config) { c.WalkForm, c.Users = string(form), nil })
			netio := 0
			for _, o := range a.tree.objects {
				show(t, a, u, o.oid.String())
				if o.oid.HasPrefix(netioRoot) {
					netio++
				}
			}
			if want := 10*u.snap.Profile.Outputs + 7; netio != want {
				t.Errorf("%s form %q: a walk shows %d NETIO objects, want %d", model, form, netio, want)
			}
		}
	}
}

func TestWalkForms(t *testing.T) {
	f := func(model string, form pdu.SNMPForm, cell, object string) {
		t.Helper()
		a, _ := newTestAgent(t, model, func(c *Config) { c.WalkForm = string(form) })
		after := func(name string) string {
			return a.tree.objects[a.tree.after(ber.MustOID("1.3.6.1.4.1.47952.1."+name).Content(), new(ber.OID))].oid.String()
		}
		if got := strings.TrimPrefix(after("1.1.3"), "1.3.6.1.4.1.47952.1."); got != cell {
			t.Errorf("%s %q: behind a column comes %s, want %s", model, form, got, cell)
		}
		if got := strings.TrimPrefix(after("1.1.29.99"), "1.3.6.1.4.1.47952.1."); got != object {
			t.Errorf("%s %q: behind the table comes %s, want %s", model, form, got, object)
		}
	}
	f("8ks", "", "1.1.3.1.0", "2.1.0")
	f("4c", "", "1.1.3.1", "2.1")
	f("8ks", pdu.SNMPFormMIB, "1.1.3.1", "2.1.0")
	f("8ks", pdu.SNMPFormNetio4, "1.1.3.1", "2.1")
}

// TestWalkOrder: what comes after any name is the first object above it, also after
// names that a walk does not show.
func TestWalkOrder(t *testing.T) {
	for _, model := range []string{"8ks", "4c"} {
		a, _ := newTestAgent(t, model, nil)
		var names []ber.OID
		for name := range a.tree.byName {
			oid, err := ber.DecodeOID(nil, []byte(name))
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, oid)
		}
		slices.SortFunc(names, ber.OID.Compare)
		rapid.Check(t, func(t *rapid.T) {
			oid := rapid.SampledFrom(names).Draw(t, "name")
			oid = oid[:rapid.IntRange(2, len(oid)).Draw(t, "length")]
			oid = oid.Append(rapid.SliceOfN(rapid.Uint32Range(0, 40), 0, 3).Draw(t, "more")...)
			at := a.tree.after(oid.Content(), new(ber.OID))
			if at > 0 && a.tree.objects[at-1].oid.Compare(oid) > 0 {
				t.Fatalf("%s was passed over behind %s", a.tree.objects[at-1].oid, oid)
			}
			if at < len(a.tree.objects) && a.tree.objects[at].oid.Compare(oid) <= 0 {
				t.Fatalf("%s comes behind %s", a.tree.objects[at].oid, oid)
			}
		})
	}
}

func TestMissing(t *testing.T) {
	a, _ := newTestAgent(t, "8ks", nil)
	for oid, want := range map[string]ber.Tag{
		"1.3.6.1.4.1.47952.1.1.1.3.9":   ber.NoSuchInstance,
		"1.3.6.1.4.1.47952.1.1.1.3":     ber.NoSuchInstance,
		"1.3.6.1.4.1.47952.1.2.1.0.0":   ber.NoSuchInstance,
		"1.3.6.1.4.1.47952.1.1.1.6.1":   ber.NoSuchObject,
		"1.3.6.1.2.1.1":                 ber.NoSuchObject,
		"1.3":                           ber.NoSuchObject,
		"1.3.6.1.2.1.47.1.1.1.1.2.5555": ber.NoSuchInstance,
	} {
		if got := a.tree.missing(ber.MustOID(oid).Content()); got != want {
			t.Errorf("%s is %x, want %x", oid, got, want)
		}
	}
}

// TestStandardObjects: values of the standard modules on an 8KS.
func TestStandardObjects(t *testing.T) {
	a, u := newTestAgent(t, "8ks", func(c *Config) { c.Contact, c.Location = "ops", "hall 3" })
	a.started = u.snap.At.Add(-90 * time.Second)
	for oid, want := range map[string]string{
		"1.3.6.1.2.1.1.1.0": `"Zerocross PowerPDU 8KS"`,
		"1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.32473.2.1",
		"1.3.6.1.2.1.1.4.0": `"ops"`, "1.3.6.1.2.1.1.6.0": `"hall 3"`, "1.3.6.1.2.1.1.7.0": "72",
		"1.3.6.1.2.1.2.2.1.6.1":   `"\x02\x00\x00\x12:_"`,
		"1.3.6.1.6.3.10.2.1.1.0":  `"\x80\x00~\xd9\x03\x02\x00\x00\x12:_"`,
		"1.3.6.1.6.3.10.2.1.2.0":  "7",
		"1.3.6.1.2.1.11.30.0":     "2",
		"1.3.6.1.4.1.47952.1.2.7": `"\a\xb2\x01\x01\x00\x00\x00\x00+\x00\x00"`,
		// ENTITY-MIB
		"1.3.6.1.2.1.47.1.1.1.1.5.1": "3", "1.3.6.1.2.1.47.1.1.1.1.13.1": `"8KS"`, "1.3.6.1.2.1.47.1.1.1.1.11.1": `"020000123A5F"`,
		"1.3.6.1.2.1.47.1.1.1.1.5.101": "13", "1.3.6.1.2.1.47.1.1.1.1.7.101": `"router"`, "1.3.6.1.2.1.47.1.1.1.1.4.101": "1",
		"1.3.6.1.2.1.47.1.3.3.1.1.1.101": "101", "1.3.6.1.2.1.47.1.3.3.1.1.101.1011": "1011",
		// ENTITY-SENSOR-MIB: output 1
		"1.3.6.1.2.1.99.1.1.1.4.1011": "640", "1.3.6.1.2.1.99.1.1.1.1.1011": "5", "1.3.6.1.2.1.99.1.1.1.2.1011": "8",
		"1.3.6.1.2.1.99.1.1.1.4.1012": "1446", "1.3.6.1.2.1.99.1.1.1.3.1012": "1",
		"1.3.6.1.2.1.99.1.1.1.4.1013": "977", "1.3.6.1.2.1.99.1.1.1.4.1014": "900", "1.3.6.1.2.1.99.1.1.1.6.1014": `"Wh"`,
		"1.3.6.1.2.1.99.1.1.1.4.1015": "1", "1.3.6.1.2.1.99.1.1.1.4.1025": "2",
		"1.3.6.1.2.1.99.1.1.1.4.1016": "-325", "1.3.6.1.2.1.99.1.1.1.4.1017": "2",
		"1.3.6.1.2.1.99.1.1.1.7.1011": "9000 of 43", "1.3.6.1.2.1.99.1.1.1.8.1011": "200 of 42",
		// the inlet and the input
		"1.3.6.1.2.1.99.1.1.1.4.1008": "231230", "1.3.6.1.2.1.99.1.1.1.4.1009": "49980",
		"1.3.6.1.2.1.99.1.1.1.4.201": "2", "1.3.6.1.2.1.99.1.1.1.4.301": "12",
		// ENERGY-OBJECT-MIB
		"1.3.6.1.2.1.229.1.1.1.1.101": `"` + "`" + `"`,
		"1.3.6.1.2.1.229.1.2.1.1.101": "144600", "1.3.6.1.2.1.229.1.2.1.3.101": "-3",
		"1.3.6.1.2.1.229.1.2.1.8.101": "259", "1.3.6.1.2.1.229.1.2.1.9.102": "257",
		"1.3.6.1.2.1.229.1.4.1.5.101.101": "3", "1.3.6.1.2.1.229.1.5.1.2.101.0": "900 of 42", "1.3.6.1.2.1.229.1.5.1.3.101.0": "2 of 42",
		"1.3.6.1.2.1.229.1.5.1.4.101.0": "898 of 42",
	} {
		if got := show(t, a, u, oid); got != want {
			t.Errorf("%s is %s, want %s", oid, got, want)
		}
	}
}

// TestEdgesOfValues: what has no place in the tree is cut to its bounds.
func TestEdgesOfValues(t *testing.T) {
	a, u := newTestAgent(t, "8ks", nil)
	set := func(edit func(s *pdu.Snapshot)) { u.change(pdu.Measured{}, edit) }
	is := func(oid, want string) {
		t.Helper()
		if got := show(t, a, u, oid); got != want {
			t.Errorf("%s is %s, want %s", oid, got, want)
		}
	}
	set(func(s *pdu.Snapshot) {
		s.Outputs[0].Reading = pdu.Reading{ActivePowerW: -50.4, PowerFactor: -1.2, CurrentA: 1e9}
		s.Outputs[0].Energy.Forward = 5_000_000_000 * pdu.MicroWsPerWh
		s.Outputs[0].Commanded, s.Outputs[0].Contact = pdu.Unknown, pdu.Unknown
		s.Settings.Outputs[0].Name = strings.Repeat("ž", 200)
		s.Inputs[0].Count = 4_000_000_000
		s.InletEnergy.ResetAt = time.Date(2026, 2, 3, 4, 5, 6, 789e6, time.FixedZone("", 3600))
	})
	is(cell(25, 1), "0")
	is(cell(29, 1), "1000")
	is(cell(28, 1), "2147483647")
	is(cell(26, 1), "2147483647")
	is(cell(3, 1), "0")
	is(cell(4, 1), `"off"`)
	is(cell(2, 1), `"`+strings.Repeat("ž", 50)+`"`)
	is(cell(27, 8), `"\a\xea\x02\x03\x03\x05\x06\a+\x00\x00"`)
	is("1.3.6.1.2.1.99.1.1.1.4.1012", "-504")
	is("1.3.6.1.2.1.99.1.1.1.4.1011", "1000000000")
	is("1.3.6.1.2.1.99.1.1.1.2.1014", "10") // kilo from here on
	is("1.3.6.1.2.1.99.1.1.1.4.1014", "5000000")
	is("1.3.6.1.2.1.99.1.1.1.5.1015", "2")
	is("1.3.6.1.2.1.99.1.1.1.4.301", "4000000")
	is("1.3.6.1.2.1.229.1.5.1.2.101.0", "4294967295 of 42")
}

// TestModuleAgreesWithTree: the module text has every NETIO object and no more.
func TestModuleAgreesWithTree(t *testing.T) {
	a, _ := newTestAgent(t, "8ks", func(c *Config) { c.WalkForm = string(pdu.SNMPFormMIB) })
	for _, o := range a.tree.objects {
		if !o.oid.HasPrefix(netioRoot) {
			continue
		}
		parent, number := "netioOutputEntry", o.oid[len(o.oid)-2]
		if o.oid[len(netioRoot)] == 2 {
			parent = "netioGlobalMeasure"
		}
		if n := strings.Count(string(netioMIB), fmt.Sprintf("::= { %s %d }", parent, number)); n != 1 {
			t.Errorf("the module text has %s %d times", o.oid, n)
		}
	}
	if n := strings.Count(string(netioMIB), "MAX-ACCESS  read-"); n != 17 {
		t.Errorf("the module text has %d objects, the tree 17", n)
	}
	if !strings.Contains(string(ownMIB), fmt.Sprintf("{ enterprises %d }", exampleEnterprise)) {
		t.Error("the module text has another enterprise number than the code")
	}
}
