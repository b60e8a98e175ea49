package telnet

// Bounds of what a client sends.
const (
	maxLineBytes = 2048 // without its end; the longest login of an account fits
	// maxEndlessBytes is how much may come without a whole line, negotiation
	// included, before the connection is given up.
	maxEndlessBytes = 64 << 10
)

// The bytes of RFC 854 that matter here.
const (
	iac  = 255
	dont = 254
	will = 251 // will, wont, do and dont are in a row
	sb   = 250 // begin of a subnegotiation
	se   = 240 // its end, after an iac
)

// place is where in the stream of bytes a decoder stands.
type place uint8

const (
	inText    place = iota
	behindIAC       // the next byte is a command
	inOption        // the next byte is the option of a command
	inSub           // inside a subnegotiation
	inSubIAC        // behind an iac in there
)

// decoder takes the bytes of a client apart into lines. Lines end with CR LF, CR
// NUL, CR or LF; a line is complete at its first end byte, because a client that
// sends a bare CR waits for the answer. Negotiation is skipped wherever it stands.
// A NUL is nothing (RFC 854), a doubled iac is one byte 255.
type decoder struct {
	line    []byte
	tooLong bool // line has lost its end
	place   place
	cr      bool // the last byte of text was a CR: an LF still belongs to it
	seen    int  // bytes since the last whole line
}

// take takes one byte. done says that it completed a line: text, which is good
// until the next call, or what is left of it when it was tooLong.
func (d *decoder) take(b byte) (text []byte, tooLong, done bool) {
	d.seen++
	switch d.place {
	case behindIAC:
		return d.command(b)
	case inOption:
		d.place = inText
		return nil, false, false
	case inSub:
		if b == iac {
			d.place = inSubIAC
		}
		return nil, false, false
	case inSubIAC:
		d.place = inSub
		if b == se {
			d.place = inText
		}
		return nil, false, false
	}
	return d.plain(b)
}

// command takes the byte behind an iac.
func (d *decoder) command(b byte) (text []byte, tooLong, done bool) {
	d.place = inText
	switch {
	case b == iac:
		d.cr = false
		d.add(b)
	case b == sb:
		d.place = inSub
	case b >= will && b <= dont:
		d.place = inOption
	}
	return nil, false, false
}

// plain takes a byte outside negotiation.
func (d *decoder) plain(b byte) (text []byte, tooLong, done bool) {
	if b == iac {
		d.place = behindIAC
		return nil, false, false
	}
	cr := d.cr
	d.cr = b == '\r'
	switch {
	case b == '\r', b == '\n' && !cr:
		return d.end()
	case b != '\n' && b != 0:
		d.add(b)
	}
	return nil, false, false
}

func (d *decoder) add(b byte) {
	if len(d.line) == maxLineBytes {
		d.tooLong = true
		return
	}
	d.line = append(d.line, b)
}

// end gives the line that is complete and begins the next.
func (d *decoder) end() (text []byte, tooLong, done bool) {
	text, tooLong = d.line, d.tooLong
	d.line, d.tooLong, d.seen = d.line[:0], false, 0
	return text, tooLong, true
}

// endless reports whether the client sends too much without ending a line.
func (d *decoder) endless() bool { return d.seen > maxEndlessBytes }
