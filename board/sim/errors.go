package sim

import (
	"errors"
	"strings"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// CodeInvalid is the code of an Invalid error that lists its faults.
const CodeInvalid = "bench.invalid"

// refusedError says what is wrong with a request to the bench.
type refusedError struct{ faults []config.Fault }

// Error lists every fault with its path.
func (e *refusedError) Error() string {
	texts := make([]string, len(e.faults))
	for k, f := range e.faults {
		texts[k] = strings.TrimSpace(f.Path + ": " + f.Message)
	}
	return "the bench refuses this: " + strings.TrimPrefix(strings.Join(texts, "; "), ": ")
}

// refusal makes an error of faults, whose paths are relative to path; nil when there
// are none.
func refusal(path string, f *config.Faults) error {
	collected, ok := errors.AsType[*config.FaultsError](f.Err())
	if !ok {
		return nil
	}
	e := &refusedError{}
	for _, fault := range collected.Faults {
		switch {
		case path != "" && fault.Path != "" && fault.Path[0] != '[':
			fault.Path = path + "." + fault.Path
		case path != "":
			fault.Path = path + fault.Path
		}
		e.faults = append(e.faults, fault)
	}
	return &pdu.Error{Kind: pdu.Invalid, Code: CodeInvalid, Err: e}
}
