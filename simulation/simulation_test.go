package simulation_test

import (
	"bytes"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

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
	r, pool := play(t, simulation.Options{Cases: 100, Days: 100, Seed: 6, Drain: true})
	var page bytes.Buffer
	if err := r.Print(&page); err != nil {
		t.Fatal(err)
	}
	if r.Violations() > 0 || r.Cases < 80 || r.Close.Cases < 20 || r.Tried < 80 || r.Refused < 80 {
		t.Errorf("%s", &page)
	}
	if !strings.Contains(page.String(), "off-site < 4, on site 27") {
		t.Errorf("the report lacks Pudong's medians:\n%s", &page)
	}
	if a := r.Acts; a.Joined == 0 || a.Joined == a.Raised || a.Pairs == 0 || a.Refused == 0 || a.Ended == 0 || a.Apart == 0 {
		t.Errorf("the rule that one act is fined once is not put to the proof: %+v", a)
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
		{"a second fine for one act", "one_fine", secondFine},
		{"a second fine, held apart from another case", "one_fine", `WITH planted AS (` + secondFine + ` RETURNING b.id)
			INSERT INTO process_record SELECT r.case_id, 0, r.at - interval '1 minute', r.actor_id, r.actor, 'head', 'apart', r.from_state, r.from_state, '系两个违法行为', json_build_object('other_case', json_build_object('id', gen_random_uuid())), r.previous, r.digest
			FROM planted p JOIN process_record r ON r.case_id = p.id AND r.event = 'file'`},
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
		{"a paper without a signature", "papers_signed", `UPDATE document SET seal = NULL WHERE id = (SELECT id FROM document LIMIT 1)`},
		{"the signature of another paper", "papers_signed", `UPDATE document SET seal = (SELECT seal FROM document ORDER BY id DESC LIMIT 1) WHERE id = (SELECT id FROM document ORDER BY id LIMIT 1)`},
		{"a fen that nobody paid", "money_balanced", `UPDATE casefile SET paid_fen = paid_fen + 1 WHERE id = ` + decided},
		{"closed a fen short", "money_balanced", `UPDATE casefile SET fine_fen = fine_fen + 1 WHERE id = (SELECT case_id FROM process_record WHERE event = 'paid' LIMIT 1)`},
		{"a refund forgotten", "money_balanced", `UPDATE payment_notice SET refund_fen = refund_fen + 1 WHERE id = (SELECT id FROM payment_notice WHERE outcome = 'credited' LIMIT 1)`},
		{"a refund entered that the treasury did not pay", "money_balanced", `INSERT INTO refund (id, order_id, case_id, amount_fen, reason, owed_at, refunded_at)
			SELECT order_id::uuid, order_id::uuid, case_id, amount_fen, 'x', now(), now() FROM payment_notice n WHERE outcome = 'credited' AND NOT EXISTS (SELECT FROM refund r WHERE r.case_id = n.case_id) LIMIT 1`},
		{"owed back, and nobody asked", "money_balanced", `UPDATE casefile SET state = 'revoked', dossier = jsonb_set(dossier::jsonb, '{refund_fen}', to_jsonb(paid_fen)) WHERE id = (SELECT id FROM casefile
			WHERE paid_fen > 0 AND state = 'archived' AND NOT EXISTS (SELECT FROM hand_refund h WHERE h.case_id = casefile.id) LIMIT 1)`},
		{"paid back by hand a fen too much", "money_balanced", `UPDATE hand_refund SET amount_fen = amount_fen + 1 WHERE id = (SELECT id FROM hand_refund LIMIT 1)`},
		{"a refund by hand that nobody confirmed", "money_balanced", `DELETE FROM hand_refund WHERE id = (SELECT id FROM hand_refund WHERE state = 'paid' LIMIT 1)`},
		{"a payment that the treasury took and nobody entered", "money_balanced", `DELETE FROM payment_notice WHERE id = (SELECT id FROM payment_notice WHERE outcome = 'credited' LIMIT 1)`},
		{"a payment at a counter that nobody booked", "money_balanced", `DELETE FROM payment_notice WHERE id = (SELECT id FROM payment_notice WHERE channel = 'counter' LIMIT 1)`},
		{"a counter's receipt booked for a fen more", "money_balanced", `UPDATE payment_notice SET amount_fen = amount_fen + 1 WHERE id = (SELECT id FROM payment_notice WHERE channel = 'counter' LIMIT 1)`},
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

// secondFine moves a paid case to the party, place and time of another one.
const secondFine = `UPDATE casefile b SET party_id = a.party_id, object_id = a.object_id, first_at = a.first_at, last_at = a.last_at, decided_at = a.decided_at + interval '1 hour'
	FROM (SELECT * FROM casefile WHERE state = 'archived' ORDER BY id LIMIT 1) a WHERE b.id = (SELECT id FROM casefile WHERE state = 'archived' ORDER BY id DESC LIMIT 1) AND b.id <> a.id`

func found(t *testing.T, tx pgx.Tx, r simulation.Records, key string) bool {
	t.Helper()
	list, err := simulation.Check(t.Context(), tx, r, nil)
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
	type course struct {
		outcomes []simulation.Outcome
		acts     simulation.Overlaps
	}
	var outcomes [3]course
	for i, seed := range []uint64{7, 7, 8} {
		r, _ := play(t, simulation.Options{Cases: 30, Days: 40, Seed: seed})
		outcomes[i] = course{r.Outcomes, r.Acts}
	}
	if !reflect.DeepEqual(outcomes[0], outcomes[1]) {
		t.Errorf("seed 7 gave %v, then %v", outcomes[0], outcomes[1])
	}
	if reflect.DeepEqual(outcomes[0], outcomes[2]) {
		t.Errorf("seeds 7 and 8 gave the same: %v", outcomes[0])
	}
}

// With nothing to see for the guard, one act is fined twice, and the invariant, which asks
// no guard, finds it. What the guard reads is public.casefile; all else is casefile, which is
// elsewhere here.
func TestWithoutItsGuardOneActIsFinedTwice(t *testing.T) {
	t.Parallel()
	pool := storetest.Open(t)
	for _, sql := range []string{
		`CREATE SCHEMA elsewhere`, `ALTER TABLE casefile SET SCHEMA elsewhere`, `CREATE VIEW public.casefile AS SELECT * FROM elsewhere.casefile WHERE false`,
		`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = elsewhere, public', current_database()); END $$`,
	} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	pool.Reset()
	r, err := simulation.Run(t.Context(), simulation.Options{Pool: pool, Dir: t.TempDir(), Cases: 100, Days: 100, Seed: 4, Drain: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Checks {
		if f.Key == "one_fine" && len(f.Violations) != r.Acts.Fined || r.Acts.Fined == 0 || r.Acts.Refused > 0 {
			t.Errorf("%s: %d violations, %+v", f.Key, len(f.Violations), r.Acts)
		}
	}
}

// What is stopped is checked as far as it came, and says so; the page keeps what stands
// around the report.
func TestWhatIsStoppedIsChecked(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	var checked []string
	r, _ := play(t, simulation.Options{Cases: 60, Days: 300, Seed: 2, Stop: stop, Progress: func(p simulation.Progress) {
		if p.Check != "" {
			checked = append(checked, p.Check)
		} else if p.Raised >= 20 {
			select {
			case <-stop:
			default:
				close(stop)
			}
		}
	}})
	if r.Stopped == nil || r.Raised < 20 || r.Raised >= 60 || r.Violations() > 0 || len(r.Checks) != len(checked) || len(checked) < 10 {
		t.Errorf("stopped at %v, %d raised, %d violations, checked %v", r.Stopped, r.Raised, r.Violations(), checked)
	}
	text, err := os.ReadFile("../docs/simulation.md")
	if err != nil {
		t.Fatal(err)
	}
	on := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	page, err := r.Page(text, "offsite simulate", on)
	if err != nil {
		t.Fatal(err)
	}
	again, err := r.Page(page, "offsite simulate", on)
	if err != nil || !bytes.Equal(page, again) || !bytes.Contains(page, []byte("stopped on "+r.Stopped.Format(time.DateOnly))) {
		t.Errorf("written twice: %v\n%s", err, again)
	}
	if _, err := r.Page([]byte("# A page without marks\n"), "offsite simulate", on); err == nil {
		t.Error("a page without marks was written")
	}
}
