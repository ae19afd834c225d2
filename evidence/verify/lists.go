package verify

import (
	"encoding/hex"
	"fmt"
	"strings"

	"offsite/evidence/bundle"
)

// list is a file as `sha256sum -c` reads it.
type list struct {
	sums map[string]string
	bad  int // the first line that cannot be read, from 1
}

func parseList(text []byte) list {
	l := list{sums: map[string]string{}}
	for i, line := range strings.SplitAfter(string(text), "\n") {
		if line == "" {
			break
		}
		sum, path, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		_, twice := l.sums[path]
		if !ok || !strings.HasSuffix(line, "\n") || len(sum) != 64 || path == "" || twice {
			l.bad = i + 1
			break
		}
		l.sums[path] = sum
	}
	return l
}

// lists compares the files with the two lists that `sha256sum -c` reads.
func (c *checker) lists() {
	before := c.wrong
	c.list(bundle.PayloadList, parseList(c.found.Text[bundle.PayloadList]), bundle.File.Payload)
	c.list(bundle.TagList, c.tags, func(f bundle.File) bool { return !f.Payload() && f.Path != bundle.TagList })
	c.unless(before, CheckLists, "sha256sum 校验列表与文件一致", "the lists for sha256sum agree with the files")
}

// near tells whether two digests are alike: another file would have an entirely
// different one, so that the list was changed.
func near(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	same := 0
	for i := range len(a) {
		if a[i] == b[i] {
			same++
		}
	}
	return same > len(a)/2
}

// list compares one list with the files it covers. Where both differ, the one
// that nothing proves is the wrong one. A token proves itself, but not each of
// its bytes.
func (c *checker) list(name string, l list, covers func(bundle.File) bool) {
	text, ok := c.found.Text[name]
	if !ok {
		return // layout has named it
	}
	before := c.wrong
	var want []byte
	present := map[string]bool{}
	for _, f := range c.found.Files {
		if !covers(f) {
			continue
		}
		present[f.Path] = true
		sum := hex.EncodeToString(f.SHA256[:])
		want = fmt.Appendf(want, "%s  %s\n", sum, f.Path)
		listed, ok := l.sums[f.Path]
		switch {
		case listed == sum:
		case c.proven[f.Path] || (!ok && !c.proven[name]) || near(listed, sum):
			// The file is right, or the list alone speaks against it.
			c.fails(CheckLists, name, fmt.Sprintf("没有 %s 的正确摘要", f.Path), fmt.Sprintf("it does not have the digest of %s", f.Path))
		case !ok:
			c.fails(CheckLists, f.Path, name+" 没有列出此文件", "it does not stand in "+name)
		default:
			c.fails(CheckLists, f.Path, "摘要与 "+name+" 不符", "its digest is not the one in "+name)
		}
	}
	for path := range l.sums {
		if present[path] {
			continue
		}
		_, sealed := c.sealed[path]
		if sealed || c.proven[name] {
			c.fails(CheckLists, path, name+" 列出此文件，归档中没有", "it stands in "+name+" and is not in the tar")
		} else {
			c.fails(CheckLists, name, fmt.Sprintf("列出了不存在的文件 %.100q", path), fmt.Sprintf("it lists %.100q, which is not there", path))
		}
	}
	if c.wrong == before && string(text) != string(want) {
		c.fails(CheckLists, name, "内容或次序与应有的不同", "it is not written as this format writes it")
	}
}
