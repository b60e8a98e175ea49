// Command tsgen writes the TypeScript types of the admin API from the Go structs
// in web/api.go, comments included, so that the page and the daemon cannot
// disagree. It is run by "go generate ./web"; a test fails when its output in
// the tree is stale.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	in := flag.String("in", "api.go", "Go file with the structs")
	out := flag.String("out", "../ui/src/api.gen.ts", "TypeScript file to write")
	flag.Parse()
	if err := run(*in, *out); err != nil {
		fmt.Fprintln(os.Stderr, "tsgen:", err)
		os.Exit(1)
	}
}

func run(in, out string) error {
	src, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	ts, err := Generate(src)
	if err != nil {
		return fmt.Errorf("%s: %w", in, err)
	}
	return os.WriteFile(out, ts, 0o644)
}
