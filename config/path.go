package config

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// step is one part of a path: a member of an object, or an element of an array.
type step struct {
	name  string
	index int // -1 for a member
}

func member(name string) step { return step{name: name, index: -1} }
func element(i int) step      { return step{index: i} }

// path leads from the top of a document to a value in it.
type path []step

// with returns a copy of p with one more step.
func (p path) with(s step) path { return append(p[:len(p):len(p)], s) }

// String gives the path as people write it: outputs[2].shortDelayMs. Names that
// are not plain words are quoted: map["a b"].
func (p path) String() string {
	var b strings.Builder
	for i, s := range p {
		switch {
		case s.index >= 0:
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		case !plainName(s.name):
			quoted, _ := json.Marshal(s.name) // a string always encodes
			b.WriteString("[" + string(quoted) + "]")
		default:
			if i > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s.name)
		}
	}
	return b.String()
}

// plainName reports whether a member name needs no quotes in a path.
func plainName(s string) bool {
	for _, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-') {
			return false
		}
	}
	return s != "" && s != "$"
}

// maxArrayIndex bounds the index in a path; no array of a document is longer.
const maxArrayIndex = 9999

// parsePath reads a path as String writes it, with an optional leading "$.".
func parsePath(text string) (path, error) {
	bad := func(why string) (path, error) {
		return nil, pdu.Errorf(pdu.Invalid, CodePath, "path %q: %s; write it like outputs[2].shortDelayMs", text, why).With("path", text)
	}
	rest := text
	if after, ok := strings.CutPrefix(rest, "$"); ok && (after == "" || after[0] == '.' || after[0] == '[') {
		rest = strings.TrimPrefix(after, ".")
	}
	var p path
	for first := true; rest != ""; first = false {
		if rest[0] == '[' {
			s, after, why := parseBracket(rest[1:])
			if why != "" {
				return bad(why)
			}
			p, rest = append(p, s), after
			continue
		}
		if !first {
			if rest[0] != '.' {
				return bad("a name must follow a dot")
			}
			rest = rest[1:]
		}
		end := strings.IndexAny(rest, ".[")
		if end < 0 {
			end = len(rest)
		}
		if !plainName(rest[:end]) {
			return bad("a name is empty or has other than letters, digits, - and _")
		}
		p, rest = append(p, member(rest[:end])), rest[end:]
	}
	return p, nil
}

// parseBracket reads what follows "[": an index or a quoted name, and "]". It
// returns what is left, or why it cannot be read.
func parseBracket(text string) (s step, rest, why string) {
	if strings.HasPrefix(text, `"`) {
		d := json.NewDecoder(strings.NewReader(text))
		if err := d.Decode(&s.name); err != nil {
			return s, "", "a quoted name does not end"
		}
		s.index = -1
		text = text[d.InputOffset():]
		if !strings.HasPrefix(text, "]") {
			return s, "", "a bracket is not closed"
		}
		return s, text[1:], ""
	}
	digits, rest, ok := strings.Cut(text, "]")
	if !ok {
		return s, "", "a bracket is not closed"
	}
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil || n > maxArrayIndex || strconv.FormatUint(n, 10) != digits {
		return s, "", "an index is not a number from 0 to " + strconv.Itoa(maxArrayIndex)
	}
	return element(int(n)), rest, ""
}
