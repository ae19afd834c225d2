package verify

import (
	"fmt"
	"slices"
	"strings"
)

// Chain looks at reports of sound bundles together: whether each names one that
// is among them, with the manifest that it has, and none has two followers. That
// shows bundles that were taken away, which no bundle shows by itself. Files are
// named by bundle id. A first bundle that is followed by none is as good as any.
func Chain(reports []Report) []Check {
	byID := map[string]Report{}
	for _, r := range reports {
		byID[r.Bundle] = r
	}
	followers := map[string][]string{} // by the bundle they name
	var out []Check
	add := func(r Report, unchecked bool, zh, en string) {
		out = append(out, Check{Name: CheckChain, Unchecked: unchecked, File: r.Bundle, ZH: r.Bundle + "：" + zh, EN: r.Bundle + ": " + en})
	}
	for _, r := range reports {
		if r.PreviousBundle == "" {
			continue
		}
		before, ok := byID[r.PreviousBundle]
		switch {
		case !ok:
			add(r, true, "前一证据包 "+r.PreviousBundle+" 不在此次核对之列", "the bundle before it, "+r.PreviousBundle+", is not among those that were checked")
		case before.ManifestSHA256 != r.PreviousManifestSHA256:
			add(r, false, "前一证据包 "+r.PreviousBundle+" 与其所指的不同", "the bundle before it, "+r.PreviousBundle+", has another manifest than it names")
		case before.Camera != r.Camera:
			add(r, false, "前一证据包属于另一摄像机", "the bundle before it is another camera's")
		}
		followers[r.PreviousBundle] = append(followers[r.PreviousBundle], r.Bundle)
	}
	for _, r := range reports {
		if next := followers[r.Bundle]; len(next) > 1 {
			slices.Sort(next)
			add(r, false, "有多个后续证据包："+strings.Join(next, "、"), "several bundles follow it: "+strings.Join(next, ", "))
		}
	}
	if len(out) == 0 {
		out = append(out, Check{Name: CheckChain, OK: true,
			ZH: fmt.Sprintf("%d 个证据包的前后链接完整", len(reports)),
			EN: fmt.Sprintf("the chains of %d bundles are whole", len(reports))})
	}
	return out
}
