package simulation

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"offsite/casework/matter"
	"offsite/evidence/seal"
)

// Invariant is something that must hold in every casework database.
type Invariant struct {
	Key string `json:"key"`
	ZH  string `json:"zh"`
	EN  string `json:"en"`
}

// Violation is a case in which an invariant does not hold.
type Violation struct {
	Case string `json:"case"`
	What string `json:"what"`
}

// Records are what a database is checked against.
type Records struct {
	Matters  *matter.Catalogue
	Received map[string]int64 // what the treasury was paid for each order, in fen; nil: unknown
	Counters map[string]int64 // what was paid at counters, by receipt, likewise
	Returned map[string]int64 // what it has paid back of each, likewise
	Log      *seal.TrustedLog // in which every process record must stand; nil: unknown
}

// database is a pool or a transaction.
type database interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

type examiner struct {
	db      database
	records Records
}

type check struct {
	Invariant
	find func(*examiner, context.Context) ([]Violation, error)
}

// checks are the invariants. They read tables; no guard of the table of steps is
// asked.
func checks() []check {
	return []check{
		{Invariant{"decision_in_time", "立案九十日内作出决定，或已批准延长", "decided within ninety days of filing, or extended before"}, query(decisionInTime)},
		{Invariant{"fine_in_band", "罚款不超过裁量档次，不低于法定下限", "no fine above its band or below the law's minimum"}, (*examiner).fineInBand},
		{Invariant{"one_fine", "同一违法行为不给予两次以上罚款", "no second fine for one act"}, query(oneFine)},
		{Invariant{"right_person", "每一步由有权的人办理，职责分离", "every step by a person of its office, duties kept apart"}, query(rightPerson)},
		{Invariant{"surcharge_within_fine", "加处罚款不超过罚款本数", "no surcharge above the fine"}, query(surchargeWithinFine)},
		{Invariant{"consent_before_electronic", "电子送达前已签订确认书", "no electronic service without a signed consent"}, query(consentBeforeElectronic)},
		{Invariant{"numbers_gapless", "文书编号连续无缺", "the papers' numbers have no gaps"}, query(numbersGapless)},
		{Invariant{"papers_signed", "文书均有本机关的签名，与文书一致", "every paper carries the bureau's signature, and it is of that paper"}, query(papersSigned)},
		{Invariant{"money_balanced", "款项逐分相符", "the money balances to the fen"}, (*examiner).moneyBalanced},
		{Invariant{"record_whole", "全过程记录完整、环环相扣", "every process record is whole, chained and continuous"}, (*examiner).recordWhole},
		{Invariant{"record_in_log", "全过程记录已入公开日志", "every process record stands in the log"}, (*examiner).recordInLog},
	}
}

// Check looks for violations of every invariant; next, if any, is told which comes now.
// With an error come the findings that were made before it.
func Check(ctx context.Context, db database, r Records, next func(Invariant)) ([]Finding, error) {
	var all []Finding
	e := &examiner{db: db, records: r}
	for _, c := range checks() {
		if next != nil {
			next(c.Invariant)
		}
		list, err := c.find(e, ctx)
		if err != nil {
			return all, fmt.Errorf("check %s: %w", c.Key, err)
		}
		if list == nil {
			list = []Violation{}
		}
		all = append(all, Finding{c.Invariant, list})
	}
	return all, nil
}

// query is a check by one statement that gives case and what is wrong.
func query(sql string) func(*examiner, context.Context) ([]Violation, error) {
	return func(e *examiner, ctx context.Context) ([]Violation, error) { return e.find(ctx, sql) }
}

func (e *examiner) find(ctx context.Context, sql string, args ...any) ([]Violation, error) {
	rows, err := e.db.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Violation])
}

// Ninety days end with the ninetieth day on the legal clock, a hundred and twenty
// where the head extended them before the decision.
const decisionInTime = `
SELECT d.case_id::text, format('filed %s, decided %s', f.at, d.at)
FROM process_record d JOIN process_record f ON f.case_id = d.case_id AND f.event = 'file'
WHERE d.event = 'decide' AND (d.at AT TIME ZONE 'Asia/Shanghai')::date - (f.at AT TIME ZONE 'Asia/Shanghai')::date
	> CASE WHEN EXISTS (SELECT FROM process_record x WHERE x.case_id = d.case_id AND x.event = 'extend' AND x.seq < d.seq) THEN 120 ELSE 90 END`

// Two fines that stand, for acts that overlap, the second begun before the first decision,
// where no head had held the second for another act than the first before it was decided.
const oneFine = `
SELECT b.id::text, format('decided like case %s of the same act', a.id)
FROM casefile a JOIN casefile b ON b.id <> a.id AND b.first_at < a.decided_at AND (b.decided_at, b.id) > (a.decided_at, a.id) AND ` + overlap + `
WHERE ` + bothFined + `
	AND NOT EXISTS (SELECT FROM process_record r JOIN account who ON who.id = r.actor_id AND 'head' = ANY (who.roles)
		WHERE r.case_id = b.id AND r.event = 'apart' AND r.reason <> '' AND r.at <= b.decided_at AND r.detail->'other_case'->>'id' = a.id::text)`

