package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// sought is what a case is found by.
func (c *casefile) sought() [4]string {
	return [4]string{c.Number, c.D.Party.Name, c.D.Object.Name, c.D.Camera.Place}
}

// index writes what a case is found by, where that has changed.
func (c *casefile) index(ctx context.Context, tx pgx.Tx) error {
	if c.indexed == c.sought() {
		return nil
	}
	_, err := tx.Exec(ctx, `INSERT INTO case_search (case_id, grams) VALUES ($1, $2) ON CONFLICT (case_id) DO UPDATE SET grams = excluded.grams`, c.ID, c.grams())
	if err != nil {
		return fmt.Errorf("note what case %s is found by: %w", c.ID, err)
	}
	c.indexed = c.sought()
	return nil
}

// grams are what the search looks for: pairs of characters, since Chinese has no
// spaces to split at. The index narrows, the query's ILIKE decides.
func (c *casefile) grams() []string {
	var all []string
	for _, text := range c.sought() {
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
