package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// object says which members a JSON object has and where their values go.
type object map[string]member

// member is one member of an object: into is called with its value.
type member struct {
	required bool
	into     func(f *config.Faults, raw json.RawMessage)
}

// need is a member that must be there.
func need[T any](to *T) member { return member{true, value(to)} }

// may is a member that can be left out. Its value may not be null.
func may[T any](to *T) member { return member{false, value(to)} }

// ignored is a member of documents that we print, which says nothing when read.
func ignored() member { return member{into: func(*config.Faults, json.RawMessage) {}} }

// nested is an object in the object.
func nested(fields object) member {
	return member{into: func(f *config.Faults, raw json.RawMessage) { fields.decode(f, raw) }}
}

func value[T any](to *T) func(*config.Faults, json.RawMessage) {
	return func(f *config.Faults, raw json.RawMessage) {
		if bytes.Equal(bytes.TrimSpace(raw), []byte("null")) {
			f.Add("", "field.type", "null is not allowed; leave the member out")
		} else if err := json.Unmarshal(raw, to); err != nil {
			f.Add("", "field.type", "%s is not %s", excerpt(raw), kindOf(to))
		}
	}
}

// kindOf names what a member takes, for people.
func kindOf(to any) string {
	switch to.(type) {
	case *float64, **float64:
		return "a number in range"
	case *bool, **bool:
		return "true or false"
	case *uint32, *uint64, *int:
		return "a whole number in range"
	case *[]json.RawMessage:
		return "a list"
	}
	return "a text"
}

// excerpt shortens a value for an error text.
func excerpt(raw []byte) string {
	const most = 40
	if len(raw) > most {
		return strconv.QuoteToASCII(string(raw[:most])) + "..."
	}
	return strconv.QuoteToASCII(string(raw))
}

// decode reads an object strictly: unknown, repeated and missing members are
// faults, each with its path.
func (o object) decode(f *config.Faults, raw []byte) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		f.Add("", "field.type", "%s is not an object", excerpt(raw))
		return
	}
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		var v json.RawMessage
		if err == nil && ok {
			err = d.Decode(&v)
		}
		if err != nil || !ok {
			f.Add("", "field.syntax", "the JSON is not in order: %v", err)
			return
		}
		m, known := o[name]
		switch {
		case !known:
			f.Add(pathName(name), "field.unknown", "is not known here; expected %s", o.names())
		case seen[name]:
			f.Add(name, "field.repeated", "is given more than once")
		default:
			seen[name] = true
			m.into(f.At(name), v)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if o[name].required && !seen[name] {
			f.Add(name, "field.missing", "is missing")
		}
	}
}

// pathName keeps a foreign name within reason in a path.
func pathName(name string) string {
	if len(name) > 64 {
		return name[:64] + "..."
	}
	return name
}

// names lists the members in an error text.
func (o object) names() string {
	if len(o) == 0 {
		return "no member"
	}
	return fmt.Sprint(slices.Sorted(maps.Keys(o)))
}

// decodeDocument reads a whole request into an object, whose path is "".
func decodeDocument(raw []byte, o object) error {
	if !json.Valid(raw) {
		err := json.Unmarshal(raw, new(json.RawMessage))
		if len(bytes.TrimSpace(raw)) == 0 {
			err = io.ErrUnexpectedEOF
		}
		return pdu.Errorf(pdu.Invalid, "request.syntax", "the request is not one JSON object: %w", err)
	}
	var f config.Faults
	o.decode(&f, raw)
	return refusal("", &f)
}

// loadMember is the member "load".
func loadMember(to *Load) member {
	return member{into: func(f *config.Faults, raw json.RawMessage) { *to = decodeLoad(f, raw) }}
}

// decodeLoad reads a load by its type. It returns nil when there are faults.
func decodeLoad(f *config.Faults, raw []byte) Load {
	var head struct {
		Type *string `json:"type"`
	}
	if json.Unmarshal(raw, &head) != nil || head.Type == nil {
		f.Add("type", "field.missing", "a load is an object whose type is one of %s", loadKinds)
		return nil
	}
	l := loadOf(*head.Type)
	if l == nil {
		f.Add("type", "load.unknown", "%s is none of %s", excerpt([]byte(*head.Type)), loadKinds)
		return nil
	}
	before := f.Len()
	fields := l.fields()
	fields["type"] = need(new(string))
	fields.decode(f, raw)
	if f.Len() == before {
		l.check(f)
	}
	if f.Len() > before {
		return nil
	}
	return l
}

// decodeLoads reads a list of loads.
func decodeLoads(raw []byte) ([]Load, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	var f config.Faults
	loads := make([]Load, len(list))
	for k, one := range list {
		loads[k] = decodeLoad(f.At("["+strconv.Itoa(k)+"]"), one)
	}
	return loads, refusal("", &f)
}

// loadJSON writes a load with its type.
type loadJSON struct{ Load }

// MarshalJSON implements json.Marshaler.
func (l loadJSON) MarshalJSON() ([]byte, error) {
	body, err := json.Marshal(l.Load)
	if err != nil {
		return nil, err
	}
	head := []byte(`{"type":"` + l.kind() + `"`)
	if len(body) > len("{}") {
		head = append(head, ',')
	}
	return append(head, body[1:]...), nil
}

// inRange adds a fault unless low <= x <= high; not a number is never in range.
func inRange(f *config.Faults, path string, x, low, high float64, unit string) {
	if x >= low && x <= high && !math.IsNaN(x) {
		return
	}
	if unit != "" {
		unit = " " + unit
	}
	f.Add(path, "field.range", "%v is outside %v to %v%s", x, low, high, unit)
}
