package quota

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/xuri/excelize/v2"

	"offsite/casework/document"
)

// Report is the figures on paper: as they stand now, or as a month was sealed.
type Report struct {
	At     time.Time
	Of     string // brigade or township; "": all that the reader sees
	Month  string // 2006-01 of a sealed month; "": now
	Year   int    // without a month; 0: the year of At
	Digest string // SHA-256 of what was sealed
	Quotas []Quota
}

// span is what the report is of.
func (r Report) span() string {
	now := "截至" + r.At.Format("2006-01-02 15:04")
	switch {
	case r.Month != "":
		return r.Month + "（已封存）"
	case r.Year != 0:
		return fmt.Sprintf("%d年（%s）", r.Year, now)
	}
	return now
}

// title names the report.
func (r Report) title() string {
	if r.Of == "" {
		return "计划指标"
	}
	return r.Of + "计划指标"
}

// Shown is a value as people read it, and its unit: "days", or "%" of a share.
func (q Quota) Shown(v float64) (amount float64, unit string) {
	if q.Unit == "days" {
		return v, q.Unit
	}
	return v * 100, "%"
}

// figure writes a value.
func (q Quota) figure(v float64) string {
	amount, unit := q.Shown(v)
	if unit == "days" {
		unit = " 天"
	}
	return fmt.Sprintf("%.1f%s", amount, unit)
}

// standing says whether the goal is reached.
func (q Quota) standing() string {
	switch {
	case q.Denominator == 0:
		return "尚无记录"
	case q.Goal == 0:
		return "无目标"
	case q.Met:
		return "已达到"
	}
	return "未达到"
}

// Sheet is the report as a paper of the bureau.
func (r Report) Sheet(bureau document.Bureau) document.Sheet {
	parts := make([]document.Part, 0, len(r.Quotas)+1)
	for _, q := range r.Quotas {
		value := "—"
		if q.Denominator > 0 {
			value = q.figure(q.Value)
		}
		rows := [][2]string{{"数值", value}, {"计数", fmt.Sprintf("%d / %d", q.Numerator, q.Denominator)}, {"结果", q.standing()}}
		if q.Goal > 0 {
			rows = append(rows, [2]string{"目标", q.figure(q.Goal)})
		}
		if q.Unit != "days" && q.Denominator > 0 {
			rows = append(rows, [2]string{"年底预计", q.figure(q.Forecast)})
		}
		parts = append(parts, document.Part{Heading: q.NameZH, Rows: rows, Notes: []string{q.SentenceZH}})
	}
	if r.Digest != "" {
		parts = append(parts, document.Part{Heading: "核对", Text: []string{"本月数字已封存，其摘要登记在公开的透明日志中。"}, Notes: []string{"SHA-256 " + r.Digest}})
	}
	return document.Sheet{Bureau: bureau, Title: r.title(), Number: r.span(), Date: r.At, Parts: parts}
}

// XLSX writes the report as a spreadsheet, one figure a row.
func (r Report) XLSX(w io.Writer) error {
	x := excelize.NewFile()
	defer x.Close()
	const sheet = "指标"
	rows := [][]any{
		{r.title(), r.span(), r.Digest},
		{"指标", "Figure", "分子", "分母", "数值", "目标", "单位", "结果", "年底预计", "计划原文"},
	}
	for _, q := range r.Quotas {
		rows = append(rows, []any{q.NameZH, q.NameEN, q.Numerator, q.Denominator, q.Value, q.Goal, q.Unit, q.standing(), q.Forecast, q.SentenceZH})
	}
	err := errors.Join(x.SetSheetName("Sheet1", sheet), x.SetColWidth(sheet, "A", "B", 36), x.SetColWidth(sheet, "J", "J", 80))
	for i, row := range rows {
		err = errors.Join(err, x.SetSheetRow(sheet, fmt.Sprintf("A%d", i+1), &row))
	}
	if err == nil {
		err = x.Write(w)
	}
	if err != nil {
		return fmt.Errorf("write the figures as a spreadsheet: %w", err)
	}
	return nil
}
