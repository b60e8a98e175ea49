package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"unicode/utf8"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// Limits of what is read as JSON. A document with 50 accounts and long rules is a
// few ten kilobytes.
const (
	maxDocumentBytes = 1 << 20
	maxDepth         = 32
)

// A tree is JSON as map[string]any, []any, string, json.Number, bool and nil.

// parseTree reads exactly one JSON value. It refuses what encoding/json lets pass:
// members that appear twice, text that is not UTF-8, and excessive size or depth.
func parseTree(data []byte) (any, error) {
	if len(data) > maxDocumentBytes {
		return nil, pdu.Errorf(pdu.TooLarge, CodeSyntax, "the document has %d bytes; the limit is %d", len(data), maxDocumentBytes)
	}
	if !utf8.Valid(data) {
		return nil, pdu.Errorf(pdu.Invalid, CodeSyntax, "the document is not UTF-8 text")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := parseValue(d, nil)
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = errors.New("something follows the end of the value")
		}
	}
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, pdu.Errorf(pdu.Invalid, CodeSyntax, "read JSON near byte %d: %w", d.InputOffset(), err)
	}
	return v, nil
}

func parseValue(d *json.Decoder, at path) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	open, ok := t.(json.Delim)
	if !ok {
		return t, nil
	}
	if len(at) == maxDepth {
		return nil, fmt.Errorf("%s: nested deeper than %d", at, maxDepth)
	}
	var v any
	if open == '{' {
		v, err = parseObject(d, at)
	} else {
		v, err = parseArray(d, at)
	}
	if err == nil {
		_, err = d.Token() // the closing delimiter
	}
	return v, err
}

func parseObject(d *json.Decoder, at path) (any, error) {
	object := map[string]any{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		name := t.(string) // the decoder lets only strings be names
		here := at.with(member(name))
		if _, twice := object[name]; twice {
			return nil, fmt.Errorf("%s appears twice", here)
		}
		if object[name], err = parseValue(d, here); err != nil {
			return nil, err
		}
	}
	return object, nil
}

func parseArray(d *json.Decoder, at path) (any, error) {
	array := []any{}
	for d.More() {
		v, err := parseValue(d, at.with(element(len(array))))
		if err != nil {
			return nil, err
		}
		array = append(array, v)
	}
	return array, nil
}

// lookup gives the value at p, if there is one.
func lookup(tree any, p path) (any, bool) {
	for _, s := range p {
		switch node := tree.(type) {
		case map[string]any:
			v, ok := node[s.name]
			if s.index >= 0 || !ok {
				return nil, false
			}
			tree = v
		case []any:
			if s.index < 0 || s.index >= len(node) {
				return nil, false
			}
			tree = node[s.index]
		default:
			return nil, false
		}
	}
	return tree, true
}

// replace returns a tree that has v at p and shares the rest with tree. The way to
// p must exist; its last step may be a new member or the element after the last.
func replace(tree any, p path, v any) (any, error) {
	if len(p) == 0 {
		return v, nil
	}
	s := p[0]
	switch node := tree.(type) {
	case map[string]any:
		old, ok := node[s.name]
		if s.index >= 0 || !ok && len(p) > 1 {
			break
		}
		child, err := replace(old, p[1:], v)
		if err != nil {
			return nil, err
		}
		object := maps.Clone(node)
		object[s.name] = child
		return object, nil
	case []any:
		if s.index < 0 || s.index > len(node) || s.index == len(node) && len(p) > 1 {
			break
		}
		array := append(make([]any, 0, len(node)+1), node...)
		if s.index == len(node) {
			return append(array, v), nil
		}
		child, err := replace(node[s.index], p[1:], v)
		if err != nil {
			return nil, err
		}
		array[s.index] = child
		return array, nil
	}
	return nil, pdu.Errorf(pdu.NotFound, CodePath, "the document has nothing at %s", path{s})
}

// mergePatch applies an RFC 7396 merge patch; it shares what it does not change.
func mergePatch(target, patch any) any {
	p, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	old, _ := target.(map[string]any)
	object := maps.Clone(old)
	if object == nil {
		object = map[string]any{}
	}
	for name, v := range p {
		if v == nil {
			delete(object, name)
		} else {
			object[name] = mergePatch(object[name], v)
		}
	}
	return object
}

// sameTree reports whether two trees hold the same.
func sameTree(a, b any) bool { return reflect.DeepEqual(a, b) }
