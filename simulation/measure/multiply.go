package measure

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/store"
)

// living is how many of a hundred cases have not ended.
const living = 5

// multiply copies the cases of a simulation until there are n. Ended ones are moved
// back into the three years before; open ones stay as they are, so that their
// deadlines stay where the dossier has them. Each copy has a party and a number of its
// own. Enough that wait for a decision are added. Papers are copied without their bytes: a
// million cases would have 300 GB of them, and no list or page reads any.
func multiply(ctx context.Context, pool *pgxpool.Pool, n int) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		for _, sql := range []string{
			// No trigger, no foreign key: every row copied was checked once.
			`SET LOCAL session_replication_role = replica`,
			`SET LOCAL maintenance_work_mem = '512MB'`,
			`SET LOCAL work_mem = '128MB'`,
		} {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
		}
		indexes, err := store.DropIndexes(ctx, tx, "casefile", "process_record", "evidence", "document", "portal_link", "message")
		if err != nil {
			return err
		}
		if err := copyCases(ctx, tx, n); err != nil {
			return err
		}
		for _, sql := range append(indexes, `SELECT case_tally_anew()`) {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return fmt.Errorf("%s: %w", sql, err)
			}
		}
		return nil
	})
}

// kins is how many parties the ended copies of a party's cases are spread over, so that each
// has some tens of cases, not thousands. Each open copy has another party, and none of those:
// two of one party at one time would be one act (art. 29).
const kins = "1000"

// decidable are cases that the head can decide as soon as the party's time is over.
const decidable = `state = 'proposed' AND NOT major AND coalesce(dossier->'hearing', '{}') = '{}' AND NOT jsonb_path_exists(dossier, '$.statements[*] ? (!exists(@.answered_at))')`

func copyCases(ctx context.Context, tx pgx.Tx, n int) error {
	const ended = `('archived', 'corrected', 'rejected', 'no_penalty', 'dismissed', 'transferred', 'revoked')`
	alive := n * living / 100
	for _, one := range []struct {
		sql  string
		args []any
	}{
		{`CREATE TEMPORARY TABLE template ON COMMIT DROP AS
			SELECT id, state IN ` + ended + ` AS ended, row_number() OVER (PARTITION BY state IN ` + ended + ` ORDER BY id) AS n,
				count(*) OVER (PARTITION BY state IN ` + ended + `) AS of FROM casefile`, nil},
		{`CREATE TEMPORARY TABLE twin ON COMMIT DROP AS
			SELECT gen_random_uuid() AS id, t.id AS template, g AS n, CASE WHEN t.ended THEN make_interval(days => (g * 7919 % 1095)::integer, secs => (g % 3600)::integer) ELSE interval '0' END AS back
			FROM generate_series(1, $1::bigint) g JOIN template t ON t.ended = (g > $2) AND t.n = 1 + g % t.of`, []any{n, alive}},
		{`INSERT INTO twin SELECT gen_random_uuid(), p.id, $1 + g, interval '0'
			FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n, count(*) OVER () AS of FROM casefile WHERE ` + decidable + `) p JOIN generate_series(1, $2::bigint) g ON p.n = g % p.of`, []any{n, decisions}},
		{`CREATE TEMPORARY TABLE turn ON COMMIT DROP AS
			SELECT id, party, CASE WHEN ended THEN -1 - i % ` + kins + ` ELSE i END AS n
			FROM (SELECT w.id, c.party_id AS party, t.ended, row_number() OVER (PARTITION BY c.party_id ORDER BY w.n) - 1 AS i
				FROM twin w JOIN template t ON t.id = w.template JOIN casefile c ON c.id = t.id) w`, nil},
		{`CREATE TEMPORARY TABLE kin ON COMMIT DROP AS SELECT party, n, gen_random_uuid() AS id FROM (SELECT DISTINCT party, n FROM turn WHERE party IS NOT NULL) t`, nil},
		{`CREATE UNIQUE INDEX ON kin (party, n)`, nil},
		{`INSERT INTO party SELECT (jsonb_populate_record(p, jsonb_build_object('id', k.id))).* FROM kin k JOIN party p ON p.id = k.party`, nil},
		{`ANALYZE twin`, nil},
		{`ANALYZE turn`, nil},
		{`ANALYZE kin`, nil},
		{insertCasefile, nil},
		{insertSearch, nil},
		{`INSERT INTO process_record SELECT w.id, r.seq, r.at - w.back, r.actor_id, r.actor, r.role, r.event, r.from_state, r.to_state, r.reason, r.detail, r.previous, r.digest
			FROM twin w JOIN process_record r ON r.case_id = w.template`, nil},
		{`INSERT INTO evidence SELECT gen_random_uuid(), w.id, e.kind, e.camera_id, e.sealed_at - w.back, e.receipt, e.summary FROM twin w JOIN evidence e ON e.case_id = w.template`, nil},
		{`INSERT INTO document SELECT gen_random_uuid(), w.id, d.kind, d.title_zh, d.title_en, d.number || '-' || w.n, d.code || '-' || w.n, d.sha256, d.issued_at - w.back, ''
			FROM twin w JOIN document d ON d.case_id = w.template`, nil},
		{`INSERT INTO portal_link SELECT sha256((w.n || l.nonce)::bytea), w.id, l.nonce, l.given_at - w.back FROM twin w JOIN portal_link l ON l.case_id = w.template`, nil},
	} {
		if _, err := tx.Exec(ctx, one.sql, one.args...); err != nil {
			return fmt.Errorf("multiply the cases: %.60s…: %w", one.sql, err)
		}
	}
	return nil
}

