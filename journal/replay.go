package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
)

// Report tells what a replay found. Its zero value is that of a new journal.
type Report struct {
	Segments int // files found
	Records  int // valid records in them
	Damage   []Damage
	// Fallback says that the newest segment gave nothing and an older one was used:
	// what happened after that one ended is lost.
	Fallback bool
	// Lost says that there was a journal, but nothing in it could be used.
	Lost bool
	// StorageErr is why no new segment can be written now; the journal keeps trying.
	StorageErr error
}

// Damage is a place in a segment that could not be read.
type Damage struct {
	Segment string
	Offset  int64
	Bytes   int64
	Reason  string
	// Torn says that the place is the end of the newest segment, as a loss of power
	// in the middle of a write leaves it. At most the last records are lost.
	Torn bool
}

// Clean reports whether nothing was lost and the journal can be written.
func (r Report) Clean() bool {
	return len(r.Damage) == 0 && !r.Fallback && !r.Lost && r.StorageErr == nil
}

// LogValue shows the report in logs.
func (r Report) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("segments", r.Segments), slog.Int("records", r.Records), slog.Int("damaged", len(r.Damage)),
		slog.Bool("fallback", r.Fallback), slog.Bool("lost", r.Lost))
}

// replay collects the newest valid record of each part from all segments.
type replay struct {
	image  image
	newest [3]uint64 // sequence number of each part in image; 0 is none
	seq    uint64    // highest seen
	report Report
}

// segment reads one segment and reports whether it gave anything. The segments must
// be given in the order of their numbers.
func (r *replay) segment(name string, number uint64, data []byte, last bool) (useful bool, err error) {
	r.report.Segments++
	switch err := checkHeader(data, number); {
	case errors.Is(err, errNewer):
		return false, fmt.Errorf("%s: %w", name, err)
	case err != nil:
		r.report.Damage = append(r.report.Damage, Damage{Segment: name, Bytes: int64(min(headerBytes, len(data))), Reason: err.Error(), Torn: last && len(data) < headerBytes})
	}
	at := min(headerBytes, len(data))
	for at < len(data) {
		n, ok := r.record(number, data[at:])
		if ok {
			at, useful = at+n, true
			continue
		}
		reason := "a record is damaged"
		if n > 0 {
			reason = errBody.Error()
		}
		start := at
		at += max(n, 1)
		for at < len(data) && !validFrame(number, data[at:]) {
			at++
		}
		r.report.Damage = append(r.report.Damage, Damage{
			Segment: name, Offset: int64(start), Bytes: int64(at - start), Reason: reason, Torn: last && at == len(data),
		})
	}
	return useful, nil
}

// validFrame reports whether a record with a valid checksum starts here.
func validFrame(number uint64, b []byte) bool {
	if len(b) < frameBytes {
		return false
	}
	n := binary.LittleEndian.Uint32(b[4:])
	return n <= maxBody && int(n) <= len(b)-frameBytes &&
		frameSum(number, b[4:frameBytes+n]) == binary.LittleEndian.Uint32(b)
}

// record takes over the record that starts here. It gives its length, and whether
// it was valid; a length without validity is a record with a valid checksum that
// makes no sense.
func (r *replay) record(number uint64, b []byte) (n int, ok bool) {
	if !validFrame(number, b) {
		return 0, false
	}
	n = frameBytes + int(binary.LittleEndian.Uint32(b[4:]))
	seq, kind := binary.LittleEndian.Uint64(b[8:]), b[16]
	rec, err := decodeBody(kind, b[frameBytes:n])
	if err != nil || seq == 0 {
		return n, false
	}
	r.report.Records++
	r.seq = max(r.seq, seq)
	if have := &r.newest[kind-1]; seq > *have {
		*have = seq
		r.take(rec)
	}
	return n, true
}

// take puts a complete image of a part in place of the one before.
func (r *replay) take(rec Record) {
	switch rec := rec.(type) {
	case Boot:
		r.image.boot = rec
	case Outputs:
		r.image.outputs = rec
	case Counters:
		r.image.counters = rec
	}
}
