package ui

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDistIsFresh runs the go:generate command of ui.go into another folder and
// compares.
func TestDistIsFresh(t *testing.T) {
	// The bundler reads these in a process of its own, which the cache of test
	// results does not see; reading them here makes it notice a change.
	for _, input := range []string{"src", "vendor"} {
		filesOf(t, os.DirFS(input))
	}
	probe := exec.Command("go", "tool", "-modfile=../tools/go.mod", "esbuild", "--version")
	if text, err := probe.CombinedOutput(); err != nil {
		skipUnlessCI(t, "the bundler cannot be run here; its module may have to be downloaded first: %v\n%s", err, text)
	}
	out := t.TempDir()
	if text, err := buildCommand(t, out).CombinedOutput(); err != nil {
		t.Fatalf("build the page: %v\n%s", err, text)
	}
	if diff := cmp.Diff(filesOf(t, os.DirFS(out)), filesOf(t, Dist())); diff != "" {
		t.Errorf("ui/dist is stale; run: go generate ./ui\n(-built now +committed)\n%s", diff)
	}
}

// TestPageIsSelfContained keeps the page within its content security policy and
// away from other hosts.
func TestPageIsSelfContained(t *testing.T) {
	index := filesOf(t, Dist())["index.html"]
	for _, forbidden := range []string{"<style", " style=", " onclick=", "http://", "https://"} {
		if strings.Contains(index, forbidden) {
			t.Errorf("index.html contains %q", forbidden)
		}
	}
	if inline := regexp.MustCompile(`<script[^>]*>[^<]`).FindString(index); inline != "" {
		t.Errorf("index.html has an inline script: %s", inline)
	}
	for _, ref := range regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(index, -1) {
		if _, err := fs.Stat(Dist(), ref[1]); err != nil {
			t.Errorf("index.html refers to %s: %v", ref[1], err)
		}
	}
}

// TestLicences checks that each vendored module comes with its licence, in the
// tree and in the page.
func TestLicences(t *testing.T) {
	page := filesOf(t, Dist())["licenses.txt"]
	modules, err := filepath.Glob("vendor/*/package.json")
	if err != nil || len(modules) == 0 {
		t.Fatalf("no vendored modules found: %v", err)
	}
	for _, manifest := range modules {
		licence, err := os.ReadFile(filepath.Join(filepath.Dir(manifest), "LICENSE"))
		if err != nil {
			t.Error(err)
		} else if !strings.Contains(page, string(licence)) {
			t.Errorf("licenses.txt lacks the licence of %s", filepath.Dir(manifest))
		}
	}
}

func buildCommand(t *testing.T, outdir string) *exec.Cmd {
	t.Helper()
	source, err := os.ReadFile("ui.go")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^//go:generate (.*)$`).FindSubmatch(source)
	if line == nil {
		t.Fatal("ui.go has no go:generate line")
	}
	args := strings.Fields(strings.Replace(string(line[1]), "--outdir=dist", "--outdir="+outdir, 1))
	return exec.Command(args[0], args[1:]...)
}

func filesOf(t *testing.T, fsys fs.FS) map[string]string {
	t.Helper()
	files := make(map[string]string)
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(fsys, name)
		files[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func skipUnlessCI(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}
