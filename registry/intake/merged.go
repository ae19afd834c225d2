package intake

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/xuri/excelize/v2"
)

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
	f, err := firstSheet(archive)
	if err != nil || f == nil {
		return nil, err
	}
	return mergedIn(f)
}

// firstSheet is the file of the sheet that stands first: a sheet that was moved or copied
// keeps the name of the file that it was made in. nil where the workbook does not say.
func firstSheet(archive *zip.Reader) (*zip.File, error) {
	var book struct {
		Sheets []struct {
			ID string `xml:"id,attr"`
		} `xml:"sheets>sheet"`
	}
	var relations struct {
		All []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if err := errors.Join(readPart(archive, "xl/workbook.xml", &book), readPart(archive, "xl/_rels/workbook.xml.rels", &relations)); err != nil {
		return nil, err
	}
	if len(book.Sheets) == 0 {
		return nil, nil
	}
	for _, r := range relations.All {
		if r.ID == book.Sheets[0].ID {
			name := strings.TrimPrefix(r.Target, "/") // from the top, or else beside the workbook
			if name == r.Target {
				name = path.Join("xl", name)
			}
			return partOf(archive, name), nil
		}
	}
	return nil, nil
}

func partOf(archive *zip.Reader, name string) *zip.File {
	for _, f := range archive.File {
		if strings.EqualFold(strings.TrimPrefix(f.Name, "/"), name) {
			return f
		}
	}
	return nil
}

// readPart reads a small part of a workbook; one that is not there leaves v as it is.
func readPart(archive *zip.Reader, name string, v any) error {
	const most = 1 << 20
	f := partOf(archive, name)
	if f == nil {
		return nil
	}
	r, err := f.Open()
	if err != nil {
		return fmt.Errorf("read %s of the workbook: %w", name, err)
	}
	defer r.Close()
	if err := xml.NewDecoder(io.LimitReader(r, most)).Decode(v); err != nil {
		return unreadable("工作簿已损坏：无法读取 "+name, "the workbook is damaged: "+name+" cannot be read")
	}
	return nil
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
