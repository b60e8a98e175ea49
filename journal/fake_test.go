package journal

import (
	"errors"
	"io/fs"
	"maps"
	"slices"
	"sync"
)

var errStopped = errors.New("stopped here")

// disk is a folder in memory that knows what a crash leaves. Every operation is a
// step; after the step at which it stops, nothing is carried out any more.
type disk struct {
	mu      sync.Mutex
	stopAt  int // step that fails, and all after it; 0 is never
	partial int // bytes that a stopping Write still writes
	steps   int
	full    bool // writes and creations fail until it is cleared
	syncErr error
	during  func() // called before every step of the folder itself

	names   map[string]*inode // as the running system sees them
	durable map[string]*inode // as they are after a loss of power
}

// inode is the content of a file: what is written, and how much of it is synced.
type inode struct {
	data   []byte
	synced []byte
}

func newDisk() *disk {
	return &disk{names: map[string]*inode{}, durable: map[string]*inode{}}
}

// afterKill is what the next process finds when this one was killed.
func (d *disk) afterKill() *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := newDisk()
	for name, f := range d.names {
		n.names[name] = &inode{data: slices.Clone(f.data), synced: slices.Clone(f.data)}
	}
	n.durable = maps.Clone(n.names)
	return n
}

// afterPowerCut is what is found after a loss of power: synced names, synced
// content, and of what was written since as many bytes as luck has it.
func (d *disk) afterPowerCut(luck int) *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := newDisk()
	for name, f := range d.durable {
		data := slices.Clone(f.synced)
		if len(f.data) > len(data) {
			data = f.data[:len(data)+luck%(len(f.data)-len(data)+1)]
		}
		n.names[name] = &inode{data: slices.Clone(data), synced: slices.Clone(data)}
	}
	n.durable = maps.Clone(n.names)
	return n
}

// step counts one operation; it fails from stopAt on.
func (d *disk) step() error {
	d.steps++
	if d.stopAt > 0 && d.steps >= d.stopAt {
		return errStopped
	}
	return nil
}

func (d *disk) hook() {
	if d.during != nil {
		d.during()
	}
}

func (d *disk) Mkdir() error { return nil }

func (d *disk) Names() ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Sorted(maps.Keys(d.names)), nil
}

func (d *disk) ReadFile(name string) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f, ok := d.names[name]; ok {
		return slices.Clone(f.data), nil
	}
	return nil, fs.ErrNotExist
}

func (d *disk) Create(name string) (file, error) {
	d.hook()
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.step(); err != nil {
		return nil, err
	}
	if d.full {
		return nil, errors.New("no space left")
	}
	f := &inode{}
	d.names[name] = f
	return &openFile{d, f}, nil
}

func (d *disk) Rename(oldName, newName string) error {
	d.hook()
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.step(); err != nil {
		return err
	}
	f, ok := d.names[oldName]
	if !ok {
		return fs.ErrNotExist
	}
	delete(d.names, oldName)
	d.names[newName] = f
	return nil
}

func (d *disk) Remove(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.step(); err != nil {
		return err
	}
	delete(d.names, name)
	delete(d.durable, name) // the worst case: gone at once
	return nil
}

func (d *disk) Sync() error {
	d.hook()
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.step(); err != nil {
		return err
	}
	d.durable = maps.Clone(d.names)
	return nil
}

// openFile is an open file of a disk.
type openFile struct {
	d *disk
	f *inode
}

func (o *openFile) Write(b []byte) (int, error) {
	o.d.mu.Lock()
	defer o.d.mu.Unlock()
	if err := o.d.step(); err != nil {
		n := 0
		if o.d.steps == o.d.stopAt {
			n = o.d.partial % (len(b) + 1)
		}
		o.f.data = append(o.f.data, b[:n]...)
		return n, err
	}
	if o.d.full {
		n := len(b) / 2
		o.f.data = append(o.f.data, b[:n]...)
		return n, errors.New("no space left")
	}
	o.f.data = append(o.f.data, b...)
	return len(b), nil
}

func (o *openFile) Truncate(size int64) error {
	o.d.mu.Lock()
	defer o.d.mu.Unlock()
	if err := o.d.step(); err != nil {
		return err
	}
	o.f.data = o.f.data[:size]
	return nil
}

func (o *openFile) Sync() error {
	o.d.mu.Lock()
	defer o.d.mu.Unlock()
	if err := o.d.step(); err != nil {
		return err
	}
	if o.d.syncErr != nil {
		return o.d.syncErr
	}
	o.f.synced = slices.Clone(o.f.data)
	return nil
}

func (o *openFile) Close() error { return nil }
