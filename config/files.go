package config

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
)

// The files of the state folder that belong to this package.
const (
	fileConfig      = "config.json"
	filePrevious    = "config.prev.json"
	fileSecrets     = "secrets.json"
	fileSecretsCopy = "secrets.copy.json"
)

// Modes of the files. The document has no secrets, but is nobody else's business
// either.
const (
	modeConfig  fs.FileMode = 0o640
	modeSecrets fs.FileMode = 0o600
)

// folder is what is done to the state folder; tests stop it at every step.
type folder interface {
	ReadFile(name string) ([]byte, error)
	// WriteFile creates or empties a file, writes it and syncs it.
	WriteFile(name string, data []byte, mode fs.FileMode) error
	Rename(oldName, newName string) error
	// Sync makes renamed names last.
	Sync() error
}

// rootFolder is the real state folder.
type rootFolder struct{ *os.Root }

// ReadFile reads a file whose size is bounded: twice what a document may have is
// enough to see that it is too large.
func (r rootFolder) ReadFile(name string) ([]byte, error) {
	f, err := r.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, 8*maxDocumentBytes))
}

// WriteFile writes and syncs a file.
func (r rootFolder) WriteFile(name string, data []byte, mode fs.FileMode) error {
	f, err := r.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(mode) // a file left over from a crash may have another
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// Sync syncs the folder.
func (r rootFolder) Sync() error {
	d, err := r.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(syncFolder(d), d.Close())
}

// replaceFile puts a file in place so that either the old or the new content is
// found, never a part.
func replaceFile(dir folder, name string, data []byte, mode fs.FileMode) error {
	tmp := name + ".tmp"
	if err := dir.WriteFile(tmp, data, mode); err != nil {
		return fmt.Errorf("write %s: %w", tmp, err)
	}
	if err := dir.Rename(tmp, name); err != nil {
		return fmt.Errorf("rename %s to %s: %w", tmp, name, err)
	}
	return nil
}

// vault is the content of secrets.json.
type vault struct {
	Version int         `json:"version"`
	Check   string      `json:"check"` // checksum of Sets, so that damage does not pass as another password
	Sets    []secretSet `json:"sets"`
}

// secretSet holds the secrets of one generation of the document.
type secretSet struct {
	Generation uint64            `json:"generation"`
	Document   string            `json:"document"` // checksum of config.json
	Secrets    map[string]string `json:"secrets"`  // by secretKey
}

// checksum is how secrets.json names a content.
func checksum(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// encodeVault writes secrets.json.
func encodeVault(sets []secretSet) ([]byte, error) {
	text, err := json.Marshal(sets)
	if err != nil {
		return nil, err
	}
	data, err := json.MarshalIndent(vault{Version: 1, Check: checksum(text), Sets: sets}, "", "  ")
	return append(data, '\n'), err
}

// decodeVault reads secrets.json.
func decodeVault(data []byte) ([]secretSet, error) {
	var v vault
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if v.Version != 1 {
		return nil, fmt.Errorf("it has version %d, this program knows version 1", v.Version)
	}
	text, err := json.Marshal(v.Sets)
	if err != nil {
		return nil, err
	}
	if checksum(text) != v.Check {
		return nil, errors.New("its checksum does not fit its content")
	}
	return v.Sets, nil
}

// readSecrets reads the secrets, from the copy when the first file is missing or
// damaged. It returns no error when neither file exists.
func readSecrets(dir folder) ([]secretSet, error) {
	var problems []error
	for _, name := range []string{fileSecrets, fileSecretsCopy} {
		data, err := dir.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		var sets []secretSet
		if err == nil {
			sets, err = decodeVault(data)
		}
		if err == nil {
			return sets, nil
		}
		problems = append(problems, fmt.Errorf("%s: %w", name, err))
	}
	return nil, errors.Join(problems...)
}

// writeSecrets writes both files of the secrets.
func writeSecrets(dir folder, sets []secretSet) error {
	data, err := encodeVault(sets)
	if err != nil {
		return err
	}
	for _, name := range []string{fileSecrets, fileSecretsCopy} {
		if err := replaceFile(dir, name, data, modeSecrets); err != nil {
			return err
		}
		// The next file, or config.json, must not last without this one.
		if err := dir.Sync(); err != nil {
			return fmt.Errorf("sync the folder: %w", err)
		}
	}
	return nil
}

// setOf finds the set of a generation.
func setOf(sets []secretSet, generation uint64) (secretSet, bool) {
	i := slices.IndexFunc(sets, func(s secretSet) bool { return s.Generation == generation })
	if i < 0 {
		return secretSet{}, false
	}
	return sets[i], true
}
