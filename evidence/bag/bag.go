// Package bag writes BagIt bags (RFC 8493) of many files, for handing over: as a ZIP
// or as a folder.
//
// In: files, one after the other, of any size. Out: the same files under data/, with
// their SHA-256 in manifest-sha256.txt, so that `sha256sum --check` and every BagIt
// validator tell whether they arrived whole. Nothing is held in memory.
package bag

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Entry is a file of the bag.
type Entry struct {
	Path   string // "data/…"
	Size   int64
	SHA256 string // hex
}

// Writer writes one bag.
type Writer struct {
	create func(name string) (io.WriteCloser, error)
	finish func() error
	at     time.Time
	files  []Entry
	known  map[string]bool
}

// Zip writes the bag as a ZIP in which everything lies under the folder name. Of
// what is in bundles nothing could be compressed, so nothing is.
func Zip(w io.Writer, name string, at time.Time) *Writer {
	z := zip.NewWriter(w)
	return &Writer{at: at, known: map[string]bool{}, finish: z.Close, create: func(path string) (io.WriteCloser, error) {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name + "/" + path, Method: zip.Store, Modified: at.UTC()})
		return open{f}, err
	}}
}

// open is a file of a ZIP, which the next one ends.
type open struct{ io.Writer }

func (open) Close() error { return nil }

// Folder writes the bag into a folder that must not exist yet.
func Folder(dir string, at time.Time) (*Writer, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the bag: %w", err)
	}
	return &Writer{at: at, known: map[string]bool{}, finish: func() error { return nil }, create: func(path string) (io.WriteCloser, error) {
		path = filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
		return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	}}, nil
}

// Add writes a file under data/.
func (w *Writer) Add(path string, r io.Reader) (Entry, error) {
	valid := fs.ValidPath(path)
	path = "data/" + path
	if !valid || strings.ContainsAny(path, "\\\r\n") || w.known[path] {
		return Entry{}, fmt.Errorf("add %q to the bag: this is no name, or it is there already", path)
	}
	e, err := w.write(path, r)
	if err != nil {
		return e, err
	}
	w.known[path] = true
	w.files = append(w.files, e)
	return e, nil
}

func (w *Writer) write(path string, r io.Reader) (Entry, error) {
	f, err := w.create(path)
	if err != nil {
		return Entry{}, fmt.Errorf("add %q to the bag: %w", path, err)
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, sum), r)
	if err := errors.Join(err, f.Close()); err != nil {
		return Entry{}, fmt.Errorf("add %q to the bag: %w", path, err)
	}
	return Entry{path, n, hex.EncodeToString(sum.Sum(nil))}, nil
}

// Files are those that were added.
func (w *Writer) Files() []Entry { return w.files }

// Close writes what makes the files a bag. name is its External-Identifier.
func (w *Writer) Close(name, agent string) error {
	var bytes int64
	for _, e := range w.files {
		bytes += e.Size
	}
	info := fmt.Sprintf("Bagging-Date: %s\nBag-Software-Agent: %s\nExternal-Identifier: %s\nPayload-Oxum: %d.%d\n",
		w.at.UTC().Format(time.DateOnly), agent, name, bytes, len(w.files))
	var tags []Entry
	for _, tag := range [][2]string{
		{"bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"},
		{"bag-info.txt", info},
		{"manifest-sha256.txt", list(w.files)},
	} {
		e, err := w.write(tag[0], strings.NewReader(tag[1]))
		if err != nil {
			return err
		}
		tags = append(tags, e)
	}
	if _, err := w.write("tagmanifest-sha256.txt", strings.NewReader(list(tags))); err != nil {
		return err
	}
	if err := w.finish(); err != nil {
		return fmt.Errorf("end the bag: %w", err)
	}
	return nil
}

// list is what sha256sum reads.
func list(files []Entry) string {
	var b strings.Builder
	for _, e := range files {
		b.WriteString(e.SHA256 + "  " + e.Path + "\n")
	}
	return b.String()
}
