package casework_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"offsite/casework"
	"offsite/evidence/bag"
	"offsite/evidence/seal"
	"offsite/evidence/specimen"
	"offsite/evidence/vault"
	"offsite/evidence/verify"
	"offsite/registry"
)

// stored seals an incident and puts it into a vault.
func (h *house) stored(maker *specimen.Maker, v *vault.Vault) string {
	h.t.Helper()
	r, s := h.bundle(nil)
	tar := maker.Bundle(h.t, specimen.Spec{ID: s.IncidentID, Camera: h.camera.ID})
	put, err := v.Put(h.t.Context(), vault.Key(s.IncidentID, s.Raised), bytes.NewReader(tar), int64(len(tar)), sha256.Sum256(tar))
	h.must(err)
	r.Bucket, r.Key, r.VersionID, r.SizeBytes = v.Bucket(), put.Key, put.VersionID, int64(len(tar))
	r.TarSHA256 = fmt.Sprintf("%x", sha256.Sum256(tar))
	h.record(r, s)
	return s.IncidentID
}

// What a court gets is whole by sha256sum, its evidence by the verifier, its record by
// its own chain; and that it was taken is recorded.
func caseIsHandedOverWhole(t *testing.T, v *vault.Vault, reader string) {
	log := openLog(t)
	ring := keys(t)
	h := open(t, want{log: log, sealer: ring.Sealer})
	ctx := t.Context()
	maker := specimen.New(t)
	id := h.stored(maker, v)
	h.must(h.do("r1", id, "confirm", nil))
	h.must(h.DeliverAll(ctx))
	other := h.reviewedOf(h.beside())
	h.must(h.do("head", other, "file", fields{"officers": h.officers("o1", "o2")}))
	h.must(h.do("r1", id, "undeliverable", fields{"reason": "号码停机"}))
	h.must(h.do("r2", id, "verify", fields{"true": true, "clear": true, "complete": true, "accurate": true}))
	h.must(h.do("head", id, "apart", fields{"reason": "系两个违法行为"}))
	h.must(h.do("head", id, "file", fields{"officers": h.officers("o1", "o2")}))
	h.must(h.do("o1", id, "notify", nil))
	h.must(h.Statement(ctx, id, "有进货单。", scan))
	h.entered(id)

	trusted := log.Trusted()
	maker.Trust.Log = &trusted
	maker.Trust.Keys = append(maker.Trust.Keys, ring.List()...)
	trust, err := json.Marshal(maker.Trust)
	h.must(err)
	out := filepath.Join(t.TempDir(), "case")
	w, err := bag.Folder(out, h.clock.now())
	h.must(err)
	h.must(h.Export(ctx, h.staff["auditor"], id, "offsite test", v, trust, w))

	for _, manifest := range []string{"manifest-sha256.txt", "tagmanifest-sha256.txt"} {
		cmd := exec.Command("sha256sum", "--check", "--strict", "--quiet", manifest)
		cmd.Dir = out
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", manifest, err, text)
		}
	}
	h.verified(out, id)
	h.signedIn(out)
	h.chained(out)
	h.followed(out, reader)
	cover, err := os.ReadFile(filepath.Join(out, "data", "cover.pdf"))
	if err != nil || !bytes.HasPrefix(cover, []byte("%PDF-")) {
		t.Errorf("the cover: %v", err)
	}
	h.heldApartIn(out, other)
	h.coverLists(out, id)
	h.papersIn(out)
	papers, err := filepath.Glob(filepath.Join(out, "data", "documents", "*.pdf"))
	c, errCase := h.Case(ctx, h.staff["auditor"], id)
	if err != nil || errCase != nil || len(papers) == 0 || len(papers) != len(c.Documents) {
		t.Errorf("%d papers of %d: %v %v", len(papers), len(c.Documents), err, errCase)
	}
	views, err := h.registry.Views(ctx, registry.ViewFilter{Subject: id})
	if err != nil || len(views) != 2 {
		t.Errorf("who has seen bundle and paper: %+v %v", views, err)
	}
	for _, v := range views {
		if v.By != h.staff["auditor"].Name || !strings.Contains(v.Reason, "export") {
			t.Errorf("who has seen it: %+v", v)
		}
	}
	if _, err := h.CaseID(ctx, "nowhere"); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("a case that is not there: %v", err)
	}
	if got, err := h.CaseID(ctx, id); err != nil || got != id {
		t.Errorf("%q is %q: %v", id, got, err)
	}
}

// heldApartIn checks that a bag names the case from which this one was held apart: in the
// sealed record, and on the cover.
func (h *house) heldApartIn(dir, other string) {
	h.t.Helper()
	number := h.file(other).Number
	record, err := os.ReadFile(filepath.Join(dir, "data", "process-record.ndjson"))
	h.must(err)
	if want := fmt.Sprintf(`"other_case":{"id":%q,"number":%q}`, other, number); !bytes.Contains(record, []byte(want)) {
		h.t.Errorf("the record lacks %s:\n%s", want, record)
	}
	if text, ok := h.coverOf(dir); ok && (!strings.Contains(text, number+"，") || !strings.Contains(text, "认定为不同违法行为：系两个违法行为")) {
		h.t.Errorf("the cover names no case %s: %s", number, text)
	}
}

