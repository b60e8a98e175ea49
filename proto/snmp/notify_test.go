package snmp

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto/snmp/ber"
)

// patience bounds every wait; nothing is decided by how long it takes.
const patience = 20 * time.Second

// trapd runs snmptrapd and gives its address and the lines it prints.
func trapd(t *testing.T, conf string) (addr string, lines <-chan string) {
	t.Helper()
	path := program(t, "snmptrapd")
	addr = freePort(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "snmptrapd.conf")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-f", "-Lo", "-On", "-C", "-c", file, "-F", "%P %v\n", "udp:"+addr)
	cmd.Env = append(os.Environ(), "MIBS=", "SNMP_PERSISTENT_DIR="+dir, "SNMPCONFPATH="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := make(chan string, 100)
	done := make(chan struct{})
	go func() {
		defer close(done)
		scan(out, c)
	}()
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-done; _ = cmd.Wait() })
	expect(t, c, "NET-SNMP version")
	return addr, c
}

// freePort gives an address at which another program can listen.
func freePort(t testing.TB) string {
	t.Helper()
	free, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer free.Close()
	return free.LocalAddr().String()
}

func scan(r io.Reader, c chan<- string) {
	for s := bufio.NewScanner(r); s.Scan(); {
		select {
		case c <- s.Text():
		default:
		}
	}
}

// expect waits for a line that holds all words.
func expect(t *testing.T, lines <-chan string, words ...string) {
	t.Helper()
	timeout := time.After(patience)
	var seen []string
next:
	for {
		select {
		case line := <-lines:
			seen = append(seen, line)
			for _, w := range words {
				if !strings.Contains(line, w) {
					continue next
				}
			}
			return
		case <-timeout:
			t.Fatalf("%q did not come, but\n%s", words, strings.Join(seen, "\n"))
		}
	}
}

func TestSnmptrapd(t *testing.T) {
	snap := sample(t, "8ks")
	for _, version := range []string{"2c", "3"} {
		for _, inform := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s inform %t", version, inform), func(t *testing.T) {
				u := newFakeUnit(snap)
				c := open(snap.Profile)
				engine := fmt.Sprintf("-e 0x%x ", engineID(c.Enterprise, snap.Identity))
				if inform {
					engine = ""
				}
				addr, lines := trapd(t, "authCommunity log trapper\nauthUser log admin priv\ncreateUser "+engine+"admin SHA-256 adminpass AES privpass1\n")
				c.Notify.Receivers = []ReceiverConfig{{Address: addr, Version: version, Inform: inform, Community: "trapper", User: "admin", TimeoutMs: 2000, Retries: 3}}
				c.Notify.AuthenticationFailure = true
				serve(t, u, c, nil)
				expect(t, lines, ".1.3.6.1.6.3.1.1.5.1")
				u.change(pdu.OutputSwitched{Output: 2}, func(s *pdu.Snapshot) { s.Outputs[1].Commanded = pdu.On })
				expect(t, lines, ".1.3.6.1.4.1.32473.1.0.1", "47952.1.1.1.3.2 = INTEGER: 1", `"output_2"`)
				u.change(pdu.Measured{}, func(s *pdu.Snapshot) { s.Outputs[2].Reading.CurrentA = 10.5 })
				expect(t, lines, ".1.3.6.1.4.1.32473.1.0.2", "99.1.1.1.4.1031 = INTEGER: 10500", `"output_3"`)
				u.change(pdu.InputChanged{Input: 1}, func(s *pdu.Snapshot) { s.Inputs[0].Level = pdu.On })
				expect(t, lines, ".1.3.6.1.4.1.32473.1.0.3", "99.1.1.1.4.201 = INTEGER: 1", `"input 1"`)
			})
		}
	}
}

// listener is a receiver that writes down what arrives.
func listener(t *testing.T) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	return conn
}

// next reads one notification of version 2c and gives it with its trap.
func next(t *testing.T, conn *net.UDPConn) (r *reply, trap string, from *net.UDPAddr) {
	t.Helper()
	buf := make([]byte, 2000)
	n, from, err := conn.ReadFromUDP(buf)
	if err != nil {
		t.Fatal(err)
	}
	r, err = (&manager{version: version2c}).read(buf[:n])
	if err != nil || len(r.vars) < 2 || r.vars[1].tag != ber.ObjectID {
		t.Fatalf("%+v (%v)", r, err)
	}
	oid, err := ber.DecodeOID(nil, r.vars[1].value)
	if err != nil || r.vars[0].oid() != "1.3.6.1.2.1.1.3.0" || r.vars[1].oid() != "1.3.6.1.6.3.1.1.4.1.0" {
		t.Fatalf("%+v (%v)", r, err)
	}
	return r, oid.String(), from
}

