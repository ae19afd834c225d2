package intake_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"offsite/registry/intake"
)

func TestEncodings(t *testing.T) {
	t.Parallel()
	// 㐂 and 𠮷 are in GB 18030 alone, of four bytes each: a reader of GBK loses them.
	const rare = "名称,类型\n㐂百货店,商铺\n𠮷水果店,商铺\n"
	four, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(rare))
	if err != nil {
		t.Fatal(err)
	}
	t.Run("four bytes", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		b := s.preview(t, "gb.csv", four, intake.Options{})
		rows, err := s.Rows(t.Context(), b.ID, "create", 0, 10)
		if err != nil || len(rows) != 2 || rows[0].Object.Name != "㐂百货店" || rows[1].Object.Name != "𠮷水果店" {
			t.Errorf("read as %+v, %v", rows, err)
		}
	})
	gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(shops))
	if err != nil {
		t.Fatal(err)
	}
	utf16 := []byte{0xFF, 0xFE}
	for _, c := range shops {
		utf16 = append(utf16, byte(c), byte(c>>8))
	}
	for name, data := range map[string][]byte{"gb.csv": gb, "bom.csv": append([]byte{0xEF, 0xBB, 0xBF}, shops...), "wide.txt": utf16,
		"tab.tsv": []byte(strings.ReplaceAll(shops, ",", "\t")), "de.csv": []byte(strings.ReplaceAll(shops, ",", ";")), "dos.csv": []byte(strings.ReplaceAll(shops, "\n", "\r\n"))} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			b := s.preview(t, name, data, intake.Options{})
			rows, err := s.Rows(t.Context(), b.ID, "", 0, 10)
			if err != nil || b.Counts.Create != 3 || rows[0].Object.Name != "甲百货店" {
				t.Errorf("read as %+v, %v", rows, err)
			}
		})
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	s := open(t)
	for name, data := range map[string][]byte{
		"empty.csv":      nil,
		"heading.csv":    []byte("名称,类型\n"),
		"nothing.csv":    bytes.Repeat([]byte(",,,,\n"), 10<<20),
		"blank.csv":      bytes.Repeat([]byte(" \n"), 25<<20),
		"unknown.csv":    []byte("foo,bar\n1,2\n"),
		"quotes.csv":     []byte("名称\n\"a\nb"),
		"binary.csv":     {0, 1, 2, 3},
		"neither.csv":    {'a', 0xFF, 0xFF, '\n'},
		"broken.xlsx":    []byte("PK\x03\x04 nothing"),
		"large.csv":      bytes.Repeat([]byte("a"), 65<<20),
		"no.geojson":     []byte(`{"type":"Feature"}`),
		"projected.json": []byte(`{"type":"FeatureCollection","crs":{"properties":{"name":"EPSG:3857"}},"features":[]}`),
		"none.json":      []byte(`{"type":"FeatureCollection","features":[]}`),
	} {
		format, err := intake.FormatOf(name)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Preview(t.Context(), by, name, format, data, intake.Options{})
		var why *intake.FileError
		if !errors.As(err, &why) || !errors.Is(err, intake.ErrFile) || why.ZH == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"old.xls", "paper.pdf"} {
		if _, err := intake.FormatOf(name); !errors.Is(err, intake.ErrFile) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.Preview(t.Context(), by, "a.csv", intake.CSV, []byte(shops), intake.Options{Rule: "guess"}); !errors.Is(err, intake.ErrFile) {
		t.Errorf("an unknown rule: %v", err)
	}
}

