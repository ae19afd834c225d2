package verify

import (
	"fmt"
	"strings"
	"time"

	"offsite/evidence/bundle"
)

// required are the files that every bundle has.
func required() []string {
	return []string{
		bundle.BagIt, bundle.Incident, bundle.Custody, bundle.BagInfo, bundle.PayloadList,
		bundle.ManifestDoc, bundle.Signature, bundle.Token, bundle.TagList,
	}
}

// layout checks which files there are.
func (c *checker) layout() {
	before := c.wrong
	for _, path := range required() {
		if _, ok := c.file(path); !ok {
			c.fails(CheckLayout, path, "缺少此文件", "it is missing")
		}
	}
	known := map[string]bool{bundle.SM2Sig: true}
	for _, path := range required() {
		known[path] = true
	}
	for i := range c.tokens() {
		known[bundle.TokenPath(i)] = true
	}
	for _, f := range c.found.Files {
		if !f.Payload() && !known[f.Path] {
			c.fails(CheckLayout, f.Path, "证据包不应有此文件", "a bundle has no such file")
		}
	}
	if text, ok := c.found.Text[bundle.BagIt]; ok && string(text) != bundle.BagItText {
		c.fails(CheckLayout, bundle.BagIt, "内容不是 BagIt 1.0 声明", "it is not the declaration of BagIt 1.0")
	}
	c.sequence(before)
	c.bagInfo()
	c.unless(before, CheckLayout, "文件齐全，符合 BagIt（RFC 8493）格式", "the files are those of a bundle, laid out as BagIt (RFC 8493)")
}

// sequence checks the order of files; where files are missing, too many or
// renamed, others say so.
func (c *checker) sequence(before int) {
	want := c.order()
	if c.wrong > before || len(want) != len(c.found.Files) {
		return
	}
	for _, path := range want {
		if _, ok := c.file(path); !ok {
			return
		}
	}
	for i, f := range c.found.Files {
		if f.Path != want[i] {
			c.fails(CheckLayout, f.Path, "文件的位置应为 "+want[i], "in its place should be "+want[i])
			return
		}
	}
}

// bagInfo checks that bag-info.txt says what was sealed.
func (c *checker) bagInfo() {
	text, ok := c.found.Text[bundle.BagInfo]
	if !ok || c.manifest == nil || c.broken {
		return
	}
	var count, total int64
	for _, e := range c.manifest.Files {
		if strings.HasPrefix(e.Path, "data/") {
			count++
			total += e.Size
		}
	}
	lines := strings.Split(string(text), "\n")
	want := []string{
		"Bagging-Date: " + c.manifest.Sealed.UTC().Format(time.DateOnly), "Bag-Software-Agent: ",
		"External-Identifier: " + c.manifest.Bundle, fmt.Sprintf("Payload-Oxum: %d.%d", total, count), "",
	}
	if len(lines) != len(want) {
		c.fails(CheckLayout, bundle.BagInfo, "行数不对", "it has other lines than it should")
		return
	}
	for i, line := range lines {
		if line != want[i] && (i != 1 || !strings.HasPrefix(line, want[i])) {
			c.fails(CheckLayout, bundle.BagInfo, fmt.Sprintf("第 %d 行应为“%s”", i+1, want[i]), fmt.Sprintf("line %d should be %q", i+1, want[i]))
		}
	}
}
