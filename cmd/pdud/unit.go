package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/zerocross-pdu/zerocross/auth"
	"github.com/zerocross-pdu/zerocross/board/sim"
	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/core"
	"github.com/zerocross-pdu/zerocross/health"
	"github.com/zerocross-pdu/zerocross/httpd"
	"github.com/zerocross-pdu/zerocross/journal"
	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto"
	"github.com/zerocross-pdu/zerocross/proto/snmp"
	"github.com/zerocross-pdu/zerocross/ui"
	"github.com/zerocross-pdu/zerocross/web"
)

// plan is what a command line asks for.
type plan struct {
	demo       bool
	model      string // "" means the stored one, or the default
	stateDir   string // "" means a temporary folder
	listen     map[string]string
	set        []string
	bench      string
	recordings []string
	seed       func(*config.Draft) error // factory settings of a fresh state folder
}

// unit is one running device: everything that serve puts together.
type unit struct {
	plan    plan
	log     *slog.Logger
	dir     *os.Root
	store   *config.Store
	journal *journal.Journal
	bench   *sim.Bench
	engine  *core.Engine
	events  pdu.Watcher // placed before the engine runs, so that its first events are seen
	health  *health.Registry
	auth    *auth.Service
	http    *httpd.Server
	protos  *proto.Supervisor
	closers []func() error
}

// serve builds the unit, opens its ports, says on out that it is ready, and runs
// it until ctx ends.
func serve(ctx context.Context, p plan, log *slog.Logger, out io.Writer) (err error) {
	u := &unit{plan: p, log: log, health: &health.Registry{}}
	defer func() { err = errors.Join(err, u.close()) }()
	for _, step := range []func(context.Context) error{u.openState, u.openBoard, u.startEngine, u.openHTTP} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return runLayers(ctx,
		[]service{{"journal", u.journal.Run}},
		[]service{{"engine", u.engine.Run}},
		[]service{
			{"events", func(ctx context.Context) error { return watchEvents(ctx, u.events, u.health, log) }},
			{"settings", u.followSettings},
			{"outputs", u.reportDefined},
		},
		[]service{{"protocols", u.protos.Run}, {"http", u.http.Run}, {"ready", func(ctx context.Context) error { return u.announce(ctx, out) }}},
	)
}

// close releases in reverse order what the steps have opened.
func (u *unit) close() (err error) {
	for i := len(u.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, u.closers[i]())
	}
	return err
}

// openState opens the state folder, for this process alone, and what is stored in it.
func (u *unit) openState(context.Context) (err error) {
	path := u.plan.stateDir
	if path == "" {
		if path, err = os.MkdirTemp("", "pdud-demo-"); err != nil {
			return fmt.Errorf("make a temporary state folder: %w", err)
		}
		u.closers = append(u.closers, func() error { return os.RemoveAll(path) })
	}
	if u.dir, err = openStateDir(path); err != nil {
		return err
	}
	u.closers = append(u.closers, u.dir.Close)
	unlock, err := config.Lock(u.dir)
	if err != nil {
		return fmt.Errorf("state folder %s: %w", path, err)
	}
	u.closers = append(u.closers, unlock)
	u.store, err = config.Open(u.dir, config.Options{Model: u.plan.model, Sections: sections(), Overrides: u.plan.set, Seed: u.plan.seed, Log: u.log})
	if err != nil {
		return fmt.Errorf("state folder %s: %w", path, err)
	}
	return nil
}

// openStateDir opens the state folder at path and makes it if it is missing.
func openStateDir(path string) (*os.Root, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("make the state folder: %w", err)
	}
	dir, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("open the state folder: %w", err)
	}
	return dir, nil
}

// openBoard makes the simulated board, the only one in this build.
func (u *unit) openBoard(context.Context) (err error) {
	opt := sim.Options{StateDir: u.dir, Recordings: u.plan.recordings, Log: u.log}
	if u.plan.demo {
		opt.Loads = sim.DemoLoads(u.store.Profile())
	}
	if u.bench, err = sim.New(u.store.Profile(), opt); err != nil {
		return fmt.Errorf("make the simulated board: %w", err)
	}
	u.closers = append(u.closers, u.bench.Close)
	return u.loadBench()
}

// loadBench arranges the bench as the file of --bench says.
func (u *unit) loadBench() error {
	if u.plan.bench == "" {
		return nil
	}
	text, err := os.ReadFile(u.plan.bench)
	if err != nil {
		return fmt.Errorf("read the bench file: %w", err)
	}
	if err := u.bench.Arrange(text); err != nil {
		return fmt.Errorf("bench file %s: %w", u.plan.bench, err)
	}
	return nil
}

// startEngine replays the journal and makes the engine, whose snapshot is true
// from then on.
func (u *unit) startEngine(ctx context.Context) error {
	jr, known, report, err := journal.Open(u.dir, u.log)
	if err != nil {
		return fmt.Errorf("open the journal: %w", err)
	}
	u.journal = jr
	u.closers = append(u.closers, jr.Close)
	doc, profile := u.store.Current(), u.store.Profile()
	u.engine, err = core.New(ctx, core.Options{
		Profile:  profile,
		Identity: core.IdentityOf(doc, profile.Firmware),
		Settings: core.SettingsOf(doc),
		Board:    u.bench,
		Journal:  jr,
		Restored: known,
		Damaged:  report.Lost,
		Log:      u.log,
	})
	if err != nil {
		return err
	}
	u.events = u.engine.Watch()
	return nil
}

