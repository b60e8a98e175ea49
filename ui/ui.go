// Package ui holds the page: its TypeScript sources, translations and vendored
// modules, and the built output that is part of the program. The output is
// committed, so that building the product needs Go alone; a test rebuilds it and
// fails when it is stale. The page speaks the admin API under api/v1 and nothing
// else; the package has no goroutines and imports nothing of the project.
package ui

import (
	"embed"
	"io/fs"
)

//go:generate go tool -modfile=../tools/go.mod esbuild src/app.tsx src/theme.ts src/i18n/de.ts src/app.css src/index.html src/icon.svg src/licenses.txt --bundle --splitting --format=esm --target=es2022 --charset=utf8 --loader:.html=copy --loader:.svg=copy --loader:.txt=copy --outbase=src --outdir=dist --log-level=warning

//go:embed dist
var files embed.FS

// Dist is the built page: index.html and the files it names by relative paths.
func Dist() fs.FS {
	dist, err := fs.Sub(files, "dist")
	if err != nil {
		panic(err) // the path is a constant
	}
	return dist
}
