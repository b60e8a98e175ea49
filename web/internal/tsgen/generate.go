package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// header opens the generated file.
const header = `// Code generated from web/api.go by "go generate ./web". DO NOT EDIT.
// Types of the admin API. Times are RFC 3339 strings.
`

// scalars maps Go types to TypeScript types; what is neither here nor declared
// in the source is an error.
var scalars = map[string]string{
	"string": "string", "bool": "boolean", "any": "unknown",
	"int": "number", "int64": "number", "uint32": "number", "uint64": "number", "float64": "number",
	"time.Time": "string", "pdu.OutputID": "number", "pdu.InputID": "number",
	"pdu.Level": "Level", "pdu.PowerUp": "PowerUpState", "health.Severity": "Severity",
	"auth.Role": "Role", "auth.Privilege": "Privilege",
}

// generator writes the declarations of one source file.
type generator struct {
	buf      bytes.Buffer
	declared map[string]bool // struct and named types of the source
	events   []string        // structs that end in Event
	errs     []error
}

// Generate gives the TypeScript declarations for the structs in src.
func Generate(src []byte) ([]byte, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "api.go", src, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	g := &generator{declared: make(map[string]bool)}
	g.buf.WriteString(header)
	specs := typeSpecs(file)
	for _, s := range specs {
		g.declared[s.name] = true
	}
	g.enums(specs)
	for _, s := range specs {
		if st, ok := s.spec.Type.(*ast.StructType); ok {
			g.structure(s, st)
		}
	}
	fmt.Fprintf(&g.buf, "\n/** DeviceEvent is one thing that happened to the unit. */\nexport type DeviceEvent =\n  | %s;\n",
		strings.Join(g.events, "\n  | "))
	if len(g.errs) > 0 {
		return nil, g.errs[0]
	}
	return g.buf.Bytes(), nil
}

// typeSpec is one type declaration with its comment.
type typeSpec struct {
	name, doc string
	spec      *ast.TypeSpec
}

func typeSpecs(file *ast.File) []typeSpec {
	var specs []typeSpec
	for _, d := range file.Decls {
		gen, ok := d.(*ast.GenDecl)
		if !ok || gen.Tok != token.TYPE {
			continue
		}
		for _, s := range gen.Specs {
			ts := s.(*ast.TypeSpec)
			specs = append(specs, typeSpec{ts.Name.Name, gen.Doc.Text(), ts})
		}
	}
	return specs
}

// enums writes the unions, with the comment of the Go type where it has one here.
func (g *generator) enums(specs []typeSpec) {
	values := enums()
	for _, s := range specs {
		if _, ok := s.spec.Type.(*ast.Ident); ok && values[s.name] == nil {
			g.errs = append(g.errs, fmt.Errorf("type %s has no values in enums.go", s.name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		g.buf.WriteByte('\n')
		for _, s := range specs {
			if s.name == name {
				g.comment("", s.doc)
			}
		}
		fmt.Fprintf(&g.buf, "export type %s = %s;\n", name, union(values[name]))
	}
}

func (g *generator) structure(s typeSpec, st *ast.StructType) {
	if strings.HasSuffix(s.name, "Event") {
		g.events = append(g.events, s.name)
	}
	g.buf.WriteByte('\n')
	g.comment("", s.doc)
	fmt.Fprintf(&g.buf, "export interface %s {\n", s.name)
	for _, f := range st.Fields.List {
		g.field(s.name, f)
	}
	g.buf.WriteString("}\n")
}

func (g *generator) field(owner string, f *ast.Field) {
	if f.Tag == nil || len(f.Names) != 1 {
		g.errs = append(g.errs, fmt.Errorf("%s: each field needs one name and a json tag", owner))
		return
	}
	raw, err := strconv.Unquote(f.Tag.Value)
	if err != nil {
		g.errs = append(g.errs, err)
		return
	}
	tag := reflect.StructTag(raw)
	name, flags, _ := strings.Cut(tag.Get("json"), ",")
	optional := strings.Contains(flags, "omit")
	typ := f.Type
	pointer := false
	if star, ok := typ.(*ast.StarExpr); ok {
		typ, pointer = star.X, true
	}
	ts := tag.Get("ts")
	if ts == "" {
		ts = g.typeOf(owner+"."+f.Names[0].Name, typ)
	}
	if pointer && !optional {
		ts += " | null"
	}
	if optional {
		name += "?"
	}
	g.comment("  ", f.Comment.Text())
	fmt.Fprintf(&g.buf, "  %s: %s;\n", name, ts)
}

// typeOf translates a Go type expression; where names the field for errors.
func (g *generator) typeOf(where string, e ast.Expr) string {
	name := ""
	switch t := e.(type) {
	case *ast.ArrayType:
		elem := g.typeOf(where, t.Elt)
		if strings.Contains(elem, " ") {
			elem = "(" + elem + ")"
		}
		return elem + "[]"
	case *ast.MapType:
		return "Record<string, " + g.typeOf(where, t.Value) + ">"
	case *ast.Ident:
		name = t.Name
	case *ast.SelectorExpr:
		name = t.X.(*ast.Ident).Name + "." + t.Sel.Name
	}
	if ts, ok := scalars[name]; ok {
		return ts
	}
	if !g.declared[name] {
		g.errs = append(g.errs, fmt.Errorf("%s: no TypeScript type for %q; add it to scalars", where, name))
	}
	return name
}

// comment writes text as a documentation comment.
func (g *generator) comment(indent, text string) {
	if text = strings.TrimSpace(text); text != "" {
		fmt.Fprintf(&g.buf, "%s/** %s */\n", indent, strings.ReplaceAll(text, "\n", "\n"+indent+" * "))
	}
}
