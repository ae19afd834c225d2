package simulation_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/simulation"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func play(t *testing.T, o simulation.Options) (*simulation.Report, *pgxpool.Pool) {
	t.Helper()
	o.Pool, o.Dir = storetest.Open(t), t.TempDir()
	r, err := simulation.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r, o.Pool
}

func TestNothingIsViolated(t *testing.T) {
	t.Parallel()
	r, pool := play(t, simulation.Options{Cases: 120, Days: 200, Seed: 1, Drain: true})
	var page bytes.Buffer
	if err := r.Print(&page); err != nil {
		t.Fatal(err)
	}
	if r.Violations() > 0 || r.Cases < 100 || r.Close.Cases < 20 || r.Tried < 100 || r.Refused < 100 {
		t.Errorf("%s", &page)
	}
	if !strings.Contains(page.String(), "off-site < 4, on site 27") {
		t.Errorf("the report lacks Pudong's medians:\n%s", &page)
	}
	plant(t, pool, r.Records)
}

// plant writes what must never stand in the database, one thing at a time, and sees
// that the check for it finds it. Nothing of it is kept.
func plant(t *testing.T, pool *pgxpool.Pool, records simulation.Records) {
	const decided = `(SELECT case_id FROM process_record WHERE event = 'decide' LIMIT 1)`
	for _, one := range []struct{ name, check, sql string }{
		{"decided on the 91st day", "decision_in_time",
			`UPDATE process_record SET at = (SELECT at FROM process_record WHERE case_id = ` + decided + ` AND event = 'file') + interval '91 days' WHERE event = 'decide' AND case_id = ` + decided},
		{"extended, decided on the 121st day", "decision_in_time",
			`WITH x AS (INSERT INTO process_record SELECT case_id, 0, at, actor_id, actor, role, 'extend', from_state, to_state, reason, detail, previous, digest FROM process_record WHERE event = 'file' AND case_id = ` + decided + `)
			UPDATE process_record SET at = (SELECT at FROM process_record WHERE case_id = ` + decided + ` AND event = 'file') + interval '121 days' WHERE event = 'decide' AND case_id = ` + decided},
		{"proposed a hundred yuan above the band", "fine_in_band",
			`UPDATE process_record SET detail = jsonb_set(detail::jsonb, '{fine_fen}', '999999999')::json WHERE event = 'propose' AND case_id = ` + decided},
		{"decided more than proposed", "fine_in_band", `UPDATE casefile SET fine_fen = fine_fen + 1 WHERE id = ` + decided},
		{"decided by an officer", "right_person", `UPDATE process_record SET role = 'officer' WHERE event = 'decide' AND case_id = ` + decided},
		{"decided by somebody without the office", "right_person", `UPDATE process_record SET actor_id = (SELECT id FROM account WHERE 'auditor' = ANY (roles) LIMIT 1) WHERE event = 'decide' AND case_id = ` + decided},
		{"both reviews by one", "right_person", `UPDATE process_record v SET actor_id = c.actor_id FROM process_record c WHERE v.event = 'verify' AND c.event = 'confirm' AND c.case_id = v.case_id AND v.case_id = ` + decided},
		{"an officer of another case", "right_person", `UPDATE process_record SET actor_id = (SELECT id FROM account WHERE 'officer' = ANY (roles) AND id <> ALL (SELECT unnest(officers) FROM casefile WHERE id = ` + decided + `) LIMIT 1)
			WHERE event = 'notify' AND case_id = ` + decided},
		{"a surcharge of a fen above the fine", "surcharge_within_fine", `UPDATE casefile SET late_fen = fine_fen + 1 WHERE id = ` + decided},
		{"an order with too much surcharge", "surcharge_within_fine", `UPDATE payment_order SET late_fen = fine_fen + 1 WHERE id = (SELECT id FROM payment_order LIMIT 1)`},
		{"electronic service, consent withdrawn", "consent_before_electronic", `UPDATE consent SET withdrawn_at = at`},
		{"electronic service, consent afterwards", "consent_before_electronic", `UPDATE consent SET at = at + interval '3 years'`},
		{"a paper taken away", "numbers_gapless", `DELETE FROM document WHERE id = (SELECT id FROM document WHERE kind = 'decision' ORDER BY issued_at OFFSET 3 LIMIT 1)`},
		{"a number left out", "numbers_gapless", `UPDATE document_number SET last = last + 1 WHERE kind = 'decision'`},
		{"a fen that nobody paid", "money_balanced", `UPDATE casefile SET paid_fen = paid_fen + 1 WHERE id = ` + decided},
		{"closed a fen short", "money_balanced", `UPDATE casefile SET fine_fen = fine_fen + 1 WHERE id = (SELECT case_id FROM process_record WHERE event = 'paid' LIMIT 1)`},
		{"a refund forgotten", "money_balanced", `UPDATE payment_notice SET refund_fen = refund_fen + 1 WHERE id = (SELECT id FROM payment_notice WHERE outcome = 'credited' LIMIT 1)`},
		{"a payment that the treasury took and nobody entered", "money_balanced", `DELETE FROM payment_notice WHERE id = (SELECT id FROM payment_notice WHERE outcome = 'credited' LIMIT 1)`},
		{"an entry changed", "record_whole", `UPDATE process_record SET reason = 'x' WHERE seq = 2 AND case_id = ` + decided},
		{"the last entry taken away", "record_whole", `DELETE FROM process_record r WHERE case_id = ` + decided + ` AND seq = (SELECT max(seq) FROM process_record x WHERE x.case_id = r.case_id)`},
		{"a state changed without an entry", "record_whole", `UPDATE casefile SET state = 'archived' WHERE id = (SELECT id FROM casefile WHERE state = 'corrected' LIMIT 1)`},
		{"an entry that the log never got", "record_in_log", `DELETE FROM record_proof WHERE case_id = ` + decided},
		{"the proof of another case", "record_in_log", `UPDATE record_proof SET proof = (SELECT proof FROM record_proof ORDER BY case_id DESC LIMIT 1) WHERE case_id = ` + decided},
	} {
		t.Run(one.name, func(t *testing.T) {
			tx, err := pool.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer tx.Rollback(t.Context())
			for _, sql := range []string{`SET LOCAL session_replication_role = replica`, one.sql} { // replica: no trigger stands in the way
				if done, err := tx.Exec(t.Context(), sql); err != nil || sql == one.sql && done.RowsAffected() == 0 {
					t.Fatalf("nothing was planted: %v, %v", done, err)
				}
			}
			if !found(t, tx, records, one.check) {
				t.Errorf("%s was not found", one.check)
			}
		})
	}
}

func found(t *testing.T, tx pgx.Tx, r simulation.Records, key string) bool {
	t.Helper()
	list, err := simulation.Check(t.Context(), tx, r)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		if f.Key == key {
			return len(f.Violations) > 0
		}
	}
	t.Fatalf("there is no check %s", key)
	return false
}

func TestSameSeedSameCourse(t *testing.T) {
	t.Parallel()
	var outcomes [3][]simulation.Outcome
	for i, seed := range []uint64{7, 7, 8} {
		r, _ := play(t, simulation.Options{Cases: 25, Days: 40, Seed: seed})
		outcomes[i] = r.Outcomes
	}
	if !reflect.DeepEqual(outcomes[0], outcomes[1]) {
		t.Errorf("seed 7 gave %v, then %v", outcomes[0], outcomes[1])
	}
	if reflect.DeepEqual(outcomes[0], outcomes[2]) {
		t.Errorf("seeds 7 and 8 gave the same: %v", outcomes[0])
	}
}
