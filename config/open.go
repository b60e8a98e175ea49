package config

import (
	"fmt"
	"log/slog"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// open is Open on any folder and with any migrations.
func open(dir folder, opt Options, steps []migration) (*Store, error) {
	log := opt.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	s := &Store{dir: dir, layout: newLayout(opt.Sections), log: log, readOnly: opt.ReadOnly, editing: make(chan struct{}, 1)}
	l := &loader{dir: dir, layout: s.layout, steps: steps, model: opt.Model, log: log, readOnly: opt.ReadOnly}
	found, err := l.load()
	if err != nil {
		return nil, err
	}
	if found == nil {
		err = s.create(opt, len(steps)+1)
	} else {
		s.sets, s.former = l.sets, l.formerGeneration()
		s.dropSets(s.former, found.doc.Generation())
		err = s.adopt(found, l.newest())
	}
	if err != nil {
		return nil, err
	}
	return s, s.override(opt.Overrides)
}

// create makes the document of a new folder.
func (s *Store) create(opt Options, version int) error {
	model := opt.Model
	if model == "" {
		model = pdu.DefaultModel
	}
	profile, err := pdu.ProfileByID(model)
	if err != nil {
		return err
	}
	factory, err := newDocument(s.layout, header{version: version, model: model}, profile, s.layout.defaults(profile))
	if err != nil {
		return err
	}
	draft := &Draft{old: factory}
	if opt.Seed != nil {
		if err := opt.Seed(draft); err != nil {
			return fmt.Errorf("make the first configuration: %w", err)
		}
	}
	doc, err := s.check(factory, draft.finish(), 1)
	if err != nil {
		return fmt.Errorf("make the first configuration: %w", err)
	}
	if !s.readOnly {
		if err := s.persist(doc, nil); err != nil {
			return err
		}
		s.log.Info("configuration created", "model", model)
	}
	s.stored = doc
	s.current.Store(doc)
	return nil
}

// adopt takes over a document from the folder. When the files do not show it, they
// are written anew; while that fails, the document is used all the same.
func (s *Store) adopt(found *loaded, newest uint64) error {
	s.stored = found.doc
	s.current.Store(found.doc)
	if !found.rewrite || s.readOnly {
		return nil
	}
	if found.version != found.doc.header.version {
		backup := fmt.Sprintf("config.v%d.json", found.version)
		if err := replaceFile(s.dir, backup, found.original, modeConfig); err != nil {
			s.log.Error("configuration before migration cannot be kept", "error", err)
			return nil
		}
		s.log.Info("configuration migrated", "from", found.version, "to", found.doc.header.version, "kept", backup)
	}
	head := found.doc.header
	head.generation = max(head.generation, newest) + 1
	doc, err := newDocument(s.layout, head, found.doc.profile, found.doc.values)
	if err != nil {
		return err
	}
	if err := s.persist(doc, nil); err != nil {
		s.log.Error("configuration cannot be written", "error", err)
		return nil
	}
	s.stored = doc
	s.current.Store(doc)
	return nil
}

// override puts the values given for this start over the stored ones.
func (s *Store) override(texts []string) error {
	if len(texts) == 0 {
		return nil
	}
	tree, err := s.stored.clearTree()
	if err != nil {
		return err
	}
	tree, list, err := s.layout.applyOverrides(tree, s.stored.profile, texts)
	if err != nil {
		return err
	}
	var faults Faults
	v := s.layout.decode(tree, s.stored.profile, &faults)
	if err := faults.Err(); err != nil {
		return err
	}
	doc, err := s.check(s.stored, v, s.stored.header.generation)
	if err != nil {
		return fmt.Errorf("--set: %w", err)
	}
	s.overrides = list
	s.current.Store(doc)
	return nil
}
