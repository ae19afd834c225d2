package pages_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"offsite/api/pages"
	"offsite/casework"
)

func built(t *testing.T) *pages.Pages {
	t.Helper()
	p, err := pages.New(fstest.MapFS{
		"index.html":    {Data: []byte(`<!doctype html><head><script nonce="` + pages.NoncePlaceholder + `" src="/assets/a-1.js"></script></head><div id="root"></div>`)},
		"assets/a-1.js": {Data: []byte(strings.Repeat("export const a = 1;\n", 100))},
		"icon.svg":      {Data: []byte("<svg/>")},
		".vite/manifest.json": {Data: []byte(`{
			"src/app/console.tsx": {"file": "assets/console-1.js", "css": ["assets/console-1.css"], "imports": ["index.html", "_shared.js"]},
			"_shared.js": {"file": "assets/shared-1.js", "imports": ["src/app/console.tsx"]},
			"src/app/door.tsx": {"file": "assets/door-1.js", "imports": ["_shared.js"]},
			"src/pages/overview.tsx": {"file": "assets/overview-1.js", "imports": ["_shared.js"]},
			"src/portal/portal.tsx": {"file": "assets/portal-1.js", "imports": ["_shared.js"]},
			"src/portal/party.tsx": {"file": "assets/party-1.js"}
		}`)},
	}, notices)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func notices(_ context.Context, token string) (casework.PortalNotice, bool) {
	return casework.PortalNotice{Matter: "超出门窗经营", Object: "<b>水果店</b>", Address: "演示路1号", Phone: "021-12345", OwedFen: 20000,
		Deadlines: []casework.NoticeDeadline{{ZH: "缴纳罚款", EN: "Fine to be paid", Day: "2026-12-10"}}}, token == "good"
}

// TestNoticeWithoutScripts holds what a party can read with nothing but a browser.
func TestNoticeWithoutScripts(t *testing.T) {
	t.Parallel()
	p := built(t)
	page := get(p, "/p/good").Body.String()
	for _, want := range []string{"超出门窗经营", "&lt;b&gt;水果店&lt;/b&gt;", "演示路1号", "021-12345", "¥200.00", "2026-12-10", "Fine to be paid"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	if page := get(p, "/p/bad").Body.String(); !strings.Contains(page, `<div id="root"></div>`) {
		t.Errorf("a link that opens nothing shows %s", page)
	}
}

func TestEachProgramLoadsItsFilesAtOnce(t *testing.T) {
	t.Parallel()
	p := built(t)
	if page := get(p, "/", "Cookie", "offsite=1").Body.String(); !strings.Contains(page, "overview-1.js") || strings.Contains(page, "door-1.js") {
		t.Errorf("who has signed in loads %s", page)
	}
	for target, want := range map[string][2]string{
		"/":       {"console-1.js console-1.css shared-1.js door-1.js", "overview-1.js"},
		"/cases":  {"console-1.js shared-1.js", "overview-1.js"},
		"/p/bad":  {"portal-1.js party-1.js shared-1.js console-1.js", ""},
		"/d/CODE": {"portal-1.js", "party-1.js"},
	} {
		page := get(p, target).Body.String()
		for _, file := range strings.Fields(want[0]) {
			if !strings.Contains(page, file) {
				t.Errorf("%s does not load %s", target, file)
			}
		}
		if want[1] != "" && strings.Contains(page, want[1]) {
			t.Errorf("%s loads %s", target, want[1])
		}
	}
}

func get(p *pages.Pages, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	p := built(t)
	for target, want := range map[string]string{
		"/": "page", "/cases/1": "page", "/p/secret": "page", "/index.html": "page", "/.vite/manifest.json": "page", "/../../etc/passwd": "page",
		"/assets/a-1.js": "file", "/icon.svg": "file", "/assets/old.js": "none", "/assets/": "page",
	} {
		w := get(p, target)
		got := "none"
		switch {
		case w.Code == http.StatusOK && strings.Contains(w.Body.String(), "doctype"):
			got = "page"
		case w.Code == http.StatusOK:
			got = "file"
		}
		if got != want {
			t.Errorf("%s: %s (%d), want %s", target, got, w.Code, want)
		}
	}
}

func TestIndexHasItsOwnNonce(t *testing.T) {
	t.Parallel()
	p := built(t)
	a, b := get(p, "/"), get(p, "/")
	policy := a.Header().Get("Content-Security-Policy")
	if policy == "" || policy == b.Header().Get("Content-Security-Policy") {
		t.Fatalf("two pages share the policy %q", policy)
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(a.Body.String(), pages.NoncePlaceholder) {
		t.Errorf("policy %q, page %s", policy, a.Body)
	}
	nonce, _, _ := strings.Cut(policy[strings.Index(policy, "'nonce-")+7:], "'")
	if !strings.Contains(a.Body.String(), `nonce="`+nonce+`"`) {
		t.Error("the page has another nonce than its policy")
	}
	if a.Header().Get("Cache-Control") != "no-store" {
		t.Error("a page with a nonce may be cached")
	}
}

func TestCaching(t *testing.T) {
	t.Parallel()
	p := built(t)
	w := get(p, "/assets/a-1.js", "Accept-Encoding", "gzip, br")
	if w.Header().Get("Content-Encoding") != "gzip" || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("headers %v", w.Header())
	}
	plain := get(p, "/assets/a-1.js")
	if plain.Header().Get("Content-Encoding") != "" || plain.Header().Get("ETag") == w.Header().Get("ETag") {
		t.Errorf("headers %v", plain.Header())
	}
	if again := get(p, "/assets/a-1.js", "If-None-Match", plain.Header().Get("ETag")); again.Code != http.StatusNotModified {
		t.Errorf("status %d for what is known", again.Code)
	}
	if w := get(p, "/icon.svg"); w.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("a file whose name stays is cached: %v", w.Header())
	}
}

func TestWithoutPages(t *testing.T) {
	t.Parallel()
	p, err := pages.New(fstest.MapFS{".gitkeep": {}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if w := get(p, "/"); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "make build") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
}
