package formats_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offsite/evidence/bundle"
	"offsite/evidence/canonical"
	"offsite/evidence/detached"
	"offsite/evidence/removal"
	"offsite/evidence/seal"
	"offsite/evidence/specimen"
	"offsite/evidence/translog"
)

// goneVector is a removal record and what a verifier must say of it.
type goneVector struct {
	File  string `json:"file"`
	Proof string `json:"proof,omitempty"` // of the transparency log
	Exit  int    `json:"exit"`            // 0 holds, 1 tampered with, 2 cannot be told
	Check string `json:"check,omitempty"` // the first check that does not hold
	About string `json:"about"`
}

const goneFolder = "vectors/removals"

// goneMaker makes the vectors of removal records.
type goneMaker struct {
	t    *testing.T
	m    *specimen.Maker
	log  *translog.Log
	list []goneVector
}

func (g *goneMaker) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

// add writes a vector's files into a folder of its own, as they lie in the store.
func (g *goneMaker) add(name string, exit int, check, about string, text, receipt []byte) {
	g.t.Helper()
	v := goneVector{File: name + "/" + removal.File, Exit: exit, Check: check, About: about}
	g.must(os.MkdirAll(filepath.Join(goneFolder, name), 0o755))          // #nosec G301 -- published
	g.must(os.WriteFile(filepath.Join(goneFolder, v.File), text, 0o644)) // #nosec G306 -- published
	if receipt != nil {
		v.Proof = name + "/" + removal.Receipt
		g.must(os.WriteFile(filepath.Join(goneFolder, v.Proof), receipt, 0o644)) // #nosec G306 -- published
	}
	g.list = append(g.list, v)
}

// record is one of a finding that nobody confirmed, sealed a month and a day ago.
func (g *goneMaker) record(m *specimen.Maker, change func(*removal.Statement), keys ...*seal.Key) []byte {
	g.t.Helper()
	return m.Removal(g.t, g.statement(change), keys...)
}

func (g *goneMaker) statement(change func(*removal.Statement)) removal.Statement {
	now := time.Now().Add(-time.Hour)
	s := removal.Statement{Issuer: "specimen", Bundle: full, Camera: "0198c000-0000-7000-8000-00000000cafe", ManifestSHA256: strings.Repeat("a", 64),
		Previous: &bundle.Link{Bundle: "0198c000-0000-7000-8000-000000000001", ManifestSHA256: strings.Repeat("b", 64)}, Sealed: now.Add(-31 * 24 * time.Hour), KeptUntil: now.Add(-24 * time.Hour), Removed: now, Signed: now,
		Reason: removal.Expired, ZH: "三十日无人确认，保存期满", EN: "nobody confirmed the finding within thirty days"}
	if change != nil {
		change(&s)
	}
	return s
}

// signed is a record that no authority has stamped.
func (g *goneMaker) signed(change func(*removal.Statement)) []byte {
	g.t.Helper()
	k, err := seal.NewSealer(g.m.Key)
	g.must(err)
	text, err := removal.Make(k, g.statement(change))
	g.must(err)
	return text
}

// forged changes a record as somebody does who has no key: in canonical form.
func (g *goneMaker) forged(text []byte, change func(*removal.Record)) []byte {
	g.t.Helper()
	r, err := removal.Parse(text)
	g.must(err)
	change(&r)
	out, err := canonical.Write(r)
	g.must(err)
	return out
}

// TestMakeRemovalVectors writes them with `go test ./docs/formats -run MakeRemovalVectors -update`.
func TestMakeRemovalVectors(t *testing.T) {
	if !*update {
		t.Skip("vectors are made with -update only")
	}
	g := &goneMaker{t: t, m: specimen.New(t)}
	g.must(os.RemoveAll(goneFolder))
	dir := t.TempDir()
	var err error
	g.log, err = translog.Open(t.Context(), translog.Options{Dir: filepath.Join(dir, "log"), KeyFile: filepath.Join(dir, "key"), Origin: "specimen.invalid/log", Interval: 100 * time.Millisecond})
	g.must(err)
	defer g.log.Stop()
	g.sound()
	g.broken()
	trusted := g.log.Trusted()
	g.m.Trust.Log = &trusted
	trust, err := g.m.Trust.JSON()
	g.must(err)
	g.must(os.WriteFile(filepath.Join(goneFolder, "trust.json"), trust, 0o644)) // #nosec G306 -- published
	list, err := json.MarshalIndent(g.list, "", "  ")
	g.must(err)
	g.must(os.WriteFile(filepath.Join(goneFolder, "removals.json"), append(list, '\n'), 0o644)) // #nosec G306 -- published
}

func (g *goneMaker) entered(text []byte) []byte {
	g.t.Helper()
	e, err := removal.Entry(text)
	g.must(err)
	receipt, err := g.log.Record(g.t.Context(), e)
	g.must(err)
	return receipt
}

