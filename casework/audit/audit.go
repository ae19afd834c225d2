// Package audit reports on samples of sealed evidence.
//
// In: a sample that was drawn (package sample), and where bundles lie. Out: what the
// verifier says of each that was drawn, as a spreadsheet and as a paper, with
// everything that somebody needs to draw the same again.
package audit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/xuri/excelize/v2"

	"offsite/casework"
	"offsite/casework/document"
	"offsite/evidence/removal"
	"offsite/evidence/seal"
	"offsite/evidence/translog/sample"
	"offsite/evidence/verify"
)

// The outcomes of a bundle.
const (
	Holds     = "holds"
	Tampered  = "tampered"
	Unchecked = "unchecked" // something is missing to tell
	Removed   = "removed"   // nobody confirmed it, and it was deleted once its time was over
	Missing   = "missing"   // the log knows it, and the bureau has it no more
)

// Finding is what was found of one bundle.
type Finding struct {
	sample.Member
	Case    string `json:"case"` // its number, "" where it is no case
	Outcome string `json:"outcome"`
	ZH      string `json:"zh"`
	EN      string `json:"en"`
}

// Report is what came of a sample.
type Report struct {
	Sample   sample.Sample
	Findings []Finding
	At       time.Time
}

// book is casework.Book.
type book interface {
	Evidence(ctx context.Context, bundle string) (casework.Evidence, error)
	RemovalRecord(ctx context.Context, bundle string) (record, receipt []byte, err error)
}

// Check verifies every bundle that was drawn.
func Check(ctx context.Context, s sample.Sample, b book, vault casework.Sealed, trust *seal.Trust, now time.Time) (Report, error) {
	r := Report{Sample: s, At: now}
	for _, m := range s.Members {
		f, err := one(ctx, m, b, vault, trust)
		if err != nil {
			return r, fmt.Errorf("check bundle %s: %w", m.Bundle, err)
		}
		r.Findings = append(r.Findings, f)
	}
	return r, nil
}

func one(ctx context.Context, m sample.Member, b book, vault casework.Sealed, trust *seal.Trust) (Finding, error) {
	f := Finding{Member: m}
	e, err := b.Evidence(ctx, m.Bundle)
	if errors.Is(err, casework.ErrNotFound) {
		f.Outcome, f.ZH, f.EN = Missing, "公开日志中有此证据包，但本局已无登记", "the log knows this bundle, and the bureau has no record of it"
		return f, nil
	}
	if err != nil {
		return f, err
	}
	f.Case = e.CaseNumber
	if e.Removed != nil {
		f.Outcome = Removed
		f.ZH, f.EN = fmt.Sprintf("已于%s删除：%s", e.Removed.Day(), e.Removed.ZH), fmt.Sprintf("deleted on %s: %s", e.Removed.Day(), e.Removed.EN)
		return f, f.removal(ctx, b, trust)
	}
	tar, err := vault.ReadBundle(ctx, e.Receipt)
	if err != nil {
		return f, err
	}
	defer tar.Close()
	var o verify.Options
	if o.LogProof, err = vault.LogProof(ctx, e.Receipt); err != nil {
		return f, err
	}
	report, err := verify.Bundle(ctx, tar, trust, o)
	if err != nil {
		return f, err
	}
	f.judge(report)
	return f, nil
}

// removal holds the bureau's record of a deletion against the seal that the log knows. One
// that does not hold is as bad as a bundle that does not.
func (f *Finding) removal(ctx context.Context, b book, trust *seal.Trust) error {
	text, receipt, err := b.RemovalRecord(ctx, f.Bundle)
	if errors.Is(err, casework.ErrNotFound) {
		f.ZH, f.EN = f.ZH+"（尚无签名的删除记录）", f.EN+" (there is no signed record of it yet)"
		return nil
	}
	if err != nil {
		return err
	}
	report, gone, err := removal.Check(text, trust, removal.Options{Bundle: f.Bundle, Receipt: receipt})
	if err != nil {
		return err
	}
	if gone == nil {
		f.judge(report)
		return nil
	}
	if gone.ManifestSHA256 != f.ManifestSHA256 {
		f.Outcome, f.ZH, f.EN = Tampered, "删除记录所指的封存清单不是公开日志所登记的那一份", "the record of its removal names another manifest than the log knows"
	}
	return nil
}

