package config

import (
	"encoding"
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strconv"
)

// decode reads a tree into v strictly: unknown members, wrong types and numbers
// that do not fit are faults with their path. Members that the tree lacks keep the
// value that v has. v must be settable.
func decode(v reflect.Value, node any, at path, faults *Faults) {
	if v.Type() != secretType && decodesItself(v.Type()) {
		decodeOwn(v, node, at, faults)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if node == nil {
			v.SetZero()
			return
		}
		p := reflect.New(v.Type().Elem())
		if !v.IsNil() {
			p.Elem().Set(v.Elem())
		}
		decode(p.Elem(), node, at, faults)
		v.Set(p)
	case reflect.Struct:
		decodeStruct(v, node, at, faults)
	case reflect.Slice:
		decodeSlice(v, node, at, faults)
	case reflect.Map:
		decodeMap(v, node, at, faults)
	case reflect.Interface:
		if v.NumMethod() == 0 && node != nil {
			v.Set(reflect.ValueOf(node))
		}
	default:
		decodeScalar(v, node, at, faults)
	}
}

// decodeOwn lets a type that reads its own JSON or text do so.
func decodeOwn(v reflect.Value, node any, at path, faults *Faults) {
	var err error
	switch d := v.Addr().Interface().(type) {
	case json.Unmarshaler:
		var text []byte
		if text, err = json.Marshal(node); err == nil {
			err = d.UnmarshalJSON(text)
		}
	case encoding.TextUnmarshaler:
		text, ok := node.(string)
		if !ok {
			wrongType(faults, at, "a string", node)
			return
		}
		err = d.UnmarshalText([]byte(text))
	}
	if err != nil {
		faults.Add(at.String(), FaultValue, "%v", err)
	}
}

func decodeStruct(v reflect.Value, node any, at path, faults *Faults) {
	object, ok := node.(map[string]any)
	if !ok {
		wrongType(faults, at, "an object", node)
		return
	}
	known := fieldsOf(v.Type())
	for _, f := range known {
		if child, ok := object[f.name]; ok {
			decode(v.FieldByIndex(f.index), child, at.with(member(f.name)), faults)
		}
	}
	for _, name := range sortedNames(object) {
		if !slices.ContainsFunc(known, func(f field) bool { return f.name == name }) {
			faults.Add(at.with(member(name)).String(), FaultUnknown, "there is no such setting")
		}
	}
}

// decodeSlice gives v the length of the tree's array. An element that was there
// before keeps what the tree's element lacks; a new one starts from zero.
func decodeSlice(v reflect.Value, node any, at path, faults *Faults) {
	array, ok := node.([]any)
	if !ok {
		wrongType(faults, at, "an array", node)
		return
	}
	s := reflect.MakeSlice(v.Type(), len(array), len(array))
	reflect.Copy(s, v)
	for i, child := range array {
		decode(s.Index(i), child, at.with(element(i)), faults)
	}
	v.Set(s)
}

func decodeMap(v reflect.Value, node any, at path, faults *Faults) {
	object, ok := node.(map[string]any)
	if !ok {
		wrongType(faults, at, "an object", node)
		return
	}
	m := reflect.MakeMapWithSize(v.Type(), len(object))
	for _, name := range sortedNames(object) {
		e := reflect.New(v.Type().Elem()).Elem()
		decode(e, object[name], at.with(member(name)), faults)
		m.SetMapIndex(reflect.ValueOf(name).Convert(v.Type().Key()), e)
	}
	v.Set(m)
}

func decodeScalar(v reflect.Value, node any, at path, faults *Faults) {
	switch kind := v.Kind(); {
	case kind == reflect.String:
		if s, ok := node.(string); ok {
			v.SetString(s)
			return
		}
		wrongType(faults, at, "a string", node)
	case kind == reflect.Bool:
		if b, ok := node.(bool); ok {
			v.SetBool(b)
			return
		}
		wrongType(faults, at, "true or false", node)
	case v.CanInt():
		decodeInt(v, node, at, faults)
	case v.CanUint():
		decodeUint(v, node, at, faults)
	case v.CanFloat():
		number, ok := node.(json.Number)
		if !ok {
			wrongType(faults, at, "a number", node)
			return
		}
		f, err := number.Float64()
		if err != nil || v.OverflowFloat(f) {
			faults.Add(at.String(), FaultRange, "%s is too large", number)
			return
		}
		v.SetFloat(f)
	default:
		panic("config: a section has a field of kind " + kind.String() + " at " + at.String())
	}
}

func decodeInt(v reflect.Value, node any, at path, faults *Faults) {
	number, ok := node.(json.Number)
	if !ok {
		wrongType(faults, at, "a whole number", node)
		return
	}
	n, err := strconv.ParseInt(number.String(), 10, 64)
	if err != nil || v.OverflowInt(n) {
		bits := v.Type().Bits() - 1
		badInteger(faults, at, number, -1<<bits, math.MaxUint64>>(64-bits))
		return
	}
	v.SetInt(n)
}

func decodeUint(v reflect.Value, node any, at path, faults *Faults) {
	number, ok := node.(json.Number)
	if !ok {
		wrongType(faults, at, "a whole number", node)
		return
	}
	n, err := strconv.ParseUint(number.String(), 10, 64)
	if err != nil || v.OverflowUint(n) {
		badInteger(faults, at, number, 0, math.MaxUint64>>(64-v.Type().Bits()))
		return
	}
	v.SetUint(n)
}

// badInteger notes a number that is not whole or does not fit.
func badInteger(faults *Faults, at path, number json.Number, low int64, high uint64) {
	faults.Add(at.String(), FaultRange, "%s is not a whole number from %d to %d", number, low, high)
}

// wrongType notes a value of the wrong type. It does not show the value, which may
// be a secret.
func wrongType(faults *Faults, at path, want string, node any) {
	got := "null"
	switch node.(type) {
	case map[string]any:
		got = "an object"
	case []any:
		got = "an array"
	case string:
		got = "a string"
	case json.Number:
		got = "a number"
	case bool:
		got = "true or false"
	}
	faults.Add(at.String(), FaultType, "must be %s, not %s", want, got)
}

// sortedNames lists the members of an object in a stable order.
func sortedNames(object map[string]any) []string {
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
