package intake

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

func readCSV(data []byte, t *table) error {
	text, err := decode(data)
	if err != nil {
		return err
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord, r.ReuseRecord, r.Comma = -1, true, separator(text)
	c := collector{table: t}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return c.end()
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			return unreadable(fmt.Sprintf("第%d行的引号不配对，请修正", wrong.Line), fmt.Sprintf("the quotes of row %d do not match; correct them", wrong.Line))
		}
		if err != nil {
			return fmt.Errorf("read the CSV file: %w", err)
		}
		n, _ := r.FieldPos(0)
		if err = c.row(n, cells); err != nil {
			return err
		}
	}
}

// decode makes UTF-8 of what spreadsheet programs write: UTF-8, UTF-16 with its mark,
// or, in China, GB 18030.
func decode(data []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(data, []byte{0xEF, 0xBB, 0xBF}):
		data = data[3:]
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}), bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		text, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(data)
		if err != nil {
			return nil, fmt.Errorf("read the CSV file as UTF-16: %w", err)
		}
		return text, nil
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return nil, unreadable("这不是文本文件", "this is no text file")
	}
	if utf8.Valid(data) {
		return data, nil
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
		return nil, unreadable("文件编码既不是 UTF-8 也不是 GB 18030，请另存为 UTF-8", "the file is neither UTF-8 nor GB 18030; save it as UTF-8")
	}
	return text, nil
}

// separator is what the first line that holds something is divided by.
func separator(text []byte) rune {
	for line := range strings.Lines(string(text[:min(len(text), 64<<10)])) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		for _, s := range "\t;" {
			if strings.Count(line, string(s)) > strings.Count(line, ",") {
				return s
			}
		}
		break
	}
	return ','
}
