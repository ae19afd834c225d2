package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework/flow"
)

// linkAfter is how long a link goes on once its case has ended, or since it was given out
// after that: longer than there is to sue.
const linkAfter = 180 * 24 * time.Hour

// openLink finds the case that a link opens: while the case runs, and for linkAfter
// beyond. $2 is linkAfter before now.
const openLink = `SELECT l.case_id::text FROM portal_link l JOIN casefile c ON c.id = l.case_id
	WHERE l.token_sha256 = $1 AND (c.closed_at IS NULL OR greatest(c.closed_at, l.given_at) > $2)`

// linkUntil is until when a link opens an ended case; nil: the case runs.
func linkUntil(c *casefile, given time.Time) *time.Time {
	if c.ClosedAt == nil || given.IsZero() {
		return nil
	}
	return present(latest(*c.ClosedAt, given).Add(linkAfter))
}

// RenewLink gives the party a new link, by message where its number is known; the one
// before opens nothing any more. version is the one that the actor saw.
func (b *Book) RenewLink(ctx context.Context, a Actor, caseID string, version int, reason string) error {
	return b.changeLink(ctx, a, caseID, version, reason, "link_renewed", func(t *taking) error {
		if t.c.PartyID == "" {
			return &Refusal{Kind: flow.Unlawful, Event: "link_renewed", State: t.c.State, ZH: "当事人尚未查明，没有可以交付的链接", EN: "the party is not known yet: there is nobody to give a link to"}
		}
		if _, err := b.link(ctx, t.tx, t.c.ID, t.now); err != nil {
			return err
		}
		return t.send(ctx, "link")
	})
}

// RevokeLink closes the party's link and the sessions that came of it, where it got into
// wrong hands or is not wanted. The next message to the party has a new one.
func (b *Book) RevokeLink(ctx context.Context, a Actor, caseID string, version int, reason string) error {
	return b.changeLink(ctx, a, caseID, version, reason, "link_revoked", func(*taking) error { return nil })
}

func (b *Book) changeLink(ctx context.Context, a Actor, caseID string, version int, reason string, event flow.Event, then func(*taking) error) error {
	if err := wanted(event, "reason", &reason, "请写明理由", "give the reason"); err != nil {
		return err
	}
	return b.change(ctx, caseID, version, func(tx pgx.Tx, c *casefile) error {
		now := b.now()
		if err := b.refresh(ctx, tx, c, now); err != nil {
			return err
		}
		if err := mayHandle(a, c, event); err != nil {
			return err
		}
		had, _, err := b.shownLink(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if had == "" && event == "link_revoked" {
			return &Refusal{Kind: flow.Unlawful, Event: event, State: c.State, ZH: "本案没有生效的链接", EN: "the case has no link"}
		}
		if err := b.revokeLink(ctx, tx, c.ID); err != nil {
			return err
		}
		t := &taking{b: b, tx: tx, c: c, now: now}
		t.entry = entry{event: event, from: c.State, to: c.State, reason: reason, by: a.performer(), role: handles(a)}
		if err := then(t); err != nil {
			return fmt.Errorf("%s of case %s: %w", event, c.ID, err)
		}
		return b.append(ctx, tx, c, now, t.entry)
	})
}
