package zerocross_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// documents are what a newcomer expects at the root.
var documents = []string{"README.md", "ARCHITECTURE.md", "GOALS.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE"}

func TestDocumentsExist(t *testing.T) {
	for _, name := range documents {
		if info, err := os.Stat(name); err != nil || info.Size() == 0 {
			t.Errorf("%s is missing or empty (%v)", name, err)
		}
	}
}

// markdown gives the text of every Markdown file.
func markdown(t *testing.T) map[string]string {
	texts := map[string]string{}
	walkTree(t, func(name string) {
		if strings.HasSuffix(name, ".md") {
			texts[name] = readText(t, name)
		}
	})
	return texts
}

// readText gives the content of a file, "" when it is no text.
func readText(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !utf8.Valid(b) || slices.Contains(b, 0) {
		return ""
	}
	return string(b)
}

var linkPattern = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// TestLinks: every link to a file of the repository leads somewhere.
func TestLinks(t *testing.T) {
	for name, text := range markdown(t) {
		for _, m := range linkPattern.FindAllStringSubmatch(text, -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target == "" || strings.Contains(target, "://") {
				continue
			}
			if _, err := os.Stat(filepath.FromSlash(path.Join(path.Dir(name), target))); err != nil {
				t.Errorf("%s links to %s, which does not exist", name, target)
			}
		}
	}
}

var (
	makePattern   = regexp.MustCompile("(?m)(?:^ {4}|`)make ([a-z]+)")
	targetPattern = regexp.MustCompile(`(?m)^([a-z]+):`)
)

// TestMakeTargets: the documents name only targets that exist.
func TestMakeTargets(t *testing.T) {
	targets := map[string]bool{}
	for _, m := range targetPattern.FindAllStringSubmatch(readText(t, "Makefile"), -1) {
		targets[m[1]] = true
	}
	for name, text := range markdown(t) {
		for _, m := range makePattern.FindAllStringSubmatch(text, -1) {
			if !targets[m[1]] {
				t.Errorf("%s speaks of 'make %s', which the Makefile does not have", name, m[1])
			}
		}
	}
}

// TestNoMachinePaths: no file tells where somebody's checkout or home is.
func TestNoMachinePaths(t *testing.T) {
	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	places := []string{root}
	if home, err := os.UserHomeDir(); err == nil && strings.Count(home, string(filepath.Separator)) > 1 {
		places = append(places, home)
	}
	// The folder beside the checkout, unless it is one that any text may name.
	if parent := filepath.Dir(root); !slices.Contains([]string{os.TempDir(), "/", "/tmp", "/home", "/usr", "/var", "/opt", "/srv", "/mnt"}, parent) {
		places = append(places, parent)
	}
	for i, place := range places {
		places[i] = regexp.QuoteMeta(place)
	}
	pattern := regexp.MustCompile(`(?:^|[^\w.-])((?:` + strings.Join(places, "|") + `)/[^\s"'` + "`" + `]*)`)
	walkTree(t, func(name string) {
		if m := pattern.FindStringSubmatch(readText(t, name)); m != nil {
			t.Errorf("%s names %s, a path of one machine; use a relative path or a variable", name, m[1])
		}
	})
}

// TestLockFiles: lock files name versions and checksums, not where one machine
// fetched them.
func TestLockFiles(t *testing.T) {
	walkTree(t, func(name string) {
		if path.Base(name) == "package-lock.json" && strings.Contains(readText(t, name), `"resolved"`) {
			t.Errorf("%s names where packages came from; see .npmrc, then install again", name)
		}
	})
}
