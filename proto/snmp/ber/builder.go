package ber

import "slices"

// Builder appends encoded values. The zero value is ready. Lengths are minimal.
type Builder struct{ buf []byte }

// Bytes gives what was built. It is valid until the next call.
func (b *Builder) Bytes() []byte { return b.buf }

// Len is the number of octets built.
func (b *Builder) Len() int { return len(b.buf) }

// Reset forgets everything but the memory.
func (b *Builder) Reset() { b.buf = b.buf[:0] }

// Truncate forgets everything after the first n octets.
func (b *Builder) Truncate(n int) { b.buf = b.buf[:n] }

// Raw appends octets as they are.
func (b *Builder) Raw(octets []byte) { b.buf = append(b.buf, octets...) }

// Open begins a value whose length is not known yet. Close ends it, innermost
// first.
func (b *Builder) Open(tag Tag) (mark int) {
	b.buf = append(b.buf, byte(tag), 0)
	return len(b.buf)
}

// Close ends the value that Open began. Longer contents move to make room for
// their length; shift tells how far.
func (b *Builder) Close(mark int) (shift int) {
	size := len(b.buf) - mark
	if size < 0x80 {
		b.buf[mark-1] = byte(size)
		return 0
	}
	var head [5]byte
	octets := 0
	for n := size; n > 0; n >>= 8 {
		octets++
	}
	head[0] = 0x80 | byte(octets)
	for i := range octets {
		head[1+i] = byte(size >> (8 * (octets - 1 - i)))
	}
	b.buf[mark-1] = head[0]
	b.buf = slices.Insert(b.buf, mark, head[1:1+octets]...)
	return octets
}

// Value appends a value whose content is known.
func (b *Builder) Value(tag Tag, content []byte) {
	mark := b.Open(tag)
	b.buf = append(b.buf, content...)
	b.Close(mark)
}

// Text appends an OCTET STRING.
func (b *Builder) Text(s string) {
	mark := b.Open(OctetString)
	b.buf = append(b.buf, s...)
	b.Close(mark)
}

// Empty appends a value without content: Null or an exception.
func (b *Builder) Empty(tag Tag) { b.buf = append(b.buf, byte(tag), 0) }

// Int appends an Integer32.
func (b *Builder) Int(n int32) {
	size := 1
	for size < 4 && int64(n)>>(8*size-1) != 0 && int64(n)>>(8*size-1) != -1 {
		size++
	}
	b.buf = append(b.buf, byte(Integer), byte(size))
	for i := size - 1; i >= 0; i-- {
		b.buf = append(b.buf, byte(n>>(8*i)))
	}
}

// Uint appends a Counter32, Gauge32, TimeTicks or Counter64.
func (b *Builder) Uint(tag Tag, n uint64) {
	size := 1
	for size < 9 && n>>(8*size-1) != 0 {
		size++
	}
	b.buf = append(b.buf, byte(tag), byte(size))
	for i := size - 1; i >= 0; i-- {
		b.buf = append(b.buf, byte(n>>(8*i))) // a shift of 64 gives the sign octet 0
	}
}

// OID appends an object identifier.
func (b *Builder) OID(oid OID) { b.Value(ObjectID, oid.Content()) }
