package web

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// openAPIDoc is what the tests look at.
type openAPIDoc struct {
	OpenAPI string
	Paths   map[string]map[string]struct {
		OperationID string
		Security    *[]any
		RequestBody *struct{ Content map[string]any }
		Responses   map[string]any
	}
	Components struct {
		Schemas         map[string]map[string]any
		Responses       map[string]any
		SecuritySchemes map[string]map[string]any
	}
}

func readOpenAPI(t *testing.T) openAPIDoc {
	t.Helper()
	var doc openAPIDoc
	if err := json.Unmarshal(openAPI, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestOpenAPIHasEveryRoute(t *testing.T) {
	doc := readOpenAPI(t)
	var documented, served []string
	for path, methods := range doc.Paths {
		for method, op := range methods {
			name := strings.ToUpper(method) + " " + path
			documented = append(documented, name)
			if op.OperationID == "" || len(op.Responses) < 2 {
				t.Errorf("%s is documented in part only", name)
			}
		}
	}
	for _, rt := range routes() {
		served = append(served, rt.method+" "+rt.path)
		op := doc.Paths[rt.path][strings.ToLower(rt.method)]
		if open := op.Security != nil && len(*op.Security) == 0; open != rt.open {
			t.Errorf("%s %s: documented as open: %v", rt.method, rt.path, open)
		}
		if _, ok := op.Responses["401"]; !ok && !rt.open {
			t.Errorf("%s %s: 401 is not documented", rt.method, rt.path)
		}
	}
	slices.Sort(documented)
	slices.Sort(served)
	if diff := cmp.Diff(served, documented); diff != "" {
		t.Errorf("(-served +documented):\n%s", diff)
	}
}

// TestOpenAPISchemasFitTheStructs compares the members of each schema with those
// of the struct of the same name in api.go.
func TestOpenAPISchemasFitTheStructs(t *testing.T) {
	doc := readOpenAPI(t)
	file, err := parser.ParseFile(token.NewFileSet(), "api.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		st, ok := spec.Type.(*ast.StructType)
		if !ok {
			return false
		}
		schema := doc.Components.Schemas[spec.Name.Name]
		var members, required []string
		for _, f := range st.Fields.List {
			name, flags, _ := strings.Cut(reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("json"), ",")
			members = append(members, name)
			if !strings.Contains(flags, "omit") {
				required = append(required, name)
			}
		}
		var described, demanded []string
		properties, _ := schema["properties"].(map[string]any)
		for name := range properties {
			described = append(described, name)
		}
		list, _ := schema["required"].([]any)
		for _, name := range list {
			demanded = append(demanded, name.(string))
		}
		for _, names := range [][]string{members, required, described, demanded} {
			slices.Sort(names)
		}
		if diff := cmp.Diff(members, described); diff != "" {
			t.Errorf("%s: members (-struct +schema):\n%s", spec.Name.Name, diff)
		}
		if diff := cmp.Diff(required, demanded); diff != "" {
			t.Errorf("%s: required (-struct +schema):\n%s", spec.Name.Name, diff)
		}
		return false
	})
}

func TestOpenAPIReferencesLeadSomewhere(t *testing.T) {
	var doc any
	if err := json.Unmarshal(openAPI, &doc); err != nil {
		t.Fatal(err)
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				at := doc
				for part := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
					object, _ := at.(map[string]any)
					at = object[part]
				}
				if at == nil {
					t.Errorf("%s leads nowhere", ref)
				}
			}
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(doc)
}
