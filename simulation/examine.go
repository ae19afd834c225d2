package simulation

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework"
	"offsite/casework/matter"
	"offsite/evidence/translog/proof"
)

// proposal is what a fine was proposed on: facts from the evidence and from what the
// records say that the party had done by then.
type proposal struct {
	Case, Matter, Party string
	Act, Last, At       time.Time
	Decided             *time.Time
	Fen, DecidedFen     int64
	Gone                bool
	AreaM2              float64
	Before              int
	Final               bool // no later proposal
}

const proposals = `
SELECT c.id::text, c.matter, p.kind, c.first_at, (SELECT max((e.summary->>'last')::timestamptz) FROM evidence e WHERE e.case_id = c.id AND e.sealed_at <= r.at),
	r.at, c.decided_at, (r.detail->>'fine_fen')::bigint, c.fine_fen,
	EXISTS (SELECT FROM process_record g WHERE g.case_id = c.id AND g.event = 'rechecked' AND g.reason = 'gone' AND g.seq < r.seq),
	coalesce((SELECT (e.summary->'values'->>'area_m2')::float8 FROM evidence e WHERE e.bundle = c.id), 0),
	(SELECT count(*) FROM casefile o WHERE o.party_id = c.party_id AND o.matter = c.matter AND o.id <> c.id AND o.first_at >= c.first_at - interval '1 year' AND o.first_at < c.first_at
		AND EXISTS (SELECT FROM process_record d WHERE d.case_id = o.id AND d.to_state IN ('corrected', 'no_penalty', 'decided') AND d.at <= r.at)
		AND NOT EXISTS (SELECT FROM process_record d WHERE d.case_id = o.id AND d.to_state = 'revoked' AND d.at <= r.at))::integer,
	NOT EXISTS (SELECT FROM process_record v WHERE v.case_id = c.id AND v.event = 'propose' AND v.seq > r.seq)
FROM process_record r JOIN casefile c ON c.id = r.case_id JOIN party p ON p.id = c.party_id
WHERE r.event = 'propose'`

// fineInBand finds the band anew for every proposal, from the matter's own texts, and
// holds the proposed and the decided fine against it.
func (e *examiner) fineInBand(ctx context.Context) ([]Violation, error) {
	rows, err := e.db.Query(ctx, proposals)
	if err != nil {
		return nil, err
	}
	return eachRow(rows, func(p proposal) (Violation, error) {
		what, err := e.weigh(p)
		if err != nil {
			err = fmt.Errorf("case %s: %w", p.Case, err)
		}
		return Violation{p.Case, what}, err
	})
}

// eachRow judges row by row, so that a hundred thousand are not held at once, and gives the
// violations: those that say what is wrong.
func eachRow[T any](rows pgx.Rows, judge func(T) (Violation, error)) ([]Violation, error) {
	defer rows.Close()
	var found []Violation
	for rows.Next() {
		row, err := pgx.RowToStructByPos[T](rows)
		if err != nil {
			return nil, err
		}
		v, err := judge(row)
		if err != nil {
			return nil, err
		}
		if v.What != "" {
			found = append(found, v)
		}
	}
	return found, rows.Err()
}

func (e *examiner) weigh(p proposal) (string, error) {
	kind := matter.PartyKind(p.Party)
	choice, err := e.records.Matters.AtFor(p.Matter, kind, p.Act, p.At)
	if err != nil {
		return "", err
	}
	verdict, err := choice.Judge(matter.Facts{Party: kind, First: p.Before == 0, RepeatsInYear: p.Before, Corrected: p.Gone, CorrectedInTime: p.Gone,
		DurationS: int64(p.Last.Sub(p.Act).Seconds()), AreaM2: p.AreaM2})
	if err != nil {
		return "no band fits: " + err.Error(), nil //nolint:nilerr // that none fits is what was found
	}
	band, law := verdict.Fine, choice.Version.Fines[kind]
	switch {
	case p.Fen > band.Max || p.Fen < band.Min:
		return fmt.Sprintf("proposed %d fen, band %s is %d to %d", p.Fen, verdict.Band.Key, band.Min, band.Max), nil
	case !p.Final || p.Decided == nil:
	case p.DecidedFen < law.Min:
		return fmt.Sprintf("decided %d fen, the law's minimum is %d", p.DecidedFen, law.Min), nil
	case p.DecidedFen > p.Fen:
		return fmt.Sprintf("decided %d fen, above the %d that were proposed", p.DecidedFen, p.Fen), nil
	}
	return "", nil
}

