package config

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// override is a value given for this start only. The value itself is in the
// current document.
type override struct{ at path }

// setText returns a tree that has the value that text stands for at a path: JSON,
// or where JSON does not fit, the text itself. An object is merged into what is
// there, everything else replaces it. The result fits the sections; whether they
// find it in order is not checked.
func (l *layout) setText(tree map[string]any, p *pdu.Profile, where, text string) (map[string]any, path, error) {
	at, err := parsePath(where)
	if err != nil {
		return nil, nil, err
	}
	if len(at) == 0 || isHeader(at[0].name) {
		return nil, nil, readOnly(where)
	}
	candidates := []any{text}
	if v, err := parseTree([]byte(text)); err == nil {
		if old, ok := lookup(tree, at); ok && isObject(old) && isObject(v) {
			v = mergePatch(old, v)
		}
		candidates = []any{v, text}
	}
	var first error
	for _, v := range candidates {
		top, err := replace(tree, at, v)
		if err != nil {
			return nil, nil, pdu.Errorf(pdu.NotFound, CodePath, "set %s: %w", where, err).With("path", where)
		}
		var faults Faults
		l.decode(top.(map[string]any), p, &faults)
		if faults.Len() == 0 {
			return top.(map[string]any), at, nil
		}
		if first == nil {
			first = faults.Err()
		}
	}
	return nil, nil, first
}

func isObject(v any) bool {
	_, ok := v.(map[string]any)
	return ok
}

// isHeader reports whether a member of the document belongs to no section.
func isHeader(name string) bool {
	return name == memberVersion || name == memberGeneration || name == memberModel
}

// readOnly is the fault of an edit of the header.
func readOnly(where string) error {
	var f Faults
	f.Add(where, FaultReadOnly, "cannot be changed here")
	return f.Err()
}

// applyOverrides returns the tree with every "PATH=VALUE" in place, and where they
// are.
func (l *layout) applyOverrides(tree map[string]any, p *pdu.Profile, texts []string) (map[string]any, []override, error) {
	var list []override
	for _, t := range texts {
		where, text, ok := strings.Cut(t, "=")
		if !ok {
			return nil, nil, pdu.Errorf(pdu.Invalid, CodePath, "--set %q has no =; write PATH=VALUE", t)
		}
		next, at, err := l.setText(tree, p, where, text)
		if err != nil {
			return nil, nil, pdu.Errorf(pdu.Invalid, CodeInvalid, "--set %s: %w", where, err)
		}
		if _, exists := lookup(tree, at); !exists && at[len(at)-1].index >= 0 {
			return nil, nil, pdu.Errorf(pdu.Invalid, CodePath, "--set %s: there is no such element, and --set adds none", where)
		}
		for _, leaf := range changedLeaves(tree, next, at) {
			if !slices.ContainsFunc(list, func(o override) bool { return slices.Equal(o.at, leaf) }) {
				list = append(list, override{leaf})
			}
		}
		tree = next
	}
	return tree, list, nil
}

// changedLeaves lists the places at or below at where two trees differ; objects are
// entered, arrays are not. A place whose value stays is listed too when it is at
// itself, so that an override holds although it repeats the stored value.
func changedLeaves(old, new any, at path) []path {
	a, _ := lookup(old, at)
	b, _ := lookup(new, at)
	object, ok := b.(map[string]any)
	if !ok || !isObject(a) {
		return []path{at}
	}
	var leaves []path
	for _, name := range sortedNames(object) {
		here := at.with(member(name))
		if was, _ := lookup(old, here); !sameTree(was, object[name]) {
			leaves = append(leaves, changedLeaves(old, new, here)...)
		}
	}
	return leaves
}

// withoutOverrides returns the edited tree as it is to be stored: where the edit
// left an override alone, the stored value. The overrides that hold on are returned
// too; one that the edit changed is over.
func withoutOverrides(edited, current, stored map[string]any, list []override) (map[string]any, []override, error) {
	var tree any = edited
	var kept []override
	for _, o := range list {
		after, ok := lookup(edited, o.at)
		before, _ := lookup(current, o.at)
		if !ok || !sameTree(after, before) || !sameElements(current, edited, o.at) {
			continue
		}
		kept = append(kept, o)
		value, ok := lookup(stored, o.at)
		if !ok {
			tree = remove(tree, o.at)
			continue
		}
		var err error
		if tree, err = replace(tree, o.at, value); err != nil {
			return nil, nil, err
		}
	}
	return tree.(map[string]any), kept, nil
}

// sameElements reports whether a path leads through the same elements of arrays in
// both trees, as far as can be told.
func sameElements(before, after any, at path) bool {
	for i, s := range at {
		a, okA := before.([]any)
		b, okB := after.([]any)
		if okA && okB && !sameElement(a, b, s.index) {
			return false
		}
		before, _ = lookup(before, at[i:i+1])
		after, _ = lookup(after, at[i:i+1])
	}
	return true
}

// sameElement reports whether element i of an array is still the one it was: it
// has the same identity, or was renamed in an array that is otherwise as it was.
func sameElement(before, after []any, i int) bool {
	id := identityOf(before, i)
	if len(before) != len(after) {
		return id == identityOf(after, i) && id != path{element(i)}.String()
	}
	for k := range after {
		if k != i && identityOf(after, k) == id {
			return false
		}
	}
	return true
}

// remove returns a tree without the member at p.
func remove(tree any, p path) any {
	parent, ok := lookup(tree, p[:len(p)-1])
	object, isObject := parent.(map[string]any)
	if !ok || !isObject {
		return tree
	}
	less := make(map[string]any, len(object))
	for name, v := range object {
		if name != p[len(p)-1].name {
			less[name] = v
		}
	}
	out, err := replace(tree, p[:len(p)-1], less)
	if err != nil {
		return tree // the parent was found, so this cannot be
	}
	return out
}

// GetPath gives the part of a document at path as JSON with secrets masked; an
// empty path gives the whole document.
func GetPath(d *Document, where string) (json.RawMessage, error) {
	at, err := parsePath(where)
	if err != nil {
		return nil, err
	}
	if len(at) == 0 {
		return d.MarshalMasked()
	}
	v, ok := lookup(d.tree, at)
	if !ok {
		return nil, pdu.Errorf(pdu.NotFound, CodePath, "the configuration has nothing at %s", where).With("path", where)
	}
	return json.MarshalIndent(v, "", "  ")
}
