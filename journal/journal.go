package journal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// SegmentBytes is the size at which a new segment is begun.
const SegmentBytes = 1 << 20

// maxSegmentBytes is the size that a segment reaches only when for long no new one
// can be begun; then nothing more is written.
const maxSegmentBytes = 8 * SegmentBytes

// retryInterval is the pause between attempts to write again after a failure.
const retryInterval = time.Second

// Codes of the errors of this package.
const (
	CodeStorage = "journal.storage" // Unavailable: the state is kept in memory, but not on disk
	CodeClosed  = "journal.closed"  // Unavailable: Run has returned
	CodeRecord  = "journal.record"  // Invalid: a record that cannot be
	CodeFormat  = "journal.format"  // Conflict: written by a newer version
)

// Journal writes the state of a unit.
type Journal struct {
	dir   folder
	log   *slog.Logger
	limit int64 // SegmentBytes, less in tests

	wake chan struct{} // tells Run that something was written or failed

	mu       sync.Mutex // held for at most one write, never for a sync
	image    image
	seq      uint64 // last given
	dirty    part   // parts of image that the file does not have
	recent   part   // parts appended since a new segment was begun to be written
	unsynced bool
	file     file // open segment; nil while there is none
	number   uint64
	size     int64 // of the valid content of file
	fault    error // why the last write failed; nil when all is written
	closed   bool
	spent    file   // a segment that failed, for Run to close
	buf      []byte // of one write

	// Owned by Open, then by Run:
	segments []uint64 // files that exist, in the order in which they may go
	stuck    bool     // no new segment can be begun, which was logged
}

// Open replays the journal of a state folder and begins a new segment. The report
// tells what was damaged. A folder that cannot be written is no error: the journal
// then works in memory, and Append returns errors until writing works again.
//
// Errors: Conflict when a newer version wrote the journal, Internal when it cannot
// be read.
func Open(dir *os.Root, log *slog.Logger) (*Journal, State, Report, error) {
	return open(rootFolder{dir}, log, SegmentBytes)
}

func open(dir folder, log *slog.Logger, limit int64) (*Journal, State, Report, error) {
	j := &Journal{dir: dir, log: log, limit: limit, wake: make(chan struct{}, 1)}
	r, err := j.replay()
	if err != nil {
		return nil, State{}, Report{}, err
	}
	j.image, j.seq = r.image, r.seq
	if err := j.begin(); err != nil {
		j.fault, j.dirty = storageError(err), allParts
		r.report.StorageErr = j.fault
	}
	switch {
	case r.report.Clean():
		j.log.Info("journal replayed", "report", r.report)
	default:
		j.log.Error("journal damaged or not writable", "report", r.report, "error", r.report.StorageErr)
		for _, d := range r.report.Damage {
			j.log.Error("journal damage", "segment", d.Segment, "offset", d.Offset, "bytes", d.Bytes, "reason", d.Reason, "torn", d.Torn)
		}
	}
	return j, j.image.state(), r.report, nil
}

// replay reads all segments.
func (j *Journal) replay() (*replay, error) {
	names, err := j.dir.Names()
	if err != nil {
		return nil, pdu.Errorf(pdu.Internal, CodeStorage, "read the journal: %w; check the permissions of the state folder", err)
	}
	for _, name := range names {
		if n, ok := parseName(name); ok {
			j.segments = append(j.segments, n)
		}
	}
	slices.Sort(j.segments)
	r := &replay{}
	best := -1 // the newest segment that gave anything
	for i, number := range j.segments {
		j.number = number
		useful, err := j.replaySegment(r, number, i == len(j.segments)-1)
		if err != nil {
			return nil, pdu.Errorf(pdu.Conflict, CodeFormat, "read the journal: %w; use that version", err)
		}
		if useful {
			best = i
		}
	}
	if best >= 0 {
		r.report.Fallback = best < len(j.segments)-1
		keep := j.segments[best]
		j.segments = append(slices.Delete(j.segments, best, best+1), keep)
	}
	r.report.Lost = best < 0 && len(j.segments) > 0
	if len(r.report.Damage) > 0 {
		// What could not be read now may be readable the next time; it must not pass
		// for newer than what is written from here on.
		r.seq += 1 << 32
	}
	return r, nil
}

