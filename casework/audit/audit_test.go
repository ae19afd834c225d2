package audit_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"offsite/casework"
	"offsite/casework/audit"
	"offsite/casework/document"
	"offsite/evidence"
	"offsite/evidence/bundle"
	"offsite/evidence/removal"
	"offsite/evidence/specimen"
	"offsite/evidence/translog/lot"
	"offsite/evidence/translog/sample"
	"offsite/evidence/verify"
)

// shelf is where the tars of a test lie, by bundle.
type shelf map[string][]byte

func (s shelf) ReadBundle(_ context.Context, r evidence.Receipt) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(s[r.BundleID])), nil
}

func (shelf) LogProof(context.Context, evidence.Receipt) ([]byte, error) { return nil, nil }

func (s shelf) Evidence(_ context.Context, id string) (casework.Evidence, error) {
	if s[id] == nil {
		return casework.Evidence{}, casework.ErrNotFound
	}
	e := casework.Evidence{Bundle: id, CaseNumber: "沪崇城管立字〔2026〕第000001号", Receipt: evidence.Receipt{BundleID: id}}
	if id >= unconfirmed {
		e.Removed = &casework.Removal{At: time.Unix(15e8, 0), ZH: "三十日无人确认", EN: "nobody confirmed it"}
	}
	return e, nil
}

// unconfirmed was deleted as the law wants, before records were made; recorded has one, forged
// one of another seal, early one that no law bears out.
const (
	unconfirmed = "0198c000-0000-7000-8000-000000000005"
	recorded    = "0198c000-0000-7000-8000-000000000006"
	forged      = "0198c000-0000-7000-8000-000000000007"
	early       = "0198c000-0000-7000-8000-000000000008"
)

func (s shelf) RemovalRecord(_ context.Context, id string) (record, receipt []byte, err error) {
	if id == unconfirmed {
		return nil, nil, casework.ErrNotFound
	}
	return s[id], nil, nil
}

// removed is the record of a bundle that was sealed so many days ago.
func removed(t *testing.T, maker *specimen.Maker, id, manifest string, days int) []byte {
	t.Helper()
	now := time.Now()
	return maker.Removal(t, removal.Statement{Issuer: "bureau", Bundle: id, Camera: "camera", ManifestSHA256: manifest, Sealed: now.AddDate(0, 0, -days), KeptUntil: now,
		Removed: now, Signed: now, Reason: removal.Expired, ZH: "三十日无人确认", EN: "nobody confirmed it"})
}

// What was altered, exchanged, deleted as the law wants or taken away is told apart, in both reports.
func TestReport(t *testing.T) {
	t.Parallel()
	maker, all := specimen.New(t), shelf{}
	s := sample.Sample{Terms: sample.Terms{From: time.Unix(0, 0), To: time.Unix(1e9, 0), Rate: 0.5}, Taken: true, Population: 8}
	s.ID, s.Seed = "0198c000-0000-7000-8000-000000000009", &lot.Seed{Index: 41, Root: bytes.Repeat([]byte{7}, 32)}
	want := map[string]string{}
	add := func(id, outcome string, change func(tar []byte) []byte) {
		t.Helper()
		tar := maker.Bundle(t, specimen.Spec{ID: id, Files: []bundle.Payload{{Path: "clip.mp4", Data: bytes.Repeat([]byte{7}, 700)}}})
		r, err := verify.Bundle(t.Context(), bytes.NewReader(tar), maker.Trust, verify.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s.Members = append(s.Members, sample.Member{Bundle: id, ManifestSHA256: r.ManifestSHA256, SealedAt: r.SealedAt})
		if tar = change(tar); tar != nil {
			all[id] = tar
		}
		want[id] = outcome
	}
	add("0198c000-0000-7000-8000-000000000001", audit.Holds, func(tar []byte) []byte { return tar })
	add("0198c000-0000-7000-8000-000000000002", audit.Tampered, func(tar []byte) []byte {
		return bytes.Replace(tar, bytes.Repeat([]byte{7}, 700), bytes.Repeat([]byte{8}, 700), 1)
	})
	add("0198c000-0000-7000-8000-000000000003", audit.Missing, func([]byte) []byte { return nil })
	add("0198c000-0000-7000-8000-000000000004", audit.Tampered, func([]byte) []byte { // sound, sealed by the bureau, and another
		return maker.Bundle(t, specimen.Spec{ID: "0198c000-0000-7000-8000-000000000004"})
	})
	add(unconfirmed, audit.Removed, func([]byte) []byte { return []byte("is not read") })
	for id, outcome := range map[string]string{recorded: audit.Removed, forged: audit.Tampered, early: audit.Tampered} {
		add(id, outcome, func([]byte) []byte { return []byte("its record, below") })
	}
	for _, m := range s.Members {
		switch m.Bundle {
		case recorded:
			all[m.Bundle] = removed(t, maker, m.Bundle, m.ManifestSHA256, 31)
		case forged:
			all[m.Bundle] = removed(t, maker, m.Bundle, strings.Repeat("0", 64), 31)
		case early:
			all[m.Bundle] = removed(t, maker, m.Bundle, m.ManifestSHA256, 29)
		}
	}
	report, err := audit.Check(t.Context(), s, all, all, maker.Trust, time.Unix(2e9, 0))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Findings {
		if f.Outcome != want[f.Bundle] || f.ZH == "" || f.EN == "" {
			t.Errorf("%s: %s (%s), want %s", f.Bundle, f.Outcome, f.EN, want[f.Bundle])
		}
	}
	if report.Count(audit.Holds) != 1 || report.Count(audit.Tampered) != 4 || report.Count(audit.Removed) != 2 || report.Count(audit.Missing) != 1 {
		t.Errorf("%+v", report.Findings)
	}
	spreadsheet(t, report)
	press, err := document.New(document.DebianFonts())
	if err != nil {
		t.Fatal(err)
	}
	paper, err := press.Sheet(report.Sheet(document.Bureau{Name: "演示区城市管理行政执法局"}))
	if err != nil || !bytes.HasPrefix(paper, []byte("%PDF-")) {
		t.Errorf("the paper: %v", err)
	}
}

func spreadsheet(t *testing.T, r audit.Report) {
	t.Helper()
	var out bytes.Buffer
	if err := r.XLSX(&out); err != nil {
		t.Fatal(err)
	}
	x, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	rows, err := x.GetRows("检查结果")
	if err != nil || len(rows) != 9 || rows[5][5] != "依法删除" || rows[2][1] != r.Findings[1].Bundle || rows[2][5] != "被改动" || rows[1][4] == "" {
		t.Errorf("the spreadsheet: %v %v", rows, err)
	}
}
