// Package zerocross_test watches over the tree as a whole: who may import whom,
// and that documents and files keep what they promise.
package zerocross_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/zerocross-pdu/zerocross/"

// rule says what one package may import beyond the standard library and the
// folders inside its own.
type rule struct {
	pkg   string   // folder; "proto/*" stands for each folder in proto
	may   []string // folders of this module, and other modules by their path
	tests []string // what its tests may import besides; "*" is anything of this module
	why   string   // printed when the rule is broken
}

// rules is the table of allowed imports. The first rule that fits a package
// counts; a package that none fits fails the test.
var rules = []rule{
	{pkg: "pdu", why: "the domain knows nobody: everything meets in it, so it stands on the standard library alone"},
	{pkg: "health", why: "everybody may raise a condition, so health must not pull anything in"},
	{pkg: "metering", may: []string{"pdu"}, why: "metering is arithmetic on samples; hardware and simulation share it"},

	{pkg: "config", may: []string{"pdu"}, why: "sections are owned by the packages that use them; the document knows none of them"},
	{pkg: "journal", may: []string{"pdu"}, why: "what survives a crash must not depend on what may crash"},
	{pkg: "auth", may: []string{"pdu", "config", "golang.org/x/crypto"}, why: "accounts guard the ports of pdu, whoever implements them"},
	{pkg: "core", may: []string{"pdu", "journal", "config", "health"}, why: "the engine meets boards, protocols and pages only through the ports of pdu"},

	{pkg: "board", why: "the folder of the boards holds no code of its own"},
	{pkg: "board/boardtest", may: []string{"pdu", "github.com/google/go-cmp"}, why: "the suite knows boards only through pdu.Board"},
	{pkg: "board/*", may: []string{"pdu", "metering", "config", "health"}, tests: []string{"board/boardtest"},
		why: "a board is driven by the engine and must not know it, nor other boards"},

	{pkg: "httpd", may: []string{"pdu", "health"}, why: "listeners carry whatever is mounted and know none of it"},
	{pkg: "proto", may: []string{"pdu", "config", "httpd", "health"}, why: "the supervisor runs any protocol; cmd/pdud lists them"},
	{pkg: "proto/prototest", may: []string{"pdu", "config", "httpd", "health", "proto", "core", "journal", "metering", "board/sim", "github.com/google/go-cmp"},
		why: "the suite puts a whole unit behind one protocol, but names none"},
	{pkg: "proto/telnet", may: []string{"pdu", "config", "httpd", "health", "proto", "auth"}, tests: []string{"proto/prototest"},
		why: "Telnet logs in the accounts of the unit, and auth alone knows what they may do"},
	{pkg: "proto/*", may: []string{"pdu", "config", "httpd", "health", "proto"}, tests: []string{"proto/prototest"},
		why: "a protocol is one folder that can be taken away: it sees the ports of pdu, never the engine, the page or another protocol"},

	{pkg: "proto/snmp/*", may: []string{"pdu", "proto/snmp/ber"}, why: "the parts of SNMP share its encoding and know values, not units"},
	{pkg: "proto/*/*", may: []string{"pdu"}, why: "a part of a protocol is a codec or a table: it knows values, not units"},

	{pkg: "web/internal/*", may: []string{"pdu", "config", "auth", "health"}, why: "generators for the page see the types that web sends"},
	{pkg: "web", may: []string{"pdu", "config", "auth", "health", "httpd"}, tests: []string{"golang.org/x/crypto", "web/internal/tsgen"},
		why: "the page is one more client of the ports; ui and the bench are handed to it"},
	{pkg: "ui", why: "ui only embeds what was built"},

	{pkg: "client", may: []string{"pdu"}, why: "the client talks to any device, so it shares nothing with our daemon but the domain's words"},
	{pkg: "cmd/pductl", may: []string{"client", "pdu", "github.com/spf13/cobra", "golang.org/x/term", "golang.org/x/sys"},
		why: "the command line must stay small and portable: it speaks to devices through client only"},
	{pkg: "cmd/*", may: []string{"*", "github.com/spf13/cobra"}, why: "commands wire everything together and hold no logic that needs a library"},

	{pkg: "e2e", tests: []string{"*"}, why: "tests of whole programs see everything and are seen by nobody"},
	{pkg: "e2e/*", tests: []string{"*"}, why: "tests of whole programs see everything and are seen by nobody"},
	{pkg: "bench", may: []string{"*"}, tests: []string{"*"}, why: "benchmarks see everything and are seen by nobody"},
	{pkg: "bench/*", may: []string{"*"}, tests: []string{"*"}, why: "benchmarks see everything and are seen by nobody"},
	{pkg: ".", why: "the root holds no code but the tests of the tree"},
}

