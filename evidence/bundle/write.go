package bundle

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"
)

// Writer writes entries of one bag's tar. It writes no end: bundles grow in
// parts (body, seal, token), and only the last part ends with End.
type Writer struct {
	w        io.Writer
	id       string
	modified time.Time
}

// NewWriter writes entries of the bag id; modified is their time in the tar, the
// moment the incident was raised.
func NewWriter(w io.Writer, id string, modified time.Time) (*Writer, error) {
	if err := CheckID(id); err != nil {
		return nil, err
	}
	if s := modified.Unix(); s < 0 || s >= 1<<33 {
		return nil, fmt.Errorf("bundle %s: its time %s cannot stand in a tar", id, modified)
	}
	return &Writer{w: w, id: id, modified: modified}, nil
}

// Add writes one file.
func (w *Writer) Add(path string, data []byte) error {
	if err := CheckPath(path); err != nil {
		return err
	}
	head, err := header(w.id, path, int64(len(data)), w.modified)
	if err != nil {
		return err
	}
	for _, part := range [][]byte{head, data, make([]byte, padding(int64(len(data))))} {
		if _, err := w.w.Write(part); err != nil {
			return fmt.Errorf("write %s of bundle %s: %w", path, w.id, err)
		}
	}
	return nil
}

// End writes the end of the tar.
func (w *Writer) End() error {
	if _, err := w.w.Write(make([]byte, 2*blockBytes)); err != nil {
		return fmt.Errorf("write the end of bundle %s: %w", w.id, err)
	}
	return nil
}

// Payload is one file of the body; Path is relative to data/.
type Payload struct {
	Path string
	Data []byte
}

// WriteBody writes the bag's declaration and its payload, in the order given.
// data/custody.ndjson comes with the seal.
func WriteBody(w io.Writer, id string, raised time.Time, files []Payload) error {
	out, err := NewWriter(w, id, raised)
	if err != nil {
		return err
	}
	if len(files) > MaxFiles-16 {
		return fmt.Errorf("bundle %s has %d files; %d are allowed", id, len(files), MaxFiles-16)
	}
	if err := out.Add(BagIt, []byte(BagItText)); err != nil {
		return err
	}
	seen := map[string]bool{strings.ToLower(Custody): true}
	for _, f := range files {
		path := "data/" + f.Path
		if folded := strings.ToLower(path); seen[folded] {
			return fmt.Errorf("bundle %s has %s twice", id, path)
		} else {
			seen[folded] = true
		}
		if err := out.Add(path, f.Data); err != nil {
			return err
		}
	}
	return nil
}

// BodySum stands for the bytes that WriteBody writes: they follow from id, time,
// names and contents.
func BodySum(id string, raised time.Time, files []Payload) string {
	list := []File{{Path: BagIt, SHA256: sha256.Sum256([]byte(BagItText))}}
	for _, f := range files {
		list = append(list, File{Path: "data/" + f.Path, SHA256: sha256.Sum256(f.Data)})
	}
	return bodySum(id, raised, list)
}

// BodySum is that of a body in which Read found no problem.
func (c *Contents) BodySum() string { return bodySum(c.ID, c.Modified, c.Files) }

func bodySum(id string, modified time.Time, files []File) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%s %d\n", id, modified.Unix())
	for _, f := range files {
		fmt.Fprintf(sum, "%x  %s\n", f.SHA256, f.Path)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Signed is one signature over the manifest.
type Signed struct {
	Path      string // Signature or SM2Sig
	Algorithm string
	KeyID     string
	Bytes     []byte
}

// WriteSeal returns the part that follows the body: custody record, bag-info,
// payload list, the canonical manifest and its signatures. body is what Read
// found in the body. The manifest is returned too.
func WriteSeal(body Contents, m Manifest, custody []byte, agent string, sign func(manifest []byte) ([]Signed, error)) (part, manifest []byte, err error) {
	var buf bytes.Buffer
	out, err := NewWriter(&buf, m.Bundle, body.Modified)
	if err != nil {
		return nil, nil, err
	}
	files := append([]File(nil), body.Files...)
	add := func(path string, data []byte) error {
		files = append(files, digest(path, data))
		return out.Add(path, data)
	}
	if err := add(Custody, custody); err != nil {
		return nil, nil, err
	}
	if err := add(BagInfo, bagInfo(m, agent, files)); err != nil {
		return nil, nil, err
	}
	if err := add(PayloadList, checksums(files, true)); err != nil {
		return nil, nil, err
	}
	m.Files = entries(files)
	manifest, err = m.canonical()
	if err != nil {
		return nil, nil, err
	}
	if err := out.Add(ManifestDoc, manifest); err != nil {
		return nil, nil, err
	}
	signatures, err := sign(manifest)
	if err != nil {
		return nil, nil, fmt.Errorf("seal bundle %s: %w", m.Bundle, err)
	}
	for _, s := range signatures {
		if err := out.Add(s.Path, s.Bytes); err != nil {
			return nil, nil, err
		}
	}
	return buf.Bytes(), manifest, nil
}

// WriteEnd returns the last part: the timestamp tokens, the list of tag files
// and the end of the tar. sealed is what Read found in body and seal.
func WriteEnd(sealed Contents, tokens ...[]byte) ([]byte, error) {
	var buf bytes.Buffer
	out, err := NewWriter(&buf, sealed.ID, sealed.Modified)
	if err != nil {
		return nil, err
	}
	files := append([]File(nil), sealed.Files...)
	for i, token := range tokens {
		path := TokenPath(i)
		files = append(files, digest(path, token))
		if err := out.Add(path, token); err != nil {
			return nil, err
		}
	}
	if err := out.Add(TagList, checksums(files, false)); err != nil {
		return nil, err
	}
	if err := out.End(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// TokenPath is where the i-th authority's token lies, from 0.
func TokenPath(i int) string {
	if i == 0 {
		return Token
	}
	return fmt.Sprintf("seal/manifest.%d.tsr", i+1)
}

func bagInfo(m Manifest, agent string, files []File) []byte {
	var count, total int64
	for _, f := range files {
		if f.Payload() {
			count++
			total += f.Size
		}
	}
	return fmt.Appendf(nil, "Bagging-Date: %s\nBag-Software-Agent: %s\nExternal-Identifier: %s\nPayload-Oxum: %d.%d\n",
		m.Sealed.UTC().Format(time.DateOnly), agent, m.Bundle, total, count)
}

// checksums is a list as `sha256sum -c` reads it, of payload or tag files.
func checksums(files []File, payload bool) []byte {
	var out []byte
	for _, f := range files {
		if f.Payload() == payload {
			out = fmt.Appendf(out, "%x  %s\n", f.SHA256, f.Path)
		}
	}
	return out
}
