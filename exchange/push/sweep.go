package push

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"offsite/casework/flow"
	"offsite/registry/account"
)

const (
	quiet      = 10 * time.Minute // between two notices of a kind on one device
	patience   = 2 * time.Minute  // that a camera may be away before anybody is told
	silence    = 30 * time.Second // without word from its node, a camera is away too
	claimFor   = time.Minute
	claimMost  = 200 // devices at a time
	sentAtOnce = 8
)

// onDuty are the officers who are on duty now.
const onDuty = `SELECT FROM duty_shift s JOIN account o ON o.id = s.account_id
	WHERE ` + account.OnDuty + ` AND NOT o.disabled AND 'officer' = ANY (o.roles)`

// due claims the devices for which there is news, for a minute, so that two processes
// do not tell the same. $1 now, $2 before which a kind must have been told, $3 since
// when cameras must be away, $4 since when their nodes must be silent, $5 until when
// devices are claimed, $6 how many. Accounts of townships are told of their own alone; of a
// party that is to be found out, those of them who are on duty, and all where nobody is.
func due() string {
	return `WITH news AS (
	SELECT w.device_id, w.kind FROM push_wish w JOIN push_device d ON d.id = w.device_id JOIN account a ON a.id = d.account_id
	WHERE d.next_at <= $1 AND NOT a.disabled AND (w.told_at IS NULL OR w.told_at <= $2) AND CASE w.kind
	WHEN 'camera' THEN 'operator' = ANY (a.roles) AND EXISTS (
		SELECT FROM camera c JOIN camera_live l ON l.camera_id = c.id,
		LATERAL (SELECT CASE WHEN l.updated_at < $4 THEN l.updated_at ELSE (l.status->>'since')::timestamptz END) AS away (since)
		WHERE c.removed_at IS NULL AND NOT c.unwatched AND (l.state <> 'live' OR l.updated_at < $4)
		AND away.since <= $3 AND away.since > w.seen_at - ($1::timestamptz - $3::timestamptz)
		AND (cardinality(a.townships) = 0 OR c.township = ANY (a.townships)))
	WHEN 'finding' THEN 'reviewer' = ANY (a.roles) AND EXISTS (
		SELECT FROM casefile c WHERE (c.state = 'found' AND c.created_at > w.seen_at OR c.state = 'reviewed' AND c.changed_at > w.seen_at)
		AND (cardinality(a.townships) = 0 OR c.township = ANY (a.townships)))
	WHEN 'deadline' THEN EXISTS (
		SELECT FROM alarm m JOIN casefile c ON c.id = m.case_id WHERE m.at > w.seen_at AND m.percent >= 80
		AND ('head' = ANY (a.roles) OR 'officer' = ANY (a.roles) AND (a.id = ANY (c.officers)
			OR m.deadline = 'party' AND c.party_id IS NULL AND NOT EXISTS (SELECT FROM party_search s WHERE s.case_id = c.id AND s.account_id <> a.id)))
		AND (cardinality(a.townships) = 0 OR c.township = ANY (a.townships)))
	WHEN 'request' THEN EXISTS (
		SELECT FROM full_copy f JOIN casefile c ON c.id = f.case_id WHERE f.state = 'asked' AND f.asked_at > w.seen_at
		AND ('officer' = ANY (a.roles) AND a.id = ANY (c.officers) OR 'head' = ANY (a.roles) AND cardinality(c.officers) = 0)
		AND (cardinality(a.townships) = 0 OR c.township = ANY (a.townships)))
	WHEN 'field' THEN 'officer' = ANY (a.roles) AND EXISTS (
		SELECT FROM casefile c WHERE ` + flow.UnknownParty("c") + ` AND c.changed_at > w.seen_at
		AND (c.dossier->>'search_from')::timestamptz > w.seen_at AND NOT EXISTS (SELECT FROM party_search s WHERE s.case_id = c.id)
		AND (cardinality(a.townships) = 0 OR c.township = ANY (a.townships))
		AND (EXISTS (` + onDuty + ` AND s.account_id = a.id) OR NOT EXISTS (` + onDuty + ` AND (cardinality(o.townships) = 0 OR c.township = ANY (o.townships)))))
	ELSE false END),
	claimed AS (UPDATE push_device SET next_at = $5 WHERE id IN (
		SELECT id FROM push_device WHERE next_at <= $1 AND id IN (SELECT device_id FROM news) ORDER BY next_at LIMIT $6 FOR UPDATE SKIP LOCKED)
		RETURNING id, sealed, language, tries)
	SELECT c.id::text, c.sealed, c.language, c.tries, array_agg(n.kind ORDER BY n.kind) FROM claimed c JOIN news n ON n.device_id = c.id GROUP BY 1, 2, 3, 4`
}

