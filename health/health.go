// Package health keeps the conditions that a person should know about: a port
// that is taken, a relay that does not follow, a storage that refuses writes.
//
// Any package may raise and clear conditions of its own; pages, protocols and
// logs read them. A Registry may be used by any goroutine.
package health

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Severity orders conditions by how much they matter.
type Severity string

// The severities.
const (
	Warning Severity = "warning" // works, but needs a look
	Error   Severity = "error"   // a function of the unit is missing
)

// Condition is one thing that is wrong. Code and Subject together name it.
type Condition struct {
	Code     string         `json:"code"`    // stable, the key of translations: "listen.failed"
	Subject  string         `json:"subject"` // what it is about: "http", "output 3"
	Severity Severity       `json:"severity"`
	Text     string         `json:"text"` // for people: what is wrong and what to do
	Args     map[string]any `json:"args,omitempty"`
	Since    time.Time      `json:"since"`
}

type key struct{ code, subject string }

// Registry holds the conditions that are active now. The zero value is ready.
type Registry struct {
	mu     sync.Mutex
	active map[key]Condition
}

// Raise makes c active. Raising it again replaces its text and keeps Since.
func (r *Registry) Raise(c Condition) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := key{c.Code, c.Subject}
	if old, ok := r.active[k]; ok {
		c.Since = old.Since
	} else if c.Since.IsZero() {
		c.Since = time.Now()
	}
	if r.active == nil {
		r.active = make(map[key]Condition)
	}
	r.active[k] = c
}

// Clear ends the condition with the given code and subject, if it is active.
func (r *Registry) Clear(code, subject string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.active, key{code, subject})
}

// Conditions lists what is active, oldest first.
func (r *Registry) Conditions() []Condition {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]Condition, 0, len(r.active))
	for _, c := range r.active {
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b Condition) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Subject, b.Subject))
	})
	return list
}
