package usm

import (
	"crypto/subtle"
	"fmt"
	"sync/atomic"
	"time"
)

// MaxBoots is where engine boots stay; no authenticated message is accepted then
// (RFC 3414 section 2.2.1).
const MaxBoots = 1<<31 - 1

// window is how far the time of a message may be off (RFC 3414 section 2.2.3).
const window = 150

// Stat names a counter of usmStats (RFC 3414 section 5): its number in the tree.
type Stat int

// The counters, each the reason of a report.
const (
	UnsupportedSecLevels Stat = 1 + iota
	NotInTimeWindows
	UnknownUserNames
	UnknownEngineIDs
	WrongDigests
	DecryptionErrors
	statEnd
)

// Report is the error that the sender of a message is told with a report.
type Report struct {
	Stat  Stat
	Count uint32 // value of the counter
	Key   *Key   // signs the report; nil: it goes unsigned
}

// Error names the reason.
func (r *Report) Error() string {
	names := [...]string{"", "security level not supported", "outside the time window", "unknown user", "unknown engine", "wrong digest", "cannot be decrypted"}
	return names[r.Stat]
}

// Engine is an authoritative engine.
type Engine struct {
	id    []byte
	boots uint32
	start time.Time
	users map[string]*Key
	stats [statEnd]atomic.Uint32
}

// NewEngine makes an engine that starts now. The identifier has 5 to 32 octets;
// boots is one more than at the start before, or MaxBoots.
func NewEngine(id []byte, boots uint32, users []Credentials) (*Engine, error) {
	if len(id) < 5 || len(id) > maxEngineID {
		return nil, fmt.Errorf("engine identifier of %d octets is not 5 to %d long", len(id), maxEngineID)
	}
	e := &Engine{id: id, boots: min(boots, MaxBoots), start: time.Now(), users: make(map[string]*Key, len(users))}
	for _, c := range users {
		k, err := NewKey(c, id)
		if err != nil {
			return nil, err
		}
		e.users[c.Name] = k
	}
	return e, nil
}

// ID is the identifier of the engine. It must not be changed.
func (e *Engine) ID() []byte { return e.id }

// Boots is how often the engine has started.
func (e *Engine) Boots() uint32 { return e.boots }

// Time is the whole seconds since the engine started.
func (e *Engine) Time() uint32 { return uint32(min(time.Since(e.start)/time.Second, 1<<31-1)) }

// Key gives the key of a user, nil when there is none.
func (e *Engine) Key(user string) *Key { return e.users[user] }

// Count gives the value of a counter.
func (e *Engine) Count(s Stat) uint32 { return e.stats[s].Load() }

func (e *Engine) report(s Stat, k *Key) *Report {
	return &Report{Stat: s, Count: e.stats[s].Add(1), Key: k}
}

// Open checks a message in the order of RFC 3414 section 3.2 and gives its
// ScopedPDU and the key of its user. Whatever is wrong is counted and comes back
// as a Report. Only when the level of the message is above NoAuthNoPriv is it
// proven who sent it.
func (e *Engine) Open(m *Message) (scoped []byte, k *Key, report *Report) {
	if !equal(m.EngineID, e.id) {
		return nil, nil, e.report(UnknownEngineIDs, nil)
	}
	k = e.users[string(m.User)]
	if k == nil {
		return nil, nil, e.report(UnknownUserNames, nil)
	}
	level := m.Level()
	if level > k.Level() {
		return nil, k, e.report(UnsupportedSecLevels, nil)
	}
	if level == NoAuthNoPriv {
		return m.Data, k, nil
	}
	if !m.verify(k) {
		return nil, k, e.report(WrongDigests, nil)
	}
	if !e.timely(m) {
		return nil, k, e.report(NotInTimeWindows, k)
	}
	if level == AuthNoPriv {
		return m.Data, k, nil
	}
	scoped, err := m.open(k)
	if err != nil {
		return nil, k, e.report(DecryptionErrors, nil)
	}
	return scoped, k, nil
}

// timely reports whether the message was made just now.
func (e *Engine) timely(m *Message) bool {
	off := int64(e.Time()) - int64(m.Time)
	return e.boots != MaxBoots && uint32(m.Boots) == e.boots && -window <= off && off <= window
}

// equal compares in constant time.
func equal(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }
