package verify

import (
	"encoding/hex"
	"fmt"

	"offsite/evidence/bundle"
)

// files compares every file with the manifest.
func (c *checker) files() {
	if c.manifest == nil || c.broken {
		c.cannotTell(CheckFiles, "", "封存清单不可信，各文件只能与校验列表比较", "the manifest cannot be relied on; the files can be compared with the lists alone")
		return
	}
	before := c.wrong
	present := map[string]bool{}
	for _, f := range c.found.Files {
		present[f.Path] = true
		e, ok := c.sealed[f.Path]
		if !ok {
			if f.Payload() {
				c.fails(CheckFiles, f.Path, "封存之后加入的文件", "it was added after the seal")
			}
			continue
		}
		if c.asSealed(f, e) {
			c.proven[f.Path] = true
		}
	}
	for _, e := range c.manifest.Files {
		if !present[e.Path] {
			c.fails(CheckFiles, e.Path, "封存之后被移除", "it was removed after the seal")
		}
	}
	c.unless(before, CheckFiles,
		fmt.Sprintf("%d 个文件的大小、SHA-256、SM3 均与封存时一致", len(c.manifest.Files)),
		fmt.Sprintf("%d files have the size, SHA-256 and SM3 under which they were sealed", len(c.manifest.Files)))
}

func (c *checker) asSealed(f bundle.File, e bundle.Entry) bool {
	sha, sm := hex.EncodeToString(f.SHA256[:]), hex.EncodeToString(f.SM3[:])
	switch {
	case f.Size != e.Size:
		c.fails(CheckFiles, f.Path, fmt.Sprintf("大小为 %d 字节，封存时为 %d", f.Size, e.Size), fmt.Sprintf("it has %d bytes and was sealed with %d", f.Size, e.Size))
	case sha != e.SHA256:
		c.fails(CheckFiles, f.Path, "内容被改动（SHA-256 不符）", "its contents were changed (SHA-256 differs)")
	case sm != e.SM3:
		c.fails(CheckFiles, f.Path, "内容被改动（SM3 不符）", "its contents were changed (SM3 differs)")
	default:
		return true
	}
	return false
}
