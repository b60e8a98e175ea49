package config

import (
	"errors"
	"io/fs"
	"maps"
	"slices"
)

var errStopped = errors.New("stopped here")

// disk is a state folder in memory that knows what a crash leaves. Every operation
// is a step; from the step at which it stops nothing is carried out any more.
type disk struct {
	stopAt  int // 0 is never
	partial int // bytes that a stopping WriteFile still writes
	steps   int

	files   map[string]string
	durable []map[string]string // the folder after its last sync, and after each rename since
}

func newDisk(files map[string]string) *disk {
	if files == nil {
		files = map[string]string{}
	}
	return &disk{files: maps.Clone(files), durable: []map[string]string{maps.Clone(files)}}
}

// crashes lists what can be found after a stop here: the files as the system saw
// them, and those that a loss of power may leave.
func (d *disk) crashes() []map[string]string {
	return append([]map[string]string{d.files}, d.durable...)
}

func (d *disk) step() error {
	d.steps++
	if d.stopAt > 0 && d.steps >= d.stopAt {
		return errStopped
	}
	return nil
}

func (d *disk) ReadFile(name string) ([]byte, error) {
	if data, ok := d.files[name]; ok {
		return []byte(data), nil
	}
	return nil, fs.ErrNotExist
}

func (d *disk) WriteFile(name string, data []byte, _ fs.FileMode) error {
	if err := d.step(); err != nil {
		if d.steps == d.stopAt {
			d.files[name] = string(data[:d.partial%(len(data)+1)])
		}
		return err
	}
	d.files[name] = string(data)
	return nil
}

func (d *disk) Rename(oldName, newName string) error {
	if err := d.step(); err != nil {
		return err
	}
	data, ok := d.files[oldName]
	if !ok {
		return fs.ErrNotExist
	}
	delete(d.files, oldName)
	d.files[newName] = data
	last := maps.Clone(d.durable[len(d.durable)-1])
	delete(last, oldName)
	last[newName] = data
	d.durable = append(d.durable, last)
	return nil
}

func (d *disk) Sync() error {
	if err := d.step(); err != nil {
		return err
	}
	d.durable = slices.Clone([]map[string]string{maps.Clone(d.files)})
	return nil
}