// judge takes the verifier's first complaint; a bundle that is sound in itself and is
// not the one that the log knows was put in its place.
func (f *Finding) judge(r verify.Report) {
	f.Outcome, f.ZH, f.EN = Holds, "各项检查均无误", "every check holds"
	for _, c := range r.Checks {
		switch {
		case !c.OK && !c.Unchecked:
			f.Outcome, f.ZH, f.EN = Tampered, c.ZH, c.EN
			return
		case c.Unchecked && f.Outcome == Holds:
			f.Outcome, f.ZH, f.EN = Unchecked, c.ZH, c.EN
		}
	}
	if r.Bundle != f.Bundle || r.ManifestSHA256 != f.ManifestSHA256 {
		f.Outcome, f.ZH, f.EN = Tampered, "封存清单不是公开日志所登记的那一份", "its manifest is another than the log knows"
	}
}

// Count tells how many have that outcome.
func (r Report) Count(outcome string) int {
	n := 0
	for _, f := range r.Findings {
		if f.Outcome == outcome {
			n++
		}
	}
	return n
}

// facts are what the report says of the draw itself, label and value.
func (r Report) facts() [][2]string {
	s := r.Sample
	return [][2]string{
		{"抽样编号", s.ID},
		{"封存期间", s.Terms.From.UTC().Format(time.RFC3339) + " 至 " + s.Terms.To.UTC().Format(time.RFC3339)},
		{"抽样比例", fmt.Sprintf("%g%%", s.Terms.Rate*100)},
		{"公告时间", s.Announced.UTC().Format(time.RFC3339)},
		{"抽取时间", s.Draws.UTC().Format(time.RFC3339)},
		{"日志序号", fmt.Sprint(s.Seed.Index)},
		{"总体数量", fmt.Sprint(s.Population)},
		{"抽取数量", fmt.Sprint(len(s.Members))},
		{"检查结果", fmt.Sprintf("无误 %d，被改动 %d，未能核对 %d，依法删除 %d，缺失 %d", r.Count(Holds), r.Count(Tampered), r.Count(Unchecked), r.Count(Removed), r.Count(Missing))},
	}
}

func wordOf(outcome string) string {
	return map[string]string{Holds: "无误", Tampered: "被改动", Unchecked: "未能核对", Removed: "依法删除", Missing: "缺失"}[outcome]
}

// Sheet is the report as a paper.
func (r Report) Sheet(bureau document.Bureau) document.Sheet {
	draw := document.Part{Heading: "一、抽取", Rows: r.facts()}
	found := document.Part{Heading: "二、逐包检查结果"}
	for i, f := range r.Findings {
		found.Notes = append(found.Notes, fmt.Sprintf("%d. %s　%s　%s", i+1, f.Bundle, wordOf(f.Outcome), f.ZH), f.ManifestSHA256)
	}
	return document.Sheet{Bureau: bureau, Title: "证据抽样检查报告", Number: r.Sample.ID, Date: r.At, Parts: []document.Part{
		draw, found,
		{Heading: "三、如何复核", Text: []string{
			"种子是公开日志在抽取时的根哈希，抽取前无人能够知道。任何人凭抽样文件与公开日志即可重新抽取，无须信任本局：",
		}, Notes: []string{"offsite audit draw https://…/log/ sample.json --trust trust.json", fmt.Sprintf("种子 %x", r.Sample.Seed.Root)}},
	}}
}

// XLSX writes the report as a spreadsheet.
func (r Report) XLSX(w io.Writer) error {
	x := excelize.NewFile()
	defer x.Close()
	const draw, found = "抽取", "检查结果"
	var rows [][]any
	for _, fact := range append(r.facts(), [2]string{"种子", fmt.Sprintf("%x", r.Sample.Seed.Root)}) {
		rows = append(rows, []any{fact[0], fact[1]})
	}
	err := errors.Join(x.SetSheetName("Sheet1", draw), fill(x, draw, rows))
	rows = [][]any{{"序号", "证据包", "清单SHA-256", "封存时间", "案号", "结果", "说明", "Result"}}
	for i, f := range r.Findings {
		rows = append(rows, []any{i + 1, f.Bundle, f.ManifestSHA256, f.SealedAt.UTC().Format(time.RFC3339), f.Case, wordOf(f.Outcome), f.ZH, f.EN})
	}
	if _, made := x.NewSheet(found); made != nil {
		err = errors.Join(err, made)
	}
	err = errors.Join(err, fill(x, found, rows), x.SetColWidth(draw, "A", "B", 40), x.SetColWidth(found, "B", "H", 40))
	if err == nil {
		err = x.Write(w)
	}
	if err != nil {
		return fmt.Errorf("write the report of sample %s: %w", r.Sample.ID, err)
	}
	return nil
}

func fill(x *excelize.File, sheet string, rows [][]any) error {
	for i, row := range rows {
		if err := x.SetSheetRow(sheet, fmt.Sprintf("A%d", i+1), &row); err != nil {
			return err
		}
	}
	return nil
}
