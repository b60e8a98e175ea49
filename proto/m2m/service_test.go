package m2m

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zerocross-pdu/zerocross/httpd"
	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto"
)

// TestOwnPorts: JSON and XML share a port of their own, the URL API has one with
// TLS, and the web port shows none of them.
func TestOwnPorts(t *testing.T) {
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	server := httpd.New(httpd.Options{Log: log})
	if err := server.Listen(httpd.HTTP, "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	deps := depsFor(t)
	deps.HTTP = server
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { _ = server.Run(ctx) })

	const plain, secure = "127.0.0.1:0", "https://127.0.0.1:0"
	both := openDocument()
	both.Listen = plain
	protocolsCtx, stop := context.WithCancel(ctx)
	var protocols sync.WaitGroup
	for _, p := range []struct {
		def     proto.Definition
		section any
	}{{JSONDefinition, both}, {XMLDefinition, both}, {URLDefinition, &URLConfig{Enabled: true, Listen: secure}}} {
		svc, err := p.def.New(deps, p.section)
		if err != nil {
			t.Fatal(err)
		}
		protocols.Go(func() {
			if err := svc.Run(protocolsCtx, func() {}); err != nil {
				t.Error(err)
			}
		})
	}
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	waitFor := func(listen, scheme, target, want string) {
		t.Helper()
		for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
			if resp, err := client.Get(scheme + server.Addr(listen) + target); err == nil {
				b, _ := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if resp.StatusCode == 200 && strings.Contains(string(b), want) {
					return
				}
			}
			if time.Now().After(end) {
				t.Fatalf("%s on %s never answered", target, listen)
			}
		}
	}
	waitFor(plain, "http://", PathJSON, `"Agent"`)
	waitFor(plain, "http://", PathXML, "<Agent>")
	waitFor(secure, "https://", PathURL+"?output1=5", "OK")
	for _, path := range []string{PathJSON, PathXML, PathURL, PathXSD} {
		resp, err := client.Get("http://" + server.Addr(httpd.HTTP) + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != 404 {
			t.Errorf("%s answers %d on the web port", path, resp.StatusCode)
		}
	}
	stop()
	protocols.Wait()
	if a, b := server.Addr(plain), server.Addr(secure); a != "" || b != "" {
		t.Errorf("still open: %q %q", a, b)
	}
}

// TestTakenPort: the service fails with an error that names port and setting, and
// mounts nothing, so that its supervisor can try again.
func TestTakenPort(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	deps := depsFor(t)
	deps.HTTP = httpd.New(httpd.Options{Log: slog.New(slog.DiscardHandler)})
	cfg := openDocument()
	cfg.Listen = taken.Addr().String()
	svc, err := XMLDefinition.New(deps, cfg)
	if err != nil {
		t.Fatal(err)
	}
	err = svc.Run(t.Context(), func() { t.Error("it says that it is ready") })
	if pdu.KindOf(err) != pdu.Unavailable || !strings.Contains(err.Error(), cfg.Listen) || !strings.Contains(err.Error(), "protocols.xml.listen") {
		t.Errorf("%v", err)
	}
	if deps.HTTP.Addr(cfg.Listen) != "" {
		t.Error("something is mounted")
	}
}
