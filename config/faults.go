package config

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// Codes of the errors and faults that this package makes.
const (
	CodeInvalid  = "config.invalid"  // Invalid: the document has faults, see FaultsError
	CodeStale    = "config.stale"    // Conflict: the document is not the one the edit was made for
	CodePath     = "config.path"     // Invalid or NotFound: a path cannot be read or leads nowhere
	CodeSyntax   = "config.syntax"   // Invalid: not one JSON value
	CodeStorage  = "config.storage"  // Unavailable: the state folder cannot be written
	CodeUnusable = "config.unusable" // Internal: the stored files cannot be used
	CodeVersion  = "config.version"  // Conflict: written by a newer version
	CodeModel    = "config.model"    // Conflict: written for another model
	CodeLocked   = "config.locked"   // Conflict: another process uses the state folder

	FaultUnknown  = "field.unknown"  // a member that no section has
	FaultType     = "field.type"     // a value of the wrong type
	FaultRange    = "field.range"    // a number that does not fit its type
	FaultValue    = "field.value"    // a value that its type refuses
	FaultReadOnly = "field.readOnly" // version, generation or model
	FaultSecret   = "secret.unknown" // a mask where nothing is stored
)

// maxFaults bounds what one document can make us report.
const maxFaults = 100

// Fault is one thing that is wrong with a document.
type Fault struct {
	Path    string         `json:"path"`           // "outputs[2].shortDelayMs"
	Code    string         `json:"code"`           // stable, the key of translations
	Message string         `json:"message"`        // for people
	Args    map[string]any `json:"args,omitempty"` // the arguments of Message: "0", "1", ...
}

// Faults collects what is wrong with a document. The zero value is empty.
type Faults struct {
	top    *Faults // collects; nil in the collector itself
	prefix string
	list   []Fault
}

// Add notes a fault at path, relative to the section ("read.user", "[2].name", or
// "" for the section itself). The sentence is built like fmt.Sprintf.
func (f *Faults) Add(path, code, format string, args ...any) {
	c := f.collector()
	if len(c.list) == maxFaults {
		return
	}
	fault := Fault{Path: joinPath(f.prefix, path), Code: code, Message: fmt.Sprintf(format, args...)}
	for i, a := range args {
		if fault.Args == nil {
			fault.Args = make(map[string]any, len(args))
		}
		fault.Args[strconv.Itoa(i)] = a
	}
	c.list = append(c.list, fault)
}

// At gives a view of f whose paths are relative to path, for a part of a section
// that checks itself.
func (f *Faults) At(path string) *Faults {
	return &Faults{top: f.collector(), prefix: joinPath(f.prefix, path)}
}

// Len is the number of faults collected so far.
func (f *Faults) Len() int { return len(f.collector().list) }

// Err gives nil when nothing is wrong, else an Invalid error around a FaultsError.
func (f *Faults) Err() error {
	c := f.collector()
	if len(c.list) == 0 {
		return nil
	}
	return &pdu.Error{Kind: pdu.Invalid, Code: CodeInvalid, Err: &FaultsError{Faults: c.list}}
}

func (f *Faults) collector() *Faults {
	if f.top != nil {
		return f.top
	}
	return f
}

// joinPath appends a relative path to a prefix.
func joinPath(prefix, path string) string {
	if prefix == "" || path == "" || path[0] == '[' {
		return prefix + path
	}
	return prefix + "." + path
}

// FaultsError is the error that lists what is wrong with a document.
type FaultsError struct{ Faults []Fault }

// Error lists every fault with its path.
func (e *FaultsError) Error() string {
	var b strings.Builder
	b.WriteString("the configuration is not in order: ")
	for i, f := range e.Faults {
		if i > 0 {
			b.WriteString("; ")
		}
		if f.Path != "" {
			b.WriteString(f.Path + ": ")
		}
		b.WriteString(f.Message)
	}
	return b.String()
}
