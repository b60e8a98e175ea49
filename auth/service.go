package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"hash/maphash"
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

// rememberFor is how long a right password is known again without computing its
// hash.
const rememberFor = 5 * time.Minute

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

// proof stands for a name with a password: a keyed hash that is cheap, and worth
// nothing without the key.
type proof [sha256.Size]byte

// remembered is a right password.
type remembered struct {
	account Account // good only while the account is exactly this
	proof   proof
	until   time.Time
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
// stored or ctx ends.
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

// check gives the account whose name and password these are.
func (s *Service) check(ctx context.Context, user, password, host string) (Account, error) {
	p := s.proofOf(user, password)
	g := s.throttle.guesser(user, host)
	if account, settled, err := s.shortcut(user, g, p); settled {
		return account, err
	}
	if err := s.enter(ctx); err != nil {
		return Account{}, err
	}
	defer s.leave()
	if account, settled, err := s.shortcut(user, g, p); settled { // while waiting
		return account, err
	}
	account, exists := s.accounts().Find(user)
	// The hash is computed first, also for a name that does not exist.
	if right := s.hashOf(account, user).matches(s.derive, password); !right || !exists {
		s.refuse(attempt{account, p}, g, host)
		return Account{}, wrong()
	}
	s.throttle.succeeded(g)
	s.remember(account, p)
	return account, nil
}

// shortcut settles an attempt without computing a hash where that is possible. The
// throttle comes first: during a pause a right password must look like a wrong one,
// also one that is remembered.
func (s *Service) shortcut(user string, g guesser, p proof) (account Account, settled bool, err error) {
	now := time.Now()
	if wait := s.throttle.wait(g, now); wait > 0 {
		return Account{}, true, throttled(wait)
	}
	if account, ok := s.recall(user, p, now); ok {
		return account, true, nil
	}
	current, _ := s.accounts().Find(user)
	if s.throttle.repeats(g, attempt{current, p}, now) {
		return Account{}, true, wrong()
	}
	return Account{}, false, nil
}

// hashOf gives the hash of an account. For a name that does not exist it is one
// that no password has, at the cost of some existing account's.
func (s *Service) hashOf(account Account, user string) passwordHash {
	text := account.Password
	if accounts := s.accounts(); text == "" && len(accounts) > 0 {
		text = accounts[maphash.String(s.throttle.seed, user)%uint64(len(accounts))].Password
	}
	h, err := parseHash(string(text))
	if err != nil { // no account at all
		return defaultCost()
	}
	if account.Password == "" {
		h.key = make([]byte, len(h.key))
	}
	return h
}

// refuse counts and logs a wrong password. A name that does not exist is not
// logged: people type passwords there.
func (s *Service) refuse(w attempt, g guesser, host string) {
	pause := s.throttle.failed(g, w, time.Now())
	user := w.account.Name
	s.log.Warn("login failed", "user", user, "known", user != "", "addr", host)
	if pause > 0 {
		s.log.Warn("logins paused after wrong passwords", "user", user, "addr", host, "pause", pause)
	}
}

// enter waits for the turn to compute a hash: one at a time bounds memory and
// leaves the processor to the outputs.
func (s *Service) enter(ctx context.Context) error {
	select {
	case s.hashing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return pdu.Errorf(pdu.Unavailable, CodeBusy, "wait to check a password: %w", context.Cause(ctx))
	}
}

func (s *Service) leave() { <-s.hashing }

// proofOf makes the proof of a name and a password.
func (s *Service) proofOf(user, password string) proof {
	mac := hmac.New(sha256.New, s.secret[:])
	fmt.Fprintf(mac, "%d:%s%s", len(user), user, password)
	return proof(mac.Sum(nil))
}

// remember keeps a right password for a while.
func (s *Service) remember(a Account, p proof) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[a.Name] = remembered{a, p, time.Now().Add(rememberFor)}
}

// recall gives the account whose remembered password this is.
func (s *Service) recall(user string, p proof, now time.Time) (Account, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.known[user]
	if !ok || !now.Before(r.until) || subtle.ConstantTimeCompare(r.proof[:], p[:]) != 1 {
		return Account{}, false
	}
	return r.account, s.isCurrent(r.account)
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
