package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"offsite/casework/calendar"
	"offsite/casework/flow"
	"offsite/evidence"
	"offsite/evidence/removal"
)

// How long evidence stays locked: a case that may still be decided, and one in
// the archive.
const (
	openRetention    = 3 * 365 * 24 * time.Hour
	archiveRetention = 10 * 365 * 24 * time.Hour
)

// retain prolongs the locks of a case's evidence, and holds it as long as a
// reconsideration or a lawsuit is pending.
func (b *Book) retain(ctx context.Context, args RetainArgs) error {
	c, err := read(ctx, b.o.Pool, args.CaseID, "")
	if err != nil {
		return err
	}
	list, err := b.receiptsOf(ctx, args.CaseID, keptReceipts)
	if err != nil {
		return err
	}
	held := c.held()
	for _, r := range list {
		until := r.SealedAt.Add(openRetention)
		if args.Archived {
			until = r.SealedAt.Add(archiveRetention)
		}
		if _, err := b.o.Retainer.ExtendRetention(ctx, r, until); err != nil {
			return fmt.Errorf("retain the evidence of case %s: %w", args.CaseID, err)
		}
		if !held && len(c.D.Pauses) == 0 {
			continue // nothing was ever held
		}
		if err := b.o.Retainer.Hold(ctx, r, held); err != nil {
			return fmt.Errorf("retain the evidence of case %s: %w", args.CaseID, err)
		}
	}
	return nil
}

// keptReceipts are those of a case's bundles, redacted copies too, that lie in the store.
const keptReceipts = `SELECT receipt FROM (SELECT bundle, case_id, receipt FROM evidence UNION ALL SELECT bundle, case_id, receipt FROM redacted_copy) b
	WHERE case_id = $1 AND NOT EXISTS (SELECT FROM evidence_removed g WHERE g.bundle = b.bundle)`

// ClearArgs deletes the evidence of findings that were not confirmed, and of ended cases of
// which two people ordered it, once its time is over.
type ClearArgs struct{}

// Kind names the job.
func (ClearArgs) Kind() string { return "casework.clear" }

// InsertOpts allows one a day: what is locked for longer is asked for each time.
func (ClearArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: Queue, UniqueOpts: river.UniqueOpts{ByPeriod: 24 * time.Hour}}
}

// Clear deletes from the store the bundles of findings that were not confirmed, once
// nothing locks them (Video Systems Regulation art. 17), and of archived cases and of those that
// ended without a fine that the retention schedule names by two people's order (package
// privacy), unless a reconsideration or a lawsuit is pending. That they existed, and why they
// went, stays in the process record of their case, whose digest stands in the transparency
// log as their seals do; and a removal record that the bureau has signed comes in their
// place. It gives how many went.
func (b *Book) Clear(ctx context.Context) (removed int, err error) {
	if b.o.Retainer == nil {
		return 0, nil
	}
	rows, err := b.o.Pool.Query(ctx, `SELECT DISTINCT e.case_id::text FROM evidence e JOIN casefile c ON c.id = e.case_id
		WHERE (c.state = $1 AND (e.receipt->>'retain_until')::timestamptz < $2 OR c.state = ANY ($3) AND `+dueByOrder+`)
		AND NOT EXISTS (SELECT FROM evidence_removed g WHERE g.bundle = e.bundle)`, flow.Rejected, b.now(), append(b.table.Unfined(), flow.Archived))
	if err != nil {
		return 0, fmt.Errorf("find evidence whose time is over: %w", err)
	}
	cases, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return 0, fmt.Errorf("find evidence whose time is over: %w", err)
	}
	var failed []error
	for _, id := range cases { // one that fails does not keep the others
		n, err := b.clear(ctx, id)
		removed += n
		if err != nil {
			failed = append(failed, fmt.Errorf("delete the evidence of case %s: %w", id, err))
		}
	}
	return removed, errors.Join(errors.Join(failed...), b.putRemovals(ctx))
}

// dueByOrder tells of case c that two people's order counts: the case has not ended anew since.
const dueByOrder = `EXISTS (SELECT FROM evidence_due d WHERE d.case_id = c.id AND c.closed_at < d.before)`

