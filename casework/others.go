package casework

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework/flow"
)

// Tell tells other systems of something, if and only if the transaction commits.
type Tell func(ctx context.Context, tx pgx.Tx, kind string, data any) error

// told is what other systems are told of a case: where it stands, and nobody's name.
type told struct {
	CaseID string     `json:"case_id"`
	Number string     `json:"number,omitempty"`
	Matter string     `json:"matter"`
	Event  flow.Event `json:"event"`
	From   flow.State `json:"from,omitempty"`
	To     flow.State `json:"to"`
	At     time.Time  `json:"at"`
}

// tellOthers tells of a step that has led on; what is only noted in the record is
// nobody else's.
func (b *Book) tellOthers(ctx context.Context, tx pgx.Tx, c *casefile, now time.Time, e entry) error {
	if b.o.Tell == nil || e.from == e.to {
		return nil
	}
	kind := "case.changed"
	if e.from == "" {
		kind = "finding.created"
	}
	return b.o.Tell(ctx, tx, kind, told{CaseID: c.ID, Number: c.Number, Matter: c.Matter, Event: e.event, From: e.from, To: e.to, At: now})
}