func (g *goneMaker) sound() {
	first := g.record(g.m, func(s *removal.Statement) { s.Previous = nil })
	g.add("good", 0, "", "a finding that nobody confirmed", g.record(g.m, nil), nil)
	g.add("good-first", 0, "", "the first bundle of its camera", first, nil)
	g.add("good-two-tokens", 0, "", "timestamped by two authorities", g.m.Stamped(g.t, g.signed(nil), 2), nil)
	g.add("good-sm2", 0, "", "signed with SM2, too", g.record(g.m, nil, g.m.SM2), nil)
	g.add("good-logged", 0, "", "in the transparency log", first, g.entered(first))
	g.add("good-archive", 0, "", "its time in the archive was over", g.record(g.m, func(s *removal.Statement) {
		s.Reason, s.Sealed = removal.Archived, s.KeptUntil.AddDate(-10, 0, -5)
	}), nil)
	g.add("good-end", 0, "", "its case ended without a fine five years ago", g.record(g.m, func(s *removal.Statement) {
		s.Reason, s.Sealed = removal.Ended, s.KeptUntil.AddDate(-5, 0, -5)
	}), nil)
	g.add(full, 0, "", "in a folder that names its bundle", g.record(g.m, nil), nil)
}

func (g *goneMaker) broken() {
	text, two := g.record(g.m, nil), g.record(g.m, nil, g.m.SM2)
	g.entered(g.record(g.m, nil)) // another entry before
	other := g.entered(g.record(g.m, func(s *removal.Statement) { s.Bundle = blindTime }))
	g.add("broken-logged-other", 1, "log", "the log's receipt is of another entry", text, other)
	g.add("unknown-log", 2, "log", "the log's receipt is of another log", text, bytes.Replace(g.entered(text), []byte("specimen.invalid/log\n"), []byte("stranger.invalid/log\n"), 1))
	g.add(blindTime, 1, "removal", "in the folder of another bundle", text, nil)
	g.add("broken-early", 1, "removal", "deleted on the thirtieth day", g.record(g.m, func(s *removal.Statement) { s.KeptUntil, s.Removed = s.KeptUntil.Add(-time.Hour), s.KeptUntil }), nil)
	g.add("broken-locked", 1, "removal", "deleted while it was locked", g.record(g.m, func(s *removal.Statement) { s.KeptUntil = s.Removed.Add(time.Second) }), nil)
	g.add("broken-archive", 1, "removal", "deleted from the archive after a month", g.record(g.m, func(s *removal.Statement) { s.Reason = removal.Archived }), nil)
	g.add("broken-end", 1, "removal", "deleted a month after a case without a fine", g.record(g.m, func(s *removal.Statement) { s.Reason = removal.Ended }), nil)
	g.add("broken-reason", 1, "removal", "for a reason that the law does not have", g.record(g.m, func(s *removal.Statement) { s.Reason = "tidied" }), nil)
	g.add("broken-twice", 1, "removal", "it has a name twice", bytes.Replace(text, []byte(`"bundle":`), []byte(`"bundle":"x","bundle":`), 1), nil)
	g.add("broken-spaces", 1, "removal", "it is not canonical JSON", bytes.Replace(text, []byte(`,`), []byte(`, `), 1), nil)
	g.add("broken-unsigned", 1, "removal", "no key has signed it", g.forged(text, func(r *removal.Record) { r.Statement.Keys, r.Signatures = []detached.SealKey{}, [][]byte{} }), nil)
	g.add("broken-bundle", 1, "timestamp", "another bundle's id under a sound signature", g.forged(text, func(r *removal.Record) { r.Statement.Bundle = blindTime }), nil)
	g.add("broken-one-left-out", 1, "timestamp", "the SM2 signature is left out", g.forged(two, func(r *removal.Record) {
		r.Statement.Keys, r.Signatures = r.Statement.Keys[:1], r.Signatures[:1]
	}), nil)
	g.add("broken-previous", 1, "removal", "the bundle before it is named by its id alone", g.forged(text, func(r *removal.Record) { r.Statement.Previous.ManifestSHA256 = "" }), nil)
	g.add("broken-previous-digest", 1, "timestamp", "another digest of the bundle before it under a sound signature", g.forged(text, func(r *removal.Record) { r.Statement.Previous.ManifestSHA256 = strings.Repeat("c", 64) }), nil)
	g.strangers(text)
	g.stamps(text)
}

