package auth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"hash/maphash"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// rememberFor is how long a right password is known again without computing its
// hash.
const rememberFor = 5 * time.Minute

// proof stands for a name with a password: a keyed hash that is cheap, and worth
// nothing without the key.
type proof [sha256.Size]byte

// remembered is a right password.
type remembered struct {
	account Account // good only while the account is exactly this
	proof   proof
	until   time.Time
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
