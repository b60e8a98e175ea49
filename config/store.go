package config

import (
	"context"
	"log/slog"
	"os"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// Options say how a Store is opened.
type Options struct {
	Model     string    // the --model value; "" takes the stored one, or the default for a new folder
	Sections  []Section // in the order in which people see them
	Overrides []string  // "PATH=VALUE" each, for this start only
	// Seed changes the factory settings of a new folder before they are stored.
	Seed func(d *Draft) error
	// ReadOnly leaves the folder as it is, so that a program can look into one that
	// is in use; edits are refused.
	ReadOnly bool
	Log      *slog.Logger
}

// Owner is told about edits; see Store.Subscribe.
type Owner interface {
	// Verify may refuse an edit before anything is stored.
	Verify(old, new *Document) error
	// Applied tells that an edit is in force. It is called for each edit in the
	// order of the commits, while the editor waits and further edits wait too: it
	// must be quick and must not edit.
	Applied(old, new *Document, origin pdu.Origin)
}

// Store keeps the document in a state folder. All methods may be called by any
// goroutine.
type Store struct {
	dir      folder
	layout   *layout
	log      *slog.Logger
	readOnly bool

	current atomic.Pointer[Document]

	// editing is held, by sending, while a document is edited; it guards these:
	editing   chan struct{}
	stored    *Document   // current without overrides, as in config.json
	sets      []secretSet // those of config.json and config.prev.json
	former    uint64      // generation of config.prev.json, 0 when there is none
	overrides []override

	mu     sync.Mutex
	owners []*owner
}

// owner gives each subscription an identity of its own.
type owner struct{ Owner }

// Open reads the document of a state folder, or makes a new one. Nothing that is
// stored is ever reset: when no usable document is found although there are files,
// an error tells what to do. See the package comment for what is recovered.
func Open(dir *os.Root, opt Options) (*Store, error) {
	return open(rootFolder{dir}, opt, migrations)
}

// Current is the document in force.
func (s *Store) Current() *Document { return s.current.Load() }

// Profile is the model of the unit; it never changes.
func (s *Store) Profile() *pdu.Profile { return s.Current().profile }

// ETag names the content of the current document, in quotes as HTTP wants it.
func (s *Store) ETag() string { return s.Current().etag }

// Subscribe makes o be asked and told about every edit from now on, until cancel.
// Owners are asked and told in the order in which they subscribed.
func (s *Store) Subscribe(o Owner) (cancel func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	own := &owner{o}
	s.owners = append(s.owners, own)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.owners = slices.DeleteFunc(slices.Clone(s.owners), func(x *owner) bool { return x == own })
	}
}

// subscribed lists the owners at this moment.
func (s *Store) subscribed() []*owner {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.owners)
}

// lock waits until no other edit runs, or ctx ends.
func (s *Store) lock(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	select {
	case s.editing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (s *Store) unlock() { <-s.editing }