func TestWorkbook(t *testing.T) {
	t.Parallel()
	book := excelize.NewFile()
	defer book.Close()
	set := func(cell string, v any) {
		t.Helper()
		if err := book.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	for i, row := range [][]any{
		{"城桥镇商铺登记表"},
		{"名称*", "乡 镇", "经度", "纬度", "电话", "备注", "统一社会信用代码"},
		{"甲", "城桥镇", 121.4, 31.6, 13800000001, "x", "91350100M000100Y43"},
		{"乙", nil, "121.41", "31.6", "13800000002", nil, nil},
		{"丙", nil, nil, nil, nil, nil, nil},
		{"丁", "堡镇", nil, nil, nil, nil, 310230199001011234},
	} {
		for j, v := range row {
			if v != nil {
				name, _ := excelize.CoordinatesToCellName(j+1, i+1)
				set(name, v)
			}
		}
	}
	if err := errors.Join(book.MergeCell("Sheet1", "A1", "G1"), book.MergeCell("Sheet1", "B3", "B5")); err != nil {
		t.Fatal(err)
	}
	if _, err := book.NewSheet("other"); err != nil {
		t.Fatal(err)
	}
	var data bytes.Buffer
	if err := book.Write(&data); err != nil {
		t.Fatal(err)
	}
	s := open(t)
	b := s.preview(t, "登记表.xlsx", data.Bytes(), intake.Options{})
	rows, err := s.Rows(t.Context(), b.ID, "", 0, 10)
	if err != nil || len(rows) != 4 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, want := range []string{"城桥镇", "城桥镇", "城桥镇", "堡镇"} {
		if rows[i].Object.Township != want {
			t.Errorf("row %d is of %q", rows[i].N, rows[i].Object.Township)
		}
	}
	if b.Counts.Warnings != 2 || len(b.Warnings) != 3 { // merged cells; another sheet, an unknown column, positions that nothing is known to be near
		t.Errorf("%d rows with warnings, warnings %+v", b.Counts.Warnings, b.Warnings)
	}
	if rows[3].Action != "error" || !strings.Contains(fmt.Sprint(rows[3].Problems), "统一社会信用代码") {
		t.Errorf("a rounded identity passes: %+v", rows[3])
	}
	if rows[0].Party == nil || rows[0].Party.Phone != "13800000001" {
		t.Errorf("a telephone number that is a figure: %+v", rows[0].Party)
	}
}

// A formula counts as what it last gave; one that was never reckoned is an empty cell,
// which its row says where it needs one.
func TestFormulasInAWorkbook(t *testing.T) {
	t.Parallel()
	book := excelize.NewFile()
	defer book.Close()
	for cell, v := range map[string]any{"A1": "名称", "B1": "类型", "C1": "经度", "D1": "纬度", "A2": "甲百货店", "B2": "商铺", "C2": 121.5, "D2": 31.625, "B3": "商铺"} {
		if err := book.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	for cell, formula := range map[string]string{"C2": `121+0.5`, "A3": `A2&"分店"`} {
		if err := book.SetCellFormula("Sheet1", cell, formula); err != nil {
			t.Fatal(err)
		}
	}
	var data bytes.Buffer
	if err := book.Write(&data); err != nil {
		t.Fatal(err)
	}
	s := open(t)
	b := s.preview(t, "f.xlsx", data.Bytes(), intake.Options{})
	rows, err := s.Rows(t.Context(), b.ID, "", 0, 10)
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if rows[0].Action != "create" || rows[0].Object.Longitude == nil || *rows[0].Object.Longitude != 121.5 {
		t.Errorf("what a formula gave: %+v", rows[0])
	}
	if rows[1].Action != "error" || rows[1].Problems[0].Column != "名称" {
		t.Errorf("a formula that gave nothing: %+v", rows[1])
	}
}

// written is a workbook as it comes in.
func written(t *testing.T, book *excelize.File) []byte {
	t.Helper()
	var data bytes.Buffer
	if err := errors.Join(book.Write(&data), book.Close()); err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

// A spreadsheet makes a date of what looks like one, as the name 7-11: the cell is refused
// by name, and nothing is registered under a number of days.
func TestDatesInAWorkbook(t *testing.T) {
	t.Parallel()
	book := excelize.NewFile()
	chinese := "m\"月\"d\"日\""
	style, err := book.NewStyle(&excelize.Style{CustomNumFmt: &chinese})
	if err != nil {
		t.Fatal(err)
	}
	july := time.Date(2026, 7, 11, 0, 0, 0, 0, time.UTC)
	for cell, v := range map[string]any{"A1": "店名", "B1": "地址", "C1": "营业执照号", "D1": "联系电话",
		"A2": july, "B2": "八一路1号", "A3": "甲", "B3": july, "C3": 46214, "D3": 59610001, "A4": "乙", "B4": "八一路5-12号", "C4": "2024-3-1", "D4": 13800000001} {
		if err := book.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := book.SetCellStyle("Sheet1", "B3", "B3", style); err != nil {
		t.Fatal(err)
	}
	s := open(t)
	b := s.preview(t, "d.xlsx", written(t, book), intake.Options{})
	rows, err := s.Rows(t.Context(), b.ID, "", 0, 10)
	if err != nil || len(rows) != 3 || b.Counts.Error != 2 {
		t.Fatalf("%+v of %+v, %v", b.Counts, rows, err)
	}
	for i, column := range []string{"店名", "地址"} {
		if p := rows[i].Problems; len(p) != 1 || p[0].Column != column || p[0].Row != i+2 || !strings.Contains(p[0].ZH, "日期") {
			t.Errorf("row %d: %+v, not a date in %s", i+2, p, column)
		}
	}
	if o := rows[2].Object; rows[2].Action != "create" || o.Address != "八一路5-12号" || o.LicenceNo != "2024-3-1" {
		t.Errorf("text that looks like a date: %+v", rows[2])
	}
	if !strings.Contains(rows[1].Problems[0].ZH, "7月11日") {
		t.Errorf("it is not shown as the spreadsheet shows it: %s", rows[1].Problems[0].ZH)
	}
}

// The sheet that stands first is not always the first that was made.
func TestMergedCellsOfAMovedSheet(t *testing.T) {
	t.Parallel()
	book := excelize.NewFile()
	if _, err := book.NewSheet("商铺"); err != nil {
		t.Fatal(err)
	}
	for cell, v := range map[string]any{"A1": "名称", "B1": "乡镇", "A2": "甲", "B2": "城桥镇", "A3": "乙"} {
		if err := book.SetCellValue("商铺", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(book.MergeCell("商铺", "B2", "B3"), book.MergeCell("Sheet1", "A1", "A9"), book.MoveSheet("商铺", "Sheet1")); err != nil {
		t.Fatal(err)
	}
	s := open(t)
	b := s.preview(t, "m.xlsx", written(t, book), intake.Options{})
	rows, err := s.Rows(t.Context(), b.ID, "", 0, 10)
	if err != nil || len(rows) != 2 || rows[1].Object.Township != "城桥镇" || b.Counts.Warnings != 1 {
		t.Errorf("read as %+v with %+v, %v", rows, b.Counts, err)
	}
}

// sheetOf is a workbook whose only sheet holds this XML.
func sheetOf(t *testing.T, rows func(w io.Writer) error) []byte {
	t.Helper()
	plain := written(t, excelize.NewFile())
	from, err := zip.NewReader(bytes.NewReader(plain), int64(len(plain)))
	if err != nil {
		t.Fatal(err)
	}
	var data bytes.Buffer
	to := zip.NewWriter(&data)
	to.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for _, f := range from.File {
		if f.Name != "xl/worksheets/sheet1.xml" {
			if err := to.Copy(f); err != nil {
				t.Fatal(err)
			}
			continue
		}
		w, err := to.Create(f.Name)
		if err == nil {
			_, err = io.WriteString(w, `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
		}
		if err == nil {
			err = rows(w)
		}
		if err == nil {
			_, err = io.WriteString(w, `</sheetData></worksheet>`)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

// Workbooks of nothing: fifty megabytes of empty rows; a row of hundreds of thousands of
// empty cells; blanks; and more than may be unpacked.
func TestWorkbooksOfNothing(t *testing.T) {
	t.Parallel()
	fill := func(text string, bytes int) func(io.Writer) error {
		return func(w io.Writer) error {
			block := strings.Repeat(text, 64<<10)
			for n := 0; n < bytes; n += len(block) {
				if _, err := io.WriteString(w, block); err != nil {
					return err
				}
			}
			return nil
		}
	}
	s := open(t)
	for name, rows := range map[string]func(io.Writer) error{
		"rows": fill(`<row/>`, 50<<20), "cells": func(w io.Writer) error {
			_, err := io.WriteString(w, `<row r="1">`)
			return errors.Join(err, fill(`<c/>`, 1<<20)(w), func() error { _, err := io.WriteString(w, `</row>`); return err }())
		}, "blanks": fill("\n", 2<<20), "far": func(w io.Writer) error {
			_, err := io.WriteString(w, `<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>名称</t></is></c></row>`)
			return err
		}, "too far": func(w io.Writer) error {
			_, err := io.WriteString(w, `<row r="99999999"><c><v>1</v></c></row>`)
			return err
		}, "bomb": fill("\n", 401<<20),
	} {
		var why *intake.FileError
		if _, err := s.Preview(t.Context(), by, name+".xlsx", intake.XLSX, sheetOf(t, rows), intake.Options{}); !errors.As(err, &why) || why.ZH == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestGeoJSON(t *testing.T) {
	t.Parallel()
	s := open(t)
	data := []byte(`{"type":"FeatureCollection","features":[
		{"type":"Feature","properties":{"name":"工地一","kind":"site"},"geometry":{"type":"Polygon","coordinates":[[[121.4,31.6],[121.402,31.6],[121.402,31.602],[121.4,31.602],[121.4,31.6]]]}},
		{"type":"Feature","properties":{"name":"交叉","kind":"site"},"geometry":{"type":"Polygon","coordinates":[[[121.4,31.6],[121.402,31.602],[121.402,31.6],[121.4,31.602],[121.4,31.6]]]}},
		{"type":"Feature","properties":{"name":"店","kind":"shop","phone":12},"geometry":{"type":"Point","coordinates":[121.5,31.7]}},
		{"type":"Feature","properties":{"name":"线","kind":"site"},"geometry":{"type":"LineString","coordinates":[[1,2],[3,4]]}},
		{"type":"Feature","properties":{"name":"坏","kind":"site"},"geometry":{"type":"Point","coordinates":["a"]}}]}`)
	b := s.preview(t, "sites.geojson", data, intake.Options{})
	if b.Counts.Create != 2 || b.Counts.Error != 3 {
		t.Fatalf("counts %+v", b.Counts)
	}
	s.apply(t, b)
	if o := s.objects(t)["工地一"]; *o.Longitude != 121.401 || *o.Latitude != 31.601 {
		t.Errorf("the middle is %v, %v", *o.Longitude, *o.Latitude)
	}
}

func FuzzPreview(f *testing.F) {
	f.Add(intake.CSV, []byte(shops))
	f.Add(intake.GeoJSON, []byte(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"a"},"geometry":{"type":"Polygon","coordinates":[[[0,0]]]}}]}`))
	f.Add(intake.XLSX, []byte("PK"))
	s := open(f)
	f.Fuzz(func(t *testing.T, format string, data []byte) {
		b, err := s.Preview(t.Context(), by, "fuzz", format, data, intake.Options{})
		if err != nil {
			if !errors.Is(err, intake.ErrFile) {
				t.Errorf("no file error: %v", err)
			}
			return
		}
		if _, err = json.Marshal(b); err != nil {
			t.Error(err)
		}
	})
}
