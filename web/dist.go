// Package web carries the built console, the party's portal and the public
// pages (web/dist, made by `npm run build`) inside the binary. The sources are
// TypeScript under web/src; the API serves Files and answers unknown paths with
// index.html, from which the page finds its own way.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files returns the built pages with index.html at the root. A binary built
// without `npm run build` has no index.html there.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil { // only for a malformed name, which "dist" is not
		panic(err)
	}
	return files
}
