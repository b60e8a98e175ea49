package config

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// Version is the version of the document that this program writes.
const Version = 1

// Document is the whole configuration at one moment. It is immutable: everything
// reachable from it is shared between all readers.
type Document struct {
	layout  *layout
	header  header
	profile *pdu.Profile
	values  values
	masked  []byte
	tree    map[string]any // of masked; never changed
	etag    string
}

// newDocument makes a document of values that nobody changes any more.
func newDocument(l *layout, h header, p *pdu.Profile, v values) (*Document, error) {
	masked, err := l.encode(h, v)
	if err != nil {
		return nil, err
	}
	tree, err := objectTree(masked)
	if err != nil {
		return nil, err // above all a document that has become too large
	}
	sum := sha256.Sum256(masked)
	etag := `"` + hex.EncodeToString(sum[:12]) + `"`
	return &Document{layout: l, header: h, profile: p, values: v, masked: masked, tree: tree, etag: etag}, nil
}

// Get gives the section at path, which readers must not change. It panics when
// there is no such section or it is not a T.
func Get[T any](d *Document, path string) *T { return section[T](d.values, path) }

// section finds a section value by path and type.
func section[T any](v values, path string) *T {
	value, ok := v[path]
	if !ok {
		panic("config: there is no section " + path)
	}
	t, ok := value.(*T)
	if !ok {
		panic(fmt.Sprintf("config: section %s is %T, not %T", path, value, t))
	}
	return t
}

// Profile is the model of the unit.
func (d *Document) Profile() *pdu.Profile { return d.profile }

// Generation counts the commits, from 1.
func (d *Document) Generation() uint64 { return d.header.generation }

// ETag names the content of the document, in quotes as HTTP wants it.
func (d *Document) ETag() string { return d.etag }

// MarshalMasked gives the document as JSON with secrets masked.
func (d *Document) MarshalMasked() ([]byte, error) { return bytes.Clone(d.masked), nil }

// clearTree gives the document as a tree with secrets in clear.
func (d *Document) clearTree() (map[string]any, error) {
	var top any = maps.Clone(d.tree)
	var err error
	d.layout.eachSecret(d.values, func(v reflect.Value, at path) {
		if v.String() != "" && err == nil {
			top, err = replace(top, at, v.String())
		}
	})
	return top.(map[string]any), err
}

// secrets lists the secrets of the document by their keys.
func (d *Document) secrets() map[string]string {
	list := map[string]string{}
	d.layout.eachSecret(d.values, func(v reflect.Value, at path) {
		if v.String() != "" {
			list[secretKey(d.tree, at)] = v.String()
		}
	})
	return list
}

// objectTree reads JSON that must be an object.
func objectTree(data []byte) (map[string]any, error) {
	tree, err := parseTree(data)
	if err != nil {
		return nil, err
	}
	object, ok := tree.(map[string]any)
	if !ok {
		return nil, pdu.Errorf(pdu.Invalid, CodeSyntax, "the document is not a JSON object")
	}
	return object, nil
}

// secretKey names the place of a secret so that it is found again when an array is
// sorted anew or loses an element: elements of an array are told apart by their
// member "id" or "name" where every element has one of its own, else by index.
func secretKey(tree any, at path) string {
	key := ""
	for i, s := range at {
		if array, ok := tree.([]any); ok {
			key += identityOf(array, s.index)
		} else {
			key = joinPath(key, path{s}.String())
		}
		tree, _ = lookup(tree, at[i:i+1])
	}
	return key
}

// identityOf names one element of an array.
func identityOf(array []any, index int) string {
	for _, name := range []string{"id", "name"} {
		var seen []any
		for _, e := range array {
			object, _ := e.(map[string]any)
			switch id := object[name].(type) {
			case string, json.Number:
				if !slices.Contains(seen, id) {
					seen = append(seen, id)
				}
			}
		}
		if len(seen) == len(array) {
			text, _ := json.Marshal(seen[index]) // a string or number always encodes
			return "[" + name + "=" + string(text) + "]"
		}
	}
	return path{element(index)}.String()
}

// Draft is a copy of a document that an edit works on.
type Draft struct {
	old    *Document
	values values // the sections that the edit has asked for
}

// Edit gives the section at path for changing; it belongs to the edit until that
// returns. It panics when there is no such section or it is not a T.
func Edit[T any](d *Draft, path string) *T {
	if _, ok := d.values[path]; !ok {
		if d.values == nil {
			d.values = values{}
		}
		d.values[path] = clone(section[T](d.old.values, path))
	}
	return section[T](d.values, path)
}

// Profile is the model of the unit.
func (d *Draft) Profile() *pdu.Profile { return d.old.profile }

// finish gives all sections, with the edited ones in a copy that the edit cannot
// reach any more.
func (d *Draft) finish() values {
	v := maps.Clone(d.old.values)
	for path, value := range d.values {
		v[path] = clone(value)
	}
	return v
}
