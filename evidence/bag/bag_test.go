package bag_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offsite/evidence/bag"
)

var day = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

func fill(t *testing.T, w *bag.Writer) {
	t.Helper()
	for path, text := range map[string]string{"案卷.txt": "案卷", "documents/1.pdf": strings.Repeat("x", 100_000), "empty": ""} {
		if _, err := w.Add(path, strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"empty", "../out", "/etc/passwd", "a\nb"} {
		if _, err := w.Add(path, strings.NewReader("")); err == nil {
			t.Errorf("%q is taken", path)
		}
	}
	if n := len(w.Files()); n != 3 {
		t.Errorf("%d files", n)
	}
	if err := w.Close("case 1", "offsite test"); err != nil {
		t.Fatal(err)
	}
}

// sound runs what a court has.
func sound(t *testing.T, dir string) {
	t.Helper()
	for _, manifest := range []string{"manifest-sha256.txt", "tagmanifest-sha256.txt"} {
		cmd := exec.Command("sha256sum", "--check", "--strict", "--quiet", manifest)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", manifest, err, out)
		}
	}
	info, err := os.ReadFile(filepath.Join(dir, "bag-info.txt"))
	if err != nil || !strings.Contains(string(info), "Payload-Oxum: 100006.3\n") || !strings.Contains(string(info), "Bagging-Date: 2026-11-24\n") {
		t.Errorf("%v %s", err, info)
	}
}

func TestFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "bag")
	w, err := bag.Folder(dir, day)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, w)
	sound(t, dir)
	if _, err := bag.Folder(dir, day); err == nil {
		t.Error("a folder that is there is written into")
	}
}

func TestZip(t *testing.T) {
	t.Parallel()
	var one, two bytes.Buffer
	for _, out := range []*bytes.Buffer{&one, &two} {
		w := bag.Zip(out, "case-1", day)
		if _, err := w.Add("a", strings.NewReader("a")); err != nil {
			t.Fatal(err)
		}
		if err := w.Close("case 1", "offsite test"); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("the same files give another ZIP")
	}
	var out bytes.Buffer
	fill(t, bag.Zip(&out, "case-1", day))
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sound(t, filepath.Join(dir, "case-1"))
}
