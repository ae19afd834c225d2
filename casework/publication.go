package casework

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// PublicDecision is a decision as the public list shows it: a person is masked, no
// address, no picture. A withdrawn one keeps its number and the reason alone.
type PublicDecision struct {
	Number      string     `json:"number"`
	MatterZH    string     `json:"matter_zh"`
	MatterEN    string     `json:"matter_en"`
	Party       string     `json:"party"`
	FineFen     int64      `json:"fine_fen"`
	DecidedAt   time.Time  `json:"decided_at"`
	PublishedAt time.Time  `json:"published_at"`
	WithdrawnAt *time.Time `json:"withdrawn_at,omitempty"`
	ReasonZH    string     `json:"reason_zh,omitempty"`
}

// PublicDecisions lists published decisions, newest first (art. 48).
func (b *Book) PublicDecisions(ctx context.Context, cursor string) (Page[PublicDecision], error) {
	var q query
	q.add("published_at IS NOT NULL")
	m, err := readMark(cursor)
	if err != nil {
		return Page[PublicDecision]{}, err
	}
	if m != nil {
		q.add("(published_at, id) < (?, ?)", m.At, m.ID)
	}
	rows, err := b.o.Pool.Query(ctx, `SELECT `+casefileColumns+` FROM casefile`+q.text()+fmt.Sprintf(" ORDER BY published_at DESC, casefile.id DESC LIMIT %d", pageLength+1), q.args...)
	if err != nil {
		return Page[PublicDecision]{}, fmt.Errorf("list the published decisions: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*casefile, error) { return scanCasefile(row) })
	if err != nil {
		return Page[PublicDecision]{}, fmt.Errorf("list the published decisions: %w", err)
	}
	page := Page[PublicDecision]{Items: []PublicDecision{}}
	for i, c := range list {
		if i == pageLength {
			page.NextCursor = mark{list[i-1].D.PublishedAt, list[i-1].ID}.cursor()
			break
		}
		page.Items = append(page.Items, c.public())
	}
	return page, nil
}

func (c *casefile) public() PublicDecision {
	d := &c.D
	p := PublicDecision{Number: d.DecisionNo, DecidedAt: d.DecidedAt, PublishedAt: d.PublishedAt, WithdrawnAt: present(d.WithdrawnAt)}
	if p.WithdrawnAt != nil {
		p.ReasonZH = d.Ending
		return p
	}
	p.MatterZH, p.MatterEN, p.FineFen, p.Party = d.Law.NameZH, d.Law.NameEN, c.FineFen, d.Party.Name
	if d.Party.Kind != "unit" {
		p.Party = maskedName(d.Party.Name)
	}
	return p
}

// maskedName leaves the family name of a person.
func maskedName(name string) string {
	letters := []rune(name)
	if len(letters) == 0 {
		return ""
	}
	return string(letters[0]) + strings.Repeat("*", max(1, len(letters)-1))
}