// followSettings hands each stored configuration to the engine until ctx ends.
func (u *unit) followSettings(ctx context.Context) error {
	cancel := u.store.Subscribe(u.engine)
	defer cancel()
	<-ctx.Done()
	return nil
}

// reportDefined says when every output has its state after the start.
func (u *unit) reportDefined(ctx context.Context) error {
	if err := u.engine.Defined(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	u.log.Info("outputs defined")
	<-ctx.Done()
	return nil
}

// openHTTP opens the web ports and mounts the page, the admin API and the protocols
// that speak HTTP. A port that is taken is reported and does not keep the rest down.
func (u *unit) openHTTP(context.Context) error {
	certs, err := subfolder(u.dir, "tls")
	if err != nil {
		return err
	}
	u.closers = append(u.closers, certs.Close)
	u.http = httpd.New(httpd.Options{Log: u.log, Health: u.health, CertDir: certs})
	u.auth = auth.New(u.store, u.log)
	configurer := core.Configurer{Store: u.store}
	u.protos = proto.New(u.store, proto.Deps{Reader: u.engine, Switcher: u.engine, Configurer: configurer,
		HTTP: u.http, Listen: u.plan.listen, Health: u.health, Log: u.log},
		protocols(shared{accounts: u.auth, boots: snmp.FileBoots(u.dir)}))
	if err := u.mountWeb(configurer); err != nil {
		return err
	}
	for _, name := range []string{httpd.HTTP, httpd.HTTPS} {
		addr, on := u.plan.listen[name]
		if !on {
			continue
		}
		if err := u.http.Listen(name, addr); err != nil {
			u.log.Error("port not opened, the rest goes on", "name", name, "addr", addr, "error", err)
			continue
		}
		u.log.Info("listening", "name", name, "addr", u.http.Addr(name))
	}
	return nil
}

// mountWeb mounts the page and the admin API, in the demo with the bench.
func (u *unit) mountWeb(configurer pdu.Configurer) error {
	opt := web.Options{
		Reader: u.engine, Switcher: u.engine, Configurer: configurer,
		Auth: u.auth, Store: u.store, Health: u.health,
		Demo: u.plan.demo, Version: version(), UI: ui.Dist(), Log: u.log,
		Protocols: u.protocolStatus,
	}
	if u.plan.demo {
		opt.Bench = u.bench.Handler()
		opt.BenchOpen = loopbackOnly(u.webAddrs())
	}
	site, err := web.New(opt)
	if err != nil {
		return err
	}
	_, err = u.http.Mount("", "/", site)
	return err
}

// protocolStatus tells the admin API how the protocols are doing.
func (u *unit) protocolStatus() []web.ProtocolStatus {
	var list []web.ProtocolStatus
	for _, p := range u.protos.Status() {
		st := web.ProtocolStatus{Name: p.Name, Enabled: p.Enabled, Running: p.Running, Listen: []string{}, Error: p.Error}
		switch {
		case p.Addr != "":
			st.Listen = []string{p.Addr}
		case p.Running:
			st.Listen = u.pageURLs()
		}
		list = append(list, st)
	}
	return list
}

// pageURLs lists the addresses of the web page.
func (u *unit) pageURLs() []string {
	urls := []string{}
	for _, name := range []string{httpd.HTTP, httpd.HTTPS} {
		if addr := u.http.Addr(name); addr != "" {
			urls = append(urls, pageURL(name, addr))
		}
	}
	return urls
}

func (u *unit) webAddrs() map[string]string {
	addrs := map[string]string{}
	for _, name := range []string{httpd.HTTP, httpd.HTTPS} {
		if addr, on := u.plan.listen[name]; on {
			addrs[name] = addr
		}
	}
	return addrs
}

// subfolder opens a folder of the state folder and makes it if it is missing.
func subfolder(dir *os.Root, name string) (*os.Root, error) {
	if err := dir.Mkdir(name, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("make the folder %s: %w", name, err)
	}
	return dir.OpenRoot(name)
}

// announce tells a person at the terminal where to go, once everything answers.
func (u *unit) announce(ctx context.Context, out io.Writer) error {
	if u.protos.Settled(ctx) != nil {
		return nil // stopping already
	}
	s := u.engine.Snapshot()
	urls := u.pageURLs()
	u.log.Info("ready", "model", s.Profile.Name, "name", s.Settings.DeviceName, "version", version(), "uptime", s.Uptime().Round(time.Millisecond))
	if u.plan.demo && len(urls) > 0 {
		printWelcome(out, s.Profile.Name, urls[0])
	}
	<-ctx.Done()
	return nil
}

// printWelcome shows what to do with a demo at base.
func printWelcome(out io.Writer, model, base string) {
	fmt.Fprintf(out, `Virtual %s is ready.

  page  %s        log in as admin / admin, or demo / demo
  JSON  curl -u netio:netio %s/netio.json
        curl -u netio:netio -d '{"Outputs":[{"ID":3,"Action":1}]}' %s/netio.json
  XML   curl -u netio:netio %s/netio.xml
  URL   curl '%s/netio.cgi?pass=&output3=4'
  bench curl -X PUT -d '{"load":{"type":"resistive","watts":1000}}' %s/api/v1/bench/outlets/3

`, model, base, base, base, base, base, base)
}
