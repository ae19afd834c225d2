package verify_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offsite/bench"
	"offsite/evidence/bundle"
	"offsite/evidence/seal"
	"offsite/evidence/specimen"
	"offsite/evidence/verify"
)

func check(t *testing.T, tar []byte, trust *seal.Trust) verify.Report {
	t.Helper()
	r, err := verify.Bundle(t.Context(), bytes.NewReader(tar), trust, verify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// firstWrong is the file that the first failed check names.
func firstWrong(r verify.Report) (verify.Check, bool) {
	for _, c := range r.Checks {
		if !c.OK && !c.Unchecked {
			return c, true
		}
	}
	return verify.Check{}, false
}

func wrong(r verify.Report) string {
	var out []string
	for _, c := range r.Checks {
		if !c.OK {
			out = append(out, c.Name+" "+c.EN)
		}
	}
	return strings.Join(out, "\n")
}

func payload() []bundle.Payload {
	return []bundle.Payload{
		{Path: "camera.json", Data: []byte(`{"place":"Bubai"}`)},
		{Path: "clip.mp4", Data: bytes.Repeat([]byte{7}, 700)},
		{Path: "stills/0001.h264", Data: []byte{0, 0, 0, 1, 0x65}},
		{Path: "empty.ndjson"},
	}
}

func TestSoundBundleHolds(t *testing.T) {
	t.Parallel()
	m := specimen.New(t)
	previous := &bundle.Link{Bundle: "0198c000-0000-7000-8000-000000000001", ManifestSHA256: strings.Repeat("a", 64)}
	for name, s := range map[string]specimen.Spec{
		"plain":          {Files: payload()},
		"minimal":        {},
		"with SM2":       {Files: payload(), SM2: true},
		"two tokens":     {Tokens: 2},
		"with a past":    {Previous: previous},
		"redacted child": {Parent: previous},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := check(t, m.Bundle(t, s), m.Trust)
			if r.Exit() != 0 {
				t.Fatalf("exit %d:\n%s", r.Exit(), wrong(r))
			}
			if len(r.Checks) != 8 || r.Bundle == "" || r.SealKeyID != m.Key.ID() || r.TimestampAt.IsZero() || r.Files == 0 {
				t.Fatalf("report %+v", r)
			}
			for _, c := range r.Checks {
				if c.ZH == "" || c.EN == "" {
					t.Errorf("check %s says nothing", c.Name)
				}
			}
		})
	}
}

// owner tells which file a byte of the tar belongs to: its header, contents and
// padding.
func owner(t *testing.T, tar []byte) func(at int) string {
	t.Helper()
	c, err := bundle.Read(bytes.NewReader(tar), bundle.Whole, 1<<30)
	if err != nil || len(c.Problems) > 0 {
		t.Fatalf("%v %v", err, c.Problems)
	}
	return func(at int) string {
		for _, f := range c.Files {
			if int64(at) < f.Offset+(f.Size+511)/512*512 {
				return f.Path
			}
		}
		return "" // the end of the tar
	}
}

var (
	walk    = flag.Bool("walk", false, "change every single byte, which takes minutes")
	figures = flag.String("figures", "", "folder to write tamper-walk.json and tamper-walk.md to")
)

// tampered counts what was done to a bundle and found.
type tampered struct{ cases, found, named int }