// parcel is what goes to a device.
type parcel struct {
	device   string
	sealed   []byte
	language string
	tries    int
	kinds    []string
}

// Sweep tells every device of what is new for it.
func (b *Bell) Sweep(ctx context.Context) error {
	now := b.now()
	rows, err := b.o.Pool.Query(ctx, due(), now, now.Add(-quiet), now.Add(-patience), now.Add(-silence), now.Add(claimFor), claimMost)
	if err != nil {
		return fmt.Errorf("look for what is to be told to devices: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p parcel, err error) {
		err = row.Scan(&p.device, &p.sealed, &p.language, &p.tries, &p.kinds)
		return p, err
	})
	if err != nil {
		return fmt.Errorf("look for what is to be told to devices: %w", err)
	}
	if len(all) == 0 {
		return nil
	}
	keys, err := b.key(ctx)
	if err != nil {
		return err
	}
	failed := make([]error, len(all))
	var group errgroup.Group
	group.SetLimit(sentAtOnce)
	for i, p := range all {
		group.Go(func() error { // one that fails keeps no other from being told
			failed[i] = b.tell(ctx, keys, p, now)
			return nil
		})
	}
	_ = group.Wait()
	return errors.Join(failed...)
}

// tell sends a parcel's kinds, and keeps what came of it. What a push service refuses
// is no error.
func (b *Bell) tell(ctx context.Context, keys pair, p parcel, now time.Time) error {
	for _, kind := range p.kinds {
		out, err := b.send(ctx, keys, p, kind)
		switch {
		case err != nil:
			return err
		case out.gone:
			return b.forget(ctx, p.device)
		case out.failure != "":
			return b.failed(ctx, p, out)
		}
		_, err = b.o.Pool.Exec(ctx, `WITH told AS (UPDATE push_wish SET seen_at = $3, told_at = $3 WHERE device_id = $1 AND kind = $2)
			UPDATE push_device SET told_at = $3, next_at = $3, tries = 0, failure = '' WHERE id = $1`, p.device, kind, now)
		if err != nil {
			return fmt.Errorf("keep that device %s was told: %w", p.device, err)
		}
	}
	return nil
}

const (
	firstPause = time.Minute
	mostPause  = 6 * time.Hour
	mostTries  = 30 // about five days; who takes nothing for so long is forgotten
)

// pauseAfter is the time after the n-th failure in a row, doubled each time, or what
// the push service asks for.
func pauseAfter(n int, asked time.Duration) time.Duration {
	pause := firstPause
	for range n - 1 {
		pause = min(2*pause, mostPause)
	}
	return min(max(pause, asked), mostPause)
}

func (b *Bell) failed(ctx context.Context, p parcel, out outcome) error {
	if p.tries+1 >= mostTries {
		return b.forget(ctx, p.device)
	}
	_, err := b.o.Pool.Exec(ctx, `UPDATE push_device SET tries = tries + 1, failure = $2, next_at = $3 WHERE id = $1`,
		p.device, out.failure, b.now().Add(pauseAfter(p.tries+1, out.wait)))
	if err != nil {
		return fmt.Errorf("keep that device %s could not be told: %w", p.device, err)
	}
	return nil
}

func (b *Bell) forget(ctx context.Context, device string) error {
	if _, err := b.o.Pool.Exec(ctx, `DELETE FROM push_device WHERE id = $1`, device); err != nil {
		return fmt.Errorf("forget device %s: %w", device, err)
	}
	b.o.Logger.Info("a device is told no more: its push service has lost it", "device", device)
	return nil
}
