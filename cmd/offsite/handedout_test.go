package main

import (
	"archive/zip"
	"bytes"
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"offsite/detectors"
	"offsite/evidence/seal"
	"offsite/evidence/translog"
	"offsite/evidence/translog/lot"
	"offsite/evidence/translog/sample"
	"offsite/registry"
)

// handedOut is a district with one finding, and what its commands write.
type handedOut struct {
	*village
	act  string // the finding, its bundle and its case
	dir  string // of what is written
	data string // folder of the commands
}

// TestCaseAndSampleAreHandedOut: beside a district that goes on, a case's whole file is
// written for a court, and a sample of evidence is announced, drawn and reported on; each
// as the command's user does it, and with what must be refused.
func TestCaseAndSampleAreHandedOut(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("SKIPPED: -short was given, and this starts a district")
	}
	v := settleAt(t, 0, "")
	h := &handedOut{village: v, dir: t.TempDir(), data: filepath.Join(v.root, "office")}
	v.copyKeys(filepath.Join(h.data, "keys"))
	h.find()
	h.courtFile()
	h.sampled()
}

// find has one act found, sealed, stored, logged and recorded.
func (h *handedOut) find() {
	h.t.Helper()
	c, folder, err := configured("watch", h.settings(h.data)...)
	if err != nil {
		h.t.Fatal(err)
	}
	defer folder.Close()
	ctx := context.Background()
	err = atDesk(ctx, c, false, false, 0, slog.New(slog.DiscardHandler), func(p *platform, ring *seal.Ring, d *desk) error {
		camera, err := d.registry.CreateCamera(ctx, "test", registry.CameraDraft{CameraChange: registry.CameraChange{Name: "street"}, URL: "rtsp://127.0.0.1:1/street", Protocol: "tcp"})
		if err != nil {
			return err
		}
		zone, err := d.registry.SaveZone(ctx, "test", detectors.Zone{Camera: camera.ID, Detector: "stall", NameEN: "no stalls here",
			Polygon: detectors.Polygon{{X: 0, Y: 0}, {X: 1, Y: 0}, {X: 1, Y: 1}, {X: 0, Y: 1}}})
		if err != nil {
			return err
		}
		sealer, err := ring.Sealer()
		if err != nil {
			return err
		}
		cut := &cutOff{t: h.t, v: h.village, d: d, zones: map[string]detectors.Zone{camera.ID: zone}}
		if cut.w, err = newWatcher(ctx, d, p, sealer, time.Now); err != nil {
			return err
		}
		defer cut.w.engine.Close()
		if err := cut.w.keeper.Start(ctx); err != nil {
			return err
		}
		defer cut.w.keeper.Stop()
		cut.act(camera.ID)
		h.act = cut.acts[0].ID
		cut.until("it is recorded", func() bool { return h.isRecorded(h.act) })
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// office runs a command at the district's services, which must end with a status.
func (h *handedOut) office(status int, args ...string) string {
	h.t.Helper()
	return offsite(h.t, status, append(args, h.settings(h.data)...)...)
}

// says fails where a command has not said something.
func (h *handedOut) says(said, want string) {
	h.t.Helper()
	if !strings.Contains(said, want) {
		h.t.Errorf("it does not say %q: %s", want, said)
	}
}

func (h *handedOut) courtFile() {
	h.t.Helper()
	out, forWhom := filepath.Join(h.dir, "case.zip"), "people's court"
	h.says(h.office(0, "case", "export", h.act, "--out", out, "--for", forWhom), "offsite verify data/bundles --trust data/trust.json check it")
	z, err := zip.OpenReader(out)
	if err != nil {
		h.t.Fatal(err)
	}
	defer z.Close()
	unpacked := filepath.Join(h.dir, "unpacked")
	if err := os.CopyFS(unpacked, z); err != nil {
		h.t.Fatal(err)
	}
	h.sound(filepath.Join(unpacked, "case"))
	var views int
	if err := h.pool.QueryRow(h.t.Context(), `SELECT count(*) FROM access_record WHERE by_whom = $1 AND subject = $2`, forWhom, h.act).Scan(&views); err != nil || views != 1 {
		h.t.Errorf("%d views of the bundle are recorded: %v", views, err)
	}
	h.says(h.office(2, "case", "export", h.act, "--out", out, "--for", forWhom), "is there already")
	nowhere := filepath.Join(h.dir, "nowhere.zip")
	h.says(h.office(1, "case", "export", "no such number", "--out", nowhere, "--for", forWhom), "find case")
	if left, err := filepath.Glob(nowhere + "*"); err != nil || len(left) > 0 {
		h.t.Errorf("of a case that is not there %v are written, %v", left, err)
	}
}

// sound does with a bag what its cover says.
func (h *handedOut) sound(bag string) {
	h.t.Helper()
	sums := exec.CommandContext(h.t.Context(), "sha256sum", "--check", "--strict", "--quiet", "manifest-sha256.txt")
	sums.Dir = bag
	if out, err := sums.CombinedOutput(); err != nil {
		h.t.Errorf("%v: %s", err, out)
	}
	h.says(offsite(h.t, 0, "verify", filepath.Join(bag, "data", "bundles"), "--trust", filepath.Join(bag, "data", "trust.json"), "--language", "en"), "1 bundles: 1 hold")
	for file, begins := range map[string]string{"cover.pdf": "%PDF-", "process-record.ndjson": "{"} {
		text, err := os.ReadFile(filepath.Join(bag, "data", file))
		if err != nil || !bytes.HasPrefix(text, []byte(begins)) {
			h.t.Errorf("%s begins with %.20q, %v", file, text, err)
		}
	}
}

func (h *handedOut) sampled() {
	h.t.Helper()
	now := time.Now()
	announce := func(status int, rate string, in time.Duration) string {
		h.t.Helper()
		return h.office(status, "audit", "announce", "--from", now.Add(-time.Hour).Format(time.RFC3339), "--to", now.Add(time.Hour).Format(time.RFC3339),
			"--rate", rate, "--at", now.Add(in).Format(time.RFC3339), "--by", "审计员")
	}
	h.says(announce(2, "1", 30*time.Second), lot.ErrTooSoon.Error())
	h.says(announce(2, "1.5", time.Hour), sample.ErrTerms.Error())
	said := announce(0, "1", time.Hour)
	found := regexp.MustCompile(`^sample (\S+) is drawn at `).FindStringSubmatch(said)
	if found == nil {
		h.t.Fatalf("no sample is announced: %s", said)
	}
	id := found[1]
	book, paper := filepath.Join(h.dir, "report.xlsx"), filepath.Join(h.dir, "report.pdf")
	h.says(h.office(2, "audit", "report", id, "--out", book), "is not drawn yet")
	h.draw(id, now.Add(2*time.Hour))
	const holds = "1 of 1 bundles drawn; 1 hold, 0 were tampered with or are missing, 0 could not be checked"
	h.says(h.office(0, "audit", "report", id, "--out", book), holds)
	h.says(h.office(0, "audit", "report", id, "--out", paper), holds)
	h.reported(book, "无误")
	if text, err := os.ReadFile(paper); err != nil || !bytes.HasPrefix(text, []byte("%PDF-")) {
		h.t.Errorf("the paper begins with %.20q, %v", text, err)
	}
	h.says(h.office(2, "audit", "report", id, "--out", filepath.Join(h.dir, "report.txt")), "end the name in .xlsx or .pdf")
	h.alter()
	h.says(h.office(1, "audit", "report", id, "--out", book), "1 of 1 bundles drawn; 0 hold, 1 were tampered with or are missing")
	h.reported(book, "被改动")
}

// draw draws a sample as the log's keeper does when its time has come.
func (h *handedOut) draw(id string, at time.Time) {
	h.t.Helper()
	then := func() time.Time { return at }
	draws, samples, log := lot.New(h.pool, then), sample.New(h.pool, then), translog.Folder(filepath.Join(h.root, "district", "transparency"))
	tick, late := time.NewTicker(50*time.Millisecond), time.After(time.Minute)
	defer tick.Stop()
	for {
		if err := draws.Make(h.t.Context()); err != nil {
			h.t.Fatal(err)
		}
		if err := samples.Make(h.t.Context(), log); err != nil {
			h.t.Fatal(err)
		}
		if s, err := samples.Sample(h.t.Context(), id); err != nil {
			h.t.Fatal(err)
		} else if s.Taken {
			return
		}
		select {
		case <-tick.C:
		case <-late:
			h.t.Fatal("the sample is not drawn")
		}
	}
}

// reported looks up in a report what came of the bundle.
func (h *handedOut) reported(book, outcome string) {
	h.t.Helper()
	x, err := excelize.OpenFile(book)
	if err != nil {
		h.t.Fatal(err)
	}
	defer x.Close()
	rows, err := x.GetRows("检查结果")
	if err != nil || len(rows) != 2 || rows[1][1] != h.act || rows[1][5] != outcome {
		h.t.Errorf("the report has %q, %v; want bundle %s: %s", rows, err, h.act, outcome)
	}
}

// alter changes a byte of the bundle on the store's disk, behind its lock.
func (h *handedOut) alter() {
	h.t.Helper()
	altered := 0
	err := filepath.WalkDir(filepath.Join(h.root, "district", "s3", "objects"), func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".tar") || !strings.Contains(path, h.act) {
			return err
		}
		tar, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		tar[bytes.Index(tar, []byte("a clip"))] ^= 1
		altered++
		return os.WriteFile(path, tar, 0o600)
	})
	if err != nil || altered != 1 {
		h.t.Fatalf("%d files of the bundle are altered, %v", altered, err)
	}
}
