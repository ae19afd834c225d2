package pages

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"
)

// chunk is a line of Vite's manifest: a built file and what it needs.
type chunk struct {
	File    string   `json:"file"`
	CSS     []string `json:"css"`
	Imports []string `json:"imports"`
}

// The programs that main.tsx chooses between, with the page that each opens first, by the
// first part of their addresses: "" is the console's first page, "door" the same address for
// who has no session yet, "console" any other.
var programs = map[string][]string{
	"":        {"src/app/console.tsx", "src/pages/overview.tsx"},
	"door":    {"src/app/console.tsx", "src/app/door.tsx"},
	"console": {"src/app/console.tsx"},
	"p":       {"src/portal/portal.tsx", "src/portal/party.tsx"},
	"d":       {"src/portal/portal.tsx", "src/portal/document-check.tsx"},
	"public":  {"src/portal/portal.tsx", "src/portal/public.tsx"},
}

// preloads writes, for each program, the links by which a browser fetches all its
// files at once instead of one after the other.
func preloads(files fs.FS) (map[string]string, error) {
	text, err := fs.ReadFile(files, ".vite/manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the manifest of the console's pages: %w", err)
	}
	var manifest map[string]chunk
	if err := json.Unmarshal(text, &manifest); err != nil {
		return nil, fmt.Errorf("read the manifest of the console's pages: %w; build them anew", err)
	}
	links := map[string]string{}
	for name, entries := range programs {
		links[name] = linksOf(manifest, entries)
	}
	return links, nil
}

func linksOf(manifest map[string]chunk, entries []string) string {
	const page = "index.html" // its own files are named in it
	var scripts, sheets []string
	seen := map[string]bool{page: true}
	for queue := slices.Clone(entries); len(queue) > 0; queue = queue[1:] {
		c, known := manifest[queue[0]]
		if !known || seen[queue[0]] {
			continue
		}
		seen[queue[0]] = true
		scripts = append(scripts, c.File)
		for _, sheet := range c.CSS {
			if !slices.Contains(sheets, sheet) {
				sheets = append(sheets, sheet)
			}
		}
		queue = append(queue, c.Imports...)
	}
	var b strings.Builder
	for _, sheet := range sheets {
		fmt.Fprintf(&b, "<link rel=\"stylesheet\" crossorigin href=\"/%s\">\n", sheet)
	}
	for _, script := range scripts {
		fmt.Fprintf(&b, "<link rel=\"modulepreload\" crossorigin href=\"/%s\">\n", script)
	}
	return b.String()
}

// program names the program that serves an address. Who brings no cookie has not signed in.
func program(r *http.Request) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if first == "" && len(r.Cookies()) == 0 {
		return "door"
	}
	if _, known := programs[first]; known && first != "door" {
		return first
	}
	return "console"
}
