package verify_test

import (
	"bytes"
	"testing"
	"unicode"

	"offsite/evidence/specimen"
	"offsite/evidence/verify"
)

// Each check that is made, and each that others make, is explained in both languages.
func TestEachCheckIsExplained(t *testing.T) {
	t.Parallel()
	maker := specimen.New(t)
	report, err := verify.Bundle(t.Context(), bytes.NewReader(maker.Bundle(t, specimen.Spec{})), maker.Trust, verify.Options{LogProof: []byte("no receipt")})
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{verify.CheckReplay: true, verify.CheckRemoval: true}
	for _, c := range report.Checks {
		names[c.Name] = true
	}
	for _, name := range []string{
		verify.CheckContainer, verify.CheckLayout, verify.CheckManifest, verify.CheckSeal, verify.CheckFiles,
		verify.CheckLists, verify.CheckTimestamp, verify.CheckChain, verify.CheckLog,
	} {
		if !names[name] {
			t.Errorf("%s is not made of a sound bundle with a receipt", name)
		}
	}
	said := map[string]string{}
	for name := range names {
		zh, en := verify.Explain(name)
		if !bytes.ContainsFunc([]byte(zh), func(r rune) bool { return unicode.Is(unicode.Han, r) }) || len(en) < 20 {
			t.Errorf("%s: %q / %q", name, zh, en)
		}
		if other, twice := said[en]; twice {
			t.Errorf("%s is explained as %s", name, other)
		}
		said[en] = name
	}
	if zh, en := verify.Explain("no check"); zh != "" || en != "" {
		t.Errorf("what is no check: %q / %q", zh, en)
	}
}
