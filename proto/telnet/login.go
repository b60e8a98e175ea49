package telnet

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/zerocross-pdu/zerocross/auth"
)

// Accounts knows the accounts of the unit and their sessions. *auth.Service does.
type Accounts interface {
	Login(ctx context.Context, user, password, addr string) (token string, id auth.Identity, err error)
	Authenticate(r *http.Request) (auth.Identity, error)
	Logout(token string)
}

// door decides who may log in. It is shared by all connections.
type door struct {
	accounts Accounts // nil: none may log in
	own      []ownLogin
	hashed   bool // clogin is answered
	guesses  throttle
	log      *slog.Logger
}

// ownLogin is a login of this port alone.
type ownLogin struct {
	user     string
	password string // in clear: clogin needs it
	role     auth.Role
}

func newDoor(accounts Accounts, c *Config, log *slog.Logger) *door {
	d := &door{hashed: c.HashedLogin, log: log}
	if c.Accounts {
		d.accounts = accounts
	}
	for _, l := range []struct {
		Credential
		role auth.Role
	}{{c.Read, auth.Guest}, {c.Write, auth.User}} {
		if l.User != "" {
			d.own = append(d.own, ownLogin{l.User, string(l.Password), l.role})
		}
	}
	return d
}

// find gives the login of this port with the given name, nil when there is none.
func (d *door) find(user string) *ownLogin {
	for i := range d.own {
		if d.own[i].user == user {
			return &d.own[i]
		}
	}
	return nil
}

// visitor is who uses a connection. The zero value is nobody.
type visitor struct {
	token string        // of the session of an account
	own   auth.Identity // of a login of this port
}

func (v *visitor) isIn() bool { return v.token != "" || v.own.User != "" }

// login lets a visitor in by name and password. Its errors tell a wrong one, or
// that the address has to wait.
func (d *door) login(ctx context.Context, addr netip.Addr, user, password string) (visitor, error) {
	if l := d.find(user); l != nil {
		given, want := sha256.Sum256([]byte(password)), sha256.Sum256([]byte(l.password))
		return d.enter(addr, l, subtle.ConstantTimeCompare(given[:], want[:]) == 1)
	}
	if d.accounts == nil {
		return d.enter(addr, nil, false)
	}
	token, _, err := d.accounts.Login(ctx, user, password, addr.String())
	return visitor{token: token}, err
}

// hashedLogin lets a visitor in by name and hash: the MD5 over name, password and
// the salt of the greeting, in hexadecimal digits.
func (d *door) hashedLogin(addr netip.Addr, user, hash, salt string) (visitor, error) {
	if !d.hashed {
		return visitor{}, invalidLogin
	}
	l := d.find(user)
	if l == nil {
		return d.enter(addr, nil, false)
	}
	sum := md5.Sum([]byte(l.user + l.password + salt))
	given, err := hex.DecodeString(hash)
	return d.enter(addr, l, err == nil && subtle.ConstantTimeCompare(given, sum[:]) == 1)
}

// enter lets the owner of a login of this port in, when right, and counts what is
// wrong.
func (d *door) enter(addr netip.Addr, l *ownLogin, right bool) (visitor, error) {
	now := time.Now()
	if d.guesses.blocked(addr, now) {
		return visitor{}, invalidLogin
	}
	if l == nil || !right {
		d.guesses.fail(addr, now)
		user := ""
		if l != nil { // a name that is none may be a password
			user = l.user
		}
		d.log.Warn("login failed", "protocol", protocolName, "user", user, "known", user != "", "addr", addr.String())
		return visitor{}, invalidLogin
	}
	return visitor{own: auth.Identity{User: l.user, Role: l.role, Addr: addr.String()}}, nil
}

// identify tells who a visitor is now. It is asked before each command, so that a
// session that was ended, or an account that was changed, counts at once.
func (d *door) identify(v *visitor, addr netip.Addr) (auth.Identity, error) {
	if v.token == "" {
		return v.own, nil
	}
	return d.accounts.Authenticate(&http.Request{
		Header:     http.Header{"Authorization": {"Bearer " + v.token}},
		RemoteAddr: netip.AddrPortFrom(addr, 0).String(),
	})
}

// leave ends the session of a visitor.
func (d *door) leave(v *visitor) {
	if v.token != "" {
		d.accounts.Logout(v.token)
	}
	*v = visitor{}
}

// parseLogin takes "login NAME PASSWORD" apart. The password is the rest of the line
// behind one blank, so it may hold blanks.
func parseLogin(line []byte) (command, user, password string) {
	first, rest, _ := bytes.Cut(line, []byte(" "))
	name, secret, _ := bytes.Cut(bytes.TrimLeft(rest, " "), []byte(" "))
	return string(first), string(name), string(secret)
}

var _ Accounts = (*auth.Service)(nil)
