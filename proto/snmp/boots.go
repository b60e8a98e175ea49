package snmp

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// Boots counts the starts of the engine for as long as the unit lives.
type Boots interface {
	// Next counts one start and stores the count before it returns. powered is when
	// the device was powered up. On error the count is nevertheless usable: higher
	// than those before, as far as anybody can know.
	Next(powered time.Time) (Boot, error)
}

// Boot is one start of the engine.
type Boot struct {
	Count uint32 // snmpEngineBoots, from 1
	Cold  bool   // the first one since the device was powered up
}

// bootsFile holds the count in the state folder.
const bootsFile = "snmp-boots.json"

// storedBoots is the content of bootsFile.
type storedBoots struct {
	Boots   uint32    `json:"boots"`
	Powered time.Time `json:"powered"`
}

// fileBoots keeps the count in a folder.
type fileBoots struct{ dir *os.Root }

// FileBoots keeps the count in a file of the state folder. The folder is used when
// the agent starts, not before.
func FileBoots(dir *os.Root) Boots { return fileBoots{dir} }

// Next counts one start.
func (f fileBoots) Next(powered time.Time) (Boot, error) {
	last, err := f.load()
	powered = powered.UTC().Truncate(time.Second)
	next := storedBoots{Boots: last.Boots + 1, Powered: powered}
	if err != nil {
		next.Boots = clockBoots()
	}
	boot := Boot{Count: next.Boots, Cold: !last.Powered.Equal(powered)}
	return boot, errors.Join(err, f.store(next))
}

func (f fileBoots) load() (s storedBoots, err error) {
	text, err := f.dir.ReadFile(bootsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		return storedBoots{}, fmt.Errorf("read the number of starts from %s: %w", bootsFile, err)
	}
	return s, nil
}

// store writes the file so that a crash leaves the old or the new one.
func (f fileBoots) store(s storedBoots) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("store the number of starts in %s: %w", bootsFile, err)
		}
	}()
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	const temporary = bootsFile + ".new"
	file, err := f.dir.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := f.dir.Rename(temporary, bootsFile); err != nil {
		return err
	}
	folder, err := f.dir.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// clockBoots counts seconds since 2020 as starts: more than there can have been,
// and rising as long as the clock does. It stands in when the count is lost.
func clockBoots() uint32 {
	since := time.Since(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))
	return uint32(max(1, since/time.Second))
}

// forgetful counts without storage, by the clock.
type forgetful struct{}

// Next gives a count that rises with the clock.
func (forgetful) Next(time.Time) (Boot, error) { return Boot{Count: clockBoots(), Cold: true}, nil }
