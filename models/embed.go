package models

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed all:weights
var shipped embed.FS

// Shipped is the folder of manifests and weights that the binary carries.
func Shipped() fs.FS {
	sub, err := fs.Sub(shipped, "weights")
	if err != nil {
		panic(fmt.Sprintf("models: the embedded folder is missing: %v", err)) // the build put it there
	}
	return sub
}

//go:embed lists/*.json
var lists embed.FS

// Lists is the folder of what each model is measured on, NAME.json; package evaluate
// reads them.
func Lists() fs.FS {
	sub, err := fs.Sub(lists, "lists")
	if err != nil {
		panic(fmt.Sprintf("models: the embedded folder is missing: %v", err)) // the build put it there
	}
	return sub
}

// Names lists the shipped models in alphabetical order.
func Names() []string { return NamesIn(Shipped()) }

// NamesIn lists the models that have a manifest in fsys, in alphabetical order.
func NamesIn(fsys fs.FS) []string {
	files, err := fs.Glob(fsys, "*.json")
	if err != nil {
		return nil // only for a malformed pattern
	}
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(f, ".json")
	}
	return names
}
