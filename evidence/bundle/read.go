package bundle

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"sort"
	"strings"
	"time"

	"github.com/emmansun/gmsm/sm3"
)

// File is a file as it lies in the tar.
type File struct {
	Path   string
	Offset int64 // of its first byte in the tar
	Size   int64
	SHA256 [32]byte
	SM3    [32]byte

	head  fields // what its header says
	sound bool   // the header is as our writer writes it
}

// Payload tells whether the file belongs to the bag's payload.
func (f File) Payload() bool { return strings.HasPrefix(f.Path, "data/") }

// Problem is something in the tar that our writer would not have written.
type Problem struct {
	Index  int    // of the file in the tar, from 0
	Path   string // as the header says it
	Offset int64
	ZH, EN string
}

func (p Problem) Error() string {
	return fmt.Sprintf("%s (at byte %d of the tar): %s", p.Path, p.Offset, p.EN)
}

// Contents are what Read found.
type Contents struct {
	ID       string
	Modified time.Time
	Files    []File
	Text     map[string][]byte // of the small files that are not payload, by path
	Bytes    int64
	SHA256   [32]byte // of all bytes; where Read was given a Whole
	Problems []Problem
}

// File returns the file of that path.
func (c *Contents) File(path string) (File, bool) {
	for _, f := range c.Files {
		if f.Path == path {
			return f, true
		}
	}
	return File{}, false
}

// Extent says how much of a bundle the tar holds.
type Extent int

const (
	Whole Extent = iota // ends with the end of the tar
	Part                // a body, or a body and its seal
)

// maxProblems is how many problems are kept; more tell nothing new.
const maxProblems = 100

// Read reads a tar once, takes both digests of every file and, of a Whole, of all
// bytes, and reports what a sound bundle would not have. Memory is bounded by
// MaxTextBytes and MaxFiles. An error is a failure to read or a tar of more than
// maxBytes; what is wrong with the tar stands in Problems.
func Read(r io.Reader, extent Extent, maxBytes int64) (Contents, error) {
	rd := newReader(r, extent, maxBytes)
	rd.sm = newDigester()
	if extent == Whole {
		rd.whole = sha256.New()
	}
	return rd.read()
}

// Locate finds where the files of a whole bundle lie. It does not read the payload:
// sizes and digests of that are the manifest's word, and only the other files have
// their own (SHA-256 alone).
func Locate(r io.ReadSeeker, maxBytes int64) (Contents, error) {
	rd := newReader(r, Whole, maxBytes)
	rd.seek = r
	c, err := rd.read()
	if err != nil || len(c.Problems) > 0 {
		return c, err
	}
	m, err := ParseManifest(c.Text[ManifestDoc])
	if err != nil {
		return c, err
	}
	sealed := map[string]Entry{}
	for _, e := range m.Files {
		sealed[e.Path] = e
	}
	for i := range c.Files {
		f := &c.Files[i]
		if !f.Payload() {
			continue
		}
		e := sealed[f.Path]
		if _, err := hex.Decode(f.SHA256[:], []byte(e.SHA256)); err != nil || e.SHA256 == "" || e.Size != f.Size {
			return c, fmt.Errorf("locate the files of bundle %s: %s is not as its manifest says", c.ID, f.Path)
		}
	}
	return c, nil
}

func newReader(r io.Reader, extent Extent, maxBytes int64) *reader {
	return &reader{in: r, left: maxBytes, names: map[string]bool{}, extent: extent, out: Contents{Text: map[string][]byte{}}}
}

func (r *reader) read() (Contents, error) {
	err := r.run()
	r.agree()
	r.out.Bytes = r.at
	if r.whole != nil {
		r.whole.Sum(r.out.SHA256[:0])
	}
	if errors.Is(err, errGiveUp) {
		err = nil
	}
	return r.out, err
}

var errGiveUp = errors.New("nothing after this can be found")

type reader struct {
	in     io.Reader
	left   int64 // bytes that may still be read
	at     int64
	whole  hash.Hash // nil: not taken
	seek   io.Seeker // nil: the payload is read
	names  map[string]bool
	extent Extent
	text   int64 // bytes kept in memory
	sm     *digester
	out    Contents
	buf    [64 << 10]byte
}

func (r *reader) run() error {
	var block [blockBytes]byte
	for {
		n, err := r.full(block[:])
		if err != nil {
			return err
		}
		switch {
		case n == 0:
			if r.extent == Whole {
				r.problem("", "归档在结尾标记之前中断", "the tar breaks off before its end")
			}
			return nil
		case n < blockBytes:
			r.problem("", "归档在文件头中间中断", "the tar breaks off within a header")
			return nil
		case block == [blockBytes]byte{}:
			return r.end()
		}
		if err := r.file(block[:]); err != nil {
			return err
		}
	}
}

// file reads the file that the header block announces.
func (r *reader) file(block []byte) error {
	head, err := readHeader(block)
	path := head.path
	if err != nil {
		r.problem(path, "文件头损坏："+zhHeader(err), "its header is broken: "+err.Error())
		return errGiveUp
	}
	ok := sound(block, head)
	if ok {
		r.checkName(head)
	} else {
		r.problem(path, "文件头被改动", "its header was changed")
	}
	if len(r.out.Files) >= MaxFiles {
		r.problem(path, fmt.Sprintf("文件超过 %d 个", MaxFiles), fmt.Sprintf("there are more than %d files", MaxFiles))
		return errGiveUp
	}
	return r.content(File{Path: path, Offset: r.at, Size: head.size, head: head, sound: ok})
}

