package offsite_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"regexp"
	"strings"
	"testing"
)

// pkg is what `go list` tells of a package of this module.
type pkg struct {
	ImportPath string
	Name       string
	Doc        string
	Deps       []string
	Imports    []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Name,Doc,Deps,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p pkg
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	for _, p := range packages(t) {
		if len(p.Doc) < 40 {
			t.Errorf("%s: its package comment is missing or says nothing: %q", p.ImportPath, p.Doc)
		}
	}
}

// The arrows of docs/architecture.md: what a folder must not reach, directly or
// through others.
func TestImportsPointOneWay(t *testing.T) {
	for _, rule := range []struct {
		from string
		not  []string
		why  string
	}{
		{"detectors", []string{"offsite/pipeline", "offsite/store", "offsite/api", "offsite/casework", "offsite/registry", "offsite/evidence", "github.com/jackc/pgx", "net/http"},
			"a rule knows looks and zones alone"},
		{"pipeline", []string{"offsite/store", "offsite/api", "offsite/casework", "offsite/registry", "offsite/evidence", "github.com/jackc/pgx"},
			"the pipeline knows nothing of database, HTTP or cases"},
		{"evidence", []string{"offsite/store", "offsite/api", "offsite/casework", "offsite/registry", "offsite/pipeline", "offsite/detectors"},
			"evidence knows nothing of cases"},
		{"evidence/verify", []string{"github.com/jackc/pgx", "github.com/minio/minio-go", "offsite/evidence/vault"},
			"the verifier imports the format alone"},
		{"store", []string{"offsite/registry", "offsite/casework", "offsite/api", "offsite/pipeline", "offsite/evidence"},
			"the store knows tables, not the domain"},
		{"registry", []string{"offsite/casework", "offsite/api", "offsite/pipeline", "offsite/evidence"},
			"base data know nothing of cases"},
		{"casework", []string{"offsite/api", "offsite/pipeline"},
			"cases know nothing of HTTP handlers and cameras' streams"},
	} {
		for _, p := range packages(t) {
			rel := strings.TrimPrefix(p.ImportPath, "offsite/")
			if rel != rule.from && !strings.HasPrefix(rel, rule.from+"/") {
				continue
			}
			for _, dep := range p.Deps {
				for _, not := range rule.not {
					if dep == not || strings.HasPrefix(dep, not+"/") {
						t.Errorf("%s reaches %s; %s", p.ImportPath, dep, rule.why)
					}
				}
			}
		}
	}
}

func TestNoVagueNames(t *testing.T) {
	for _, p := range packages(t) {
		switch path.Base(p.ImportPath) {
		case "utils", "util", "common", "helpers", "helper", "misc", "manager", "base":
			t.Errorf("%s: name it after what it is", p.ImportPath)
		}
	}
}

// What is built or measured is not kept: a repository never lets go of it.
func TestNoFileIsLarge(t *testing.T) {
	const most = 8 << 20
	out, err := exec.Command("git", "ls-files", "-z").Output()
	if err != nil {
		t.Skipf("SKIPPED: this is no checkout: %v", err)
	}
	for _, name := range strings.Split(strings.TrimRight(string(out), "\x00"), "\x00") {
		if info, err := os.Stat(name); err == nil && info.Size() > most {
			t.Errorf("%s has %d MiB: is it built? Take it out, and add it to .gitignore", name, info.Size()>>20)
		}
	}
}

// An address at which we listen is served by what slow, greedy or many clients cannot hold
// up. The two others serve processes of this machine alone, and are bounded in time and size.
func TestEveryListenerHasItsLimits(t *testing.T) {
	bounded := []string{"ReadHeaderTimeout:", "ReadTimeout:", "MaxHeaderBytes:"}
	bare := regexp.MustCompile(`[^.\w]http\.(ListenAndServe|Serve)(TLS)?\(`)
	want := map[string]bool{"api/crowd/server.go": true, "embedded/tsa/authority.go": true, "pipeline/onvif/responder/responder.go": true}
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (name == "build" || name == "data" || e.Name() == "node_modules" || strings.HasPrefix(name, ".") && name != "."):
			return fs.SkipDir
		case e.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(name)
		for _, rest := range strings.Split(string(text), "http.Server{")[1:] {
			literal, _, _ := strings.Cut(rest, "}")
			for _, limit := range bounded {
				if !want[name] || !strings.Contains(literal, limit) {
					t.Errorf("%s makes an HTTP server without %s: take crowd.Server", name, limit)
				}
			}
			delete(want, name)
		}
		if bare.Match(text) {
			t.Errorf("%s serves HTTP without limits: take crowd.Server", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range want {
		t.Errorf("%s makes no HTTP server any more: take it off this list", name)
	}
}
