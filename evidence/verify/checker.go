package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"offsite/evidence/bundle"
)

// maxWrong is how many wrong checks are reported; more tell nothing new.
const maxWrong = 200

// checker looks at what was read.
type checker struct {
	found  bundle.Contents
	trust  *Trust
	report Report
	wrong  int

	manifest *bundle.Manifest        // nil where it cannot be read
	sealed   map[string]bundle.Entry // by path, from the manifest
	byPath   map[string]bundle.File
	tags     list            // tagmanifest-sha256.txt
	proven   map[string]bool // files that a signature or their own proves
	broken   bool            // the seal is wrong: the manifest proves nothing
}

func (c *checker) run() {
	c.byPath = make(map[string]bundle.File, len(c.found.Files))
	for i := len(c.found.Files) - 1; i >= 0; i-- { // the first of a name counts
		c.byPath[c.found.Files[i].Path] = c.found.Files[i]
	}
	c.tags = parseList(c.found.Text[bundle.TagList])
	c.readManifest()
	c.aboutManifest()
	c.seals()
	c.container()
	c.layout()
	c.timestamps()
	c.files()
	c.lists()
	c.chain()
	c.sort()
}

// sort brings the checks into the order of their names; some are made early
// since others need their outcome.
func (c *checker) sort() {
	var sorted []Check
	for _, name := range []string{CheckContainer, CheckLayout, CheckManifest, CheckSeal, CheckFiles, CheckLists, CheckTimestamp, CheckChain} {
		for _, check := range c.report.Checks {
			if check.Name == name {
				sorted = append(sorted, check)
			}
		}
	}
	c.report.Checks = sorted
}

func (c *checker) file(path string) (bundle.File, bool) {
	f, ok := c.byPath[path]
	return f, ok
}

func (c *checker) holds(name, zh, en string) {
	c.report.Holds(name, zh, en)
}

func (c *checker) fails(name, file, zh, en string) {
	c.wrong++
	if c.wrong > maxWrong {
		return
	}
	if file != "" {
		zh, en = file+"："+zh, file+": "+en
	}
	c.report.Fails(name, file, zh, en)
}

func (c *checker) cannotTell(name, file, zh, en string) {
	if file != "" {
		zh, en = file+"："+zh, file+": "+en
	}
	c.report.CannotTell(name, file, zh, en)
}

// unless adds the sentence that a check holds where nothing was found wrong
// since before.
func (c *checker) unless(before int, name, zh, en string) {
	if c.wrong == before {
		c.holds(name, zh, en)
	}
}

// readManifest parses the manifest, silently; aboutManifest speaks of it.
func (c *checker) readManifest() {
	text, ok := c.found.Text[bundle.ManifestDoc]
	if !ok {
		return
	}
	sum := sha256.Sum256(text)
	c.report.ManifestSHA256 = hex.EncodeToString(sum[:])
	m, err := bundle.ParseManifest(text)
	if err != nil {
		return
	}
	c.manifest = &m
	for _, e := range m.Files {
		c.sealed[e.Path] = e
	}
	c.report.Kind, c.report.Camera, c.report.SealedAt = m.Kind, m.Camera, m.Sealed
	if m.Previous != nil {
		c.report.PreviousBundle, c.report.PreviousManifestSHA256 = m.Previous.Bundle, m.Previous.ManifestSHA256
	}
	if m.Parent != nil {
		c.report.ParentBundle = m.Parent.Bundle
	}
}

// container reports what the reader found in the tar.
func (c *checker) container() {
	before := c.wrong
	for _, p := range c.found.Problems {
		c.fails(CheckContainer, c.nameOf(p), p.ZH, p.EN)
	}
	c.unless(before, CheckContainer,
		fmt.Sprintf("归档完整，共 %d 个文件、%d 字节", len(c.found.Files), c.found.Bytes),
		fmt.Sprintf("the tar is whole: %d files, %d bytes", len(c.found.Files), c.found.Bytes))
}

// nameOf names the file that a problem is about. Where its header gives a name
// that no list knows, it is the file that should be in that place, or the only
// one that is missing.
func (c *checker) nameOf(p bundle.Problem) string {
	expected := c.order()
	if expected == nil {
		if _, ok := c.found.Text[bundle.TagList]; !ok {
			return p.Path // nothing says what there should be
		}
		for path := range c.tags.sums {
			expected = append(expected, path)
		}
		for path := range parseList(c.found.Text[bundle.PayloadList]).sums {
			expected = append(expected, path)
		}
		expected = append(expected, bundle.TagList)
	}
	missing, count := "", 0
	for _, path := range expected {
		if path == p.Path {
			return path
		}
		if _, ok := c.file(path); !ok {
			missing = path
			count++
		}
	}
	switch {
	case p.Path == "" && p.Index >= len(c.found.Files): // the end of the tar
		return ""
	case !c.broken && p.Index < len(expected):
		return expected[p.Index]
	case count == 1:
		return missing
	}
	return p.Path
}

// order is which files the tar should hold, in which order, or nothing where the
// manifest does not say.
func (c *checker) order() []string {
	if c.manifest == nil || c.broken {
		return nil
	}
	var out []string
	for _, e := range c.manifest.Files {
		out = append(out, e.Path)
	}
	out = append(out, bundle.ManifestDoc)
	for _, s := range c.manifest.Seals {
		out = append(out, s.File)
	}
	for i := range c.tokens() {
		out = append(out, bundle.TokenPath(i))
	}
	return append(out, bundle.TagList)
}

// tokens is how many timestamp tokens there are; there should be one at least.
func (c *checker) tokens() int {
	n := 1
	for ; n < maxTokens; n++ {
		if _, ok := c.found.Text[bundle.TokenPath(n)]; !ok {
			break
		}
	}
	return n
}

const maxTokens = 8