// agree takes id and time of the bundle from what most headers say, and names
// those that say something else.
func (r *reader) agree() {
	var most fields
	votes := 0
	for _, f := range r.out.Files { // Boyer and Moore's majority vote
		switch {
		case !f.sound:
		case votes == 0:
			most, votes = f.head, 1
		case f.head.sameBag(most):
			votes++
		default:
			votes--
		}
	}
	r.out.ID, r.out.Modified = most.id, most.modified
	for i, f := range r.out.Files {
		if f.sound && !f.head.sameBag(most) {
			r.problemAt(i, f.Path, "文件头的包号或时间与其他文件不同", "its header has another bundle id or time than the others")
		}
	}
	sort.SliceStable(r.out.Problems, func(i, j int) bool { return r.out.Problems[i].Index < r.out.Problems[j].Index })
}

func (r *reader) checkName(head fields) {
	if err := CheckID(head.id); err != nil {
		r.problem(head.path, "包号不合规则", err.Error())
	}
	if err := CheckPath(head.path); err != nil {
		r.problem(head.path, "文件名不合规则", err.Error())
	}
	folded := strings.ToLower(head.path)
	if r.names[folded] {
		r.problem(head.path, "文件名重复（不分大小写）", "there is another file of this name, case ignored")
	}
	r.names[folded] = true
}

func (r *reader) content(f File) error {
	if f.Size > r.left {
		r.problem(f.Path, "声称的大小超出上限", fmt.Sprintf("it claims %d bytes, more than the whole may have", f.Size))
		return errGiveUp
	}
	keep := !f.Payload()
	if keep && (f.Size > MaxTextBytes || r.text+f.Size > 2*MaxTextBytes) {
		r.problem(f.Path, "文件过大", fmt.Sprintf("it has %d bytes, more than such a file may have", f.Size))
		keep = false
	}
	if r.seek != nil && !keep {
		if _, err := r.seek.Seek(f.Size, io.SeekCurrent); err != nil {
			return fmt.Errorf("read bundle: %w", err)
		}
		r.at += f.Size
		r.left -= f.Size
		r.out.Files = append(r.out.Files, f)
		return r.padding(f)
	}
	var kept []byte
	sha := sha256.New()
	r.sm.begin(f.Size)
	for left := f.Size; left > 0; {
		room := r.sm.room(r.buf[:])
		chunk := room[:min(left, int64(len(room)))]
		n, err := r.take(chunk)
		if err != nil {
			r.sm.end()
			return err
		}
		chunk = chunk[:n]
		r.sm.write(chunk)
		r.add(chunk)
		sha.Write(chunk)
		if keep {
			kept = append(kept, chunk...)
		}
		left -= int64(n)
		if n == 0 || left > 0 && n < len(room) {
			r.sm.end()
			r.problem(f.Path, "归档在此文件中间中断", "the tar breaks off within this file")
			return errGiveUp
		}
	}
	sha.Sum(f.SHA256[:0])
	f.SM3 = r.sm.end()
	if keep {
		r.text += f.Size
		if _, twice := r.out.Text[f.Path]; !twice {
			r.out.Text[f.Path] = kept
		}
	}
	r.out.Files = append(r.out.Files, f)
	return r.padding(f)
}

func (r *reader) padding(f File) error {
	pad := r.buf[:padding(f.Size)]
	n, err := r.full(pad)
	if err != nil {
		return err
	}
	at := len(r.out.Files) - 1
	if n < len(pad) {
		r.problemAt(at, f.Path, "归档在此文件之后中断", "the tar breaks off after this file")
		return errGiveUp
	}
	for _, b := range pad {
		if b != 0 {
			r.problemAt(at, f.Path, "文件之后的填充字节被改动", "the padding after it was changed")
			break
		}
	}
	return nil
}

// end reads what follows the first zero block: one more, and nothing else.
func (r *reader) end() error {
	if r.extent == Part {
		r.problem("", "未封存的归档中出现结尾标记", "a part of a tar has an end")
		return errGiveUp
	}
	var block [blockBytes]byte
	n, err := r.full(block[:])
	if err != nil {
		return err
	}
	if n < blockBytes || block != [blockBytes]byte{} {
		r.problem("", "归档的结尾标记损坏", "the end of the tar is broken")
		return errGiveUp
	}
	n, err = r.full(block[:])
	if err != nil {
		return err
	}
	if n > 0 {
		r.problem("", "归档结尾之后还有内容", "something follows the end of the tar")
	}
	return errGiveUp
}

// full reads len(p) bytes, or fewer where the tar ends.
func (r *reader) full(p []byte) (int, error) {
	n, err := r.take(p)
	r.add(p[:n])
	return n, err
}

func (r *reader) add(p []byte) {
	if r.whole != nil {
		r.whole.Write(p)
	}
}

// take is full for bytes that are yet to be added to the digest of the whole.
func (r *reader) take(p []byte) (int, error) {
	if int64(len(p)) > r.left {
		return 0, fmt.Errorf("read bundle: it has more than the %d bytes that are allowed", r.at+r.left)
	}
	n, err := io.ReadFull(r.in, p)
	r.at += int64(n)
	r.left -= int64(n)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return n, fmt.Errorf("read bundle: %w", err)
	}
	return n, nil
}

func (r *reader) problem(path, zh, en string) { r.problemAt(len(r.out.Files), path, zh, en) }

func (r *reader) problemAt(index int, path, zh, en string) {
	if len(r.out.Problems) < maxProblems {
		r.out.Problems = append(r.out.Problems, Problem{Index: index, Path: clip(path), Offset: r.at, ZH: zh, EN: en})
	}
}

func zhHeader(err error) string {
	if strings.Contains(err.Error(), "size") {
		return "无法读出大小"
	}
	return "不是普通文件"
}

func digest(path string, data []byte) File {
	return File{Path: path, Size: int64(len(data)), SHA256: sha256.Sum256(data), SM3: sm3.Sum(data)}
}