// moneyBalanced holds every case against its notices, and all notices against what
// the treasury received.
func (e *examiner) moneyBalanced(ctx context.Context) ([]Violation, error) {
	found, err := e.find(ctx, moneyOfCases)
	if err != nil || e.records.Received == nil {
		return found, err
	}
	rows, err := e.db.Query(ctx, `SELECT order_id, coalesce(min(case_id::text), ''), sum(amount_fen)::bigint FROM payment_notice WHERE outcome <> 'repeated' AND channel = 'provider' GROUP BY order_id`)
	if err != nil {
		return nil, err
	}
	type entered struct {
		Order, Case string
		Fen         int64
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[entered])
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, n := range list {
		known[n.Order] = true
		if e.records.Received[n.Order] != n.Fen {
			found = append(found, Violation{n.Case, fmt.Sprintf("order %s: %d fen entered, the treasury received %d", n.Order, n.Fen, e.records.Received[n.Order])})
		}
	}
	for order, fen := range e.records.Received {
		if !known[order] {
			found = append(found, Violation{"", fmt.Sprintf("order %s: the treasury received %d fen, nothing is entered", order, fen)})
		}
	}
	counters, err := e.atCounters(ctx)
	if err != nil {
		return nil, err
	}
	returned, err := e.returned(ctx)
	return append(append(found, counters...), returned...), err
}

// returned holds what was entered as paid back against what the treasury paid back.
func (e *examiner) returned(ctx context.Context) (found []Violation, err error) {
	rows, err := e.db.Query(ctx, `SELECT order_id::text, min(case_id::text), sum(amount_fen)::bigint FROM refund WHERE refunded_at IS NOT NULL GROUP BY order_id`)
	if err != nil {
		return nil, err
	}
	entered := map[string]bool{}
	var order, id string
	var fen int64
	_, err = pgx.ForEachRow(rows, []any{&order, &id, &fen}, func() error {
		entered[order] = true
		if e.records.Returned[order] != fen {
			found = append(found, Violation{id, fmt.Sprintf("order %s: %d fen entered as paid back, the treasury paid back %d", order, fen, e.records.Returned[order])})
		}
		return nil
	})
	for order, fen := range e.records.Returned {
		if !entered[order] {
			found = append(found, Violation{"", fmt.Sprintf("order %s: the treasury paid back %d fen, nothing is entered", order, fen)})
		}
	}
	return found, err
}

// What a case was paid is what its notices credit; a case closed by payment was paid
// fine and surcharge; what is owed back is every refund, what was lowered and what came by
// counter, and all of it after a revocation; somebody is asked to pay all that is owed back,
// no more, and what is entered as paid back was asked for.
const moneyOfCases = `
WITH told AS (SELECT case_id, sum(amount_fen - refund_fen) FILTER (WHERE outcome = 'credited') AS credited, sum(refund_fen) AS refund FROM payment_notice WHERE case_id IS NOT NULL GROUP BY case_id),
hand AS (SELECT case_id, coalesce(sum(amount_fen) FILTER (WHERE cause = 'lowered'), 0) AS lowered, coalesce(sum(amount_fen) FILTER (WHERE cause = 'counter'), 0) AS counter,
	sum(amount_fen) AS asked, coalesce(sum(amount_fen) FILTER (WHERE state = 'paid'), 0) AS paid FROM hand_refund WHERE state IN ('confirmed', 'paid') GROUP BY case_id),
whole AS (SELECT case_id, sum(amount_fen) AS asked, coalesce(sum(amount_fen) FILTER (WHERE refunded_at IS NOT NULL), 0) AS paid FROM refund GROUP BY case_id),
back AS (SELECT c.id, coalesce((c.dossier->>'refund_fen')::bigint, 0) AS owed, coalesce((c.dossier->>'refunded_fen')::bigint, 0) AS paid, coalesce(w.asked, 0) + coalesce(h.asked, 0) AS asked, coalesce(w.paid, 0) + coalesce(h.paid, 0) AS entered,
	coalesce(t.refund, 0) + coalesce(h.counter, 0) + CASE WHEN c.state = 'revoked' THEN c.paid_fen ELSE coalesce(h.lowered, 0) END AS due
	FROM casefile c LEFT JOIN told t ON t.case_id = c.id LEFT JOIN hand h ON h.case_id = c.id LEFT JOIN whole w ON w.case_id = c.id)
SELECT c.id::text, format('paid %s fen, notices credit %s', c.paid_fen, coalesce(t.credited, 0))
FROM casefile c LEFT JOIN told t ON t.case_id = c.id WHERE c.paid_fen <> coalesce(t.credited, 0)
UNION ALL
SELECT c.id::text, format('closed with %s fen paid of %s and %s', c.paid_fen, c.fine_fen, c.late_fen)
FROM casefile c WHERE EXISTS (SELECT FROM process_record r WHERE r.case_id = c.id AND r.event = 'paid') AND c.paid_fen <> c.fine_fen + c.late_fen
UNION ALL
SELECT id::text, format('owes back %s fen, notices, refunds by hand and revocation make %s', owed, due) FROM back WHERE owed <> due
UNION ALL
SELECT id::text, format('%s fen are owed back, and somebody was asked to pay %s back', owed, asked) FROM back WHERE owed <> asked
UNION ALL
SELECT id::text, format('%s fen stand as paid back, refunds make %s', paid, entered) FROM back WHERE paid <> entered
UNION ALL
SELECT n.case_id::text, format('order %s of %s fen is owed back, and nobody was asked to pay it back', n.order_id, n.amount_fen)
FROM payment_notice n WHERE n.outcome = 'surplus' AND n.channel = 'provider'
AND NOT EXISTS (SELECT FROM refund r WHERE r.case_id = n.case_id AND r.order_id::text = n.order_id GROUP BY r.order_id HAVING sum(r.amount_fen) = n.amount_fen)`