func (g *goneMaker) strangers(text []byte) {
	stranger := specimen.New(g.t)
	keys, err := seal.NewSealer(stranger.Key)
	g.must(err)
	signed, err := removal.Make(keys, g.statement(nil))
	g.must(err)
	g.add("unknown-key", 2, "seal", "signed by strangers, timestamped by the bureau's authority", g.m.Stamped(g.t, signed, 1), nil)
	g.add("unknown-authority", 2, "timestamp", "signed by the bureau, timestamped by strangers", stranger.Stamped(g.t, g.signed(nil), 1), nil)
	theirs, err := removal.Parse(stranger.Removal(g.t, g.statement(nil)))
	g.must(err)
	g.add("broken-forged", 1, "seal", "a stranger's signature under our key's name", g.forged(text, func(r *removal.Record) { r.Signatures[0] = theirs.Signatures[0] }), nil)
}

// stamps are timestamps that do not hold.
func (g *goneMaker) stamps(text []byte) {
	g.add("broken-unstamped", 1, "removal", "no authority has stamped it", g.signed(nil), nil)
	other, err := removal.Parse(g.record(g.m, func(s *removal.Statement) { s.Bundle = blindTime }))
	g.must(err)
	g.add("broken-token-imprint", 1, "timestamp", "the timestamp is another record's", g.forged(text, func(r *removal.Record) { r.Timestamps = other.Timestamps }), nil)
	g.add("broken-token", 1, "timestamp", "the timestamp is none", g.forged(text, func(r *removal.Record) { r.Timestamps = [][]byte{[]byte("no token")} }), nil)
	digest, err := removal.Imprint(text)
	g.must(err)
	g.add("broken-token-expired", 1, "timestamp", "the authority's certificate had expired", g.forged(text, func(r *removal.Record) { r.Timestamps = [][]byte{g.m.Lapsed(g.t, digest)} }), nil)
	later := func(s *removal.Statement) {
		s.Removed, s.Signed = s.Removed.Add(3*time.Hour), s.Signed.Add(3*time.Hour)
	}
	g.add("broken-future", 1, "timestamp", "it claims to be signed two hours after its timestamp", g.record(g.m, later), nil)
}

func readGone(t *testing.T) []goneVector {
	t.Helper()
	text, err := os.ReadFile(goneFolder + "/removals.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []goneVector
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(goneFolder + "/*/" + removal.File)
	if err != nil || len(files) != len(list) {
		t.Fatalf("%d removal records are listed and %d lie there: %v", len(list), len(files), err)
	}
	return list
}

func TestRemovalRecordsAreJudgedAsTheVectorsSay(t *testing.T) {
	t.Parallel()
	trust, err := seal.OpenTrust(goneFolder + "/trust.json")
	if err != nil || len(trust.Keys) == 0 {
		t.Fatalf("%v", err)
	}
	for _, v := range readGone(t) {
		text, err := os.ReadFile(filepath.Join(goneFolder, v.File))
		if err != nil {
			t.Fatal(err)
		}
		o := removal.Options{Bundle: removal.Named(v.File)}
		if v.Proof != "" {
			if o.Receipt, err = os.ReadFile(filepath.Join(goneFolder, v.Proof)); err != nil {
				t.Fatal(err)
			}
		}
		r, gone, err := removal.Check(text, trust, o)
		first := ""
		for _, c := range r.Checks {
			if !c.OK && first == "" {
				first = c.Name
			}
		}
		if err != nil || r.Exit() != v.Exit || first != v.Check || (gone != nil) != (v.Exit == 0) {
			t.Errorf("%s (%s): exit %d at %q, want %d at %q: %v %+v", v.File, v.About, r.Exit(), first, v.Exit, v.Check, err, r.Checks)
		}
		if v.Exit == 0 {
			specimen.Fits(t, "removal", text)
		}
	}
}

func TestSecondReaderJudgesRemovalRecords(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed: the second reader is not tried")
	}
	for _, v := range readGone(t) {
		args := []string{"verify.py", "--trust", goneFolder + "/trust.json", "--removal", filepath.Join(goneFolder, v.File)}
		if v.Proof != "" {
			args = append(args, "--proof", filepath.Join(goneFolder, v.Proof))
		}
		out, err := exec.Command(python, args...).CombinedOutput()
		got := 0
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			got = exit.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		if got != v.Exit || v.Check != "" && !strings.Contains(string(out), "  "+v.Check) {
			t.Errorf("%s (%s): exit %d instead of %d at %q\n%s", v.File, v.About, got, v.Exit, v.Check, out)
		}
	}
}

// The page's commands with standard tools find what they say they find.
func TestRemovalPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("removal.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(page), "```sh\n")
	block, _, _ = strings.Cut(block, "```")
	for name, sound := range map[string]bool{"good": true, "good-sm2": true, "broken-bundle": false, "broken-forged": false, "unknown-key": false} {
		dir := t.TempDir()
		for from, to := range map[string]string{name + "/removal.json": "removal.json", "trust.json": "trust.json"} {
			data, err := os.ReadFile(filepath.Join(goneFolder, from))
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, to), data, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command("bash", "-c", "set -euo pipefail\n"+block)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if sound != (err == nil && strings.Contains(string(out), "Verified Successfully")) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}
