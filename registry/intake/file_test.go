package intake_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"offsite/registry/intake"
)

func TestEncodings(t *testing.T) {
	t.Parallel()
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
	if b.Counts.Warnings != 2 || len(b.Warnings) != 2 { // merged cells; another sheet, an unknown column
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
