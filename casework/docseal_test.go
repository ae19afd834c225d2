package casework_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offsite/casework"
	"offsite/evidence/detached"
	"offsite/evidence/seal"
)

// keys is a ring whose keys were made before the houses' clock began.
func keys(t *testing.T) *seal.Ring {
	t.Helper()
	ring, err := seal.OpenRing(t.TempDir(), func() time.Time { return working.Add(-time.Hour) })
	for _, algorithm := range []string{seal.Ed25519, seal.SM2} {
		if err == nil {
			_, err = ring.Create(algorithm)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// signedIn checks the documents in a bag by the seals beside them.
func (h *house) signedIn(dir string) {
	h.t.Helper()
	trust, err := seal.OpenTrust(filepath.Join(dir, "data", "trust.json"))
	h.must(err)
	list, err := filepath.Glob(filepath.Join(dir, "data", "documents", "*.pdf"))
	h.must(err)
	for _, path := range list {
		text, err := os.ReadFile(strings.TrimSuffix(path, ".pdf") + detached.Suffix)
		h.must(err)
		f, err := os.Open(path)
		h.must(err)
		r, err := detached.Check(f, text, trust)
		f.Close()
		if err != nil || r.Exit() != 0 {
			h.t.Errorf("%s: %v %+v", path, err, r.Checks)
		}
	}
}

// Each document carries the bureau's signature from the step on that issues it, and its
// code gives the signature to anybody.
func TestAnIssuedDocumentIsSigned(t *testing.T) {
	t.Parallel()
	ring := keys(t)
	h := open(t, want{sealer: ring.Sealer})
	ctx := t.Context()
	id := h.serving(200_00)
	c := h.file(id)
	if len(c.Documents) == 0 {
		t.Fatal("no document was issued")
	}
	for _, d := range c.Documents {
		shown, err := h.PublicDocument(ctx, d.Code)
		if err != nil || len(shown.Keys) != 2 {
			t.Errorf("%s: %+v %v", d.Number, shown, err)
		}
		named, text, err := h.PublicSeal(ctx, strings.ToLower(d.Code))
		h.must(err)
		_, pdf, err := h.DocumentPDF(ctx, d.ID)
		h.must(err)
		r, err := detached.Check(bytes.NewReader(pdf), text, ring.Trust())
		if err != nil || r.Exit() != 0 || named.SHA256 != d.SHA256 {
			t.Errorf("%s: %v %+v", d.Number, err, r.Checks)
		}
		s, err := detached.Parse(text)
		if err != nil || s.Statement.Number != d.Number || s.Statement.Kind != d.Kind || !s.Statement.Issued.Equal(d.IssuedAt) || s.Statement.SHA256 != d.SHA256 {
			t.Errorf("%s: it was signed as %+v (%v)", d.Number, s.Statement, err)
		}
	}
	if _, _, err := h.PublicSeal(ctx, "NOSUCHCODE"); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("a code that nobody gave: %v", err)
	}
}

// What was issued before documents were signed says so, and stays as it was.
func TestADocumentFromBeforeHasNoSeal(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.reviewed()
	d := h.file(id).Documents[0]
	if shown, err := h.PublicDocument(t.Context(), d.Code); err != nil || shown.Keys == nil || len(shown.Keys) != 0 {
		t.Errorf("%+v %v", shown, err)
	}
	if _, _, err := h.PublicSeal(t.Context(), d.Code); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("a seal of it: %v", err)
	}
	if _, err := h.pool.Exec(t.Context(), `UPDATE document SET seal = 'later' WHERE id = $1`, d.ID); err == nil {
		t.Error("it was signed afterwards")
	}
}

// Without its keys the bureau issues nothing: the step is not taken, and takes no number.
func TestNothingIsIssuedUnsigned(t *testing.T) {
	t.Parallel()
	ring, away := keys(t), errors.New("the token is away")
	var gone error
	h := open(t, want{sealer: func() (*seal.Sealer, error) {
		if gone != nil {
			return nil, gone
		}
		return ring.Sealer()
	}})
	id := h.reviewed()
	gone = away
	before := h.file(id)
	if err := h.do("head", id, "file", fields{"officers": h.officers("o1", "o2")}); !errors.Is(err, away) {
		t.Fatalf("filed without keys: %v", err)
	}
	if c := h.file(id); c.State != before.State || len(c.Documents) != len(before.Documents) || len(c.Record) != len(before.Record) {
		t.Errorf("something of the step was kept: %+v", c.CaseItem)
	}
	gone = nil
	h.must(h.do("head", id, "file", fields{"officers": h.officers("o1", "o2")}))
	if c := h.file(id); c.Number != "沪崇城管立字〔2026〕第000001号" {
		t.Errorf("a number was lost: %s", c.Number)
	}
}
