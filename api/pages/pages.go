// Package pages serves the console, the portal and the public pages: built files
// with hashed names for ever, index.html for every address that a page of ours
// may have, never for one that the API answers.
//
// index.html carries a nonce of its own each time, so that the policy can forbid
// inline styles and scripts and the component library still add its own sheet.
package pages

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// NoncePlaceholder stands in the built index.html where the nonce goes; Vite
// writes it (html.cspNonce in web/vite.config.ts).
const NoncePlaceholder = "OFFSITE_CSP_NONCE"

const nonceBytes = 16

// Pages is an http.Handler.
type Pages struct {
	files   fs.FS
	index   []byte
	links   map[string]string // program -> what it preloads
	notices Notices

	mu     sync.Mutex
	loaded map[string]*file
}

type file struct {
	plain, gzipped []byte
	kind, tag      string
}

// New reads index.html. Without one (a binary built without the pages) every
// address answers with a sentence that says so. notices may be nil.
func New(files fs.FS, notices Notices) (*Pages, error) {
	index, err := fs.ReadFile(files, "index.html")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the console's pages: %w", err)
	}
	links, err := preloads(files)
	if err != nil {
		return nil, err
	}
	return &Pages{files: files, index: index, links: links, notices: notices, loaded: map[string]*file{}}, nil
}

// ServeHTTP implements http.Handler.
func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if name != "" && name != "index.html" && !strings.HasPrefix(name, ".") {
		f, err := p.load(name)
		if err == nil {
			f.serve(w, r, strings.HasPrefix(name, "assets/"))
			return
		}
		if strings.HasPrefix(name, "assets/") { // of an older build: a page would not do
			http.NotFound(w, r)
			return
		}
	}
	p.serveIndex(w, r)
}

// serveIndex writes index.html with a fresh nonce, in page and policy, with what
// its program loads, and with the notice that a party came for.
func (p *Pages) serveIndex(w http.ResponseWriter, r *http.Request) {
	if p.index == nil {
		http.Error(w, "本程序未包含网页，请用 make build 构建。 This binary was built without its pages; use make build.", http.StatusNotFound)
		return
	}
	random := make([]byte, nonceBytes)
	_, _ = rand.Read(random) // never fails
	nonce := base64.RawURLEncoding.EncodeToString(random)
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", Policy(nonce))
	page := bytes.ReplaceAll(p.index, []byte(NoncePlaceholder), []byte(nonce))
	page = bytes.Replace(page, []byte("</head>"), []byte(p.links[program(r)]+"</head>"), 1)
	page = p.withNotice(r, page)
	h.Set("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		if small := squeeze(page); small != nil {
			h.Set("Content-Encoding", "gzip")
			page = small
		}
	}
	_, _ = w.Write(page)
}

// Policy is the content security policy of our pages.
func Policy(nonce string) string {
	return "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + nonce + "'; img-src 'self' data: blob:; " +
		"media-src 'self' blob:; font-src 'self'; connect-src 'self'; frame-src 'self'; manifest-src 'self'; " +
		"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
}

func (p *Pages) load(name string) (*file, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f, ok := p.loaded[name]; ok {
		return f, nil
	}
	plain, err := fs.ReadFile(p.files, name)
	if err != nil {
		return nil, fmt.Errorf("read page %s: %w", name, err)
	}
	sum := sha256.Sum256(plain)
	kind := mime.TypeByExtension(path.Ext(name))
	if path.Ext(name) == ".webmanifest" { // not every system's table knows it
		kind = "application/manifest+json"
	}
	f := &file{plain: plain, kind: kind, tag: `"` + hex.EncodeToString(sum[:12]) + `"`}
	if compressible(f.kind) {
		f.gzipped = squeeze(plain)
	}
	p.loaded[name] = f
	return f, nil
}

func compressible(kind string) bool {
	return strings.HasPrefix(kind, "text/") || strings.Contains(kind, "javascript") || strings.Contains(kind, "json") || strings.Contains(kind, "svg")
}

func squeeze(plain []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(plain) // a buffer takes everything
	_ = w.Close()
	if out.Len() >= len(plain) {
		return nil
	}
	return out.Bytes()
}

func (f *file) serve(w http.ResponseWriter, r *http.Request, forEver bool) {
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	if forEver {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Set("Vary", "Accept-Encoding")
	if f.kind != "" {
		h.Set("Content-Type", f.kind)
	}
	body, tag := f.plain, f.tag
	if f.gzipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		body, tag = f.gzipped, strings.TrimSuffix(f.tag, `"`)+`-gzip"`
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", tag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}
