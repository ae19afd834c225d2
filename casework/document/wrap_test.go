package document

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func TestLinesBreakWhereTheyMay(t *testing.T) {
	t.Parallel()
	s := press(t).fonts
	for name, v := range map[string]struct {
		text string
		want []string
	}{
		"plain":               {"一二三四五六七八九十甲乙", []string{"一二三四五六七八九十", "甲乙"}},
		"no comma first":      {"一二三四五六七八九十，甲乙", []string{"一二三四五六七八九", "十，甲乙"}},
		"no bracket last":     {"一二三四五六七八九（甲乙）", []string{"一二三四五六七八九", "（甲乙）"}},
		"numbers stay whole":  {"一二三四五六七八九2026年", []string{"一二三四五六七八九", "2026年"}},
		"dashes stay whole":   {"一二三四五六七八九——甲", []string{"一二三四五六七八", "九——甲"}},
		"a word over a line":  {"abcdefghijklmnopqrstuvwxyz", []string{"abcdefghijklmnopqrst", "uvwxyz"}},
		"words break between": {"一二三四五 abc defghijk", []string{"一二三四五 abc", "defghijk"}},
		"nothing":             {"", nil},
	} {
		var got []string
		for _, l := range s.wrap(song, v.text, 10, 100, 0) {
			got = append(got, l.text)
		}
		if strings.Join(got, "/") != strings.Join(v.want, "/") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// No line is wider than its measure, and no character is lost, whatever the text.
func TestWrapProperties(t *testing.T) {
	t.Parallel()
	s := press(t).fonts
	r := rand.New(rand.NewPCG(59, 2021))
	letters := []rune("一二三，。（）《》第abcXYZ019.-— …％、；甲乙丙丁")
	for range 2000 {
		text := make([]rune, r.IntN(120))
		for i := range text {
			text[i] = letters[r.IntN(len(letters))]
		}
		check(t, s, strings.TrimSpace(string(text)), 40+r.Float64()*200, float64(r.IntN(3))*10)
	}
}

func check(t *testing.T, s *fontSet, text string, measure, indent float64) {
	t.Helper()
	var all strings.Builder
	for i, l := range s.wrap(song, text, 10, measure, indent) {
		room := measure
		if i == 0 {
			room -= indent
		}
		if full := l.width + l.spread*float64(len([]rune(l.text))-1); full > room+0.5 {
			t.Fatalf("%q in %.1f: line %q is %.1f wide", text, measure, l.text, full)
		}
		all.WriteString(l.text)
	}
	if strings.ReplaceAll(all.String(), " ", "") != strings.ReplaceAll(text, " ", "") {
		t.Fatalf("%q became %q", text, all.String())
	}
}

func FuzzWrap(f *testing.F) {
	s := press(f).fonts
	f.Add("一二三四，五六（七）abc 2026年——…", 80.0)
	f.Fuzz(func(t *testing.T, text string, measure float64) {
		text = strings.TrimSpace(strings.Map(visible, strings.ToValidUTF8(text, "?")))
		if _, lacks := s.missing(text); lacks || measure < 40 || measure > 500 || strings.ContainsAny(text, string(newline)+string(bar)) {
			return
		}
		check(t, s, text, measure, 0)
	})
}

// Whatever a case says, a paper is made or refused with a reason, never broken.
func FuzzRender(f *testing.F) {
	p := press(f)
	f.Add("张三", "2026年11月2日\n@title x | y", "罚款{{.}}")
	f.Fuzz(func(t *testing.T, name, facts, reason string) {
		g := Sample(Decision)
		g.Party.Name, g.Facts, g.Reason = name, facts, reason
		doc, err := p.Render(Decision, g)
		if (err == nil) != (len(doc.PDF) > 1000) {
			t.Fatalf("%v with %d bytes", err, len(doc.PDF))
		}
	})
}

func FuzzMarkup(f *testing.F) {
	f.Add("@p text\n@row a | b\n@opinion a|b|c|d")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := parse(text)
		if err != nil {
			return
		}
		for _, e := range all {
			if want, known := cellsOf(e.name); !known || want > 0 && want != len(e.cells) {
				t.Fatalf("%+v passed", e)
			}
		}
	})
}
