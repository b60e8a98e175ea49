package snmp

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zerocross-pdu/zerocross/proto/snmp/ber"
	"github.com/zerocross-pdu/zerocross/proto/snmp/usm"
)

// BenchmarkGet is one Get of one value over the loopback.
func BenchmarkGet(b *testing.B) {
	u := newFakeUnit(sample(b, "8ks"))
	addr := serve(b, u, open(u.snap.Profile), nil)
	for name, m := range map[string]*manager{
		"v2c": dial(b, addr, version2c, "private", usm.Credentials{}), "v3-authPriv": dial(b, addr, version3, "", admin),
	} {
		b.Run(name, func(b *testing.B) { benchGet(b, m, "1.3.6.1.4.1.47952.1.1.1.25.1.0") })
	}
}

// BenchmarkWalk is a walk of all that an 8KS shows, over the loopback.
func BenchmarkWalk(b *testing.B) {
	u := newFakeUnit(sample(b, "8ks"))
	addr := serve(b, u, open(u.snap.Profile), nil)
	for name, m := range map[string]*manager{
		"v2c": dial(b, addr, version2c, "private", usm.Credentials{}), "v3-authPriv": dial(b, addr, version3, "", admin),
	} {
		b.Run(name, func(b *testing.B) { benchWalk(b, m, "1.3") })
	}
}

// agentEnv tells the process of ownAgent that it is one.
const agentEnv = "SNMP_BENCH_AGENT"

// TestAgentProcess is the process of ownAgent, and nothing otherwise.
func TestAgentProcess(t *testing.T) {
	if os.Getenv(agentEnv) == "" {
		return
	}
	u := newFakeUnit(sample(t, "8ks"))
	fmt.Println(serve(t, u, open(u.snap.Profile), nil))
	_, _ = io.Copy(io.Discard, os.Stdin) // until the parent ends
}

// ownAgent runs our agent in a process of its own, as snmpd is one.
func ownAgent(b *testing.B) (addr string) {
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestAgentProcess$")
	cmd.Env = append(os.Environ(), agentEnv+"=1")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = stdin.Close(); _ = cmd.Wait() })
	addr, err = bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(addr)
}

// BenchmarkSystemGroup compares with snmpd of net-snmp in one run: a Get of
// sysName and a walk of the system group.
func BenchmarkSystemGroup(b *testing.B) {
	for name, addr := range map[string]string{"ours": ownAgent(b), "snmpd": snmpd(b)} {
		plain := dial(b, addr, version2c, "private", usm.Credentials{})
		sealed := dial(b, addr, version3, "", admin)
		b.Run("get-v2c/"+name, func(b *testing.B) { benchGet(b, plain, "1.3.6.1.2.1.1.5.0") })
		b.Run("get-v3/"+name, func(b *testing.B) { benchGet(b, sealed, "1.3.6.1.2.1.1.5.0") })
		b.Run("walk-v2c/"+name, func(b *testing.B) { benchWalk(b, plain, "1.3.6.1.2.1.1") })
		b.Run("walk-v3/"+name, func(b *testing.B) { benchWalk(b, sealed, "1.3.6.1.2.1.1") })
	}
}

func benchGet(b *testing.B, m *manager, oid string) {
	b.ReportAllocs()
	for b.Loop() {
		r, err := m.call(b.Context(), ber.GetRequest, 0, 0, asked{name: oid})
		if err != nil || r.status != NoError || len(r.vars) != 1 || r.vars[0].tag >= ber.NoSuchObject {
			b.Fatalf("%+v (%v)", r, err)
		}
	}
}

func benchWalk(b *testing.B, m *manager, root string) {
	b.ReportAllocs()
	prefix, objects := ber.MustOID(root), 0
	for b.Loop() {
		objects = walk(b, m, prefix)
	}
	b.ReportMetric(float64(objects), "objects")
}

func walk(b *testing.B, m *manager, prefix ber.OID) (objects int) {
	at := prefix
	for {
		r, err := m.call(b.Context(), ber.GetBulkRequest, 0, 50, asked{name: at.String()})
		if err != nil || r.status != NoError || len(r.vars) == 0 {
			b.Fatalf("%+v (%v)", r, err)
		}
		for _, v := range r.vars {
			oid, err := ber.DecodeOID(nil, v.name)
			if err != nil {
				b.Fatal(err)
			}
			if v.tag == ber.EndOfMibView || !oid.HasPrefix(prefix) {
				return objects
			}
			at = oid
			objects++
		}
	}
}

// snmpd runs the daemon of net-snmp with the same community and user.
func snmpd(b *testing.B) (addr string) {
	path := ""
	for _, p := range []string{"snmpd", "/usr/sbin/snmpd"} {
		if found, err := exec.LookPath(p); err == nil {
			path = found
		}
	}
	if path == "" {
		b.Skip("snmpd is not installed; it is in the Debian package of the same name")
	}
	dir := b.TempDir()
	file := filepath.Join(dir, "snmpd.conf")
	conf := "rwcommunity private\ncreateUser admin SHA-256 adminpass AES privpass1\nrwuser admin priv\n"
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		b.Fatal(err)
	}
	addr = freePort(b)
	cmd := exec.Command(path, "-f", "-Lf", os.DevNull, "-C", "-c", file, "-p", filepath.Join(dir, "pid"), "udp:"+addr)
	cmd.Env = append(os.Environ(), "MIBS=", "SNMP_PERSISTENT_DIR="+dir, "SNMPCONFPATH="+dir)
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	waitUntilItAnswers(b, addr)
	return addr
}

func waitUntilItAnswers(b *testing.B, addr string) {
	for range 50 {
		if _, err := tool(b, "snmpget", "-r0", "-t0.2", "-v2c", "-c", "private", addr, "1.3.6.1.2.1.1.5.0"); err == nil {
			return
		}
	}
	b.Fatalf("snmpd at %s does not answer", addr)
}
