package ber

import "errors"

// What can be wrong with an encoding.
var (
	errTruncated = errors.New("value is truncated")
	errLength    = errors.New("length is indefinite or too long")
	errType      = errors.New("value has another type")
	errRange     = errors.New("number does not fit its type")
)

// Reader walks over a sequence of values. It refers to the bytes it was given.
type Reader struct{ data []byte }

// NewReader begins at the start of data.
func NewReader(data []byte) Reader { return Reader{data} }

// Empty reports whether nothing is left.
func (r *Reader) Empty() bool { return len(r.data) == 0 }

// Rest gives what is left.
func (r *Reader) Rest() []byte { return r.data }

// Next takes the next value, whatever it is. Lengths may be longer than necessary
// (RFC 3417 section 8) but not indefinite.
func (r *Reader) Next() (Tag, []byte, error) {
	if len(r.data) < 2 {
		return 0, nil, errTruncated
	}
	tag, size, head := Tag(r.data[0]), uint64(r.data[1]), 2
	if size >= 0x80 {
		octets := int(size & 0x7f)
		if octets == 0 || octets > 8 {
			return 0, nil, errLength
		}
		if head += octets; len(r.data) < head {
			return 0, nil, errTruncated
		}
		size = 0
		for _, c := range r.data[2:head] {
			size = size<<8 | uint64(c)
		}
	}
	if size > uint64(len(r.data)-head) {
		return 0, nil, errTruncated
	}
	end := head + int(size)
	content := r.data[head:end:end]
	r.data = r.data[end:]
	return tag, content, nil
}

// Take takes the next value, which must have the given tag.
func (r *Reader) Take(want Tag) ([]byte, error) {
	tag, content, err := r.Next()
	if err == nil && tag != want {
		err = errType
	}
	return content, err
}

// Enter takes the next value, which must have the given tag, to read inside it.
func (r *Reader) Enter(want Tag) (Reader, error) {
	content, err := r.Take(want)
	return Reader{content}, err
}

// Int32 takes an Integer32.
func (r *Reader) Int32() (int32, error) {
	content, err := r.Take(Integer)
	if err != nil {
		return 0, err
	}
	return DecodeInt32(content)
}

// DecodeInt32 reads the content of an Integer32. Some clients send four octets
// for every number; more are never needed.
func DecodeInt32(content []byte) (int32, error) {
	if len(content) == 0 || len(content) > 4 {
		return 0, errRange
	}
	n := int32(int8(content[0]))
	for _, c := range content[1:] {
		n = n<<8 | int32(c)
	}
	return n, nil
}

// DecodeUint32 reads the content of a Counter32, Gauge32 or TimeTicks. The sign
// octet that X.690 wants before a high bit may be missing: so some clients send it.
func DecodeUint32(content []byte) (uint32, error) {
	if len(content) == 5 && content[0] == 0 {
		content = content[1:]
	}
	if len(content) == 0 || len(content) > 4 {
		return 0, errRange
	}
	if len(content) < 4 && content[0]&0x80 != 0 {
		return 0, errRange // negative
	}
	var n uint32
	for _, c := range content {
		n = n<<8 | uint32(c)
	}
	return n, nil
}

// DecodeUint64 reads the content of a Counter64.
func DecodeUint64(content []byte) (uint64, error) {
	if len(content) == 9 && content[0] == 0 {
		content = content[1:]
	}
	if len(content) == 0 || len(content) > 8 {
		return 0, errRange
	}
	if len(content) < 8 && content[0]&0x80 != 0 {
		return 0, errRange
	}
	var n uint64
	for _, c := range content {
		n = n<<8 | uint64(c)
	}
	return n, nil
}