// Who acted must hold the office that the entry names and that the step belongs to; no
// person acts in two capacities in one case; the second review is another person's; an
// officer's steps are those of the two who were named last.
const rightPerson = `
WITH office (event, role) AS (VALUES
	('confirm', 'reviewer'), ('reject', 'reviewer'), ('verify', 'reviewer'),
	('file', 'head'), ('not_identified', 'head'), ('reassign', 'head'), ('extend', 'head'), ('apart', 'head'), ('decide', 'head'), ('deferred', 'head'), ('instalments', 'head'), ('court', 'head'), ('terminate', 'head'),
	('archived', 'head'), ('no_penalty', 'head'), ('dismiss', 'head'), ('transfer', 'head'), ('revoke', 'head'),
	('notify', 'officer'), ('inquire', 'officer'), ('investigated', 'officer'), ('propose', 'officer'), ('answer', 'officer'), ('revise', 'officer'),
	('submit', 'officer'), ('serve', 'officer'), ('urge', 'officer'), ('executed', 'officer'), ('reconsideration', 'officer'), ('litigation', 'officer'), ('upheld', 'officer'),
	('pass', 'legal'), ('fail', 'legal'), ('paid', 'cashier'), ('payment', 'cashier'), ('instalment_paid', 'cashier'),
	('statement', 'party'), ('consent', 'party'), ('hearing_request', 'party'), ('waive', 'party'), ('ask_deferral', 'party'), ('ask_instalments', 'party'), ('appointment', 'party'),
	('expire', 'system'), ('corrected', 'system'), ('persists', 'system'), ('repeated', 'system'), ('window_ends', 'system'), ('overdue', 'system'))
SELECT r.case_id::text, format('%s %s by %s as %s', r.seq, r.event, r.actor, r.role)
FROM process_record r LEFT JOIN account a ON a.id = r.actor_id LEFT JOIN office o ON o.event = r.event
WHERE (o.role IS NOT NULL AND o.role <> r.role)
	OR (r.role IN ('reviewer', 'officer', 'legal', 'head') AND (a.id IS NULL OR NOT a.roles @> ARRAY[r.role]))
UNION ALL
SELECT case_id::text, format('%s acted as %s', min(actor), string_agg(DISTINCT role, ' and '))
FROM process_record WHERE actor_id IS NOT NULL AND event NOT IN ('identify', 'classify') GROUP BY case_id, actor_id HAVING count(DISTINCT role) > 1
UNION ALL
SELECT v.case_id::text, format('%s did both reviews', v.actor)
FROM process_record v JOIN process_record c ON c.case_id = v.case_id AND c.event = 'confirm' AND c.actor_id = v.actor_id WHERE v.event = 'verify'
UNION ALL
SELECT r.case_id::text, format('%s %s by %s, who is not an officer of the case', r.seq, r.event, r.actor)
FROM process_record r JOIN account a ON a.id = r.actor_id
CROSS JOIN LATERAL (SELECT detail FROM process_record n WHERE n.case_id = r.case_id AND n.seq < r.seq AND n.event IN ('file', 'reassign') ORDER BY n.seq DESC LIMIT 1) named
WHERE r.role = 'officer' AND NOT (named.detail->'officers')::jsonb ? (a.name || '（' || a.licence_no || '）') AND r.event NOT IN ('identify', 'classify')
UNION ALL
SELECT r.case_id::text, format('%s %s before officers were named', r.seq, r.event) FROM process_record r
WHERE r.role = 'officer' AND r.event NOT IN ('identify', 'classify')
	AND NOT EXISTS (SELECT FROM process_record n WHERE n.case_id = r.case_id AND n.seq < r.seq AND n.event = 'file')`

const surchargeWithinFine = `
SELECT id::text, format('fine %s, surcharge %s fen', fine_fen, late_fen) FROM casefile WHERE late_fen > fine_fen
UNION ALL
SELECT case_id::text, format('an order with fine %s, surcharge %s fen', fine_fen, late_fen) FROM payment_order WHERE late_fen > fine_fen
UNION ALL
SELECT r.case_id::text, format('entry %s books a surcharge of %s fen', r.seq, r.detail->>'late_fen')
FROM process_record r JOIN casefile c ON c.id = r.case_id WHERE (r.detail->>'late_fen')::bigint > c.fine_fen`

const consentBeforeElectronic = `
SELECT r.case_id::text, format('entry %s serves electronically at %s', r.seq, r.at)
FROM process_record r JOIN casefile c ON c.id = r.case_id
WHERE r.event = 'serve' AND r.detail->>'method' = 'electronic' AND NOT EXISTS (
	SELECT FROM consent k WHERE k.party_id = c.party_id AND k.at <= r.at AND (k.withdrawn_at IS NULL OR k.withdrawn_at > r.at))`

// papersSigned finds papers that no signature, or another paper's, lies beside.
const papersSigned = `
SELECT case_id::text, format('%s is not signed', number) FROM document WHERE seal IS NULL
UNION ALL
SELECT case_id::text, format('what signs %s is of %s', number, seal::jsonb->'statement'->>'number') FROM document
WHERE seal IS NOT NULL AND (seal::jsonb->'statement'->>'sha256' <> sha256 OR seal::jsonb->'statement'->>'number' <> number OR jsonb_array_length(seal::jsonb->'signatures') = 0)`

// A number reads 模城管罚决字〔2026〕第000123号. The counter, the papers and the numbers
// from one on must agree, per kind and year.
const numbersGapless = `
WITH papers AS (
	SELECT kind, substring(number FROM '〔(\d{4})〕')::integer AS year, substring(number FROM '第(\d+)号')::integer AS n FROM document),
	counted AS (SELECT kind, year, count(DISTINCT n) AS papers, max(n) AS highest, min(n) AS lowest, count(*) AS all FROM papers GROUP BY kind, year)
SELECT '', format('%s of %s: %s papers, numbers %s to %s, counter %s', coalesce(c.kind, d.kind), coalesce(c.year, d.year), coalesce(c.all, 0), c.lowest, c.highest, d.last)
FROM counted c FULL JOIN document_number d ON d.kind = c.kind AND d.year = c.year
WHERE c.papers IS DISTINCT FROM d.last OR c.highest IS DISTINCT FROM d.last OR c.lowest IS DISTINCT FROM 1 OR c.all IS DISTINCT FROM c.papers`
