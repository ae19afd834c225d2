package quota_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"offsite/casework/document"
	"offsite/casework/quota"
)

func TestTheReportSaysWhatTheFiguresSay(t *testing.T) {
	t.Parallel()
	r := quota.Report{At: time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC), Month: "2026-10", Digest: "ab12", Quotas: []quota.Quota{
		{NameZH: "七日公示率", NameEN: "published in time", SentenceZH: "原文", Numerator: 9, Denominator: 10, Value: 0.9, Goal: 1, Unit: "share", Forecast: 0.95},
		{NameZH: "办案时长", NameEN: "duration", SentenceZH: "原文", Numerator: 1, Denominator: 1, Value: 12.25, Goal: 20, Unit: "days", Met: true},
		{NameZH: "没有记录", NameEN: "nothing", SentenceZH: "原文", Unit: "share", Goal: 0.5},
	}}
	var out bytes.Buffer
	if err := r.XLSX(&out); err != nil {
		t.Fatal(err)
	}
	x, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	rows, err := x.GetRows("指标")
	if err != nil || len(rows) != 5 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, want := range []string{"未达到", "已达到", "尚无记录"} {
		if got := rows[i+2][7]; got != want {
			t.Errorf("%s: %s, want %s", rows[i+2][0], got, want)
		}
	}
	press, err := document.New(document.DebianFonts())
	if err != nil {
		t.Fatal(err)
	}
	sheet := r.Sheet(document.Bureau{Name: "演示局"})
	if !slices.Contains(sheet.Parts[0].Rows, [2]string{"数值", "90.0%"}) || !slices.Contains(sheet.Parts[1].Rows, [2]string{"数值", "12.2 天"}) || !slices.Contains(sheet.Parts[2].Rows, [2]string{"数值", "—"}) {
		t.Errorf("%+v", sheet.Parts)
	}
	if paper, err := press.Sheet(sheet); err != nil || !bytes.HasPrefix(paper, []byte("%PDF-")) {
		t.Errorf("no paper: %v", err)
	}
}
