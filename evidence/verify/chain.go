package verify

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Removal is what a removal record says that holds (package removal): a bundle of this seal
// is lawfully gone.
type Removal struct {
	Bundle                 string
	Camera                 string
	ManifestSHA256         string
	Previous               string // the bundle of the camera before it, "" for the first
	PreviousManifestSHA256 string
	At                     time.Time
	ZH, EN                 string // why
}

// link is a bundle of a chain, present or lawfully gone.
type link struct {
	bundle, camera, manifest   string
	previous, previousManifest string // "": none
	gone                       *Removal
}

// chain looks at links.
type chain struct {
	byID map[string]link
	out  []Check
}

// Chain looks at reports of sound bundles together: whether each names one that is among
// them, with the manifest that it has, and none has two followers. That shows bundles that
// were taken away, which no bundle shows by itself. One of which a removal record is given
// was not: the chain goes on through it. Files are named by bundle id. A first bundle that
// is followed by none is as good as any.
func Chain(reports []Report, removals ...Removal) []Check {
	c := chain{byID: map[string]link{}}
	links := c.links(reports, removals)
	followers := map[string][]string{} // by the bundle they name
	for _, l := range links {
		if l.previous != "" {
			c.before(l)
			followers[l.previous] = append(followers[l.previous], l.bundle)
		}
	}
	gone := 0
	for _, l := range links {
		if l.gone != nil {
			gone++
		}
		next := followers[l.bundle]
		slices.Sort(next)
		if next = slices.Compact(next); len(next) > 1 {
			c.add(Check{}, l, "有多个后续证据包："+strings.Join(next, "、"), "several bundles follow it: "+strings.Join(next, ", "))
		}
	}
	if slices.ContainsFunc(c.out, func(one Check) bool { return !one.OK }) {
		return c.out
	}
	zh, en := fmt.Sprintf("%d 个证据包的前后链接完整", len(reports)), fmt.Sprintf("the chains of %d bundles are whole", len(reports))
	if gone > 0 {
		zh += fmt.Sprintf("，其间依法删除 %d 个", gone)
		en += fmt.Sprintf("; %d of them were removed lawfully", gone)
	}
	return append(c.out, Check{Name: CheckChain, OK: true, ZH: zh, EN: en})
}

// links are the bundles that are there, and those of which a removal record stands in for
// them.
func (c *chain) links(reports []Report, removals []Removal) []link {
	var links []link
	for _, r := range reports {
		l := link{bundle: r.Bundle, camera: r.Camera, manifest: r.ManifestSHA256, previous: r.PreviousBundle, previousManifest: r.PreviousManifestSHA256}
		c.byID[r.Bundle] = l
		links = append(links, l)
	}
	for _, r := range removals {
		there, known := c.byID[r.Bundle]
		if known {
			if there.manifest != r.ManifestSHA256 || there.previous != r.Previous || there.previousManifest != r.PreviousManifestSHA256 || there.camera != r.Camera {
				c.add(Check{}, there, "删除记录所指的封存与此不同", "a removal record names another seal than it has")
			}
			continue
		}
		l := link{bundle: r.Bundle, camera: r.Camera, manifest: r.ManifestSHA256, previous: r.Previous, previousManifest: r.PreviousManifestSHA256, gone: &r}
		c.byID[r.Bundle] = l
		links = append(links, l)
	}
	return links
}

// before looks at what a link names before it.
func (c *chain) before(l link) {
	before, ok := c.byID[l.previous]
	switch {
	case !ok:
		c.add(Check{Unchecked: true}, l, "前一证据包 "+l.previous+" 不在此次核对之列", "the bundle before it, "+l.previous+", is not among those that were checked")
	case before.manifest != l.previousManifest && before.gone != nil:
		c.add(Check{}, l, "前一证据包 "+l.previous+" 的删除记录所指的封存，与其所指的不同", "the removal record of the bundle before it, "+l.previous+", names another seal than it does")
	case before.manifest != l.previousManifest:
		c.add(Check{}, l, "前一证据包 "+l.previous+" 与其所指的不同", "the bundle before it, "+l.previous+", has another manifest than it names")
	case before.camera != l.camera:
		c.add(Check{}, l, "前一证据包属于另一摄像机", "the bundle before it is another camera's")
	case before.gone != nil:
		at := before.gone.At.UTC().Format(time.RFC3339)
		c.add(Check{OK: true}, l, fmt.Sprintf("前一证据包 %s 已于 %s 依法删除：%s", l.previous, at, before.gone.ZH),
			fmt.Sprintf("the bundle before it, %s, was removed lawfully on %s because %s", l.previous, at, before.gone.EN))
	}
}

func (c *chain) add(one Check, l link, zh, en string) {
	one.Name, one.File, one.ZH, one.EN = CheckChain, l.bundle, l.bundle+"："+zh, l.bundle+": "+en
	if l.gone != nil {
		one.ZH, one.EN = l.bundle+"（已删除）："+zh, l.bundle+" (removed): "+en
	}
	c.out = append(c.out, one)
}
