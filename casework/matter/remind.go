package matter

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// anyReminder is what the reminder says in matters that have no words of their own.
const anyReminder = "{place}于{time}被发现“{matter}”。请在{until}前自行改正；及时改正且轻微的，不予处罚。"

// longestReminder leaves room for bureau, link and telephone in the 500 characters that a
// gateway takes.
const longestReminder = 160

// slots are what a reminder's words may leave open: where, when it was seen, until when it
// can be put right, the matter's name and what the party is told to do.
func slots() []string { return []string{"{place}", "{time}", "{until}", "{matter}", "{order}"} }

// checkReminder refuses words that a party could not act on.
func checkReminder(words string) error {
	for _, slot := range regexp.MustCompile(`\{[^}]*\}?|\}`).FindAllString(words, -1) {
		if !slices.Contains(slots(), slot) {
			return fmt.Errorf("%q is no slot; use %s", slot, strings.Join(slots(), " "))
		}
	}
	switch {
	case !strings.Contains(words, "{until}"):
		return errors.New("say until when the party can put it right: {until}")
	case utf8.RuneCountInString(words) > longestReminder:
		return fmt.Errorf("it has more than %d characters", longestReminder)
	}
	return nil
}

// Remind fills in the words of a reminder; without any, those that fit every matter are
// taken. place, seen and until are written as the party reads them.
func Remind(words, place, seen, until, name, order string) string {
	if words == "" {
		words = anyReminder
	}
	return strings.NewReplacer("{place}", place, "{time}", seen, "{until}", until, "{matter}", name, "{order}", order).Replace(words)
}
