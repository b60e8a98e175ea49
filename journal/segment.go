package journal

import (
	"errors"
	"fmt"
	"slices"
)

// maintain does what is slow: it syncs, and begins a new segment when that is due.
// It reports whether all is well; otherwise it is to be called again later.
func (j *Journal) maintain() bool {
	j.mu.Lock()
	j.flush()
	f, due := j.file, j.unsynced
	j.unsynced = false
	j.mu.Unlock()
	if f != nil && due {
		if err := f.Sync(); err != nil {
			// The kernel may have dropped what it could not write, and says so once.
			j.log.Error("journal cannot be synced", "error", err)
			j.mu.Lock()
			j.abandon()
			j.fault = storageError(err)
			j.mu.Unlock()
		}
	}
	j.mu.Lock()
	rotate := j.file == nil || j.size >= j.limit
	j.mu.Unlock()
	if rotate {
		if err := j.begin(); err != nil {
			if !j.stuck {
				j.log.Warn("journal segment cannot be begun", "error", err)
			}
			j.stuck = true
			return false
		}
		j.stuck = false
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.fault == nil && j.dirty == 0
}

// begin makes a new segment that holds the whole state and continues there. Until
// it stands, records go to the old one; those that came in meanwhile are repeated.
func (j *Journal) begin() error {
	j.mu.Lock()
	number := j.number + 1
	content := j.encode(appendHeader(nil, number), number, allParts)
	j.recent = 0
	j.mu.Unlock()

	f, err := j.place(number, content)
	if err != nil {
		return err
	}
	old, err := j.switchTo(f, number, int64(len(content)))
	if err != nil {
		return errors.Join(err, f.Close(), j.dir.Remove(segmentName(number)))
	}
	j.segments = append(j.segments, number)
	// What the old segment got last is in the new one too. Both must be on disk
	// before the one before the old one goes.
	if old != nil {
		err = errors.Join(old.Sync(), old.Close())
	}
	if syncErr := f.Sync(); syncErr != nil {
		j.mu.Lock()
		j.abandon()
		j.fault = storageError(syncErr)
		j.mu.Unlock()
		return syncErr
	}
	if err != nil {
		j.log.Warn("old journal segment cannot be closed", "error", err)
	}
	j.prune()
	return nil
}

// place writes a new segment and gives it its name once it is on disk.
func (j *Journal) place(number uint64, content []byte) (f file, err error) {
	if err := j.dir.Mkdir(); err != nil {
		return nil, fmt.Errorf("make the journal's folder: %w", err)
	}
	name := segmentName(number)
	f, err = j.dir.Create(temporary)
	if err != nil {
		return nil, fmt.Errorf("create %s: %w", name, err)
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = j.dir.Rename(temporary, name)
	}
	if err == nil {
		err = j.dir.Sync()
	}
	if err != nil {
		f.Close()
		j.dir.Remove(temporary) // gives its space back; the error is the one above
		return nil, fmt.Errorf("write %s: %w", name, err)
	}
	return f, nil
}

// temporary is the name of a segment before it stands.
const temporary = "new.tmp"

// switchTo makes f the segment to write to, with the parts that changed since it
// was filled. It gives the old one for closing.
func (j *Journal) switchTo(f file, number uint64, size int64) (old file, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	late := j.encode(nil, number, j.recent)
	if len(late) > 0 {
		if _, err := f.Write(late); err != nil {
			return nil, fmt.Errorf("write %s: %w", segmentName(number), err)
		}
	}
	if j.fault != nil {
		j.log.Info("journal is written again")
	}
	old = j.file
	if old == nil {
		old, j.spent = j.spent, nil
	}
	j.file, j.number, j.size = f, number, size+int64(len(late))
	j.dirty, j.recent, j.fault = 0, 0, nil
	return old, nil
}

// prune removes the segments that are not needed any more: all but the newest two.
func (j *Journal) prune() {
	for len(j.segments) > 2 {
		name := segmentName(j.segments[0])
		if err := j.dir.Remove(name); err != nil {
			j.log.Warn("old journal segment cannot be removed", "segment", name, "error", err)
			return
		}
		j.segments = slices.Delete(j.segments, 0, 1)
	}
}
