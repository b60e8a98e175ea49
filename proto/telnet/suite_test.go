package telnet

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zerocross-pdu/zerocross/auth"
	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto/prototest"
)

// passwords of the accounts in these tests.
var passwords = map[string]string{"admin": "the administrator", "guest": "the guest"}

// newAccounts makes accounts that are stored like those of a unit.
func newAccounts(t *testing.T) (*auth.Service, *config.Store) {
	t.Helper()
	dir, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = dir.Close() })
	store, err := config.Open(dir, config.Options{Sections: []config.Section{auth.Section}})
	if err != nil {
		t.Fatal(err)
	}
	setAccounts(t, store, map[string]auth.Role{"admin": auth.Administrator, "guest": auth.Guest})
	return auth.New(store, slog.New(slog.NewTextHandler(t.Output(), nil))), store
}

func setAccounts(t *testing.T, store *config.Store, roles map[string]auth.Role) {
	t.Helper()
	var list auth.Accounts
	for name, role := range roles {
		hash, err := auth.HashPassword(passwords[name])
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, auth.Account{Name: name, Role: role, Password: hash})
	}
	if _, err := store.Edit(t.Context(), pdu.Origin{}, "", func(d *config.Draft) error {
		*config.Edit[auth.Accounts](d, auth.Section.Path) = list
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestSuite(t *testing.T) {
	accounts, _ := newAccounts(t)
	def := Definition(accounts)
	section := def.Default(nil).(*Config)
	section.Enabled = true
	const onePlace = "a list of actions has one place for each output, in ascending order"
	const noDelay = "an action is one letter; the time of a pulse is a setting"
	prototest.Run(t, prototest.Protocol{
		Definition: def, Section: section, Refusal: Refusal,
		Connect: func(t *testing.T, addr string, readOnly bool) prototest.Client {
			user := "admin"
			if readOnly {
				user = "guest"
			}
			return newCaller(t, addr, user)
		},
		Cannot: map[prototest.Ability]string{
			prototest.SetState:   "actions end at 5; there is no place for a state",
			prototest.AnyOrder:   onePlace,
			prototest.Repeat:     onePlace,
			prototest.Delay:      noDelay,
			prototest.AnyDelay:   noDelay,
			prototest.ReadEnergy: "the protocol tells states only",
		},
	})
}

// TestAccountsThatChange: whoever loses an account or its rights loses its open
// connections with them, and has the new rights when it logs in again.
func TestAccountsThatChange(t *testing.T) {
	accounts, store := newAccounts(t)
	u := newUnit(t, "4c")
	s := start(t, u, defaultConfig(nil), accounts)
	admin, guest := newCaller(t, s.Addr(), "admin"), newCaller(t, s.Addr(), "guest")
	if n := len(accounts.Sessions()); n != 2 {
		t.Errorf("%d sessions for two connections", n)
	}
	if _, err := guest.ask(t.Context(), "port 1 0"); err == nil || err.Error() != "505 FORBIDDEN\r\n" {
		t.Errorf("a guest switches: %v", err)
	}
	setAccounts(t, store, map[string]auth.Role{"admin": auth.Guest, "guest": auth.Administrator})
	if _, err := admin.ask(t.Context(), "port 1 0"); err == nil || err.Error() != "130 CONNECTION TIMEOUT\r\n" {
		t.Errorf("an account that is a guest now: %v", err)
	}
	if _, err := admin.in.ReadByte(); err == nil {
		t.Error("its connection is still open")
	}
	if _, err := newCaller(t, s.Addr(), "guest").ask(t.Context(), "port 1 0"); err != nil {
		t.Errorf("an account that is an administrator now: %v", err)
	}
	if asked := u.take(); asked != "1:off" {
		t.Errorf("the unit was asked %q", asked)
	}
}

// caller is somebody who has logged in.
type caller struct {
	conn net.Conn
	in   *bufio.Reader
}

func newCaller(t *testing.T, addr, user string) *caller {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	c := &caller{conn, bufio.NewReader(conn)}
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	if _, err := c.in.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if _, err := c.ask(t.Context(), "login "+user+" "+passwords[user]); err != nil {
		t.Fatal(err)
	}
	return c
}

// ask sends a line and gives the data of the answer.
func (c *caller) ask(ctx context.Context, line string) (string, error) {
	if until, ok := ctx.Deadline(); ok {
		_ = c.conn.SetDeadline(until)
	}
	if _, err := fmt.Fprintf(c.conn, "%s\r\n", line); err != nil {
		return "", err
	}
	answer, err := c.in.ReadString('\n')
	if err != nil {
		return "", err
	}
	data, ok := strings.CutPrefix(strings.TrimSuffix(answer, "\r\n"), "250 ")
	if !ok {
		return "", errors.New(answer)
	}
	return data, nil
}

func (c *caller) Ping(ctx context.Context) error {
	_, err := c.ask(ctx, "noop")
	return err
}

// Switch sends one entry as "port", several as "port list".
func (c *caller) Switch(ctx context.Context, entries []pdu.OutputCommand) error {
	if len(entries) == 1 {
		_, err := c.ask(ctx, fmt.Sprintf("port %d %d", entries[0].Output, entries[0].Action))
		return err
	}
	states, err := c.States(ctx)
	if err != nil {
		return err
	}
	letters := slices.Repeat([]byte{'u'}, len(states))
	for _, e := range entries {
		for int(e.Output) > len(letters) { // a list that is too long names an output that does not exist
			letters = append(letters, 'u')
		}
		letters[e.Output-1] = '0' + byte(e.Action)
	}
	_, err = c.ask(ctx, "port list "+string(letters))
	return err
}

// States reads the list and each output by itself, which must agree.
func (c *caller) States(ctx context.Context) ([]pdu.Level, error) {
	list, err := c.ask(ctx, "port list")
	if err != nil {
		return nil, err
	}
	var levels []pdu.Level
	for i, digit := range list {
		one, err := c.ask(ctx, fmt.Sprintf("port %d", i+1))
		if err != nil {
			return nil, err
		}
		if one != string(digit) {
			return nil, fmt.Errorf("output %d is %s alone and %c in the list", i+1, one, digit)
		}
		levels = append(levels, pdu.LevelOf(digit == '1'))
	}
	return levels, nil
}

func (c *caller) EnergyWh(context.Context, pdu.OutputID) (uint64, error) {
	return 0, errors.New("Telnet does not tell energy")
}
