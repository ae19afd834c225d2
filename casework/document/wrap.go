package document

import (
	"strings"
	"unicode"
)

// line is a line of text that fits the measure.
type line struct {
	text   string
	width  float64 // in points, without spread
	spread float64 // added after each character, so that the line fills the measure
	indent float64
}

// Characters that mustn't begin or end a line (避头尾).
const (
	neverFirst = "，。、；：？！）〕】》」』”’％%…—·,.;:?!)]}”"
	neverLast  = "（〔【《「『“‘([{第"
)

// wrap breaks a text into lines of the measure, the first with an indent. Chinese breaks
// between any two characters but for the rules above, other words only between words.
func (s *fontSet) wrap(f face, text string, size, measure, indent float64) []line {
	words := split(text)
	var lines []line
	for start := 0; start < len(words); {
		for start < len(words) && words[start] == " " && len(lines) > 0 {
			start++
		}
		room := measure
		if len(lines) == 0 {
			room -= indent
		}
		end, width := s.fill(f, words, start, size, room)
		if end == start { // a word longer than the line
			head, tail := s.cut(f, words[start], size, room)
			words = append(words[:start:start], append([]string{head, tail}, words[start+1:]...)...)
			continue
		}
		one := line{text: strings.TrimRight(strings.Join(words[start:end], ""), " "), width: width}
		if len(lines) == 0 {
			one.indent = indent
		}
		if end < len(words) {
			one.spread = spread(one.text, room-s.width(f, one.text)*size, size)
		}
		one.width = s.width(f, one.text) * size
		lines = append(lines, one)
		start = end
	}
	return lines
}

// fill is how many words from start fit into room, moved back where the break would put
// a character where it mustn't stand.
func (s *fontSet) fill(f face, words []string, start int, size, room float64) (end int, width float64) {
	end = start
	for end < len(words) {
		w := s.width(f, words[end]) * size
		if width+w > room+0.01 && words[end] != " " {
			break
		}
		width += w
		end++
	}
	if end == len(words) {
		return end, width
	}
	for back := end; back > start+1; back-- {
		if !strings.ContainsAny(first(words[back]), neverFirst) && !strings.ContainsAny(last(words[back-1]), neverLast) {
			return back, width
		}
	}
	return end, width
}

// cut breaks a word that is longer than a whole line.
func (s *fontSet) cut(f face, word string, size, room float64) (head, tail string) {
	width := 0.0
	for i, r := range word {
		width += s.width(f, string(r)) * size
		if width > room && i > 0 {
			return word[:i], word[i:]
		}
	}
	_, n := firstRune(word)
	return word[:n], word[n:]
}

// spread is the space to add after each character; a line too far from full stays ragged.
func spread(text string, missing, size float64) float64 {
	gaps := float64(len([]rune(text)) - 1)
	if gaps < 1 || missing <= 0 || missing/gaps > 0.3*size {
		return 0
	}
	return missing / gaps
}

// split parts a text into what isn't broken: single Chinese characters, words and
// numbers, doubled dashes and dots.
func split(text string) []string {
	var words []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	var before rune
	for _, r := range text {
		switch {
		case r == ' ':
			flush()
			words = append(words, " ")
		case narrow(r):
			word.WriteRune(r)
		case (r == '—' || r == '…') && r == before && len(words) > 0 && word.Len() == 0:
			words[len(words)-1] += string(r)
		default:
			flush()
			words = append(words, string(r))
		}
		before = r
	}
	flush()
	return words
}

// narrow reports whether a character belongs into a word of letters or digits.
func narrow(r rune) bool {
	return r > ' ' && r < 0x250 && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_./:@#&=+?%*'~", r))
}

func first(word string) string { r, _ := firstRune(word); return string(r) }

func firstRune(word string) (rune, int) {
	for _, r := range word {
		return r, len(string(r))
	}
	return 0, 0
}

func last(word string) string {
	runes := []rune(word)
	return string(runes[len(runes)-1])
}
