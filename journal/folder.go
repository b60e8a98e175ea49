package journal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
)

// folder is what is done to the journal's folder; tests stop it at every step.
type folder interface {
	// Mkdir makes the folder unless it exists.
	Mkdir() error
	// Names lists the files; none when the folder does not exist.
	Names() ([]string, error)
	ReadFile(name string) ([]byte, error)
	// Create creates or empties a file; writes go to its end.
	Create(name string) (file, error)
	Rename(oldName, newName string) error
	Remove(name string) error
	// Sync makes created, renamed and removed names last.
	Sync() error
}

// file is an open segment.
type file interface {
	io.WriteCloser
	Truncate(size int64) error
	Sync() error
}

// rootFolder is the folder "journal" of the state folder.
type rootFolder struct{ root *os.Root }

const folderName = "journal"

func (r rootFolder) Mkdir() error {
	err := r.root.Mkdir(folderName, 0o750)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err == nil {
		err = r.sync(".")
	}
	return err
}

func (r rootFolder) Names() ([]string, error) {
	entries, err := fs.ReadDir(r.root.FS(), folderName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

// ReadFile reads a segment, whose size is bounded.
func (r rootFolder) ReadFile(name string) ([]byte, error) {
	f, err := r.root.Open(path.Join(folderName, name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxSegmentBytes+maxBody))
}

func (r rootFolder) Create(name string) (file, error) {
	return r.root.OpenFile(path.Join(folderName, name), os.O_WRONLY|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o640)
}

func (r rootFolder) Rename(oldName, newName string) error {
	return r.root.Rename(path.Join(folderName, oldName), path.Join(folderName, newName))
}

func (r rootFolder) Remove(name string) error { return r.root.Remove(path.Join(folderName, name)) }

func (r rootFolder) Sync() error { return r.sync(folderName) }

// sync makes the names in a folder last, where the system can.
func (r rootFolder) sync(name string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := r.root.Open(name)
	if err != nil {
		return fmt.Errorf("sync folder %s: %w", name, err)
	}
	return errors.Join(d.Sync(), d.Close())
}
