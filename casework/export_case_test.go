package casework_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"offsite/casework"
	"offsite/embedded/s3"
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
func TestACaseIsHandedOverWhole(t *testing.T) {
	log := openLog(t)
	h := open(t, want{log: log})
	ctx := t.Context()
	reader, err := filepath.Abs(filepath.Join("..", "docs", "formats", "verify.py")) // the store moves the working directory
	h.must(err)
	dir := t.TempDir()
	creds, err := s3.OpenCredentials(filepath.Join(dir, "s3.json"))
	h.must(err)
	server, err := s3.Start(ctx, s3.Options{Dir: filepath.Join(dir, "s3"), Listen: "127.0.0.1:0", Credentials: creds})
	h.must(err)
	t.Cleanup(server.Stop)
	v, err := vault.Open(ctx, vault.Options{Endpoint: server.Endpoint(), AccessKey: creds.AccessKey, SecretKey: creds.SecretKey, Bucket: "evidence"})
	h.must(err)
	maker := specimen.New(t)
	id := h.stored(maker, v)
	h.must(h.do("r1", id, "confirm", nil))
	h.must(h.DeliverAll(ctx))
	h.entered(id)

	trusted := log.Trusted()
	maker.Trust.Log = &trusted
	trust, err := json.Marshal(maker.Trust)
	h.must(err)
	out := filepath.Join(dir, "case")
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
	h.chained(out)
	h.followed(out, reader)
	cover, err := os.ReadFile(filepath.Join(out, "data", "cover.pdf"))
	if err != nil || !bytes.HasPrefix(cover, []byte("%PDF-")) {
		t.Errorf("the cover: %v", err)
	}
	papers, err := filepath.Glob(filepath.Join(out, "data", "documents", "*.pdf"))
	c, errCase := h.Case(ctx, h.staff["auditor"], id)
	if err != nil || errCase != nil || len(papers) == 0 || len(papers) != len(c.Documents) {
		t.Errorf("%d papers of %d: %v %v", len(papers), len(c.Documents), err, errCase)
	}
	views, err := h.registry.Views(ctx, registry.ViewFilter{Subject: id})
	if err != nil || len(views) != 1 || views[0].By != h.staff["auditor"].Name || !strings.Contains(views[0].Reason, "export") {
		t.Errorf("who has seen it: %+v %v", views, err)
	}
	if _, err := h.CaseID(ctx, "nowhere"); err == nil {
		t.Error("a case that is not there is found")
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
