//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package config

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// Lock makes this process the only user of a state folder. It fails with a Conflict
// error while another process holds it. The lock ends with release, and with the
// process however that ends.
func Lock(dir *os.Root) (release func() error, err error) {
	f, err := dir.OpenFile("lock", os.O_RDWR|os.O_CREATE, 0o640)
	if err != nil {
		return nil, pdu.Errorf(pdu.Unavailable, CodeStorage, "lock the state folder %s: %w; the folder must be writable", dir.Name(), err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		holder := make([]byte, 32)
		n, _ := f.ReadAt(holder, 0) // only makes the message better
		f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, pdu.Errorf(pdu.Unavailable, CodeStorage, "lock the state folder %s: %w", dir.Name(), err)
		}
		return nil, pdu.Errorf(pdu.Conflict, CodeLocked, "the state folder %s is used by another process (%s); stop that one or choose another folder",
			dir.Name(), strings.TrimSpace(string(holder[:n])))
	}
	if f.Truncate(0) == nil { // the number is for people; the lock does not need it
		fmt.Fprintf(f, "pid %d\n", os.Getpid())
	}
	return f.Close, nil
}

// syncFolder makes the names in an opened folder last.
func syncFolder(d *os.File) error { return d.Sync() }
