package formats_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"offsite/evidence/seal"
	"offsite/evidence/verify"
)

func readVectors(t *testing.T) []vector {
	t.Helper()
	text, err := os.ReadFile(vectorList)
	if err != nil {
		t.Fatal(err)
	}
	var list []vector
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	tars, err := filepath.Glob("vectors/*.tar")
	if err != nil || len(tars) != len(list) {
		t.Fatalf("%d vectors are listed and %d lie there: %v", len(list), len(tars), err)
	}
	return list
}

func openTrust(t *testing.T) *seal.Trust {
	t.Helper()
	trust, err := seal.OpenTrust("vectors/trust.json")
	if err != nil || len(trust.Keys) == 0 {
		t.Fatalf("%v", err)
	}
	return trust
}

func TestVerifierAgreesWithTheVectors(t *testing.T) {
	t.Parallel()
	trust := openTrust(t)
	for _, v := range readVectors(t) {
		t.Run(v.File, func(t *testing.T) {
			t.Parallel()
			f, err := os.Open(filepath.Join("vectors", v.File))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			var o verify.Options
			if v.Proof != "" {
				if o.LogProof, err = os.ReadFile(filepath.Join("vectors", v.Proof)); err != nil {
					t.Fatal(err)
				}
			}
			r, err := verify.Bundle(t.Context(), f, trust, o)
			if err != nil {
				t.Fatal(err)
			}
			first := verify.Check{}
			for _, c := range r.Checks {
				if !c.OK && (v.Exit == 2 || !c.Unchecked) {
					first = c
					break
				}
			}
			if r.Exit() != v.Exit || first.Name != v.Check || first.File != v.Names {
				t.Errorf("exit %d, %s names %q; wanted exit %d, %s names %q (%s)", r.Exit(), first.Name, first.File, v.Exit, v.Check, v.Names, v.About)
				for _, c := range r.Checks {
					t.Log(c.Name, c.OK, c.Unchecked, c.EN)
				}
			}
		})
	}
}
