package auth

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// SetupUser is the name of the account that Setup makes.
const SetupUser = "admin"

// Service checks passwords and keeps sessions.
type Service struct {
	store    *config.Store
	log      *slog.Logger
	sessions sessions
	throttle *throttle
	derive   deriveFunc
	secret   [32]byte      // keys the proofs; random for each process
	hashing  chan struct{} // held, by sending, while a hash is computed

	mu    sync.Mutex
	known map[string]remembered // by account name; accounts bound it
}

// New makes the service for the accounts in store, with DefaultLimits. It watches
// the store for as long as that lives.
func New(store *config.Store, log *slog.Logger) *Service {
	return NewWithLimits(store, log, DefaultLimits())
}

// NewWithLimits is New with other limits of sessions.
func NewWithLimits(store *config.Store, log *slog.Logger, limits Limits) *Service {
	s := &Service{
		store:    store,
		log:      log,
		sessions: sessions{limits: limits, open: map[tokenKey]*session{}},
		throttle: newThrottle(),
		derive:   argon2Key,
		hashing:  make(chan struct{}, 1),
		known:    map[string]remembered{},
	}
	rand.Read(s.secret[:])
	store.Subscribe(watcher{s})
	return s
}

// Login checks a password and opens a session; addr is the remote address. The
// token is a secret of 43 letters that are safe in cookies and headers. Errors:
// Unauthenticated for a wrong name or password, TooMany with CodeThrottled when too
// many came before, Unavailable when ctx ends.
func (s *Service) Login(ctx context.Context, user, password, addr string) (token string, id Identity, err error) {
	addr = hostOf(addr)
	account, err := s.check(ctx, user, password, addr)
	if err != nil {
		return "", Identity{}, err
	}
	token = s.sessions.add(account, addr, time.Now())
	s.log.Info("session opened", "user", account.Name, "addr", addr)
	return token, identify(account, addr), nil
}

// Verify checks a password without opening a session. Its errors are those of Login.
func (s *Service) Verify(ctx context.Context, user, password, addr string) (Identity, error) {
	addr = hostOf(addr)
	account, err := s.check(ctx, user, password, addr)
	if err != nil {
		return Identity{}, err
	}
	return identify(account, addr), nil
}

// Logout ends the session of a token, if there is one.
func (s *Service) Logout(token string) {
	if ended, ok := s.sessions.remove(token); ok {
		s.log.Info("session closed", "user", ended.User, "addr", ended.Addr)
	}
}

// Sessions lists the open sessions, the oldest first.
func (s *Service) Sessions() []SessionInfo { return s.sessions.list(time.Now()) }

// Revoke ends the session with the given SessionInfo.ID and reports whether there
// was one.
func (s *Service) Revoke(id string) bool {
	ended, ok := s.sessions.removeID(id)
	if ok {
		s.log.Info("session revoked", "user", ended.User, "addr", ended.Addr)
	}
	return ok
}

// NeedsSetup reports whether there is no account yet, so that nobody can log in.
func (s *Service) NeedsSetup() bool { return len(s.accounts()) == 0 }

// Setup makes the first account, the administrator SetupUser, with the given
// password. Errors: Invalid for a password that is too short or long, Conflict with
// CodeSetupDone when there is an account already, Unavailable when it cannot be
// stored.
func (s *Service) Setup(ctx context.Context, password string, origin pdu.Origin) error {
	if utf8.RuneCountInString(password) < MinPasswordLetters {
		return pdu.Errorf(pdu.Invalid, CodePasswordShort, "set up the first account: the password needs at least %d characters", MinPasswordLetters).
			With("minimum", MinPasswordLetters)
	}
	hash, err := s.hashFirst(ctx, password)
	if err != nil {
		return fmt.Errorf("set up the first account: %w", err)
	}
	_, err = s.store.Edit(ctx, origin, "", func(d *config.Draft) error {
		accounts := config.Edit[Accounts](d, sectionPath)
		if len(*accounts) > 0 {
			return setupDone()
		}
		*accounts = Accounts{{Name: SetupUser, Role: Administrator, Password: hash}}
		return nil
	})
	if err != nil {
		return fmt.Errorf("set up the first account: %w", err)
	}
	s.log.Info("first account made", "user", SetupUser, "addr", origin.Addr)
	return nil
}

// hashFirst makes a hash in turn with the others, unless setup is done.
func (s *Service) hashFirst(ctx context.Context, password string) (config.Secret, error) {
	if !s.NeedsSetup() {
		return "", setupDone()
	}
	if err := s.enter(ctx); err != nil {
		return "", err
	}
	defer s.leave()
	if !s.NeedsSetup() { // while waiting
		return "", setupDone()
	}
	return hashWith(s.derive, password)
}

func setupDone() error {
	return pdu.Errorf(pdu.Conflict, CodeSetupDone, "there are accounts already; log in with one of them")
}

// accounts are those in force. Nobody may change them.
func (s *Service) accounts() Accounts {
	return *config.Get[Accounts](s.store.Current(), sectionPath)
}

// isCurrent reports whether an account is still exactly as it was.
func (s *Service) isCurrent(a Account) bool { return slices.Contains(s.accounts(), a) }

// watcher is told about edits of the configuration.
type watcher struct{ s *Service }

// Verify implements config.Owner; the section has checked itself.
func (watcher) Verify(_, _ *config.Document) error { return nil }

// Applied ends what accounts that were changed or removed have left.
func (w watcher) Applied(old, doc *config.Document, _ pdu.Origin) {
	now := *config.Get[Accounts](doc, sectionPath)
	if slices.Equal(*config.Get[Accounts](old, sectionPath), now) {
		return
	}
	s := w.s
	s.mu.Lock()
	for name, r := range s.known {
		if !slices.Contains(now, r.account) {
			delete(s.known, name)
		}
	}
	s.mu.Unlock()
	for _, ended := range s.sessions.keep(now) {
		s.log.Info("session ended by a change of its account", "user", ended.User, "addr", ended.Addr)
	}
}

func identify(a Account, host string) Identity {
	return Identity{User: a.Name, Role: a.Role, Addr: host}
}

// hostOf gives the host part of a remote address, which may have no port.
func hostOf(addr string) string {
	if host, _, err := net.SplitHostPort(addr); err == nil {
		return host
	}
	return addr
}
