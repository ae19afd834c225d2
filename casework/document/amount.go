package document

import (
	"fmt"
	"strconv"
	"strings"
)

// Yuan writes an amount in fen as yuan: 123450 as 1234.50.
func Yuan(fen int64) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }

// capital writes an amount in the words that can't be changed afterwards (大写):
// 1005000 fen as 壹万零伍拾元整.
func capital(fen int64) string {
	if fen < 0 || fen >= 1_0000_0000_0000_00 {
		return Yuan(fen) + "元"
	}
	var b strings.Builder
	if whole := fen / 100; whole > 0 {
		b.WriteString(capitalWhole(whole) + "元")
	}
	jiao, rest := fen/10%10, fen%10
	switch {
	case fen == 0:
		return "零元整"
	case jiao == 0 && rest == 0:
		b.WriteString("整")
		return b.String()
	case jiao > 0:
		b.WriteString(digit(jiao) + "角")
	case fen >= 100:
		b.WriteString("零")
	}
	if rest > 0 {
		b.WriteString(digit(rest) + "分")
	} else {
		b.WriteString("整")
	}
	return b.String()
}

func digit(d int64) string { return string([]rune("零壹贰叁肆伍陆柒捌玖")[d]) }

// capitalWhole joins groups of four digits; 零 stands once for a gap between two digits.
func capitalWhole(n int64) string {
	var b strings.Builder
	gap := false
	for _, group := range []struct {
		size int64
		unit string
	}{{1_0000_0000, "亿"}, {1_0000, "万"}, {1, ""}} {
		v := n / group.size % 10000
		if v == 0 {
			gap = b.Len() > 0
			continue
		}
		if b.Len() > 0 && (gap || v < 1000) {
			b.WriteString("零")
		}
		b.WriteString(fourDigits(v) + group.unit)
		gap = false
	}
	return b.String()
}

func fourDigits(v int64) string {
	var b strings.Builder
	gap := false
	for _, place := range []struct {
		size int64
		unit string
	}{{1000, "仟"}, {100, "佰"}, {10, "拾"}, {1, ""}} {
		d := v / place.size % 10
		if d == 0 {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteString("零")
		}
		b.WriteString(digit(d) + place.unit)
		gap = false
	}
	return b.String()
}

// grouped prints a code in groups of four.
func grouped(code string) string {
	var b strings.Builder
	for i, r := range code {
		if i > 0 && i%4 == 0 && !strings.Contains(code, "-") {
			b.WriteByte('-')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// ordinal counts in Chinese up to 99: 一, 十二, 三十.
func ordinal(n int) string {
	digits := []rune("零一二三四五六七八九")
	switch {
	case n < 0 || n > 99:
		return strconv.Itoa(n)
	case n < 10:
		return string(digits[n])
	case n < 20:
		return "十" + strings.TrimPrefix(ordinal(n%10), "零")
	}
	return string(digits[n/10]) + "十" + strings.TrimPrefix(ordinal(n%10), "零")
}
