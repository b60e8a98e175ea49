package proto

import (
	"context"
	"reflect"
	"sync"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// Store is what the supervisor uses of a config.Store.
type Store interface {
	Current() *config.Document
	Subscribe(o config.Owner) (cancel func())
}

// Status tells how one protocol is doing.
type Status struct {
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
	Running bool   `json:"running"`         // it answers requests
	Addr    string `json:"addr,omitempty"`  // the port of its own; "" while it has none
	Error   string `json:"error,omitempty"` // why it does not run although it is enabled
}

// Supervisor keeps the enabled protocols running. A protocol that fails is started
// again after a pause that grows, and the condition protocol.failed is raised for
// its name meanwhile. A change of its section restarts that protocol and no other.
type Supervisor struct {
	store   Store
	keepers []*keeper
}

// New makes a Supervisor of the protocols in defs.
func New(store Store, deps Deps, defs []Definition) *Supervisor {
	s := &Supervisor{store: store}
	for _, d := range defs {
		s.keepers = append(s.keepers, newKeeper(d, deps))
	}
	return s
}

// Run keeps the protocols running until ctx ends and they have stopped. It returns
// nil.
func (s *Supervisor) Run(ctx context.Context) error {
	defer s.store.Subscribe(watcher{s})()
	doc := s.store.Current() // what changes from here on arrives through Applied
	var wg sync.WaitGroup
	for _, k := range s.keepers {
		wg.Go(func() { k.run(ctx, k.def.Section(doc)) })
	}
	wg.Wait()
	return nil
}

// Settled waits until every protocol that is enabled answers, or is known not to.
func (s *Supervisor) Settled(ctx context.Context) error {
	for _, k := range s.keepers {
		select {
		case <-k.began:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// Status lists the protocols in the order of their definitions.
func (s *Supervisor) Status() []Status {
	list := make([]Status, len(s.keepers))
	for i, k := range s.keepers {
		list[i] = k.currentStatus()
	}
	return list
}

// watcher passes changes of the configuration on.
type watcher struct{ s *Supervisor }

// Verify accepts every edit; sections check themselves.
func (watcher) Verify(_, _ *config.Document) error { return nil }

// Applied hands each changed section to its keeper and does not wait.
func (w watcher) Applied(old, new *config.Document, _ pdu.Origin) {
	for _, k := range w.s.keepers {
		if section := k.def.Section(new); !reflect.DeepEqual(k.def.Section(old), section) {
			k.change(section)
		}
	}
}
