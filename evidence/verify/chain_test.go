package verify_test

import (
	"strings"
	"testing"
	"time"

	"offsite/evidence/verify"
)

func TestChain(t *testing.T) {
	t.Parallel()
	link := func(id, previous string) verify.Report {
		r := verify.Report{Bundle: id, Camera: "cam", ManifestSHA256: "m" + id, PreviousBundle: previous}
		if previous != "" {
			r.PreviousManifestSHA256 = "m" + previous
		}
		return r
	}
	other := link("b", "a")
	other.PreviousManifestSHA256 = "else"
	foreign := link("b", "a")
	foreign.Camera = "cam-2"
	gone := func(id, previous string) verify.Removal {
		r := verify.Removal{Bundle: id, Camera: "cam", ManifestSHA256: "m" + id, Previous: previous, At: time.Unix(0, 0), ZH: "期满", EN: "its time was over"}
		if previous != "" {
			r.PreviousManifestSHA256 = "m" + previous
		}
		return r
	}
	exchanged, elsewhere, behind := gone("b", "a"), gone("b", "a"), gone("b", "a")
	exchanged.ManifestSHA256, elsewhere.Camera, behind.PreviousManifestSHA256 = "else", "cam-2", "else"
	type removals []verify.Removal
	for name, c := range map[string]struct {
		reports       []verify.Report
		gone          removals
		wrong, unsure string
		said          string // of those that were removed lawfully, who says it
	}{
		"whole":          {[]verify.Report{link("c", "b"), link("a", ""), link("b", "a")}, nil, "", "", ""},
		"one taken away": {[]verify.Report{link("a", ""), link("c", "b")}, nil, "", "c", ""},
		"two followers":  {[]verify.Report{link("a", ""), link("b", "a"), link("c", "a")}, nil, "a", "", ""},
		"the same twice": {[]verify.Report{link("a", ""), link("b", "a"), link("b", "a")}, nil, "", "", ""},
		"exchanged":      {[]verify.Report{link("a", ""), other}, nil, "b", "", ""},
		"other camera":   {[]verify.Report{link("a", ""), foreign}, nil, "b", "", ""},
		"none":           {nil, nil, "", "", ""},

		"one removed":                     {[]verify.Report{link("a", ""), link("c", "b")}, removals{gone("b", "a")}, "", "", "c"},
		"two removed":                     {[]verify.Report{link("a", ""), link("d", "c")}, removals{gone("b", "a"), gone("c", "b")}, "", "", "dc"},
		"the first removed":               {[]verify.Report{link("b", "a")}, removals{gone("a", "")}, "", "", "b"},
		"the last removed":                {[]verify.Report{link("a", "")}, removals{gone("b", "a")}, "", "", ""},
		"all removed":                     {nil, removals{gone("a", ""), gone("b", "a")}, "", "", "b"},
		"its record twice":                {[]verify.Report{link("a", ""), link("c", "b")}, removals{gone("b", "a"), gone("b", "a")}, "", "", "c"},
		"one removed, one taken away":     {[]verify.Report{link("c", "b")}, removals{gone("b", "a")}, "", "b", "c"},
		"another was removed":             {[]verify.Report{link("a", ""), link("c", "b")}, removals{gone("x", "a")}, "", "c", ""},
		"the record is of another seal":   {[]verify.Report{link("a", ""), link("c", "b")}, removals{exchanged}, "c", "", ""},
		"the record is of another camera": {[]verify.Report{link("a", ""), link("c", "b")}, removals{elsewhere}, "cb", "", ""},
		"before it was another seal":      {[]verify.Report{link("a", ""), link("c", "b")}, removals{behind}, "b", "", "c"},
		"and that is gone, too":           {[]verify.Report{link("c", "b")}, removals{gone("a", ""), behind}, "b", "", "c"},
		"removed, and there after else":   {[]verify.Report{link("a", ""), link("b", "a")}, removals{behind}, "b", "", ""},
		"a branch of what was removed":    {[]verify.Report{link("a", ""), link("x", "a"), link("c", "b")}, removals{gone("b", "a")}, "a", "", "c"},
		"removed, and there":              {[]verify.Report{link("a", ""), link("b", "a")}, removals{gone("b", "a")}, "", "", ""},
		"removed, and there otherwise":    {[]verify.Report{link("a", ""), link("b", "a")}, removals{exchanged}, "b", "", ""},
		"two records of one":              {[]verify.Report{link("a", ""), link("c", "b")}, removals{gone("b", "a"), exchanged}, "b", "", "c"},
	} {
		var wrong, unsure, said string
		for _, check := range verify.Chain(c.reports, c.gone...) {
			if check.OK && strings.Contains(check.EN, "was removed lawfully on 1970-01-01T00:00:00Z because its time was over") {
				said += check.File
			}
			if check.ZH == "" || check.EN == "" {
				t.Errorf("%s: it says nothing", name)
			}
			if check.Unchecked {
				unsure += check.File
			} else if !check.OK {
				wrong += check.File
			}
		}
		if wrong != c.wrong || unsure != c.unsure || said != c.said {
			t.Errorf("%s: wrong %q, unsure %q, removed before %q", name, wrong, unsure, said)
		}
	}
}