// coverOf is the text of a bag's cover, without what parts its words.
func (h *house) coverOf(dir string) (text string, ok bool) {
	h.t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		h.t.Log("NOT TESTED: pdftotext is not installed, the cover is not read")
		return "", false
	}
	cover, err := exec.Command("pdftotext", "-enc", "UTF-8", filepath.Join(dir, "data", "cover.pdf"), "-").Output()
	h.must(err)
	return strings.Join(strings.Fields(string(cover)), ""), true
}

// coverLists checks that a bag's cover has the digest of every file but its own and that of
// the bundle's sealed list, and says how all of it is verified.
func (h *house) coverLists(dir, id string) {
	h.t.Helper()
	text, ok := h.coverOf(dir)
	if !ok {
		return
	}
	e, err := h.Evidence(h.t.Context(), id)
	h.must(err)
	want := []string{e.Receipt.ManifestSHA256, "sha256sum --check --strict --quiet manifest-sha256.txt", "offsite document verify data/documents --trust data/trust.json",
		"offsite verify data/bundles --trust data/trust.json --explain", "docs/verify-yourself.md"}
	manifest, err := os.ReadFile(filepath.Join(dir, "manifest-sha256.txt"))
	h.must(err)
	for line := range strings.Lines(string(manifest)) {
		if digest, path, found := strings.Cut(strings.TrimSpace(line), "  "); !found || path != "data/cover.pdf" {
			want = append(want, digest, strings.TrimPrefix(path, "data/"))
		}
	}
	if len(want) < 15 {
		h.t.Errorf("the bag has too little: %s", manifest)
	}
	for _, w := range want {
		if !strings.Contains(text, strings.ReplaceAll(w, " ", "")) {
			h.t.Errorf("the cover lacks %s", w)
		}
	}
}

// entered waits until the whole process record of a case stands in the log.
func (h *house) entered(id string) {
	h.t.Helper()
	_, done := h.working()
	for {
		h.until(done, "casework.log")
		seq, _, err := h.RecordProof(h.t.Context(), id)
		h.must(err)
		c, err := h.Case(h.t.Context(), h.staff["auditor"], id)
		h.must(err)
		if seq == len(c.Record) {
			return
		}
	}
}

// followed checks the process record in a bag by the second verifier.
func (h *house) followed(dir, reader string) {
	h.t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		h.t.Log("NOT TESTED: python3 is not installed, the second verifier is not tried")
		return
	}
	data := func(name string) string { return filepath.Join(dir, "data", name) }
	out, err := exec.Command(python, reader, "--trust", data("trust.json"),
		"--proof", data("process-record.tlog-proof"), "--record", data("process-record.ndjson")).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "all checks hold") {
		h.t.Errorf("the process record in the bag: %v\n%s", err, out)
	}
}

// verified checks the bundle in a bag as the party's counsel would.
func (h *house) verified(dir, id string) {
	h.t.Helper()
	trust, err := seal.OpenTrust(filepath.Join(dir, "data", "trust.json"))
	h.must(err)
	f, err := os.Open(filepath.Join(dir, "data", "bundles", id+".tar"))
	h.must(err)
	defer f.Close()
	report, err := verify.Bundle(h.t.Context(), f, trust, verify.Options{})
	if err != nil || report.Exit() != 0 || report.Bundle != id {
		h.t.Errorf("the bundle in the bag: %v %+v", err, report)
	}
}

// chained follows the digests of the process record in a bag.
func (h *house) chained(dir string) {
	h.t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "data", "process-record.ndjson"))
	h.must(err)
	previous, n := "", 0
	for line := range strings.Lines(string(text)) {
		var e struct {
			Seq      int    `json:"seq"`
			Previous string `json:"previous"`
		}
		h.must(json.Unmarshal([]byte(line), &e))
		if n++; e.Seq != n || e.Previous != previous {
			h.t.Errorf("entry %d follows %q, not %q", e.Seq, e.Previous, previous)
		}
		previous = fmt.Sprintf("%x", sha256.Sum256([]byte(strings.TrimSuffix(line, "\n"))))
	}
	c, err := h.Case(h.t.Context(), casework.Actor{Name: "court"}, filepath.Base(firstBundle(h.t, dir)))
	h.must(err)
	if n == 0 || c.Record[len(c.Record)-1].Digest != previous {
		h.t.Errorf("the last of %d entries has digest %s", n, previous)
	}
}

func firstBundle(t *testing.T, dir string) string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, "data", "bundles", "*.tar"))
	if err != nil || len(list) == 0 {
		t.Fatalf("no bundle: %v", err)
	}
	return strings.TrimSuffix(list[0], ".tar")
}
