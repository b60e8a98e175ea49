package snmp

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// program skips the test when a program of net-snmp is not installed.
func program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed; it is in the Debian package snmp (snmptrapd: snmptrapd)", name)
	}
	return path
}

// run runs a program of net-snmp that must succeed and gives what it prints.
func run(t testing.TB, name string, args ...string) string {
	t.Helper()
	out, err := tool(t, name, args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return out
}

func tool(t testing.TB, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(t.Context(), program(t, name), args...)
	cmd.Env = append(os.Environ(), "MIBS=", "SNMPCONFPATH="+t.TempDir(), "SNMP_PERSISTENT_DIR="+t.TempDir())
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	out := stdout.String()
	if err != nil {
		out += stderr.String()
	}
	return strings.TrimSpace(out), err
}

func TestNetSNMPReads(t *testing.T) {
	program(t, "snmpget")
	u := newFakeUnit(sample(t, "8ks"))
	addr := serve(t, u, open(u.snap.Profile), nil)
	const b = "1.3.6.1.4.1.47952.1"
	for _, access := range [][]string{
		{"-v1", "-c", "private"},
		{"-v2c", "-c", "private"},
		{"-v3", "-l", "authPriv", "-u", "admin", "-a", "SHA-256", "-A", "adminpass", "-x", "AES", "-X", "privpass1"},
		{"-v3", "-l", "authNoPriv", "-u", "viewer", "-a", "SHA-256", "-A", "viewpass1"},
	} {
		t.Run(strings.Join(access[:3], " "), func(t *testing.T) {
			get := func(oid, want string) {
				t.Helper()
				if got := run(t, "snmpget", append(access, "-Oqnv", addr, oid)...); got != want {
					t.Errorf("%s is %s, want %s", oid, got, want)
				}
			}
			for _, form := range []string{"", ".0"} {
				get(b+".1.1.2.1"+form, `"router"`)
				get(b+".1.1.3.8"+form, "0")
				get(b+".1.1.4.1"+form, `"on"`)
				get(b+".1.1.5.1"+form, "5")
				get(b+".1.1.25.1"+form, "145")
				get(b+".1.1.26.1"+form, "900")
				get(b+".1.1.28.1"+form, "640")
				get(b+".1.1.29.1"+form, "977")
				get(b+".2.1"+form, "231230")
				get(b+".2.2"+form, "49980")
			}
			get("1.3.6.1.2.1.1.5.0", `"Rack A"`)
		})
	}
}

func TestNetSNMPWalks(t *testing.T) {
	program(t, "snmpbulkwalk")
	u := newFakeUnit(sample(t, "8ks"))
	addr := serve(t, u, open(u.snap.Profile), nil)
	a, _ := newTestAgent(t, "8ks", nil)
	for _, args := range [][]string{
		{"snmpbulkwalk", "-v2c", "-c", "private", "-Cr50"},
		{"snmpwalk", "-v1", "-c", "private"},
		{"snmpbulkwalk", "-v3", "-l", "authPriv", "-u", "admin", "-a", "SHA-256", "-A", "adminpass", "-x", "AES", "-X", "privpass1", "-Cr200"},
	} {
		out := run(t, args[0], append(args[1:], "-Onq", addr, "1")...)
		lines := 0
		for line := range strings.Lines(out) {
			if strings.HasPrefix(line, ".1") && !strings.Contains(line, "No more variables") {
				lines++
			}
		}
		if lines != len(a.tree.objects) {
			t.Errorf("%v shows %d objects, the tree has %d", args, lines, len(a.tree.objects))
		}
	}
}

func TestNetSNMPSets(t *testing.T) {
	program(t, "snmpset")
	u := newFakeUnit(sample(t, "8ks"))
	addr := serve(t, u, open(u.snap.Profile), nil)
	const action = "1.3.6.1.4.1.47952.1.1.1.5"
	admin := []string{"-v3", "-l", "authPriv", "-u", "admin", "-a", "SHA-256", "-A", "adminpass", "-x", "AES", "-X", "privpass1"}
	set := func(want, commands string, args ...string) {
		t.Helper()
		out, err := tool(t, "snmpset", args...)
		if (want == "") != (err == nil) || !strings.Contains(out, want) {
			t.Errorf("%v: %v, %q is not in\n%s", args, err, want, out)
		}
		if got := brief(u.take()); got != commands {
			t.Errorf("%v switched %s, want %s", args, got, commands)
		}
	}
	on := func(who ...string) []string { return append(who, addr, action+".2", "i", "1") }
	set("", "[2:on]", on("-v1", "-c", "private")...)
	set("", "[2:on]", on("-v2c", "-c", "private")...)
	set("", "[2:on]", on(admin...)...)
	set("noAccess", "", on("-v3", "-l", "authNoPriv", "-u", "viewer", "-a", "SHA-256", "-A", "viewpass1")...)
	set("", "[1:on 8:shortOff 3:toggle]", append(admin, addr, action+".1", "i", "1", action+".8.0", "i", "2", action+".3", "i", "4")...)
	set("wrongValue", "", append(admin, addr, action+".1", "i", "1", action+".2", "i", "6")...)
	set("wrongType", "", append(admin, addr, action+".1", "s", "1")...)
	set("noCreation", "", append(admin, addr, action+".1", "i", "1", action+".9", "i", "1")...)
	set("notWritable", "", append(admin, addr, "1.3.6.1.4.1.47952.1.1.1.3.1", "i", "1")...)
	set("badValue", "", "-v1", "-c", "private", addr, action+".1", "i", "7")
	set("noSuchName", "", "-v1", "-c", "private", addr, action+".9", "i", "1")
	set("", "", append(admin, addr, "1.3.6.1.2.1.1.5.0", "s", "Rack B")...)
	set("", "[4:off]", append(admin, addr, "1.3.6.1.2.1.229.1.2.1.8.104", "i", "257")...)
	if got := u.Snapshot().Settings.DeviceName; got != "Rack B" {
		t.Errorf("the unit is called %q", got)
	}
	set("Authentication failure", "", append([]string{"-r0", "-v3", "-l", "authPriv", "-u", "admin", "-a", "SHA-256", "-A", "wrongpass", "-x", "AES", "-X", "privpass1"}, on()...)...)
	set("Unknown user name", "", append([]string{"-r0", "-v3", "-l", "authPriv", "-u", "nobody", "-a", "SHA-256", "-A", "adminpass", "-x", "AES", "-X", "privpass1"}, on()...)...)
	set("authorizationError", "", append([]string{"-r0", "-v3", "-l", "authNoPriv", "-u", "admin", "-a", "SHA-256", "-A", "adminpass"}, on()...)...)
	set("Unsupported security level", "", append([]string{"-r0", "-v3", "-l", "authPriv", "-u", "viewer", "-a", "SHA-256", "-A", "viewpass1", "-x", "AES", "-X", "viewpass1"}, on()...)...)
	set("Timeout", "", "-r0", "-t0.2", "-v2c", "-c", "wrong", addr, action+".1", "i", "1")
}

// TestNetSNMPKnowsEveryProtocol: every pair of authentication and privacy that the
// programs have is understood on both sides.
func TestNetSNMPKnowsEveryProtocol(t *testing.T) {
	program(t, "snmpget")
	u := newFakeUnit(sample(t, "8ks"))
	c := open(u.snap.Profile)
	c.Legacy = LegacyConfig{MD5: true, DES: true, KeyExtension: "blumenthal"}
	c.Users = nil
	auths := map[string]string{"MD5": "MD5", "SHA-1": "SHA", "SHA-224": "SHA-224", "SHA-256": "SHA-256", "SHA-384": "SHA-384", "SHA-512": "SHA-512"}
	privs := map[string]string{"DES": "DES", "AES-128": "AES", "AES-192": "AES-192", "AES-256": "AES-256"}
	for auth := range auths {
		for priv := range privs {
			c.Users = append(c.Users, UserConfig{Name: auth + "_" + priv, Level: LevelAuthPriv, Auth: auth, AuthPassword: "onepassword", Priv: priv, Access: AccessRead})
		}
	}
	addr := serve(t, u, c, nil)
	for auth, a := range auths {
		for priv, p := range privs {
			out, err := tool(t, "snmpget", "-r0", "-v3", "-l", "authPriv", "-u", auth+"_"+priv, "-a", a, "-A", "onepassword", "-x", p, "-X", "onepassword", "-Oqv", addr, "1.3.6.1.2.1.1.5.0")
			if err != nil || out != `"Rack A"` {
				t.Errorf("%s with %s: %v %s", auth, priv, err, out)
			}
		}
	}
}

// TestModuleTexts: snmptranslate reads our modules without complaint, by name and
// for all eight outputs. The base modules that they import are not free to ship
// with Debian; testdata has what is needed of them.
func TestModuleTexts(t *testing.T) {
	program(t, "snmptranslate")
	dirs := filepath.Join("testdata", "mibs") + ":mib"
	translate := func(want string, args ...string) {
		t.Helper()
		out := run(t, "snmptranslate", append([]string{"-M", dirs, "-m", "NETIO-PRODUCTS-NETIO-MIB:ZEROCROSS-PDU-MIB"}, args...)...)
		if out != want {
			t.Errorf("%v gives\n%s\nwant %s", args, out, want)
		}
	}
	for id := pdu.OutputID(1); id <= 8; id++ {
		translate(fmt.Sprintf(".1.3.6.1.4.1.47952.1.1.1.5.%d", id), "-On", fmt.Sprintf("NETIO-PRODUCTS-NETIO-MIB::netioOutputAction.%d", id))
	}
	translate("NETIO-PRODUCTS-NETIO-MIB::netioTotalLoad.0", ".1.3.6.1.4.1.47952.1.2.5.0")
	translate("NETIO-PRODUCTS-NETIO-MIB::netioOutputState.8.0", "-Ir", ".1.3.6.1.4.1.47952.1.1.1.3.8.0")
	translate("ZEROCROSS-PDU-MIB::zerocrossOverload", ".1.3.6.1.4.1.32473.1.0.2")
}