// replaySegment reads one segment; one that cannot be read at all is damage.
func (j *Journal) replaySegment(r *replay, number uint64, last bool) (useful bool, err error) {
	name := segmentName(number)
	data, err := j.dir.ReadFile(name)
	if err != nil {
		r.report.Segments++
		r.report.Damage = append(r.report.Damage, Damage{Segment: name, Reason: err.Error()})
		return false, nil
	}
	return r.segment(name, number, data, last)
}

// segmentName is the name of the file with the given number.
func segmentName(number uint64) string { return fmt.Sprintf("%08d.zj", number) }

func parseName(name string) (number uint64, ok bool) {
	digits, ok := strings.CutSuffix(name, ".zj")
	number, err := strconv.ParseUint(digits, 10, 63)
	return number, ok && err == nil && number > 0 && segmentName(number) == name
}

// Append brings a record into the state and writes it. When it returns nil the
// kernel has it. On an Unavailable error the state is kept, and written with the
// next Append or by Run once writing works again.
func (j *Journal) Append(r Record) error {
	if err := r.check(); err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return pdu.Errorf(pdu.Unavailable, CodeClosed, "append to the journal: it is closed")
	}
	p := r.merge(&j.image)
	j.dirty |= p
	j.recent |= p
	j.flush()
	select {
	case j.wake <- struct{}{}:
	default: // Run has not yet seen the last one
	}
	return j.fault
}

// flush writes the dirty parts with one write and notes in fault how that went.
// The caller holds mu.
func (j *Journal) flush() {
	if j.dirty == 0 {
		return
	}
	err := j.write()
	switch {
	case err != nil && j.fault == nil:
		j.log.Error("journal cannot be written", "error", err)
	case err == nil && j.fault != nil:
		j.log.Info("journal is written again")
	}
	j.fault = err
}

// write puts the dirty parts at the end of the segment. After a failure the file
// ends as before, or is given up. The caller holds mu.
func (j *Journal) write() error {
	if j.file == nil {
		if j.fault != nil {
			return j.fault
		}
		return storageError(errors.New("there is no segment to write to"))
	}
	if j.size >= maxSegmentBytes {
		return storageError(fmt.Errorf("segment %s is full and no new one can be begun", segmentName(j.number)))
	}
	j.buf = j.encode(j.buf[:0], j.number, j.dirty)
	n, err := j.file.Write(j.buf)
	if err != nil {
		if n > 0 && j.file.Truncate(j.size) != nil {
			j.abandon()
		}
		return storageError(err)
	}
	j.size += int64(n)
	j.dirty = 0
	j.unsynced = true
	return nil
}

// encode appends records of the given parts with new sequence numbers. The caller
// holds mu.
func (j *Journal) encode(b []byte, number uint64, parts part) []byte {
	for _, p := range [...]part{partBoot, partOutputs, partCounters} {
		if parts&p != 0 {
			j.seq++
			b = j.image.appendRecord(b, number, j.seq, p)
		}
	}
	return b
}

// abandon stops writing to the segment; Run closes it and begins another one, which
// repeats everything. The caller holds mu.
func (j *Journal) abandon() {
	j.file, j.spent = nil, j.file
	j.dirty = allParts
}

// storageError says that what should be kept is not.
func storageError(err error) error {
	return pdu.Errorf(pdu.Unavailable, CodeStorage, "write the journal: %w; states and counters are kept in memory only until the state folder can be written", err)
}

// Run syncs what is appended, begins new segments and tries again after failures,
// until ctx ends. Then it writes and syncs what is left and closes the journal.
func (j *Journal) Run(ctx context.Context) error {
	retry := time.NewTimer(0)
	defer retry.Stop()
	retry.Stop()
	for {
		select {
		case <-ctx.Done():
			return j.Close()
		case <-j.wake:
		case <-retry.C:
		}
		if !j.maintain() {
			retry.Reset(retryInterval)
		}
	}
}

// Close writes and syncs what is left and closes the files. Run does so itself;
// Close is for programs that do not use Run, never beside it. Further calls do
// nothing.
func (j *Journal) Close() error {
	j.mu.Lock()
	if j.closed {
		j.mu.Unlock()
		return nil
	}
	j.closed = true
	j.flush()
	err := j.fault
	f, spent := j.file, j.spent
	j.file, j.spent = nil, nil
	j.mu.Unlock()
	if f != nil {
		err = errors.Join(err, f.Sync(), f.Close())
	}
	if spent != nil {
		spent.Close() // it has failed already
	}
	return err
}