// write writes what came of it for the page, where that is wanted.
func (c tampered) write(t *testing.T, name, what string) {
	t.Helper()
	t.Logf("%s: %d cases, %d found, %d with the right file", what, c.cases, c.found, c.named)
	if *figures == "" {
		return
	}
	key := strings.ReplaceAll(name, "-", "_")
	set := bench.Set{}
	for suffix, n := range map[string]int{"_cases": c.cases, "_found": c.found, "_named": c.named} {
		set[key+suffix] = bench.Figure{Value: float64(n), Unit: "cases", Goal: fmt.Sprintf("= %d", c.cases), Command: "make fault-walk"}
	}
	if err := set.Write(*figures, name); err != nil {
		t.Fatal(err)
	}
	row := fmt.Sprintf("| %s | %d | %d | %d |\n", what, c.cases, c.found, c.named)
	if err := os.WriteFile(filepath.Join(*figures, name+".md"), []byte(row), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Every byte of a small bundle is changed, one at a time: each change is found,
// and the first finding names the right file.
func TestEveryChangedByteIsFoundAndItsFileNamed(t *testing.T) {
	t.Parallel()
	m := specimen.New(t)
	tar := m.Bundle(t, specimen.Spec{Files: payload(), SM2: true})
	of := owner(t, tar)
	step := 13
	switch {
	case *walk:
		step = 1
	case testing.Short() || raceEnabled:
		step = 61
	}
	var count tampered
	for at := rand.N(step); at < len(tar); at += step {
		old := tar[at]
		tar[at] ^= 1 << rand.N(8)
		r := check(t, tar, m.Trust)
		tar[at] = old
		count.cases++
		c, found := firstWrong(r)
		if !found || r.Exit() != 1 {
			t.Errorf("byte %d of %s: the change is not found; exit %d", at, of(at), r.Exit())
			continue
		}
		count.found++
		if c.File != of(at) {
			t.Errorf("byte %d of %q: %q is named\n%s", at, of(at), c.File, wrong(r))
			continue
		}
		count.named++
	}
	count.write(t, "tamper-bytes", fmt.Sprintf("one bit of one byte, of %d bytes", len(tar)))
}

// split takes the tar apart into files, each with header and padding.
func split(t *testing.T, tar []byte) (paths []string, parts [][]byte) {
	t.Helper()
	c, err := bundle.Read(bytes.NewReader(tar), bundle.Whole, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range c.Files {
		paths = append(paths, f.Path)
		parts = append(parts, tar[f.Offset-512:f.Offset+(f.Size+511)/512*512])
	}
	return paths, parts
}

func join(parts [][]byte) []byte {
	return append(bytes.Join(parts, nil), make([]byte, 1024)...)
}

// build writes a tar of those files as our writer would.
func build(t *testing.T, id string, raised time.Time, paths []string, data [][]byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	w, err := bundle.NewWriter(&buf, id, raised)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range paths {
		if err := w.Add(p, data[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.End(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// Whole files are removed, added, renamed, swapped between bundles and moved.
func TestEveryMovedFileIsFoundAndNamed(t *testing.T) {
	t.Parallel()
	m := specimen.New(t)
	const id = "0198c000-0000-7000-8000-000000000007"
	now := time.Now()
	spec := specimen.Spec{ID: id, Files: payload(), SM2: true, Sealed: now}
	a := m.Bundle(t, spec)
	spec.Files = payload()
	spec.Files[1].Data = bytes.Repeat([]byte{8}, 700)
	spec.Sealed = now.Add(2 * time.Second)
	b := m.Bundle(t, spec)
	paths, parts := split(t, a)
	_, others := split(t, b)
	var count tampered
	named := func(t *testing.T, what string, tar []byte, files ...string) {
		t.Helper()
		r := check(t, tar, m.Trust)
		count.cases++
		if r.Exit() == 1 {
			count.found++
		} else {
			t.Errorf("%s: exit %d", what, r.Exit())
		}
		for _, c := range r.Checks {
			for _, f := range files {
				if !c.OK && !c.Unchecked && c.File == f {
					count.named++
					return
				}
			}
		}
		t.Errorf("%s: %v is not named:\n%s", what, files, wrong(r))
	}
	for i, path := range paths {
		without := append(append([][]byte{}, parts[:i]...), parts[i+1:]...)
		named(t, "removed "+path, join(without), path)
		twice := append(append(append([][]byte{}, parts[:i+1]...), parts[i]), parts[i+1:]...)
		named(t, "twice "+path, join(twice), path)
		swapped := append([][]byte{}, parts...)
		if !bytes.Equal(parts[i], others[i]) {
			swapped[i] = others[i]
			named(t, "swapped "+path, join(swapped), path)
		}
		last := append(append(append([][]byte{}, parts[:i]...), parts[i+1:]...), parts[i])
		if i < len(parts)-1 {
			next := paths[i+1]
			named(t, "moved "+path, join(last), path, next)
		}
	}
	var data [][]byte
	for _, p := range parts {
		c, err := bundle.Read(bytes.NewReader(p), bundle.Part, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		data = append(data, p[512:512+c.Files[0].Size])
	}
	raised := now.Add(-time.Second)
	if r := check(t, build(t, id, raised, paths, data), m.Trust); r.Exit() != 0 {
		t.Fatalf("the tar written again:\n%s", wrong(r))
	}
	for i, path := range paths {
		renamed := append([]string{}, paths...)
		renamed[i] = path + "x"
		named(t, "renamed "+path, build(t, id, raised, renamed, data), path)
	}
	for _, extra := range []string{"data/more.txt", "notes.txt", "seal/more.tsr", "seal/manifest.2.tsr"} {
		named(t, "added "+extra, build(t, id, raised, append(append([]string{}, paths...), extra), append(append([][]byte{}, data...), []byte("x"))), extra)
	}
	named(t, "other id", build(t, "0198c000-0000-7000-8000-000000000008", raised, paths, data), bundle.ManifestDoc)
	named(t, "other time", build(t, id, raised.Add(time.Hour), paths, data), bundle.ManifestDoc)
	count.write(t, "tamper-files", "a file removed, doubled, added, renamed, moved, or swapped for the same file of another bundle")
}

func TestTrustDecides(t *testing.T) {
	t.Parallel()
	m, stranger := specimen.New(t), specimen.New(t)
	tar := m.Bundle(t, specimen.Spec{SM2: true})
	trust := func(change func(*seal.Trust)) *seal.Trust {
		c := &seal.Trust{Format: m.Trust.Format, Keys: append([]seal.TrustedKey{}, m.Trust.Keys...), Authorities: append([]seal.TrustedAuthority{}, m.Trust.Authorities...)}
		change(c)
		return c
	}
	past := time.Now().Add(-time.Hour)
	for name, c := range map[string]struct {
		trust *seal.Trust
		exit  int
		check string
		says  string
	}{
		"none at all":       {nil, 2, verify.CheckSeal, "not among those"},
		"other keys":        {trust(func(t *seal.Trust) { t.Keys = stranger.Trust.Keys }), 2, verify.CheckSeal, "not among those"},
		"other authorities": {trust(func(t *seal.Trust) { t.Authorities = stranger.Trust.Authorities }), 2, verify.CheckTimestamp, "no trusted authority"},
		"revoked":           {trust(func(t *seal.Trust) { t.Keys[0].Revoked = "stolen" }), 1, verify.CheckSeal, "revoked: stolen"},
		"too early":         {trust(func(t *seal.Trust) { t.Keys[0].ValidFrom = time.Now().Add(time.Hour) }), 1, verify.CheckSeal, "not in force"},
		"too late":          {trust(func(t *seal.Trust) { t.Keys[0].ValidTo = &past }), 1, verify.CheckSeal, "not in force"},
		"one key unknown":   {trust(func(t *seal.Trust) { t.Keys = t.Keys[:1] }), 2, verify.CheckSeal, "not among those"},
	} {
		r := check(t, tar, c.trust)
		if r.Exit() != c.exit {
			t.Errorf("%s: exit %d:\n%s", name, r.Exit(), wrong(r))
		}
		if !strings.Contains(wrong(r), c.check+" ") || !strings.Contains(wrong(r), c.says) {
			t.Errorf("%s:\n%s", name, wrong(r))
		}
	}
	// A bundle that someone else sealed in our name.
	forged := stranger.Bundle(t, specimen.Spec{})
	if r := check(t, forged, m.Trust); r.Exit() != 2 {
		t.Errorf("a stranger's bundle: exit %d", r.Exit())
	}
}

func TestSealedInTheFutureIsFound(t *testing.T) {
	t.Parallel()
	m := specimen.New(t)
	r := check(t, m.Bundle(t, specimen.Spec{Sealed: time.Now().Add(time.Hour)}), m.Trust)
	if c, found := firstWrong(r); !found || c.Name != verify.CheckTimestamp || c.File != bundle.Token {
		t.Fatalf("exit %d:\n%s", r.Exit(), wrong(r))
	}
}

func TestReadingStops(t *testing.T) {
	t.Parallel()
	m := specimen.New(t)
	tar := m.Bundle(t, specimen.Spec{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := verify.Bundle(ctx, bytes.NewReader(tar), m.Trust, verify.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context: %v", err)
	}
	if _, err := verify.Bundle(t.Context(), bytes.NewReader(tar), m.Trust, verify.Options{MaxBytes: 4096}); err == nil {
		t.Error("more than MaxBytes is read")
	}
}
