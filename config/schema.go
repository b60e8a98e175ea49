package config

import (
	"encoding/json"
	"reflect"
)

// object is a JSON object in the making.
type object = map[string]any

// Schema gives the JSON Schema (draft 2020-12) of the document, with the factory
// settings of this model as defaults.
func (s *Store) Schema() ([]byte, error) {
	p := s.Profile()
	defaults := s.layout.defaults(p)
	properties := object{
		memberVersion:    object{"const": s.Current().header.version, "readOnly": true, "description": "version of the document's form"},
		memberGeneration: object{"type": "integer", "minimum": 1, "readOnly": true, "description": "counts the changes"},
		memberModel:      object{"const": p.ID, "readOnly": true, "description": "model of the unit"},
	}
	s.layout.top.schemas(properties, defaults)
	return json.MarshalIndent(object{
		"$schema":              "https://json-schema.org/draft/2020-12/schema",
		"title":                "Configuration of a " + p.Name,
		"type":                 "object",
		"properties":           properties,
		"additionalProperties": false,
	}, "", "  ")
}

// schemas adds the members of g to properties.
func (g *group) schemas(properties object, defaults values) {
	for _, m := range g.members {
		if m.section != "" {
			v := reflect.ValueOf(defaults[m.section]).Elem()
			schema := schemaOf(v.Type(), v)
			if v.Kind() != reflect.Struct {
				schema["default"] = v.Interface()
			}
			properties[m.name] = schema
			continue
		}
		inner := object{}
		m.schemas(inner, defaults)
		properties[m.name] = object{"type": "object", "properties": inner, "additionalProperties": false}
	}
}

// schemaOf describes a type; v is its factory value where there is one, for the
// defaults of scalars.
func schemaOf(t reflect.Type, v reflect.Value) object {
	if t == secretType {
		return object{"type": "string", "writeOnly": true}
	}
	if decodesItself(t) {
		return ownSchema(t)
	}
	switch t.Kind() {
	case reflect.Pointer:
		inner := reflect.Value{}
		if v.IsValid() && !v.IsNil() {
			inner = v.Elem()
		}
		return object{"anyOf": []object{schemaOf(t.Elem(), inner), {"type": "null"}}}
	case reflect.Struct:
		return structSchema(t, v)
	case reflect.Slice:
		return object{"type": "array", "items": schemaOf(t.Elem(), reflect.Value{})}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": schemaOf(t.Elem(), reflect.Value{})}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Float32, reflect.Float64:
		return object{"type": "number"}
	case reflect.Interface:
		return object{}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return object{"type": "integer", "minimum": 0}
	}
	return object{"type": "integer"}
}

// ownSchema describes a type that reads itself: text when it reads text, else
// anything.
func ownSchema(t reflect.Type) object {
	if reflect.PointerTo(t).Implements(textDecoderType) {
		return object{"type": "string"}
	}
	return object{}
}

func structSchema(t reflect.Type, v reflect.Value) object {
	properties := object{}
	for _, f := range fieldsOf(t) {
		inner := reflect.Value{}
		if v.IsValid() {
			inner = v.FieldByIndex(f.index)
		}
		schema := schemaOf(f.typ, inner)
		if inner.IsValid() && f.typ != secretType && f.typ.Kind() != reflect.Struct {
			schema["default"] = inner.Interface()
		}
		if f.doc != "" {
			schema["description"] = f.doc
		}
		properties[f.name] = schema
	}
	return object{"type": "object", "properties": properties, "additionalProperties": false}
}
