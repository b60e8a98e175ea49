package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// errDamaged marks a document that is not as it was written, so that the one
// before it may be used instead.
var errDamaged = errors.New("damaged")

// loader reads the state folder once, when a store is opened.
type loader struct {
	dir      folder
	layout   *layout
	steps    []migration
	model    string // wanted; "" means any
	log      *slog.Logger
	readOnly bool
	sets     []secretSet
	broken   error // why the secrets cannot be read
}

// loaded is a document as found in the state folder.
type loaded struct {
	doc *Document
	// rewrite says that the files do not show doc: it was migrated, changed by hand
	// or is the former one.
	rewrite bool
	// original is the file before a migration, and its version.
	original []byte
	version  int
}

// load finds the document to start with; nil when the folder is new.
func (l *loader) load() (*loaded, error) {
	l.sets, l.broken = readSecrets(l.dir)
	if l.broken != nil {
		l.log.Error("secrets cannot be read", "error", l.broken)
	}
	current, err := l.read(fileConfig)
	if err == nil {
		return current, nil
	}
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, errDamaged) {
		return nil, err
	}
	former, formerErr := l.read(filePrevious)
	switch {
	case formerErr == nil:
		l.log.Error("configuration damaged, using the one before it", "error", err, "generation", former.doc.Generation())
		former.rewrite = true
		l.setAside(err)
		return former, nil
	case errors.Is(err, fs.ErrNotExist) && errors.Is(formerErr, fs.ErrNotExist) && l.broken == nil && l.newest() <= 1:
		return nil, nil // new, or stopped before its first document was complete
	}
	return nil, pdu.Errorf(pdu.Internal, CodeUnusable,
		"no usable configuration in the state folder: %w; %w; restore the files, or remove them all to start with factory settings", err, formerErr)
}

// newest is the highest generation that the secrets know.
func (l *loader) newest() uint64 {
	var n uint64
	for _, s := range l.sets {
		n = max(n, s.Generation)
	}
	return n
}

// formerGeneration is that of config.prev.json, 0 when it cannot be told.
func (l *loader) formerGeneration() uint64 {
	data, err := l.dir.ReadFile(filePrevious)
	if err != nil {
		return 0
	}
	tree, err := objectTree(data)
	if err != nil {
		return 0
	}
	head, err := readHeader(tree)
	if err != nil {
		return 0
	}
	return head.generation
}

// setAside keeps a damaged config.json under another name.
func (l *loader) setAside(damage error) {
	if l.readOnly || errors.Is(damage, fs.ErrNotExist) {
		return
	}
	name := "config.bad-" + time.Now().UTC().Format("20060102T150405.000") + ".json"
	if err := l.dir.Rename(fileConfig, name); err != nil {
		l.log.Error("damaged configuration cannot be kept", "error", err)
		return
	}
	l.log.Warn("damaged configuration kept", "file", name)
}