// clear signs the removal record first, so that nothing goes without one, deletes then and
// records last: where it is killed in between, the next time deletes nothing and records.
func (b *Book) clear(ctx context.Context, id string) (removed int, err error) {
	list, err := b.receiptsOf(ctx, id, keptReceipts)
	if err != nil {
		return 0, err
	}
	err = b.change(ctx, id, 0, func(tx pgx.Tx, c *casefile) error {
		why, err := b.goesBy(ctx, tx, c)
		if err != nil || why == "" {
			return err
		}
		c.quiet = true
		for _, r := range list {
			now := b.now()
			if ordered(why) && now.Before(r.SealedAt.Add(removal.Least(string(why)))) {
				continue // a redacted copy, say, that was made after the end
			}
			record, err := b.removalRecord(ctx, tx, r, now, why)
			if err != nil {
				return err
			}
			err = b.o.Retainer.Remove(ctx, r)
			if errors.Is(err, evidence.ErrLocked) {
				continue
			}
			if err != nil {
				return err
			}
			tag, err := tx.Exec(ctx, `INSERT INTO evidence_removed (bundle, case_id, removed_at, why) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, r.BundleID, id, now, why)
			if err != nil {
				return err
			}
			if tag.RowsAffected() == 0 {
				continue // by another process, meanwhile
			}
			if err := keepRemoval(ctx, tx, r.BundleID, record, now); err != nil {
				return err
			}
			zh, _ := whyRemoved(why)
			if err := b.append(ctx, tx, c, now, entry{event: "evidence_removed", from: c.State, to: c.State, role: flow.System, reason: zh, detail: sealedIn(r)}); err != nil {
				return err
			}
			removed++
		}
		return nil
	})
	return removed, err
}

// goesBy is why a case's evidence goes: by the step that rejected the finding, or by two
// people's order; "" where it stays, since somebody has appealed or the case ended anew
// meanwhile.
func (b *Book) goesBy(ctx context.Context, tx pgx.Tx, c *casefile) (flow.Event, error) {
	if c.State == flow.Rejected {
		return rejectedBy(ctx, tx, c.ID)
	}
	var due bool
	if err := tx.QueryRow(ctx, `SELECT `+dueByOrder+` FROM casefile c WHERE c.id = $1`, c.ID).Scan(&due); err != nil {
		return "", fmt.Errorf("read whether two people ordered it: %w", err)
	}
	switch {
	case !due || c.held():
		return "", nil
	case c.State == flow.Archived:
		return removal.Archived, nil
	case slices.Contains(b.table.Unfined(), c.State):
		return removal.Ended, nil
	}
	return "", nil
}

// held tells whether evidence of the case is kept whatever its time: a reconsideration or a
// lawsuit on a decision that stands is pending.
func (c *casefile) held() bool { return c.D.suspended() && c.State != flow.Revoked }

// rejectedBy is the step that rejected a finding.
func rejectedBy(ctx context.Context, tx pgx.Tx, caseID string) (event flow.Event, err error) {
	err = tx.QueryRow(ctx, `SELECT event FROM process_record WHERE case_id = $1 AND to_state = $2 AND from_state <> $2 ORDER BY seq DESC LIMIT 1`, caseID, flow.Rejected).Scan(&event)
	if err != nil {
		return "", fmt.Errorf("read why case %s was rejected: %w", caseID, err)
	}
	return event, nil
}

// Removal is when a bundle was deleted from the store, and why.
type Removal struct {
	At time.Time `json:"at"`
	ZH string    `json:"zh"`
	EN string    `json:"en"`
}

// Day is the date of it in China.
func (r Removal) Day() string { return r.At.In(calendar.Shanghai()).Format(time.DateOnly) }

// removalOf is nil where the bundle lies in the store.
func removalOf(at *time.Time, why string) *Removal {
	if at == nil {
		return nil
	}
	zh, en := whyRemoved(flow.Event(why))
	return &Removal{At: *at, ZH: zh, EN: en}
}

func whyRemoved(event flow.Event) (zh, en string) {
	switch event {
	case removal.Archived:
		return "案件已归档，证据十年保存期满，经两人核准，依《个人信息保护法》第十九条删除", "the case lay in the archive, its evidence's ten years were over, and two people ordered it; deleted under the Personal Information Protection Law, art. 19"
	case removal.Ended:
		return "案件未作处罚或处罚决定已撤销，结案已满五年，不能再提起行政诉讼（《行政诉讼法》第四十六条），经两人核准，依《个人信息保护法》第十九条删除", "the case ended without a fine that stands, five years ago, nobody can sue any more (Administrative Litigation Law, art. 46), and two people ordered it; deleted under the Personal Information Protection Law, art. 19"
	case removal.Expired:
		return "三十日无人确认，保存期满，依《公共安全视频图像信息系统管理条例》第十七条删除", "nobody confirmed the finding within thirty days; deleted under the Video Systems Regulation, art. 17"
	}
	return "审核未予确认，保存期满，依《公共安全视频图像信息系统管理条例》第十七条删除", "the review did not confirm the finding; deleted once its time was over, under the Video Systems Regulation, art. 17"
}