// testModules are what every test may import.
var testModules = []string{"github.com/google/go-cmp", "pgregory.net/rapid"}

func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		r := ruleFor(p.folder)
		if r == nil {
			t.Errorf("%s: no rule says what it may import; add one with its reason to rules in imports_test.go", p.folder)
			continue
		}
		for _, f := range p.files {
			allowed := r.may
			if f.test {
				allowed = slices.Concat(r.may, r.tests, testModules, []string{p.folder})
			}
			for _, imported := range f.imports {
				if !permits(allowed, imported) && !strings.HasPrefix(imported, module+p.folder+"/") {
					t.Errorf("%s imports %s.\n%s may import %s: %s.", f.name, imported, p.folder, listing(allowed), r.why)
				}
			}
		}
	}
}

// TestRulesAreUsed: a package that is gone leaves no rule behind.
func TestRulesAreUsed(t *testing.T) {
	used := map[string]bool{}
	for _, p := range packages(t) {
		if r := ruleFor(p.folder); r != nil {
			used[r.pkg] = true
		}
	}
	for _, r := range rules {
		if !used[r.pkg] && !strings.HasSuffix(r.pkg, "*") {
			t.Errorf("the rule for %s fits no package", r.pkg)
		}
	}
}

// TestPackageComments: a newcomer learns from the first lines what a package is.
func TestPackageComments(t *testing.T) {
	for _, p := range packages(t) {
		if !slices.ContainsFunc(p.files, func(f sourceFile) bool { return f.documented }) {
			t.Errorf("%s has no package comment: say what it is, and who owns which goroutine", p.folder)
		}
	}
}

// ruleFor finds the rule of a package.
func ruleFor(folder string) *rule {
	for i := range rules {
		if ok, _ := path.Match(rules[i].pkg, folder); ok {
			return &rules[i]
		}
	}
	return nil
}

// permits reports whether allowed covers imported, a folder of this module with
// the module's path in front, or a package of another module.
func permits(allowed []string, imported string) bool {
	own, isOwn := strings.CutPrefix(imported, module)
	for _, a := range allowed {
		switch {
		case isOwn && (a == "*" || a == own):
			return true
		case !isOwn && (imported == a || strings.HasPrefix(imported, a+"/")):
			return true
		}
	}
	return false
}

// listing names what a rule allows.
func listing(allowed []string) string {
	if len(allowed) == 0 {
		return "the standard library only"
	}
	return "the standard library and " + strings.Join(allowed, ", ")
}

// sourcePackage is one folder with Go files.
type sourcePackage struct {
	folder string
	files  []sourceFile
}

// sourceFile is what the tests want to know of one Go file.
type sourceFile struct {
	name       string
	test       bool
	documented bool     // it holds the package comment
	imports    []string // beyond the standard library
}

// packages reads all packages of the module, for every platform.
func packages(t *testing.T) []sourcePackage {
	t.Helper()
	byFolder := map[string]*sourcePackage{}
	walkTree(t, func(name string) {
		if !strings.HasSuffix(name, ".go") {
			return
		}
		folder := path.Dir(name)
		if byFolder[folder] == nil {
			byFolder[folder] = &sourcePackage{folder: folder}
		}
		byFolder[folder].files = append(byFolder[folder].files, parseFile(t, name))
	})
	var list []sourcePackage
	for _, p := range byFolder {
		list = append(list, *p)
	}
	slices.SortFunc(list, func(a, b sourcePackage) int { return strings.Compare(a.folder, b.folder) })
	return list
}

// parseFile reads the imports of one file. A path whose first part has no dot is
// of the standard library.
func parseFile(t *testing.T, name string) sourceFile {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.FromSlash(name), nil, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	f := sourceFile{name: name, test: strings.HasSuffix(name, "_test.go"), documented: file.Doc != nil}
	for _, spec := range file.Imports {
		if p := importPath(spec); strings.Contains(strings.Split(p, "/")[0], ".") {
			f.imports = append(f.imports, p)
		}
	}
	return f
}

// importPath is the path that spec imports.
func importPath(spec *ast.ImportSpec) string {
	p, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return spec.Path.Value
	}
	return p
}

// walkTree calls visit for each file of the module, with slashes in its name. It
// leaves out what is built or downloaded, test data and other modules.
func walkTree(t *testing.T, visit func(name string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !entry.IsDir() {
			visit(filepath.ToSlash(name))
			return nil
		}
		_, noModule := os.Stat(filepath.Join(name, "go.mod"))
		hidden := strings.HasPrefix(entry.Name(), ".") && name != "."
		built := slices.Contains([]string{"node_modules", "vendor", "testdata", "bin", "test-results"}, entry.Name())
		if hidden || built || noModule == nil && name != "." {
			return fs.SkipDir
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