// read reads one document. Its error matches errDamaged or fs.ErrNotExist when
// another document may be used instead.
func (l *loader) read(name string) (*loaded, error) {
	data, err := l.dir.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%s is %w: %w", name, errDamaged, err)
	}
	tree, err := objectTree(data)
	var head header
	if err == nil {
		head, err = readHeader(tree)
	}
	if err != nil {
		return nil, fmt.Errorf("%s is %w: %w", name, errDamaged, err)
	}
	set, _ := setOf(l.sets, head.generation)
	intact := set.Document == checksum(data)
	found, err := l.interpret(tree, head, set)
	if err != nil {
		if !intact && !refused(err) {
			return nil, fmt.Errorf("%s is %w: %w", name, errDamaged, err)
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if !intact {
		l.log.Warn("configuration was changed by hand", "file", name, "generation", head.generation)
	}
	found.rewrite = found.rewrite || !intact
	found.original = data
	return found, nil
}

// refused reports whether a document is refused whatever its checksum says.
func refused(err error) bool {
	code := pdu.CodeOf(err)
	return code == CodeVersion || code == CodeModel
}

// readHeader reads what every document says of itself.
func readHeader(tree map[string]any) (h header, err error) {
	number := func(name string, bits int) uint64 {
		n, _ := tree[name].(json.Number)
		v, e := strconv.ParseUint(n.String(), 10, bits)
		if e != nil || v == 0 {
			err = fmt.Errorf("its %s is not a number from 1", name)
		}
		return v
	}
	h.version = int(number(memberVersion, 31))
	h.generation = number(memberGeneration, 63)
	model, ok := tree[memberModel].(string)
	if !ok {
		err = errors.New("its model is not a string")
	}
	h.model = model
	return h, err
}

// interpret makes a document of a tree: secrets, migration, sections, checks.
func (l *loader) interpret(tree map[string]any, head header, set secretSet) (*loaded, error) {
	current := len(l.steps) + 1
	if head.version > current {
		return nil, pdu.Errorf(pdu.Conflict, CodeVersion,
			"the configuration has version %d, this program knows version %d; use the newer program that wrote it, or restore a file config.v%d.json",
			head.version, current, current)
	}
	profile, err := l.profile(head.model)
	if err != nil {
		return nil, err
	}
	tree = unmask(tree, set.Secrets)
	if err := migrate(l.steps, tree, head.version); err != nil {
		return nil, err
	}
	var faults Faults
	v := l.layout.decode(tree, profile, &faults)
	if err := faults.Err(); err != nil {
		return nil, err
	}
	if err := l.checkSecrets(v); err != nil {
		return nil, err
	}
	l.layout.normalize(v, profile)
	l.layout.validate(v, profile, &faults)
	if err := faults.Err(); err != nil {
		return nil, err
	}
	doc, err := newDocument(l.layout, header{version: current, generation: head.generation, model: head.model}, profile, v)
	if err != nil {
		return nil, err
	}
	return &loaded{doc: doc, rewrite: head.version != current, version: head.version}, nil
}

// profile finds the model of a stored document, which must be the wanted one.
func (l *loader) profile(model string) (*pdu.Profile, error) {
	if l.model != "" && l.model != model {
		return nil, pdu.Errorf(pdu.Conflict, CodeModel,
			"the configuration is that of model %q, not %q; start with --model %s, or use another state folder", model, l.model, model)
	}
	return pdu.ProfileByID(model)
}

// unmask copies a tree and puts secrets where it has masks.
func unmask(tree map[string]any, secrets map[string]string) map[string]any {
	var walk func(node any, at path) any
	walk = func(node any, at path) any {
		switch node := node.(type) {
		case map[string]any:
			c := make(map[string]any, len(node))
			for name, v := range node {
				c[name] = walk(v, at.with(member(name)))
			}
			return c
		case []any:
			c := make([]any, len(node))
			for i, v := range node {
				c[i] = walk(v, at.with(element(i)))
			}
			return c
		case string:
			if node == Mask {
				if s, ok := secrets[secretKey(tree, at)]; ok {
					return s
				}
			}
		}
		return node
	}
	return walk(tree, nil).(map[string]any)
}

// checkSecrets refuses a document with secrets that nobody knows any more: an
// empty password in their place would open the unit.
func (l *loader) checkSecrets(v values) error {
	var lost []string
	l.layout.eachSecret(v, func(v reflect.Value, at path) {
		if v.String() == Mask {
			lost = append(lost, at.String())
		}
	})
	if lost == nil {
		return nil
	}
	why := "secrets.json has none for this configuration"
	if l.broken != nil {
		why = l.broken.Error()
	}
	return pdu.Errorf(pdu.Internal, CodeUnusable,
		"the stored secrets of %s are missing (%s); restore secrets.json, or write new values in place of the masks in config.json", strings.Join(lost, ", "), why)
}
