package verify_test

import (
	"testing"

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
	for name, c := range map[string]struct {
		reports       []verify.Report
		wrong, unsure string
	}{
		"whole":          {[]verify.Report{link("c", "b"), link("a", ""), link("b", "a")}, "", ""},
		"one taken away": {[]verify.Report{link("a", ""), link("c", "b")}, "", "c"},
		"two followers":  {[]verify.Report{link("a", ""), link("b", "a"), link("c", "a")}, "a", ""},
		"exchanged":      {[]verify.Report{link("a", ""), other}, "b", ""},
		"other camera":   {[]verify.Report{link("a", ""), foreign}, "b", ""},
		"none":           {nil, "", ""},
	} {
		var wrong, unsure string
		for _, check := range verify.Chain(c.reports) {
			if check.ZH == "" || check.EN == "" {
				t.Errorf("%s: it says nothing", name)
			}
			if check.Unchecked {
				unsure += check.File
			} else if !check.OK {
				wrong += check.File
			}
		}
		if wrong != c.wrong || unsure != c.unsure {
			t.Errorf("%s: wrong %q, unsure %q", name, wrong, unsure)
		}
	}
}