// recordWhole checks every process record's digests, that no state is left out, and
// that it ends where the case stands.
func (e *examiner) recordWhole(ctx context.Context) ([]Violation, error) {
	found, err := e.find(ctx, `
SELECT case_id::text, format('entry %s goes from %s, the one before went to %s', seq, from_state, before)
FROM (SELECT case_id, seq, from_state, lag(to_state, 1, '') OVER (PARTITION BY case_id ORDER BY seq) AS before FROM process_record) r WHERE from_state <> before
UNION ALL
SELECT c.id::text, format('the record ends at %s, the case stands at %s', r.to_state, c.state)
FROM casefile c LEFT JOIN LATERAL (SELECT to_state FROM process_record WHERE case_id = c.id ORDER BY seq DESC LIMIT 1) r ON true WHERE r.to_state IS DISTINCT FROM c.state`)
	if err != nil {
		return nil, err
	}
	ids, err := e.cases(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if err := casework.CheckRecord(ctx, e.db, id); err != nil {
			found = append(found, Violation{id, err.Error()})
		}
	}
	return found, nil
}

func (e *examiner) cases(ctx context.Context) ([]string, error) {
	rows, err := e.db.Query(ctx, `SELECT id::text FROM casefile ORDER BY id`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// recordInLog checks for every case the log's proof about the head of its record.
func (e *examiner) recordInLog(ctx context.Context) ([]Violation, error) {
	if e.records.Log == nil {
		return nil, nil
	}
	rows, err := e.db.Query(ctx, `SELECT c.id::text, r.seq, r.at, encode(r.digest, 'hex'), coalesce(p.proof, '')
		FROM casefile c CROSS JOIN LATERAL (SELECT seq, at, digest FROM process_record WHERE case_id = c.id ORDER BY seq DESC LIMIT 1) r
		LEFT JOIN record_proof p ON p.case_id = c.id AND p.seq = r.seq`)
	if err != nil {
		return nil, err
	}
	type head struct {
		Case   string
		Seq    int
		At     time.Time
		Digest string
		Proof  []byte
	}
	trusted := e.records.Log.ForProofs()
	return eachRow(rows, func(h head) (v Violation, _ error) {
		v.Case = h.Case
		if err := inLog(proof.Entry{Kind: proof.KindCase, ID: fmt.Sprintf("%s/%d", h.Case, h.Seq), SHA256: h.Digest, At: h.At}, h.Proof, trusted); err != nil {
			v.What = err.Error()
		}
		return v, nil
	})
}

func inLog(entry proof.Entry, text []byte, trusted proof.Trusted) error {
	if len(text) == 0 {
		return fmt.Errorf("entry %s has no proof of the log", entry.ID)
	}
	leaf, err := entry.Bytes()
	if err != nil {
		return err
	}
	p, err := proof.Parse(text)
	if err != nil {
		return err
	}
	_, err = p.Check(leaf, trusted)
	return err
}
