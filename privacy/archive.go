package privacy

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework/flow"
)

// shelf are cases that ended alike. Nothing of theirs goes by itself: it is kept for a hundred
// years unless two people order otherwise, and none may order less than least.
type shelf struct {
	key    func(year int) string
	states []flow.State
	least  int // days from the end
	basis  string
	zh, en string // of a year and so many cases
}

const shelfMost = 100 * year

// shelves are the archive, by whose ten years casework locks evidence, and the cases in which no
// fine stands: dismissed, without penalty, corrected, transferred, revoked. Of these a party can
// sue for five years, and no longer (Administrative Litigation Law art. 46).
func shelves() []shelf {
	return []shelf{
		{ArchiveKey, []flow.State{flow.Archived}, 10 * year, basis,
			"%d年结案归档的 %d 件案件的证据包（十年锁定期已满，两人下令后方删除）：结案之后",
			"Evidence of cases that ended in %d and were archived, %d in all (its ten years are over; it goes once two people order it): after their end"},
		{EndKey, flow.New().Unfined(), 5 * year, "行政诉讼法第四十六条、个人信息保护法第十九条 · Administrative Litigation Law art. 46, PIPL art. 19",
			"%d年结束而未作处罚或处罚已撤销的 %d 件案件的证据包（最长起诉期限五年已过，两人下令后方删除）：结束之后",
			"Evidence of cases that ended in %d without a fine that stands, %d in all (the five years in which there may be a lawsuit are over; it goes once two people order it): after their end"},
	}
}

// ArchiveKey is the schedule's line of the cases that ended in a year and were archived.
func ArchiveKey(year int) string { return fmt.Sprintf("archive_%d", year) }

// EndKey is the schedule's line of the cases that ended in a year without a fine that stands.
func EndKey(year int) string { return fmt.Sprintf("end_%d", year) }

// endedIn is the year of a case's end, by the legal clock.
const endedIn = `extract(year FROM c.closed_at AT TIME ZONE 'Asia/Shanghai')::int`

// lying is a case in the states $2 of which a bundle lies in the store, and on which no
// reconsideration or lawsuit is pending, unless the decision is revoked.
const lying = `c.state = ANY ($2) AND (c.state = 'revoked' OR coalesce(c.dossier->'pauses'->-1->>'to', '') NOT LIKE '0001-%') AND EXISTS (SELECT FROM evidence e
	WHERE e.case_id = c.id AND NOT EXISTS (SELECT FROM evidence_removed g WHERE g.bundle = e.bundle))`

// archived proposes a line for each shelf and year that is over for so long that the evidence of
// all its cases may go. An order on it is two people's word that it goes, and when; casework
// then deletes what no lock or hold keeps, and leaves a removal record.
func archived(ctx context.Context, db database, now time.Time) ([]Rule, error) {
	var all []Rule
	for _, s := range shelves() {
		rows, err := db.Query(ctx, `SELECT `+endedIn+` AS y, count(*)::int FROM casefile c
			WHERE c.closed_at < $1 AND `+lying+` AND NOT EXISTS (SELECT FROM evidence_due d WHERE d.case_id = c.id AND c.closed_at < d.before)
			GROUP BY y HAVING make_timestamptz(`+endedIn+` + 1, 1, 1, 0, 0, 0, 'Asia/Shanghai') <= $1 ORDER BY y`, now.AddDate(0, 0, -s.least), s.states)
		if err != nil {
			return nil, fmt.Errorf("find the evidence whose time is over: %w", err)
		}
		list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Rule, error) {
			var ended, cases int
			err := row.Scan(&ended, &cases)
			return s.line(ended, cases), err
		})
		if err != nil {
			return nil, fmt.Errorf("find the evidence whose time is over: %w", err)
		}
		all = append(all, list...)
	}
	return all, nil
}

// line is the schedule's of a year.
func (s shelf) line(ended, cases int) Rule {
	return Rule{Key: s.key(ended), ZH: fmt.Sprintf(s.zh, ended, cases), EN: fmt.Sprintf(s.en, ended, cases), Basis: s.basis, Days: shelfMost, Least: s.least, Most: shelfMost,
		delete: `INSERT INTO evidence_due (case_id, rule, before) SELECT c.id, $4, $1 FROM casefile c WHERE c.closed_at < $1 AND ` + endedIn + ` = $3 AND ` + lying + ` ON CONFLICT DO NOTHING RETURNING case_id::text`,
		args:   []any{s.states, ended, s.key(ended)}}
}
