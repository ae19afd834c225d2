package intake

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
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
	c := collector{table: t}
	for n := 1; rows.Next(); n++ {
		cells, err := rows.Columns()
		if err != nil {
			return fmt.Errorf("read row %d of the sheet: %w", n, err)
		}
		before := len(t.lines)
		filled := merged.fill(n, &cells)
		if err = c.row(n, cells); err != nil {
			return err
		}
		if filled && len(t.lines) > before {
			l := &t.lines[len(t.lines)-1]
			l.problems = append(l.problems, Fault{Row: n, Warning: true,
				ZH: "含合并单元格，已取合并区域的值", EN: "it lies in merged cells; their value is taken"})
		}
	}
	if err = rows.Error(); err != nil {
		return fmt.Errorf("read the sheet %s: %w", sheets[0], err)
	}
	return c.end()
}

// span is a block of merged cells, counted from 1, and its value once read.
type span struct {
	left, top, right, bottom int
	value                    string
}

type spans []*span

// mergedCells lists the merged cells of the first sheet without holding the sheet in
// memory.
func mergedCells(data []byte) (spans, error) {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, unreadable("无法打开该 .xlsx 文件", "the .xlsx file cannot be opened")
	}
	for _, f := range archive.File {
		if strings.EqualFold(strings.TrimPrefix(f.Name, "/"), "xl/worksheets/sheet1.xml") {
			return mergedIn(f)
		}
	}
	return nil, nil
}

func mergedIn(f *zip.File) (all spans, err error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("read the sheet: %w", err)
	}
	defer r.Close()
	// The blocks come after the cells: skip to them by text, then read them as XML.
	rest := bufio.NewReaderSize(io.LimitReader(r, unpacked), 64<<10)
	if !skipTo(rest, "mergeCells") {
		return nil, nil
	}
	d := xml.NewDecoder(io.MultiReader(strings.NewReader("<"), io.LimitReader(rest, 1<<20)))
	for {
		token, err := d.Token()
		if err != nil {
			if errors.Is(err, io.EOF) || len(all) > 0 {
				return all, nil
			}
			return nil, fmt.Errorf("read the merged cells: %w", err)
		}
		if end, ok := token.(xml.EndElement); ok && end.Name.Local == "mergeCells" {
			return all, nil
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "mergeCell" {
			continue
		}
		for _, a := range start.Attr {
			if s, ok := readSpan(a.Value); a.Name.Local == "ref" && ok {
				all = append(all, s)
			}
		}
	}
}

// skipTo reads up to the element of that name, which is left to be read.
func skipTo(r *bufio.Reader, element string) bool {
	for {
		_, err := r.ReadSlice('<')
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return false
		}
		if next, err := r.Peek(len(element)); err == nil && string(next) == element {
			return true
		}
	}
}

func readSpan(ref string) (*span, bool) {
	from, to, ok := strings.Cut(ref, ":")
	if !ok {
		return nil, false
	}
	left, top, err1 := excelize.CellNameToCoordinates(from)
	right, bottom, err2 := excelize.CellNameToCoordinates(to)
	return &span{left: left, top: top, right: right, bottom: bottom}, err1 == nil && err2 == nil && right <= maxColumns
}

// fill gives every cell of a block that reaches over rows the value of its first one.
// Blocks within one row are titles.
func (all spans) fill(n int, cells *[]string) (filled bool) {
	for _, s := range all {
		if n < s.top || n > s.bottom || s.top == s.bottom {
			continue
		}
		if n == s.top {
			if s.left <= len(*cells) {
				s.value = (*cells)[s.left-1]
			}
			continue
		}
		if s.value == "" {
			continue
		}
		for len(*cells) < s.left {
			*cells = append(*cells, "")
		}
		(*cells)[s.left-1] = s.value
		filled = true
	}
	return filled
}
