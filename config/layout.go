package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// Section is a part of the document that one package owns.
type Section struct {
	Path string // member of the document: "outputs", "protocols.json" (dots nest)
	// Default gives a pointer to a fresh value, a struct or slice with the factory
	// settings of the model. It is encoded as JSON with camelCase names, holds
	// plain data without cycles (maps have strings as keys), and uses Secret for
	// what must not be shown. The tag doc:"..." of a field describes it in the
	// schema.
	Default func(p *pdu.Profile) any
}

// Validator is implemented by section values that check themselves; most do.
type Validator interface {
	// Validate adds to f what is wrong, with paths relative to the section.
	Validate(p *pdu.Profile, f *Faults)
}

// Normalizer is implemented by section values that fill up what an older or
// hand-written document lacks. It is used when stored files are read, never for
// edits, and runs before Validate.
type Normalizer interface{ Normalize(p *pdu.Profile) }

// Members of the document that no section owns.
const (
	memberVersion    = "version"
	memberGeneration = "generation"
	memberModel      = "model"
)

// header is what the document says of itself.
type header struct {
	version    int
	generation uint64 // counts the commits
	model      string
}

// layout is the arrangement of the sections in the document.
type layout struct {
	sections []Section
	top      group
}

// group is a member of the document on the way to sections, or a section.
type group struct {
	name    string
	section string // its path; "" when this only groups others
	members []*group
}

// newLayout arranges sections. It panics when they contradict each other, which is
// a mistake of the program that lists them.
func newLayout(sections []Section) *layout {
	l := &layout{sections: sections}
	for _, s := range sections {
		at := &l.top
		names := strings.Split(s.Path, ".")
		if slices.Contains([]string{memberVersion, memberGeneration, memberModel}, names[0]) {
			panic("config: section " + s.Path + " has a reserved name")
		}
		for i, name := range names {
			if !plainName(name) {
				panic(fmt.Sprintf("config: section path %q is not made of plain names", s.Path))
			}
			next := at.member(name)
			if next != nil && (next.section != "" || i == len(names)-1) {
				panic("config: section " + s.Path + " meets section " + next.section + " at " + name)
			}
			if next == nil {
				next = &group{name: name}
				at.members = append(at.members, next)
			}
			at = next
		}
		at.section = s.Path
	}
	return l
}

func (g *group) member(name string) *group {
	for _, m := range g.members {
		if m.name == name {
			return m
		}
	}
	return nil
}

// sectionPath gives the path of a section in the tree.
func sectionPath(text string) path {
	var p path
	for name := range strings.SplitSeq(text, ".") {
		p = append(p, member(name))
	}
	return p
}

// values are the typed sections by path, each a pointer.
type values map[string]any

// eachSecret calls fn, which only reads, for every secret in the sections.
func (l *layout) eachSecret(v values, fn func(v reflect.Value, at path)) {
	for _, s := range l.sections {
		eachSecret(reflect.ValueOf(v[s.Path]).Elem(), sectionPath(s.Path), false, fn)
	}
}

// defaults gives the factory settings of a model.
func (l *layout) defaults(p *pdu.Profile) values {
	v := make(values, len(l.sections))
	for _, s := range l.sections {
		v[s.Path] = clone(s.Default(p))
	}
	return v
}

// decode reads a tree strictly. The values are complete even when there are faults.
func (l *layout) decode(tree map[string]any, p *pdu.Profile, faults *Faults) values {
	v := l.defaults(p)
	for _, s := range l.sections {
		at := sectionPath(s.Path)
		if node, ok := lookup(tree, at); ok {
			decode(reflect.ValueOf(v[s.Path]).Elem(), node, at, faults)
			v[s.Path] = clone(v[s.Path]) // no nil slices
		}
	}
	for _, name := range sortedNames(tree) {
		switch name {
		case memberVersion, memberGeneration, memberModel:
		default:
			l.top.findUnknown(name, tree[name], nil, faults)
		}
	}
	return v
}

// findUnknown notes members of the tree that lead to no section.
func (g *group) findUnknown(name string, node any, at path, faults *Faults) {
	at = at.with(member(name))
	m := g.member(name)
	if m == nil {
		faults.Add(at.String(), FaultUnknown, "there is no such setting")
		return
	}
	if m.section != "" {
		return
	}
	object, ok := node.(map[string]any)
	if !ok {
		wrongType(faults, at, "an object", node)
		return
	}
	for _, name := range sortedNames(object) {
		m.findUnknown(name, object[name], at, faults)
	}
}

// validate lets every section check itself.
func (l *layout) validate(v values, p *pdu.Profile, faults *Faults) {
	for _, s := range l.sections {
		if c, ok := v[s.Path].(Validator); ok {
			c.Validate(p, faults.At(s.Path))
		}
	}
}

// normalize lets every section fill up what a stored document lacks.
func (l *layout) normalize(v values, p *pdu.Profile) {
	for _, s := range l.sections {
		if n, ok := v[s.Path].(Normalizer); ok {
			n.Normalize(p)
			v[s.Path] = clone(v[s.Path])
		}
	}
}

// encode writes the document for people: indented, sections in the order in which
// they are listed, secrets masked.
func (l *layout) encode(h header, v values) ([]byte, error) {
	var b bytes.Buffer
	model, err := json.Marshal(h.model)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(&b, `{"version":%d,"generation":%d,"model":%s`, h.version, h.generation, model)
	if err := l.top.encodeMembers(&b, v, true); err != nil {
		return nil, err
	}
	b.WriteByte('}')
	var out bytes.Buffer
	if err := json.Indent(&out, b.Bytes(), "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

func (g *group) encodeMembers(b *bytes.Buffer, v values, comma bool) error {
	for _, m := range g.members {
		if comma {
			b.WriteByte(',')
		}
		comma = true
		fmt.Fprintf(b, `"%s":`, m.name)
		if m.section == "" {
			b.WriteByte('{')
			if err := m.encodeMembers(b, v, false); err != nil {
				return err
			}
			b.WriteByte('}')
			continue
		}
		e := json.NewEncoder(b)
		e.SetEscapeHTML(false)
		if err := e.Encode(v[m.section]); err != nil {
			return fmt.Errorf("encode section %s: %w", m.section, err)
		}
	}
	return nil
}