func receivers(conns ...*net.UDPConn) []ReceiverConfig {
	var list []ReceiverConfig
	for _, c := range conns {
		list = append(list, ReceiverConfig{Address: c.LocalAddr().String(), Version: "2c", Community: "trapper"})
	}
	return list
}

func TestEveryReceiverIsToldOnce(t *testing.T) {
	u := newFakeUnit(sample(t, "8ks"))
	c := open(u.snap.Profile)
	first, second := listener(t), listener(t)
	c.Notify.Receivers = receivers(first, second)
	serve(t, u, c, nil)
	u.change(pdu.Measured{}, func(*pdu.Snapshot) {}) // nothing to tell
	overload := func(amps float64) {
		u.change(pdu.Measured{}, func(s *pdu.Snapshot) { s.Outputs[0].Reading.CurrentA = amps })
	}
	for _, amps := range []float64{10.1, 9.9, 10.2, 9.4, 10.3} { // told at the first and the last
		overload(amps)
	}
	u.change(pdu.OutputSwitched{}, func(s *pdu.Snapshot) { s.Outputs[0].Commanded = pdu.Off })
	for _, conn := range []*net.UDPConn{first, second} {
		for i, want := range []string{"1.3.6.1.6.3.1.1.5.1", "1.3.6.1.4.1.32473.1.0.2", "1.3.6.1.4.1.32473.1.0.2", "1.3.6.1.4.1.32473.1.0.1"} {
			r, trap, _ := next(t, conn)
			if trap != want || r.tag != ber.TrapV2 {
				t.Errorf("notification %d is %s (%x), want %s", i, trap, r.tag, want)
			}
		}
	}
}

func TestFailuresAreTold(t *testing.T) {
	u := newFakeUnit(sample(t, "8ks"))
	c := open(u.snap.Profile)
	conn := listener(t)
	c.Notify = NotifyConfig{AuthenticationFailure: true, Receivers: receivers(conn)}
	addr := serve(t, u, c, nil)
	if _, trap, _ := next(t, conn); trap != "1.3.6.1.6.3.1.1.5.1" {
		t.Fatal(trap)
	}
	m := dial(t, addr, version2c, "wrong", admin)
	if _, err := m.conn.Write(m.request(ber.GetRequest, 0, 0, nil)); err != nil {
		t.Fatal(err)
	}
	if _, trap, _ := next(t, conn); trap != "1.3.6.1.6.3.1.1.5.5" {
		t.Error(trap)
	}
}

// TestInformsAreRepeated: with the same request-id, until they are confirmed.
func TestInformsAreRepeated(t *testing.T) {
	u := newFakeUnit(sample(t, "8ks"))
	c := open(u.snap.Profile)
	conn := listener(t)
	c.Notify.Receivers = receivers(conn)
	c.Notify.Receivers[0].Inform, c.Notify.Receivers[0].Retries, c.Notify.Receivers[0].TimeoutMs = true, 2, 100
	serve(t, u, c, nil)
	u.change(pdu.OutputSwitched{}, func(s *pdu.Snapshot) { s.Outputs[0].Commanded = pdu.Off })
	var ids []int32
	for range 3 {
		r, trap, _ := next(t, conn)
		if trap != "1.3.6.1.6.3.1.1.5.1" || r.tag != ber.InformRequest {
			t.Fatalf("%s %x", trap, r.tag)
		}
		ids = append(ids, r.id)
	}
	if ids[0] != ids[1] || ids[1] != ids[2] {
		t.Errorf("repetitions have the request-ids %v", ids)
	}
	r, trap, _ := next(t, conn) // the first one is given up
	if trap != "1.3.6.1.4.1.32473.1.0.1" || r.id == ids[0] {
		t.Errorf("then came %s with request-id %d", trap, r.id)
	}
}

// TestSlowReceiverLosesTheOldest: what happens is never held up.
func TestSlowReceiverLosesTheOldest(t *testing.T) {
	a, _ := newTestAgent(t, "8ks", nil)
	r := newReceiver(a, &ReceiverConfig{})
	for i := range notificationsWaiting + 10 {
		r.put(notification{binds: []byte{byte(i)}})
	}
	if first := <-r.queue; first.binds[0] != 10 || len(r.queue) != notificationsWaiting-1 {
		t.Errorf("the oldest is %d, %d more", first.binds[0], len(r.queue))
	}
}
