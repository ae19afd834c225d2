package casework

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"offsite/casework/desk"
	"offsite/casework/flow"
)

// FileNote puts a colleague's note in the court file: as a line of the process record
// that says who wrote it and who put it there. It cannot be taken back.
func (b *Book) FileNote(ctx context.Context, a Actor, noteID string) error {
	caseID, err := desk.CaseOf(ctx, b.o.Pool, noteID)
	if err != nil {
		return err
	}
	return b.change(ctx, caseID, 0, func(tx pgx.Tx, c *casefile) error {
		now := b.now()
		n, err := desk.File(ctx, tx, a.ID, noteID, now)
		if err != nil {
			return err
		}
		by := a.performer()
		e := entry{event: "noted", from: c.State, to: c.State, reason: fmt.Sprintf("%s：%s", n.By, n.Text), by: by, detail: detail{Text: n.Text, At: present(n.At)}}
		for _, role := range []flow.Role{flow.Officer, flow.Legal, flow.Head, flow.Reviewer} {
			if slices.Contains(by.roles, role) {
				e.role = role
				break
			}
		}
		c.quiet = true
		return b.append(ctx, tx, c, now, e)
	})
}
