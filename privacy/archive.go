package privacy

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// How long the evidence of an archived case is kept at least, from its end on: as long as
// casework locks it. Nothing goes by itself: it is kept for a hundred years unless two people
// order otherwise.
const (
	archiveLeast = 10 * year
	archiveMost  = 100 * year
)

// ArchiveKey is the schedule's line of the cases that ended in a year and were archived.
func ArchiveKey(year int) string { return fmt.Sprintf("archive_%d", year) }

// endedIn is the year of a case's end, by the legal clock.
const endedIn = `extract(year FROM c.closed_at AT TIME ZONE 'Asia/Shanghai')::int`

// lying is a case of the archive of which a bundle lies in the store.
const lying = `c.state = 'archived' AND EXISTS (SELECT FROM evidence e WHERE e.case_id = c.id AND NOT EXISTS (SELECT FROM evidence_removed g WHERE g.bundle = e.bundle))`

// archived proposes a line for each year of the archive that is over for so long that the
// evidence of all its cases may go. An order on it is two people's word that it goes, and when;
// casework then deletes what no lock or hold keeps, and leaves a removal record.
func archived(ctx context.Context, db database, now time.Time) ([]Rule, error) {
	rows, err := db.Query(ctx, `SELECT `+endedIn+` AS y, count(*)::int FROM casefile c
		WHERE c.closed_at < $1 AND `+lying+` AND NOT EXISTS (SELECT FROM evidence_due d WHERE d.case_id = c.id)
		GROUP BY y HAVING make_timestamptz(`+endedIn+` + 1, 1, 1, 0, 0, 0, 'Asia/Shanghai') <= $1 ORDER BY y`, now.AddDate(0, 0, -archiveLeast))
	if err != nil {
		return nil, fmt.Errorf("find the evidence whose time in the archive is over: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Rule, err error) {
		var ended, cases int
		if err := row.Scan(&ended, &cases); err != nil {
			return r, err
		}
		return Rule{ArchiveKey(ended),
			fmt.Sprintf("%d年结案归档的 %d 件案件的证据包（十年锁定期已满，两人下令后方删除）：结案之后", ended, cases),
			fmt.Sprintf("Evidence of %d cases that ended in %d and were archived (its ten years are over; it goes once two people order it): after their end", cases, ended),
			basis, archiveMost, archiveLeast, archiveMost,
			`INSERT INTO evidence_due (case_id, rule, before) SELECT c.id, $3, $1 FROM casefile c WHERE c.closed_at < $1 AND ` + endedIn + ` = $2 AND ` + lying + ` ON CONFLICT DO NOTHING RETURNING case_id::text`,
			[]any{ended, ArchiveKey(ended)}}, nil
	})
	if err != nil {
		return nil, fmt.Errorf("find the evidence whose time in the archive is over: %w", err)
	}
	return list, nil
}
