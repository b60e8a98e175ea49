package sim

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/zerocross-pdu/zerocross/metering"
	"github.com/zerocross-pdu/zerocross/pdu"
)

const (
	uploadFolder    = "recordings" // in the state folder
	recordingSuffix = ".i16"       // waveforms
	traceSuffix     = ".csv"       // power over time
	// maxUploadBytes is 11 minutes at 6,400 samples per second, and what one outlet
	// may take of the memory.
	maxUploadBytes = 16 << 20
	maxUploads     = 64
	maxNameLength  = 128
)

// library finds recordings by name, and nothing outside its folders.
type library struct {
	folders []string
	state   *os.Root // nil: no uploads
}

// recordingInfo is one recording that can be a load.
type recordingInfo struct {
	Name     string `json:"name"`
	Bytes    int64  `json:"bytes"`
	Uploaded bool   `json:"uploaded"` // over the bench's API, into the state folder
}

// checkFileName returns an error when name is not that of a recording in a folder
// that ends in one of the suffixes.
func checkFileName(name string, suffixes ...string) error {
	bad := func(r rune) bool { return r < ' ' || r == 0x7f || strings.ContainsRune(`/\:*?"<>|`, r) }
	ends := func(suffix string) bool { return strings.HasSuffix(name, suffix) && len(name) > len(suffix) }
	switch {
	case !slices.ContainsFunc(suffixes, ends):
		return fmt.Errorf("%q is no name of a recording: it must end in %s", name, strings.Join(suffixes, " or "))
	case len(name) > maxNameLength || name[0] == '.' || strings.ContainsFunc(name, bad):
		return fmt.Errorf("%q is no name of a recording: use up to %d letters, digits, spaces and -_., not beginning with a dot", name, maxNameLength)
	}
	return nil
}

// each calls f with each folder that exists, in the order of the search, until f
// says stop.
func (l *library) each(f func(dir *os.Root, uploaded bool) (stop bool)) {
	for _, path := range l.folders {
		if dir, err := os.OpenRoot(path); err == nil {
			stop := f(dir, false)
			_ = dir.Close() // nothing was written
			if stop {
				return
			}
		}
	}
	if l.state == nil {
		return
	}
	if dir, err := l.state.OpenRoot(uploadFolder); err == nil {
		f(dir, true)
		_ = dir.Close() // nothing was written
	}
}

// read reads the first recording of that name.
func (l *library) read(name string) (rec *metering.Recording, err error) {
	err = l.open(name, func(r io.Reader) (err error) {
		rec, err = metering.ReadRecording(r)
		return err
	})
	return rec, err
}

// open lets use read the first file of that name.
func (l *library) open(name string, use func(io.Reader) error) (err error) {
	if err := checkFileName(name, recordingSuffix, traceSuffix); err != nil {
		return pdu.Errorf(pdu.Invalid, "recording.name", "%w", err)
	}
	found := false
	l.each(func(dir *os.Root, _ bool) bool {
		// Neither links out of the folder nor pipes are recordings.
		if info, statErr := dir.Stat(name); statErr != nil || !info.Mode().IsRegular() {
			return false
		}
		found, err = true, useFile(dir, name, use)
		return true
	})
	if err != nil {
		return fmt.Errorf("read recording %s: %w", name, err)
	}
	if !found {
		return pdu.Errorf(pdu.Invalid, "recording.missing",
			"recording %s is in none of %s; put it there, or upload it with PUT /api/v1/bench/recordings/%s", name, l.places(), name).With("file", name)
	}
	return nil
}

func useFile(dir *os.Root, name string, use func(io.Reader) error) error {
	f, err := dir.Open(name)
	if err != nil {
		return pdu.Errorf(pdu.Invalid, "recording.read", "%w", err)
	}
	defer f.Close()
	return use(f)
}

// places names where recordings are looked for.
func (l *library) places() string {
	places := make([]string, 0, len(l.folders)+1)
	for _, f := range l.folders {
		places = append(places, fmt.Sprintf("%q", f))
	}
	if l.state != nil {
		places = append(places, "the uploaded recordings")
	}
	if len(places) == 0 {
		return "no folder (none is configured)"
	}
	return strings.Join(places, ", ")
}

// list gives all recordings by name; of two with one name the one that is played.
func (l *library) list() []recordingInfo {
	found := []recordingInfo{}
	l.each(func(dir *os.Root, uploaded bool) bool {
		entries, err := fs.ReadDir(dir.FS(), ".")
		if err != nil {
			return false
		}
		for _, e := range entries {
			info, err := e.Info()
			if err != nil || !info.Mode().IsRegular() || checkFileName(e.Name(), recordingSuffix, traceSuffix) != nil || slices.ContainsFunc(found, func(r recordingInfo) bool { return r.Name == e.Name() }) {
				continue
			}
			found = append(found, recordingInfo{e.Name(), info.Size(), uploaded})
		}
		return false
	})
	slices.SortFunc(found, func(a, b recordingInfo) int { return strings.Compare(a.Name, b.Name) })
	return found
}

// upload keeps a recording in the state folder, replacing one of the same name.
func (l *library) upload(name string, raw []byte) (recordingInfo, error) {
	info := recordingInfo{name, int64(len(raw)), true}
	if err := checkFileName(name, recordingSuffix, traceSuffix); err != nil {
		return info, pdu.Errorf(pdu.Invalid, "recording.name", "%w", err)
	}
	if err := checkContent(name, raw); err != nil {
		return info, fmt.Errorf("upload %s: %w", name, err)
	}
	if l.state == nil {
		return info, pdu.Errorf(pdu.Unavailable, "recording.storage", "upload %s: this bench has no state folder to keep it in", name)
	}
	if err := l.state.Mkdir(uploadFolder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return info, fmt.Errorf("make the folder for uploaded recordings: %w", err)
	}
	dir, err := l.state.OpenRoot(uploadFolder)
	if err != nil {
		return info, fmt.Errorf("open the folder of uploaded recordings: %w", err)
	}
	defer dir.Close()
	if err := checkRoom(dir, name); err != nil {
		return info, err
	}
	return info, replaceFile(dir, name, raw)
}

// checkContent returns an Invalid error when a file is not what its name says.
func checkContent(name string, raw []byte) (err error) {
	if strings.HasSuffix(name, traceSuffix) {
		_, err = parseTrace(bytes.NewReader(raw))
	} else {
		_, err = metering.ParseRecording(raw)
	}
	return err
}

// checkRoom returns a TooMany error when one more recording is too many.
func checkRoom(dir *os.Root, name string) error {
	entries, err := fs.ReadDir(dir.FS(), ".")
	if err != nil {
		return fmt.Errorf("read the folder of uploaded recordings: %w", err)
	}
	exists := slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == name })
	if !exists && len(entries) >= maxUploads {
		return pdu.Errorf(pdu.TooMany, "recording.tooMany", "upload %s: %d recordings are kept already; replace one of them", name, maxUploads).With("max", maxUploads)
	}
	return nil
}

// replaceFile writes a file whole or not at all.
func replaceFile(dir *os.Root, name string, content []byte) (err error) {
	temp := "." + rand.Text() + ".tmp"
	f, err := dir.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	_, err = f.ReadFrom(bytes.NewReader(content))
	if err = errors.Join(err, f.Close()); err == nil {
		err = dir.Rename(temp, name)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, errors.Join(err, dir.Remove(temp)))
	}
	return nil
}
