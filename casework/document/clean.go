package document

import (
	"reflect"
	"strings"
	"unicode"
)

// Marks that stand for what would end a line or a cell of the markup, while a case's
// own words go through a template.
const (
	newline = '\uE000'
	bar     = '\uE001'
)

// equals are signs that the Song fonts lack and what is set for them; the meaning is the
// same, so that no name is touched.
func equals() *strings.Replacer {
	return strings.NewReplacer("m²", "平方米", "㎡", "平方米", "²", "平方", "m³", "立方米", "³", "立方", "–", "-", "•", "·", "¥", "￥",
		"\r\n", string(newline), "\n", string(newline), "\u2028", string(newline), "\u2029", string(newline), "|", string(bar),
		"\t", " ", "\u00a0", " ", "\u3000", " ")
}

// clean copies fields so that nothing that a case says can act as markup: no new line,
// no cell border, no control or invisible character.
func clean(f Fields) Fields {
	out := f
	cleanValue(reflect.ValueOf(&out).Elem(), equals())
	return out
}

func cleanValue(v reflect.Value, r *strings.Replacer) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(strings.TrimSpace(strings.Map(visible, r.Replace(strings.ToValidUTF8(v.String(), "?")))))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				cleanValue(v.Field(i), r)
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 || v.IsNil() {
			return
		}
		copied := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(copied, v)
		v.Set(copied)
		for i := range v.Len() {
			cleanValue(v.Index(i), r)
		}
	}
}

// visible drops what has no shape on paper: control characters, directional overrides,
// zero-width marks.
func visible(r rune) rune {
	if r == newline || r == bar {
		return r
	}
	if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) {
		return -1
	}
	return r
}

// paragraphs splits a field at its own line breaks.
func paragraphs(text string) []string {
	var out []string
	for _, p := range strings.Split(text, string(newline)) {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}
