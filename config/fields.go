package config

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
)

var (
	secretType      = reflect.TypeFor[Secret]()
	jsonDecoderType = reflect.TypeFor[json.Unmarshaler]()
	textDecoderType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// field is one member that a struct has in JSON.
type field struct {
	name  string
	doc   string
	index []int // for FieldByIndex; goes through embedded structs
	typ   reflect.Type
}

// fieldsOf lists the members of a struct as encoding/json sees them. Structs that
// are embedded by value without a name of their own belong to the outer one.
func fieldsOf(t reflect.Type) []field {
	var list []field
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		if f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct {
			for _, inner := range fieldsOf(f.Type) {
				inner.index = append([]int{f.Index[0]}, inner.index...)
				list = append(list, inner)
			}
			continue
		}
		if !f.IsExported() {
			continue
		}
		if name == "" {
			name = f.Name
		}
		list = append(list, field{name: name, doc: f.Tag.Get("doc"), index: f.Index, typ: f.Type})
	}
	return list
}

// decodesItself reports whether values of type t read their own JSON or text.
func decodesItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(jsonDecoderType) || p.Implements(textDecoderType)
}

// visit calls fn for v and everything below it that JSON shows, parents first.
// With keep, what fn changes in the elements of maps is kept; without, fn must not
// change anything and nothing is written.
func visit(v reflect.Value, at path, keep bool, fn func(v reflect.Value, at path)) {
	fn(v, at)
	if decodesItself(v.Type()) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			visit(v.Elem(), at, keep, fn)
		}
	case reflect.Struct:
		for _, f := range fieldsOf(v.Type()) {
			visit(v.FieldByIndex(f.index), at.with(member(f.name)), keep, fn)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			visit(v.Index(i), at.with(element(i)), keep, fn)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			e := reflect.New(v.Type().Elem()).Elem()
			e.Set(v.MapIndex(k))
			visit(e, at.with(member(k.String())), keep, fn)
			if keep {
				v.SetMapIndex(k, e)
			}
		}
	}
}

// eachSecret calls fn for every secret below v; keep is that of visit.
func eachSecret(v reflect.Value, at path, keep bool, fn func(v reflect.Value, at path)) {
	visit(v, at, keep, func(v reflect.Value, at path) {
		if v.Type() == secretType {
			fn(v, at)
		}
	})
}

// clone copies a section value deeply, following what JSON shows of it. Slices and
// maps that are nil become empty, so that JSON shows [] and {} and never null.
func clone(value any) any {
	v := reflect.New(reflect.TypeOf(value).Elem())
	v.Elem().Set(reflect.ValueOf(value).Elem())
	visit(v.Elem(), nil, true, unshare)
	return v.Interface()
}

// unshare gives v a pointer target, slice or map of its own; visit then goes on
// into the copy.
func unshare(v reflect.Value, _ path) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			c := reflect.New(v.Type().Elem())
			c.Elem().Set(v.Elem())
			v.Set(c)
		}
	case reflect.Slice:
		c := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(c, v)
		v.Set(c)
	case reflect.Map:
		c := reflect.MakeMapWithSize(v.Type(), v.Len())
		for k, e := range v.Seq2() {
			c.SetMapIndex(k, e)
		}
		v.Set(c)
	}
}
