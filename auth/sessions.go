package auth

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"slices"
	"sync"
	"time"
)

// Limits bound the sessions of a Service.
type Limits struct {
	Idle       time.Duration // a session ends after this time without a request
	Absolute   time.Duration // a session ends this long after its login
	PerAccount int           // one more login ends the account's longest unused session
}

// DefaultLimits gives the limits of a unit.
func DefaultLimits() Limits {
	return Limits{Idle: 30 * time.Minute, Absolute: 24 * time.Hour, PerAccount: 20}
}

// SessionInfo describes one open session. It does not hold the token.
type SessionInfo struct {
	ID       string // names the session for Revoke; tells nothing about its token
	User     string
	Addr     string // where the login came from
	Opened   time.Time
	LastUsed time.Time
}

// tokenKey is the SHA-256 of a token: who reads the memory or a core file cannot
// log in with it, and looking it up tells nothing by its time.
type tokenKey [sha256.Size]byte

// session is one login. It is good only while the account is exactly as it was
// then, so that no change of an account can miss a session.
type session struct {
	SessionInfo
	account Account
}

// sessions is the table of open sessions.
type sessions struct {
	limits Limits
	mu     sync.Mutex
	open   map[tokenKey]*session
}

// add opens a session and gives its token.
func (t *sessions) add(a Account, addr string, now time.Time) string {
	var random [32]byte
	rand.Read(random[:])
	var id [8]byte
	rand.Read(id[:])
	token := base64.RawURLEncoding.EncodeToString(random[:])
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dropExpired(now)
	t.makeRoom(a.Name)
	info := SessionInfo{ID: hex.EncodeToString(id[:]), User: a.Name, Addr: addr, Opened: now, LastUsed: now}
	t.open[sha256.Sum256([]byte(token))] = &session{info, a}
	return token
}

// makeRoom ends the longest unused sessions of an account that has too many.
func (t *sessions) makeRoom(user string) {
	var own []tokenKey
	for k, s := range t.open {
		if s.User == user {
			own = append(own, k)
		}
	}
	slices.SortFunc(own, func(a, b tokenKey) int { return t.open[a].LastUsed.Compare(t.open[b].LastUsed) })
	for len(own) >= max(1, t.limits.PerAccount) {
		delete(t.open, own[0])
		own = own[1:]
	}
}

// use gives the account that a token was opened for and counts as a sign of life.
func (t *sessions) use(token string, now time.Time) (Account, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := tokenKey(sha256.Sum256([]byte(token)))
	s, ok := t.open[key]
	if !ok {
		return Account{}, false
	}
	if t.expired(s, now) {
		delete(t.open, key)
		return Account{}, false
	}
	s.LastUsed = now
	return s.account, true
}

// remove ends the session of a token.
func (t *sessions) remove(token string) (SessionInfo, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := tokenKey(sha256.Sum256([]byte(token)))
	s, ok := t.open[key]
	if !ok {
		return SessionInfo{}, false
	}
	delete(t.open, key)
	return s.SessionInfo, true
}

// removeID ends the session with the given identifier.
func (t *sessions) removeID(id string) (SessionInfo, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for k, s := range t.open {
		if s.ID == id {
			delete(t.open, k)
			return s.SessionInfo, true
		}
	}
	return SessionInfo{}, false
}

// keep ends the sessions of all accounts that are not exactly as at their login,
// and lists them.
func (t *sessions) keep(accounts Accounts) []SessionInfo {
	t.mu.Lock()
	defer t.mu.Unlock()
	var ended []SessionInfo
	maps.DeleteFunc(t.open, func(_ tokenKey, s *session) bool {
		if slices.Contains(accounts, s.account) {
			return false
		}
		ended = append(ended, s.SessionInfo)
		return true
	})
	return ended
}

// list gives all open sessions, the oldest first.
func (t *sessions) list(now time.Time) []SessionInfo {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dropExpired(now)
	list := make([]SessionInfo, 0, len(t.open))
	for _, s := range t.open {
		list = append(list, s.SessionInfo)
	}
	slices.SortFunc(list, func(a, b SessionInfo) int {
		return cmp.Or(a.Opened.Compare(b.Opened), cmp.Compare(a.ID, b.ID))
	})
	return list
}

func (t *sessions) dropExpired(now time.Time) {
	maps.DeleteFunc(t.open, func(_ tokenKey, s *session) bool { return t.expired(s, now) })
}

func (t *sessions) expired(s *session, now time.Time) bool {
	return now.Sub(s.LastUsed) >= t.limits.Idle || now.Sub(s.Opened) >= t.limits.Absolute
}
