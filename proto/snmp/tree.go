package snmp

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/zerocross-pdu/zerocross/pdu"
	"github.com/zerocross-pdu/zerocross/proto/snmp/ber"
)

// view is what the value of an object is read from.
type view struct {
	snap  *pdu.Snapshot
	agent *agent
}

// reader appends the value of an object.
type reader func(v view, b *ber.Builder)

// writer tests a new value and notes in c what has to be done for it.
type writer func(c *change, tag ber.Tag, content []byte) Status

// object is one instance.
type object struct {
	oid  ber.OID
	name []byte // the encoded content of oid
	read reader
	// write is nil when the object is read-only.
	write writer
}

// tree holds all objects. It is immutable once it is built.
type tree struct {
	objects []object       // in the order of a walk
	byName  map[string]int // every name that a Get or Set may use, aliases too
	columns []ber.OID      // columns and scalars, sorted: what an instance belongs to
	writes  []ber.OID      // those with an instance that can be written
}

// find gives the object of an encoded name, nil when there is none.
func (t *tree) find(name []byte) *object {
	if i, ok := t.byName[string(name)]; ok {
		return &t.objects[i]
	}
	return nil
}

// after gives the position of the first object behind a name. scratch is for
// decoding it; malformed names are refused earlier.
func (t *tree) after(name []byte, scratch *ber.OID) int {
	if i, ok := t.byName[string(name)]; ok && bytes.Equal(t.objects[i].name, name) {
		return i + 1
	}
	oid, err := ber.DecodeOID((*scratch)[:0], name)
	if err != nil {
		return len(t.objects)
	}
	*scratch = oid
	i, found := slices.BinarySearchFunc(t.objects, oid, func(o object, oid ber.OID) int { return o.oid.Compare(oid) })
	if found {
		i++
	}
	return i
}

// missing tells why a name has no object: its column or scalar has no such
// instance, or there is no such thing.
func (t *tree) missing(name []byte) ber.Tag {
	if within(t.columns, name) {
		return ber.NoSuchInstance
	}
	return ber.NoSuchObject
}

// within reports whether the name lies in one of the sorted prefixes.
func within(prefixes []ber.OID, name []byte) bool {
	oid, err := ber.DecodeOID(nil, name)
	if err != nil {
		return false
	}
	i, found := slices.BinarySearchFunc(prefixes, oid, ber.OID.Compare)
	return found || i > 0 && oid.HasPrefix(prefixes[i-1])
}

// planter builds a tree.
type planter struct {
	objects []object
	aliases [][2]ber.OID // the other name, the canonical one
	columns map[string]ber.OID
	writes  map[string]ber.OID
}

func newPlanter() *planter {
	return &planter{columns: map[string]ber.OID{}, writes: map[string]ber.OID{}}
}

// add plants instance index of a column or scalar.
func (p *planter) add(column ber.OID, index ber.OID, read reader) {
	p.addWritable(column, index, read, nil)
}

// addWritable plants an instance that can be written.
func (p *planter) addWritable(column ber.OID, index ber.OID, read reader, write writer) {
	oid := column.Append(index...)
	p.objects = append(p.objects, object{oid: oid, name: oid.Content(), read: read, write: write})
	p.columns[column.String()] = column
	if write != nil {
		p.writes[column.String()] = column
	}
}

// alias lets an object of the tree answer to another name.
func (p *planter) alias(other, canonical ber.OID) {
	p.aliases = append(p.aliases, [2]ber.OID{other, canonical})
}

// tree puts everything in order. It panics when a name stands twice: the names
// come out of the source, not from outside.
func (p *planter) tree() *tree {
	t := &tree{objects: p.objects, byName: make(map[string]int, len(p.objects)+len(p.aliases))}
	slices.SortFunc(t.objects, func(a, b object) int { return a.oid.Compare(b.oid) })
	for i, o := range t.objects {
		t.enter(o.oid, i)
	}
	for _, a := range p.aliases {
		t.enter(a[0], t.byName[string(a[1].Content())])
	}
	t.columns, t.writes = sorted(p.columns), sorted(p.writes)
	return t
}

func (t *tree) enter(oid ber.OID, i int) {
	name := string(oid.Content())
	if _, ok := t.byName[name]; ok {
		panic(fmt.Sprintf("object %s stands in the tree twice", oid))
	}
	t.byName[name] = i
}

func sorted(set map[string]ber.OID) []ber.OID {
	list := make([]ber.OID, 0, len(set))
	for _, oid := range set {
		list = append(list, oid)
	}
	slices.SortFunc(list, ber.OID.Compare)
	return list
}

// scalar is the instance of objects that are no columns.
var scalar = ber.OID{0}

// row is an index of one number.
func row(n uint32) ber.OID { return ber.OID{n} }
