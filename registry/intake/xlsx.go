package intake

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// What a workbook may unpack to.
const (
	maxMerged    = 1000
	unpacked     = 400 << 20
	unpackedKeep = 16 << 20 // larger sheets are unpacked into a temporary file
)

func readXLSX(data []byte, t *table) error {
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: unpacked, UnzipXMLSizeLimit: unpackedKeep})
	if err != nil {
		return unreadable("无法打开该 .xlsx 文件：可能已损坏、加密或过大", "the .xlsx file cannot be opened: it is damaged, encrypted or too large")
	}
	defer book.Close()
	sheets := book.GetSheetList()
	if len(sheets) == 0 {
		return unreadable("工作簿中没有工作表", "the workbook has no sheet")
	}
	if len(sheets) > 1 {
		t.warnings = append(t.warnings, Fault{Warning: true,
			ZH: "只导入第一个工作表“" + sheets[0] + "”", EN: "only the first sheet, " + sheets[0] + ", is taken in"})
	}
	merged, err := mergedCells(data)
	if err != nil {
		return err
	}
	if len(merged) > maxMerged {
		return unreadable("合并单元格过多，请取消合并后导入", "there are too many merged cells; unmerge them")
	}
	rows, err := book.Rows(sheets[0])
	if err != nil {
		return fmt.Errorf("read the sheet %s: %w", sheets[0], err)
	}
	defer rows.Close()
	shown, err := book.Rows(sheets[0]) // the same rows, as people see them
	if err != nil {
		return fmt.Errorf("read the sheet %s: %w", sheets[0], err)
	}
	defer shown.Close()
	c := collector{table: t}
	for n := 1; rows.Next() && shown.Next(); n++ {
		cells, err := rows.Columns()
		if err != nil {
			return damagedSheet(n, err)
		}
		before := len(t.lines)
		filled := merged.fill(n, &cells)
		if err = c.row(n, cells); err != nil {
			return err
		}
		looks, err := shown.Columns(excelize.Options{})
		if err != nil {
			return damagedSheet(n, err)
		}
		if len(t.lines) == before {
			continue
		}
		l := &t.lines[len(t.lines)-1]
		l.dates = t.heading.dates(cells, looks)
		if filled {
			l.problems = append(l.problems, Fault{Row: n, Warning: true,
				ZH: "含合并单元格，已取合并区域的值", EN: "it lies in merged cells; their value is taken"})
		}
	}
	if err = rows.Error(); err != nil {
		return damagedSheet(len(t.lines), err)
	}
	return c.end()
}

func damagedSheet(row int, err error) error {
	return unreadable(fmt.Sprintf("工作表在第%d行附近无法读取，请在表格软件中打开后另存（%v）", row, err),
		fmt.Sprintf("the sheet cannot be read near row %d; open it in the spreadsheet program and save it anew (%v)", row, err))
}

// dates are the cells that the spreadsheet keeps as a date, as people see them.
func (h heading) dates(cells, looks []string) map[field]string {
	var found map[field]string
	for f, i := range h.columns {
		if i < len(cells) && i < len(looks) && isDate(cells[i], looks[i]) {
			if found == nil {
				found = map[field]string{}
			}
			found[f] = looks[i]
		}
	}
	return found
}

// lastDay is what no spreadsheet counts a date beyond that anybody would write: 2119.
const lastDay = 80_000

// isDate tells whether a number is shown as a date or a time of day.
func isDate(raw, shown string) bool {
	if raw == shown || !strings.ContainsAny(shown, "-/:年月日") {
		return false
	}
	days, err := strconv.ParseFloat(raw, 64)
	return err == nil && days > 0 && days < lastDay
}
