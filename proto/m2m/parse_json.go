package m2m

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// utf8BOM may stand before the body of clients that write files first.
var utf8BOM = []byte("\xef\xbb\xbf")

// parseJSON reads a control command. Members that it does not know are skipped;
// a member that stands twice is refused, since nobody can tell which is meant.
// An empty list of outputs is a command that does nothing.
func parseJSON(body []byte) ([]pdu.OutputCommand, error) {
	body = bytes.TrimPrefix(body, utf8BOM)
	if !utf8.Valid(body) {
		return nil, pdu.Errorf(pdu.Invalid, CodeSyntax, "the body is not UTF-8")
	}
	var raw json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil {
		return nil, pdu.Errorf(pdu.Invalid, CodeSyntax, "the body is not JSON: %w", err)
	}
	// From here on the syntax is known to be right.
	r := jsonReader{json.NewDecoder(bytes.NewReader(raw))}
	r.UseNumber()
	var entries []entry
	found := false
	err := r.object("the body", func(name string) error {
		if name != "Outputs" {
			return r.skip()
		}
		found = true
		return r.array(name, func() error {
			if len(entries) == maxEntries {
				return errTooManyEntries()
			}
			e, err := r.entry()
			entries = append(entries, e)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, pdu.Errorf(pdu.Invalid, CodeStructure, `the body has no member "Outputs"; send {"Outputs":[{"ID":1,"Action":1}]}, or no body to read`)
	}
	return commands(entries)
}

// jsonReader walks through JSON whose syntax is known to be right.
type jsonReader struct{ *json.Decoder }

// next gives the next token; it cannot fail on right syntax.
func (r jsonReader) next() json.Token {
	t, _ := r.Token()
	return t
}

// object calls member with the name of each member, to read its value.
func (r jsonReader) object(what string, member func(name string) error) error {
	if r.next() != json.Delim('{') {
		return pdu.Errorf(pdu.Invalid, CodeStructure, "%s is not an object", what)
	}
	seen := make(map[string]bool)
	for r.More() {
		name, _ := r.next().(string)
		if seen[name] {
			return pdu.Errorf(pdu.Invalid, CodeStructure, "member %s stands twice", value{name, true})
		}
		seen[name] = true
		if err := member(name); err != nil {
			return err
		}
	}
	r.next()
	return nil
}

// array calls element to read each element.
func (r jsonReader) array(what string, element func() error) error {
	if r.next() != json.Delim('[') {
		return pdu.Errorf(pdu.Invalid, CodeStructure, "%s is not an array", what)
	}
	for r.More() {
		if err := element(); err != nil {
			return err
		}
	}
	r.next()
	return nil
}

// entry reads one element of Outputs.
func (r jsonReader) entry() (e entry, err error) {
	targets := map[string]*value{"ID": &e.id, "Action": &e.action, "State": &e.state, "Delay": &e.delay}
	err = r.object("an element of Outputs", func(name string) (err error) {
		target := targets[name]
		if target == nil {
			return r.skip()
		}
		*target, err = r.value()
		return err
	})
	return e, err
}

// value reads a number, or a number in quotes as some clients send it. Anything
// else gets a text that is no number, to be refused only where it matters.
func (r jsonReader) value() (value, error) {
	switch t := r.next().(type) {
	case json.Number:
		return value{t.String(), true}, nil
	case string:
		return value{t, true}, nil
	case nil:
		return value{}, nil
	case bool:
		return value{map[bool]string{false: "false", true: "true"}[t], true}, nil
	default:
		return value{"object or array", true}, r.skipRest(1)
	}
}

// skip reads over one value.
func (r jsonReader) skip() error {
	if _, ok := r.next().(json.Delim); ok {
		return r.skipRest(1)
	}
	return nil
}

// skipRest reads to the end of the value that is depth levels open.
func (r jsonReader) skipRest(depth int) error {
	for depth > 0 {
		switch r.next() {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth > maxDepth {
			return pdu.Errorf(pdu.Invalid, CodeStructure, "the body nests deeper than %d levels", maxDepth)
		}
	}
	return nil
}
