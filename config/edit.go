package config

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// Edit lets fn change a copy of the current document, checks it as a whole, asks
// the owners, stores it, makes it current and tells the owners. An edit that
// changes nothing stores nothing. Edits run one after the other; fn must be quick
// and must not edit by another way.
//
// ifMatch is an ETag or a list of them as in the HTTP header; "" and "*" match any
// document. Errors: Invalid with all faults, Conflict with CodeStale when ifMatch
// does not match, Unavailable when the state folder cannot be written, or the error
// of fn or of an owner. On any error the document stays as it was.
func (s *Store) Edit(ctx context.Context, origin pdu.Origin, ifMatch string, fn func(d *Draft) error) (*Document, error) {
	return s.edit(ctx, origin, ifMatch, func(cur *Document) (values, error) {
		d := &Draft{old: cur}
		if err := fn(d); err != nil {
			return nil, err
		}
		return d.finish(), nil
	})
}

// MergePatch is Edit with an RFC 7396 merge patch of the masked document: a member
// that is null returns to its factory setting, an array is replaced whole, and a
// masked secret stays as it is.
func (s *Store) MergePatch(ctx context.Context, origin pdu.Origin, ifMatch string, patch []byte) (*Document, error) {
	return s.edit(ctx, origin, ifMatch, func(cur *Document) (values, error) {
		p, err := objectTree(patch)
		if err != nil {
			return nil, err
		}
		return cur.decode(mergePatch(cur.tree, p).(map[string]any))
	})
}

// SetPath is Edit of the one value at path. The text is JSON, or where JSON does
// not fit, the value itself; an object is merged into what is there.
func SetPath(ctx context.Context, s *Store, origin pdu.Origin, path, text string) (*Document, error) {
	return s.edit(ctx, origin, "", func(cur *Document) (values, error) {
		tree, _, err := s.layout.setText(cur.tree, cur.profile, path, text)
		if err != nil {
			return nil, err
		}
		return cur.decode(tree)
	})
}

// decode reads an edited form of the document, which may not change the header.
func (d *Document) decode(edited map[string]any) (values, error) {
	var faults Faults
	for _, name := range []string{memberVersion, memberGeneration, memberModel} {
		if !sameTree(d.tree[name], edited[name]) {
			faults.Add(name, FaultReadOnly, "cannot be changed here")
		}
	}
	v := d.layout.decode(edited, d.profile, &faults)
	return v, faults.Err()
}

// edit is the way of every edit: change makes new values from the current document.
func (s *Store) edit(ctx context.Context, origin pdu.Origin, ifMatch string, change func(cur *Document) (values, error)) (*Document, error) {
	if s.readOnly {
		return nil, pdu.Errorf(pdu.Unavailable, CodeStorage, "edit the configuration: it was opened for reading only")
	}
	if err := s.lock(ctx); err != nil {
		return nil, fmt.Errorf("edit the configuration: %w", err)
	}
	defer s.unlock()
	cur := s.Current()
	if !matches(ifMatch, cur.etag) {
		return nil, pdu.Errorf(pdu.Conflict, CodeStale, "edit the configuration: it has changed since it was read; read it again and repeat the edit")
	}
	v, err := change(cur)
	if err != nil {
		return nil, err
	}
	return s.commit(cur, v, origin)
}

// matches implements If-Match.
func matches(ifMatch, etag string) bool {
	if strings.TrimSpace(ifMatch) == "" {
		return true
	}
	for one := range strings.SplitSeq(ifMatch, ",") {
		if one = strings.TrimSpace(one); one == "*" || one == etag || `"`+one+`"` == etag {
			return true
		}
	}
	return false
}

// commit makes edited values the current document. The caller holds the lock.
func (s *Store) commit(cur *Document, v values, origin pdu.Origin) (*Document, error) {
	generation := s.stored.Generation() + 1
	doc, err := s.check(cur, v, generation)
	if err != nil {
		return nil, err
	}
	before, err := cur.clearTree()
	if err != nil {
		return nil, err
	}
	after, err := doc.clearTree()
	if err != nil {
		return nil, err
	}
	after[memberGeneration] = before[memberGeneration]
	if sameTree(before, after) {
		return cur, nil
	}
	stored, kept, err := s.withoutOverrides(doc, before, after)
	if err != nil {
		return nil, err
	}
	owners := s.subscribed()
	for _, o := range owners {
		if err := o.Verify(cur, doc); err != nil {
			return nil, err
		}
	}
	if err := s.persist(stored, s.stored); err != nil {
		return nil, err
	}
	s.stored, s.overrides = stored, kept
	s.current.Store(doc)
	s.log.Info("configuration changed", "generation", generation, "source", origin.Source.String(), "protocol", origin.Protocol, "user", origin.User, "addr", origin.Addr)
	for _, o := range owners {
		o.Applied(cur, doc, origin)
	}
	return doc, nil
}

