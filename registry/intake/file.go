package intake

import (
	"errors"
	"fmt"
	"strings"
)

// ErrFile says that a file cannot be taken in as a whole; errors.As with *FileError
// says why in both languages.
var ErrFile = errors.New("the file cannot be read")

// FileError is why a file cannot be read and what to do.
type FileError struct{ ZH, EN string }

func (e *FileError) Error() string { return e.EN }

// Is matches ErrFile.
func (e *FileError) Is(target error) bool { return target == ErrFile }

func unreadable(zh, en string) error { return &FileError{ZH: zh, EN: en} }

// What a file may have at most.
const (
	maxFile    = 64 << 20
	maxLines   = 200_000
	maxEmpty   = 100_000
	maxColumns = 200
	maxCell    = 2000 // characters
	titleRows  = 20   // a heading is looked for within
)

// Formats.
const (
	CSV     = "csv"
	XLSX    = "xlsx"
	GeoJSON = "geojson"
)

// FormatOf tells the format by a file's name.
func FormatOf(name string) (string, error) {
	switch lower := strings.ToLower(name); {
	case strings.HasSuffix(lower, ".csv"), strings.HasSuffix(lower, ".txt"), strings.HasSuffix(lower, ".tsv"):
		return CSV, nil
	case strings.HasSuffix(lower, ".xlsx"):
		return XLSX, nil
	case strings.HasSuffix(lower, ".geojson"), strings.HasSuffix(lower, ".json"):
		return GeoJSON, nil
	case strings.HasSuffix(lower, ".xls"):
		return "", unreadable("旧版 .xls 请在表格软件中另存为 .xlsx", "save the old .xls as .xlsx in the spreadsheet program")
	}
	return "", unreadable("只接受 .csv、.xlsx、.geojson 文件", "only .csv, .xlsx and .geojson files are taken")
}

// read reads a file of a format, whose columns are those of s.
func read(format string, data []byte, s sheet) (t table, err error) {
	t.sheet = s
	if len(data) > maxFile {
		return t, unreadable(fmt.Sprintf("文件超过%d MiB，请拆分后导入", maxFile>>20), fmt.Sprintf("the file is larger than %d MiB; split it", maxFile>>20))
	}
	switch format {
	case CSV:
		err = readCSV(data, &t)
	case XLSX:
		err = readXLSX(data, &t)
	case GeoJSON:
		err = readGeoJSON(data, &t)
	default:
		err = fmt.Errorf("%w: there is no format %q", ErrFile, format)
	}
	if err == nil && len(t.lines) == 0 {
		err = unreadable("文件中没有数据行", "the file holds no rows")
	}
	for _, name := range t.heading.unknown {
		t.warnings = append(t.warnings, Fault{Column: name, Warning: true,
			ZH: "未识别的列“" + name + "”，已忽略", EN: "the column " + name + " is not known and left out"})
	}
	return t, err
}

// collector takes the rows of a sheet one after the other.
type collector struct {
	table *table
	seen  int // rows looked at for the heading
	found bool
	empty int
}

// row takes a row; n counts as the spreadsheet does.
func (c *collector) row(n int, cells []string) error {
	if blank(cells) {
		if c.empty++; c.empty > maxEmpty {
			return unreadable(fmt.Sprintf("空行超过%d行，请删除后导入", maxEmpty), fmt.Sprintf("there are more than %d empty rows; delete them", maxEmpty))
		}
		return nil
	}
	if len(cells) > maxColumns {
		return unreadable(fmt.Sprintf("第%d行超过%d列", n, maxColumns), fmt.Sprintf("row %d has more than %d columns", n, maxColumns))
	}
	if !c.found {
		if c.seen++; c.seen > titleRows {
			return c.table.sheet.lacks
		}
		c.table.heading, c.found = readHeading(cells, c.table.sheet)
		return nil
	}
	if len(c.table.lines) == maxLines {
		return unreadable(fmt.Sprintf("超过%d行，请拆分后导入", maxLines), fmt.Sprintf("more than %d rows; split the file", maxLines))
	}
	c.table.lines = append(c.table.lines, c.table.heading.line(n, cells))
	return nil
}

func (c *collector) end() error {
	if !c.found && c.seen > 0 {
		return c.table.sheet.lacks
	}
	return nil
}

func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}