// A copy's party is the next of its kin, its number the template's with another
// count; what it is found by follows.
const insertCasefile = `
INSERT INTO casefile (id, number, state, version, detector, matter, camera_id, zone_id, object_id, party_id, party, object, place, first_at, last_at, raised_at,
	created_at, changed_at, filed_at, decided_at, publish_by, published_at, closed_at, major, officers, fine_fen, late_fen, paid_fen, timer_at, due_at, due, dossier, alarm_at)
SELECT w.id, k.number, c.state, c.version, c.detector, c.matter, c.camera_id, c.zone_id, c.object_id, kin.id, k.party, c.object, c.place, c.first_at - w.back, c.last_at - w.back, c.raised_at - w.back,
	c.created_at - w.back, c.changed_at - w.back - make_interval(secs => w.n % 60), c.filed_at - w.back, c.decided_at - w.back, c.publish_by - w.back, c.published_at - w.back, c.closed_at - w.back, c.major, c.officers,
	c.fine_fen, c.late_fen, c.paid_fen, c.timer_at, c.due_at, c.due,
	c.dossier, c.alarm_at
FROM twin w JOIN casefile c ON c.id = w.template JOIN turn ON turn.id = w.id LEFT JOIN kin ON kin.party = turn.party AND kin.n = turn.n
CROSS JOIN LATERAL (SELECT lpad(w.n::text, 7, '0') AS count, (ARRAY['李', '王', '赵', '陈', '杨', '黄'])[1 + w.n % 6] || (w.n % 10007)::text AS party,
	regexp_replace(c.number, '第\d+号', '第' || lpad(w.n::text, 7, '0') || '号') AS number) k`

// Its pairs of characters are the template's and those of its own name and number.
const insertSearch = `
INSERT INTO case_search SELECT w.id, s.grams || (SELECT array_agg(substr(t.text, i, 2)) FROM (VALUES (c.party), (substring(c.number FROM '第\d+号'))) t (text) CROSS JOIN LATERAL generate_series(1, length(t.text) - 1) i)
FROM twin w JOIN casefile c ON c.id = w.id JOIN case_search s ON s.case_id = w.template`
