package translog

import (
	"io/fs"
	"net/http"
	"os"
	"strings"
)

// Handler serves the log to anyone, in C2SP's tlog-tiles layout: /checkpoint and
// /tile/….
func (l *Log) Handler() http.Handler { return Handler(l.o.Dir) }

// Handler serves the log that lies in dir, kept by this process or another.
func Handler(dir string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimPrefix(r.URL.Path, "/")
		if r.Method != http.MethodGet && r.Method != http.MethodHead || path != "checkpoint" && !strings.HasPrefix(path, "tile/") || !fs.ValidPath(path) {
			http.NotFound(w, r)
			return
		}
		root, err := os.OpenRoot(dir)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		defer root.Close()
		info, err := root.Stat(path)
		if err != nil || !info.Mode().IsRegular() {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		w.Header().Set("Access-Control-Allow-Origin", "*") // anyone may check the log from a page of theirs
		if path == "checkpoint" {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.Header().Set("Cache-Control", "no-cache")
		}
		http.ServeFileFS(w, r, root.FS(), path)
	})
}
