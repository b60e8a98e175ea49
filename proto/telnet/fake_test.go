package telnet

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zerocross-pdu/zerocross/auth"
	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto"
)

// fakeUnit is an engine that switches and stores at once. It notes every command
// and edit that it is given.
type fakeUnit struct {
	mu       sync.Mutex
	snap     *pdu.Snapshot
	asked    []string
	commands []pdu.Command
	err      error // the answer of Do and Configure, when set
}

func (u *fakeUnit) Snapshot() *pdu.Snapshot {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.snap
}

func (u *fakeUnit) Watch() pdu.Watcher { panic("Telnet does not watch") }

func (u *fakeUnit) ResetEnergy(context.Context, []pdu.OutputID, pdu.Origin) error {
	panic("Telnet does not reset counters")
}

func (u *fakeUnit) Do(_ context.Context, cmd pdu.Command) (pdu.Result, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.err != nil {
		return pdu.Result{}, u.err
	}
	next := *u.snap
	next.Outputs = slices.Clone(next.Outputs)
	var parts []string
	for _, c := range cmd.Outputs {
		parts = append(parts, fmt.Sprintf("%d:%s", c.Output, c.Action))
		switch o := &next.Outputs[c.Output-1]; c.Action {
		case pdu.ActionOff, pdu.ActionShortOff:
			o.Commanded, o.Contact = pdu.Off, pdu.Off
		case pdu.ActionOn, pdu.ActionShortOn:
			o.Commanded, o.Contact = pdu.On, pdu.On
		case pdu.ActionToggle:
			o.Commanded = o.Commanded.Inverse()
		}
	}
	u.snap = &next
	u.commands = append(u.commands, cmd)
	u.asked = append(u.asked, strings.Join(parts, " "))
	return pdu.Result{Snapshot: &next}, nil
}

func (u *fakeUnit) Configure(_ context.Context, edit pdu.SettingsEdit, _ pdu.Origin) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.err != nil {
		return u.err
	}
	next, settings := *u.snap, *u.snap.Settings
	settings.Outputs = slices.Clone(settings.Outputs)
	if edit.DeviceName != nil {
		settings.DeviceName = *edit.DeviceName
		u.asked = append(u.asked, "name="+*edit.DeviceName)
	}
	for _, id := range slices.Sorted(maps.Keys(edit.Outputs)) {
		o, e := &settings.Outputs[id-1], edit.Outputs[id]
		text := strconv.Itoa(int(id))
		if e.Name != nil {
			o.Name = *e.Name
			text += " name=" + o.Name
		}
		if e.ShortDelay != nil {
			o.ShortDelay = *e.ShortDelay
			text += " delay=" + o.ShortDelay.String()
		}
		u.asked = append(u.asked, text)
	}
	next.Settings = &settings
	u.snap = &next
	return nil
}

// take gives what the unit was asked since the last call.
func (u *fakeUnit) take() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	asked := strings.Join(u.asked, "; ")
	u.asked = nil
	return asked
}

// newUnit is a unit whose odd outputs are on.
func newUnit(t testing.TB, model string) *fakeUnit {
	t.Helper()
	p, err := pdu.ProfileByID(model)
	if err != nil {
		t.Fatal(err)
	}
	settings := p.DefaultSettings()
	settings.OutputStartInterval = 250 * time.Millisecond
	settings.Outputs[0].Name, settings.Outputs[0].ShortDelay = "lamp", 1500*time.Millisecond
	settings.Outputs[0].PowerUp = pdu.PowerUpOn
	settings.Outputs[1].Name, settings.Outputs[1].PowerUp = "the 19\" rack", pdu.PowerUpOff
	now := time.Now()
	s := &pdu.Snapshot{
		At: now, BootedAt: now.Add(-(366*24*time.Hour + 2*time.Hour + 3*time.Minute + 4*time.Second)),
		Profile: p, Settings: &settings, Powered: true,
		Identity: pdu.Identity{MAC: [6]byte{2, 0, 0, 0x12, 0x3a, 0x5f}, Firmware: p.Firmware},
	}
	for id := pdu.OutputID(1); int(id) <= p.Outputs; id++ {
		level := pdu.LevelOf(id%2 == 1)
		s.Outputs = append(s.Outputs, pdu.Output{ID: id, Commanded: level, Contact: level})
	}
	for i := range p.Inputs {
		s.Inputs = append(s.Inputs, pdu.Input{ID: pdu.InputID(i + 1), Level: pdu.LevelOf(i%2 == 0)})
	}
	return &fakeUnit{snap: s}
}

// fakeAccounts knows one account of each role, whose password is its name.
type fakeAccounts struct {
	mu       sync.Mutex
	sessions map[string]auth.Identity
	logins   int
	err      error // the answer of Login, when set
}

var roles = map[string]auth.Role{"admin": auth.Administrator, "demo": auth.User, "guest": auth.Guest}

func (a *fakeAccounts) Login(_ context.Context, user, password, addr string) (string, auth.Identity, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.logins++
	role, known := roles[user]
	switch {
	case a.err != nil:
		return "", auth.Identity{}, a.err
	case !known || password != user:
		return "", auth.Identity{}, pdu.Errorf(pdu.Unauthenticated, auth.CodeWrong, "wrong")
	}
	if a.sessions == nil {
		a.sessions = map[string]auth.Identity{}
	}
	token := strconv.Itoa(a.logins)
	a.sessions[token] = auth.Identity{User: user, Role: role, Addr: addr}
	return token, a.sessions[token], nil
}

func (a *fakeAccounts) Authenticate(r *http.Request) (auth.Identity, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	id, open := a.sessions[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	if !open {
		return id, pdu.Errorf(pdu.Unauthenticated, auth.CodeSession, "ended")
	}
	return id, nil
}

func (a *fakeAccounts) Logout(token string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.sessions, token)
}

// endAll ends all sessions, like a change of the accounts.
func (a *fakeAccounts) endAll() (ended int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	ended = len(a.sessions)
	clear(a.sessions)
	return ended
}

// newTestService makes a service on u that listens nowhere yet.
func newTestService(t testing.TB, u *fakeUnit, c *Config, a Accounts) *Service {
	return newService(proto.Deps{Reader: u, Switcher: u, Configurer: u, Listen: map[string]string{protocolName: "127.0.0.1:0"},
		Log: slog.New(slog.NewTextHandler(t.Output(), nil))}, c, a)
}

// start runs a service on a port of this machine for the rest of the test.
func start(t *testing.T, u *fakeUnit, c *Config, a Accounts) *Service {
	t.Helper()
	s := newTestService(t, u, c, a)
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- s.Run(ctx, func() { close(ready) }) }()
	select {
	case <-ready:
	case err := <-ended:
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return s
}
