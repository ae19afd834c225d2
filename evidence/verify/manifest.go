package verify

import (
	"fmt"
	"strings"
	"time"

	"offsite/evidence/bundle"
)

// MaxSkew is by how much the clocks of machine and authority may differ.
const MaxSkew = time.Minute

// aboutManifest says whether the manifest can be read and speaks of this bundle.
func (c *checker) aboutManifest() {
	before := c.wrong
	text, ok := c.found.Text[bundle.ManifestDoc]
	if !ok {
		c.broken = true
		c.fails(CheckManifest, bundle.ManifestDoc, "缺少封存清单，无法核对", "without it nothing can be compared")
		return
	}
	m := c.manifest
	if m == nil {
		_, err := bundle.ParseManifest(text)
		c.broken = true
		c.fails(CheckManifest, bundle.ManifestDoc, "封存清单无法读取或被改写", "it"+strings.TrimPrefix(fmt.Sprint(err), bundle.ManifestDoc)) // whose name stands before it
		return
	}
	if m.Bundle != c.found.ID {
		c.fails(CheckManifest, bundle.ManifestDoc, fmt.Sprintf("属于另一证据包 %s", m.Bundle), fmt.Sprintf("it is of another bundle, %s", m.Bundle))
	}
	if !m.Raised.Truncate(time.Second).Equal(c.found.Modified) {
		c.fails(CheckManifest, bundle.ManifestDoc, "归档中的时间与发现时间不同", "the time in the tar's headers is not when the incident was raised")
	}
	if m.Sealed.Before(m.Raised.Add(-MaxSkew)) {
		c.fails(CheckManifest, bundle.ManifestDoc, "封存时间早于发现时间", "it was sealed before the incident was raised")
	}
	if err := bundle.CheckID(m.Bundle); err != nil {
		c.fails(CheckManifest, bundle.ManifestDoc, "包号不合规则", err.Error())
	}
	if len(c.sealed) != len(m.Files) {
		c.fails(CheckManifest, bundle.ManifestDoc, "同一文件列出两次", "it lists a file twice")
	}
	c.unless(before, CheckManifest,
		fmt.Sprintf("封存清单可读：证据包 %s，%s 封存", m.Bundle, m.Sealed.Format(time.RFC3339)),
		fmt.Sprintf("the manifest can be read: bundle %s, sealed %s", m.Bundle, m.Sealed.Format(time.RFC3339)))
}

// chain says which bundle of the camera came before.
func (c *checker) chain() {
	m := c.manifest
	switch {
	case m == nil || c.broken:
		c.cannotTell(CheckChain, "", "封存清单不可信，无法得知前一证据包", "the manifest cannot be relied on, so the previous bundle is not known")
	case m.Previous == nil:
		c.holds(CheckChain, "这是该摄像机证据链的第一个证据包", "this is the first bundle of its camera's chain")
	default:
		c.holds(CheckChain,
			fmt.Sprintf("前一证据包为 %s，清单摘要 %s", m.Previous.Bundle, m.Previous.ManifestSHA256),
			fmt.Sprintf("the bundle before it is %s, whose manifest has the digest %s", m.Previous.Bundle, m.Previous.ManifestSHA256))
	}
}
