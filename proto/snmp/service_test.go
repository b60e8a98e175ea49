package snmp

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/zerocross-pdu/zerocross/httpd"
	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto/snmp/ber"
	"github.com/zerocross-pdu/zerocross/proto/snmp/usm"
)

func TestTakenPortNamesPortAndOption(t *testing.T) {
	taken, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	u := newFakeUnit(sample(t, "8ks"))
	deps := depsOf(t, u)
	deps.Listen = map[string]string{Name: taken.LocalAddr().String()}
	svc, err := Definition(nil).New(deps, open(u.snap.Profile))
	if err != nil {
		t.Fatal(err)
	}
	err = svc.Run(t.Context(), func() { t.Error("it says that it answers") })
	if err == nil || !strings.Contains(err.Error(), taken.LocalAddr().String()) || !strings.Contains(err.Error(), "--listen snmp") {
		t.Error(err)
	}
}

// TestOffByListen: without a port the protocol waits and does not fail.
func TestOffByListen(t *testing.T) {
	u := newFakeUnit(sample(t, "8ks"))
	svc, err := Definition(nil).New(depsOf(t, u), open(u.snap.Profile))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if err := svc.Run(ctx, cancel); err != nil {
		t.Error(err)
	}
}

func TestModulesAreOffered(t *testing.T) {
	u := newFakeUnit(sample(t, "8ks"))
	deps := depsOf(t, u)
	deps.HTTP = httpd.New(httpd.Options{Log: deps.Log})
	if err := deps.HTTP.Listen(httpd.HTTP, "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	t.Cleanup(func() { cancel(); wg.Wait() })
	wg.Go(func() { _ = deps.HTTP.Run(ctx) })
	s := &service{deps: deps, config: open(u.snap.Profile), boots: seventh{}}
	unmount, err := s.mountModules()
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + deps.HTTP.Addr(httpd.HTTP)
	get := func(path string) (int, []byte) {
		resp, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, body
	}
	for path, text := range map[string][]byte{PathNetioMIB: netioMIB, PathOwnMIB: ownMIB} {
		if status, body := get(path); status != http.StatusOK || !bytes.Equal(body, text) {
			t.Errorf("%s: status %d, %d bytes", path, status, len(body))
		}
	}
	unmount()
	if status, _ := get(PathNetioMIB); status == http.StatusOK {
		t.Error("the module is still offered")
	}
}

// FuzzDatagram: nothing that is not signed switches or changes anything, and its
// answers stay small. The community is off, so no seed can show the way.
func FuzzDatagram(f *testing.F) {
	a, u := newTestAgent(f, "8ks", func(c *Config) { c.V1V2c.Enabled = false })
	d := newDesks(a)
	known := signed(f, a, admin)
	set := encodeBinds([]asked{switchTo(1, 1), {"1.3.6.1.2.1.1.5.0", textValue("x")}})
	f.Add(plain(version2c, "private").request(ber.SetRequest, 0, 0, set))
	f.Add((&manager{version: version3}).request(ber.GetRequest, 0, 0, nil))
	unsigned := &manager{version: version3, user: usm.Credentials{Name: "admin", Auth: usm.SHA256, AuthPassphrase: "wrongpass"}}
	if err := unsigned.peer.Discover(&usm.Message{EngineID: a.engine.ID()}, unsigned.user); err != nil {
		f.Fatal(err)
	}
	f.Add(unsigned.request(ber.SetRequest, 0, 0, set))
	known.peer = usm.Peer{}
	f.Add(known.request(ber.GetBulkRequest, 0, 50, set))
	f.Fuzz(func(t *testing.T, data []byte) {
		a.guard = guard{} // else it soon listens to nothing
		size := len(data)
		answer := d.answer(t, data, somewhere)
		if len(answer) > size+300 {
			t.Fatalf("%d octets are answered with %d", size, len(answer))
		}
		if len(u.commands)+len(u.edits) != 0 {
			t.Fatalf("switched %s, edited %v", brief(u.commands), u.edits)
		}
	})
}

// FuzzRequest: requests that are allowed everything find an answer or none, and
// only whole commands come out.
func FuzzRequest(f *testing.F) {
	a, u := newTestAgent(f, "8ks", nil)
	for _, tag := range []ber.Tag{ber.GetRequest, ber.GetNextRequest, ber.GetBulkRequest, ber.SetRequest} {
		f.Add(plain(version2c, "private").request(tag, 0, 5, encodeBinds([]asked{switchTo(1, 1), {name: "1.3.6.1.2.1"}})))
		f.Add(plain(version1, "private").request(tag, 0, 0, encodeBinds([]asked{{name: "1.3.6.1.2.1.1.1.0"}})))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a.guard = guard{}
		answer := newDesks(a).answer(t, data, somewhere)
		if len(answer) > maxPlain {
			t.Fatalf("the answer has %d octets", len(answer))
		}
		if answer != nil {
			if _, err := plain(version2c, "").read(bytes.Clone(answer)); err != nil {
				t.Fatalf("answer %x: %v", answer, err)
			}
		}
		for _, c := range u.take() {
			for _, o := range c.Outputs {
				if o.Output < 1 || o.Output > 8 || o.Action > pdu.ActionNoChange {
					t.Fatalf("command %s", brief([]pdu.Command{c}))
				}
			}
		}
		u.mu.Lock()
		u.changes, u.edits = nil, nil
		u.mu.Unlock()
	})
}
