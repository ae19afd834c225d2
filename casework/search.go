package casework

import (
	"slices"
	"strings"
)

// grams are what a case is found by: pairs of characters, since Chinese has no
// spaces to split at. The index narrows, the query's ILIKE decides.
func (c *casefile) grams() []string {
	var all []string
	for _, text := range []string{c.Number, c.D.Party.Name, c.D.Object.Name, c.D.Camera.Place} {
		all = append(all, gramsOf(text)...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	if all == nil {
		all = []string{}
	}
	return all
}

// gramsOf lists the pairs of neighbouring characters, in lower case.
func gramsOf(text string) []string {
	letters := []rune(strings.ToLower(text))
	var pairs []string
	for i := range len(letters) - 1 {
		pairs = append(pairs, string(letters[i:i+2]))
	}
	return pairs
}
