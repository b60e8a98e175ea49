package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// maxBodyBytes limits a request body. How long a client may take to send it is
// limited by the listener (package httpd).
const maxBodyBytes = 64 << 10

// Codes of what can be wrong with a request as such.
const (
	codeBodySyntax  = "body.syntax"
	codeBodyMember  = "body.unknownMember"
	codeBodyType    = "body.type"
	codeBodyEmpty   = "body.empty"
	codeBodySize    = "body.size"
	codeBodyPartial = "body.incomplete"
	codeBodyContent = "body.contentType"
)

// readBody reads a JSON body whole, within the limit. An absent body is empty.
// types are media types allowed beside application/json, which no form of
// another site can send.
func readBody(w http.ResponseWriter, r *http.Request, types ...string) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, pdu.Errorf(pdu.TooLarge, codeBodySize, "the body is larger than %d bytes", maxBodyBytes).With("limit", maxBodyBytes)
	}
	if err != nil {
		return nil, pdu.Errorf(pdu.Invalid, codeBodyPartial, "read the body: %w", err)
	}
	if len(body) == 0 {
		return nil, nil
	}
	got, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && (got == "application/json" || slices.Contains(types, got)) {
		return body, nil
	}
	return nil, pdu.Errorf(pdu.Invalid, codeBodyContent, "the body must be sent as Content-Type: application/json")
}

// decodeStrict decodes body into what the pointer into points to, as strictly as
// decodeValue does.
func decodeStrict(body []byte, into any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return pdu.Errorf(pdu.Invalid, codeBodyEmpty, "the request needs a JSON body")
	}
	if !utf8.Valid(body) {
		return pdu.Errorf(pdu.Invalid, codeBodySyntax, "the body is not valid UTF-8")
	}
	if !json.Valid(body) {
		var v any
		return pdu.Errorf(pdu.Invalid, codeBodySyntax, "the body is not valid JSON: %w", json.Unmarshal(body, &v))
	}
	return decodeValue(bytes.TrimSpace(body), reflect.ValueOf(into).Elem(), "")
}

// decodeValue decodes valid JSON into v and refuses what encoding/json would let
// pass: unknown, repeated or differently written members, and null. Errors name
// the path of the faulty value. It goes only as deep as the type of v does.
func decodeValue(raw []byte, v reflect.Value, path string) error {
	if string(raw) == "null" {
		return pdu.Errorf(pdu.Invalid, codeBodyType, "%s: null does not fit here; leave the member out instead", orBody(path)).With("path", path)
	}
	_, custom := v.Addr().Interface().(json.Unmarshaler)
	switch {
	case custom:
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return decodeValue(raw, v.Elem(), path)
	case v.Kind() == reflect.Struct && raw[0] == '{':
		return decodeObject(raw, v, path)
	case v.Kind() == reflect.Slice && raw[0] == '[':
		return decodeArray(raw, v, path)
	}
	return leafError(json.Unmarshal(raw, v.Addr().Interface()), raw, path)
}

// leafError gives the error of decoding one plain value its path.
func leafError(err error, raw []byte, path string) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*pdu.Error](err); ok {
		return e.With("path", path)
	}
	return pdu.Errorf(pdu.Invalid, codeBodyType, "%s: %.40s does not fit here", orBody(path), raw).With("path", path)
}

func decodeObject(raw []byte, v reflect.Value, path string) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil { // the opening bracket
		return err
	}
	seen := make(map[string]bool)
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			return err
		}
		name := tok.(string) // the key of a valid object is nothing else
		at := joinPath(path, name)
		member, known := memberOf(v, name)
		if !known {
			return pdu.Errorf(pdu.Invalid, codeBodyMember, "member %.80q is not known here", at).With("path", at)
		}
		if seen[name] {
			return pdu.Errorf(pdu.Invalid, codeBodySyntax, "member %q is given twice", at).With("path", at)
		}
		seen[name] = true
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return err
		}
		if err := decodeValue(value, member, at); err != nil {
			return err
		}
	}
	return nil
}

func decodeArray(raw []byte, v reflect.Value, path string) error {
	var values []json.RawMessage
	if err := json.Unmarshal(raw, &values); err != nil {
		return err
	}
	v.Set(reflect.MakeSlice(v.Type(), len(values), len(values)))
	for n, value := range values {
		if err := decodeValue(value, v.Index(n), path+"["+strconv.Itoa(n)+"]"); err != nil {
			return err
		}
	}
	return nil
}

// memberOf finds the field of the struct v with the given JSON name.
func memberOf(v reflect.Value, name string) (reflect.Value, bool) {
	for f := range v.Type().Fields() {
		if tagged, _, _ := strings.Cut(f.Tag.Get("json"), ","); tagged == name {
			return v.FieldByIndex(f.Index), true
		}
	}
	return reflect.Value{}, false
}

func joinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// orBody names a path for people.
func orBody(path string) string {
	if path == "" {
		return "the body"
	}
	return path
}

// ActionValue is an action as a request gives it: a name, or a number.
type ActionValue struct {
	Action pdu.Action
	Given  bool
}

// UnmarshalJSON reads "shortOff" or 2.
func (v *ActionValue) UnmarshalJSON(b []byte) error {
	text := string(b)
	if b[0] == '"' {
		if err := json.Unmarshal(b, &text); err != nil {
			return err
		}
	}
	a, ok := pdu.ParseAction(text)
	if !ok {
		return pdu.Errorf(pdu.Invalid, pdu.CodeActionUnknown, "action %.40q is not known", text).With("action", text)
	}
	v.Action, v.Given = a, true
	return nil
}

// MarshalJSON writes the name.
func (v ActionValue) MarshalJSON() ([]byte, error) { return json.Marshal(v.Action.String()) }