// check makes a document of values that nobody changes any more, with masks
// replaced by the secrets of the old document.
func (s *Store) check(old *Document, v values, generation uint64) (*Document, error) {
	head := old.header
	head.generation = generation
	var faults Faults
	if err := s.restoreMasked(old, v, &faults); err != nil {
		return nil, err
	}
	s.layout.validate(v, old.profile, &faults)
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return newDocument(s.layout, head, old.profile, v)
}

// restoreMasked puts the stored secrets in place of masks.
func (s *Store) restoreMasked(old *Document, v values, faults *Faults) error {
	masked, err := newDocument(s.layout, old.header, old.profile, v) // for the identities of array elements
	if err != nil {
		return err
	}
	known := old.secrets()
	for _, sec := range s.layout.sections {
		if v[sec.Path] == old.values[sec.Path] {
			continue // shared with readers, and without masks
		}
		eachSecret(reflect.ValueOf(v[sec.Path]).Elem(), sectionPath(sec.Path), true, func(v reflect.Value, at path) {
			if v.String() != Mask {
				return
			}
			secret, ok := known[secretKey(masked.tree, at)]
			if !ok {
				faults.Add(at.String(), FaultSecret, "the mask keeps a stored secret, but none is stored here; give the secret itself")
			}
			v.SetString(secret)
		})
	}
	return nil
}

// withoutOverrides makes the document that is to be stored for doc.
func (s *Store) withoutOverrides(doc *Document, before, after map[string]any) (*Document, []override, error) {
	if len(s.overrides) == 0 {
		return doc, nil, nil
	}
	stored, err := s.stored.clearTree()
	if err != nil {
		return nil, nil, err
	}
	tree, kept, err := withoutOverrides(after, before, stored, s.overrides)
	if err != nil {
		return nil, nil, err
	}
	var faults Faults
	v := s.layout.decode(tree, doc.profile, &faults)
	if err := faults.Err(); err != nil {
		return nil, nil, fmt.Errorf("without the values of --set: %w", err)
	}
	out, err := s.check(s.stored, v, doc.Generation())
	if err != nil {
		return nil, nil, fmt.Errorf("without the values of --set: %w", err)
	}
	return out, kept, nil
}

// persist writes a document and its secrets, and the former document unless that
// is nil. The rename of config.json is the commit: after it, there is no error.
func (s *Store) persist(doc, former *Document) error {
	set := secretSet{Generation: doc.Generation(), Document: checksum(doc.masked), Secrets: doc.secrets()}
	if err := writeSecrets(s.dir, append(slices.Clone(s.sets), set)); err != nil {
		return storageError(err)
	}
	if former != nil {
		if err := replaceFile(s.dir, filePrevious, former.masked, modeConfig); err != nil {
			return storageError(err)
		}
	}
	if err := replaceFile(s.dir, fileConfig, doc.masked, modeConfig); err != nil {
		// Some file systems report a rename as failed that did happen.
		if data, readErr := s.dir.ReadFile(fileConfig); readErr != nil || !bytes.Equal(data, doc.masked) {
			return storageError(err)
		}
	}
	if err := s.dir.Sync(); err != nil {
		s.log.Error("configuration may be lost with the next power failure", "error", err)
	}
	if former != nil {
		s.former = former.Generation()
	}
	s.sets = append(s.sets, set)
	s.dropSets(s.former, doc.Generation())
	return nil
}

// dropSets forgets the secrets of other generations than those given.
func (s *Store) dropSets(keep ...uint64) {
	s.sets = slices.DeleteFunc(slices.Clone(s.sets), func(set secretSet) bool { return !slices.Contains(keep, set.Generation) })
}

// storageError says that the state folder does not take what must be kept.
func storageError(err error) error {
	return pdu.Errorf(pdu.Unavailable, CodeStorage, "store the configuration: %w; check that the state folder is writable and not full", err)
}
