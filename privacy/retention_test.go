package privacy_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"offsite/evidence/translog/proof"
	"offsite/privacy"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// ledger keeps what is entered, or is away.
type ledger struct {
	away    bool
	entries []proof.Entry
}

func (l *ledger) Record(_ context.Context, e proof.Entry) ([]byte, error) {
	if l.away {
		return nil, errors.New("the log is away")
	}
	l.entries = append(l.entries, e)
	return []byte("proof of " + e.ID), nil
}

func TestTheScheduleDeletesWhatIsDueAndProvesIt(t *testing.T) {
	t.Parallel()
	ctx, pool := t.Context(), storetest.Open(t)
	now := time.Date(2026, 11, 28, 2, 0, 0, 0, time.UTC)
	log := &ledger{away: true}
	office := privacy.New(privacy.Options{Pool: pool, Log: log, Bureau: "局", Now: func() time.Time { return now }})
	old, young := now.AddDate(0, 0, -181), now.AddDate(0, 0, -179)
	var deleted string
	for i, done := range []time.Time{old, young} {
		var id string
		err := pool.QueryRow(ctx, `INSERT INTO lead (id, number, source, source_name, by_whom, kind, what, place, contact, seen_at, received_at, urgent, state, duty, acknowledge_by, handle_by, done_at, version)
			VALUES (gen_random_uuid(), $1::text, 'hotline', '12345', '', 'waste', '', '', '\x01', $2, $2, false, 'done', '{}', $2, $2, $2, 1) RETURNING id::text`, string(rune('a'+i)), done).Scan(&id)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			deleted = id
		}
	}
	for _, sql := range []string{
		`INSERT INTO webhook_endpoint (id, name, url, kinds, secret, created_at, created_by) VALUES ('00000000-0000-7000-8000-000000000001', '', '', '{a}', '', $1, '')`,
		`INSERT INTO webhook_event (id, kind, at, body) SELECT gen_random_uuid(), 'a', $1, '' FROM generate_series(1, 3)`,
		`INSERT INTO webhook_delivery (event_id, endpoint_id, state, changed_at) SELECT id, '00000000-0000-7000-8000-000000000001', CASE WHEN row_number() OVER () = 1 THEN 'waiting' ELSE 'delivered' END, $1 FROM webhook_event`,
		`INSERT INTO webhook_attempt (event_id, endpoint_id, at, took_ms, status, error) SELECT event_id, endpoint_id, $1, 0, 204, '' FROM webhook_delivery`,
	} {
		if _, err := pool.Exec(ctx, sql, old); err != nil {
			t.Fatal(err)
		}
	}
	for i, state := range []string{"applied", "preview", "undoing"} { // the last goes on
		if _, err := pool.Exec(ctx, `WITH b AS (INSERT INTO intake_batch (id, subject, name, format, sha256, rule, by_whom, at, state, total, counts, warnings, changed_at)
			VALUES (gen_random_uuid(), 'objects', '', 'csv', '', 'fill', '', $1, $2, 1, '{}', '[]', $1) RETURNING id) INSERT INTO intake_party (batch_id, key, action, party_id, version, draft) SELECT id, '', 'create', id, 0, '\x01' FROM b`,
			[]time.Time{old, now.AddDate(0, 0, -89), old}[i], state); err != nil {
			t.Fatal(err)
		}
	}
	if err := office.Run(ctx); err == nil {
		t.Error("the log was away, and nobody was told")
	}
	log.away = false
	for range 2 { // once a day
		if err := office.Run(ctx); err != nil {
			t.Fatal(err)
		}
	}
	var contacts, events, attempts, drafts int
	err := pool.QueryRow(ctx, `SELECT (SELECT count(*) FROM lead WHERE contact IS NOT NULL), (SELECT count(*) FROM webhook_event), (SELECT count(*) FROM webhook_attempt),
		(SELECT count(*) FROM intake_party)`).Scan(&contacts, &events, &attempts, &drafts)
	if err != nil || contacts != 1 || events != 1 || attempts != 1 || drafts != 2 {
		t.Errorf("left: %d contacts, %d events, %d attempts, %d drafts, %v; want one of each, and two drafts", contacts, events, attempts, drafts, err)
	}
	runs, err := office.Runs(ctx)
	if err != nil || len(runs) != 1 || len(log.entries) != 1 {
		t.Fatalf("runs %+v, entries %+v, %v", runs, log.entries, err)
	}
	sum := sha256.Sum256([]byte(runs[0].Text))
	if e := log.entries[0]; e.Kind != proof.KindRetention || e.ID != "2026-11-28" || e.SHA256 != hex.EncodeToString(sum[:]) || runs[0].Proof != "proof of 2026-11-28" {
		t.Errorf("entry %+v of %+v", e, runs[0])
	}
	var report privacy.Report
	if err := json.Unmarshal([]byte(runs[0].Text), &report); err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, d := range report.Deleted {
		counts[d.Key] = d.Count
		if d.Key == "lead_contact" && d.SHA256 != privacy.Digest([]string{deleted}) {
			t.Errorf("the digest %s is not of %s", d.SHA256, deleted)
		}
	}
	if counts["lead_contact"] != 1 || counts["webhook"] != 2 || counts["import"] != 1 || len(counts) != len(privacy.Schedule()) {
		t.Errorf("reported %v", counts)
	}
	now = now.AddDate(0, 0, 1)
	if err := office.Run(ctx); err != nil || len(log.entries) != 2 {
		t.Errorf("the next day: %d entries, %v", len(log.entries), err)
	}
}

// Addresses and texts of e-mails go with those of short messages; what waits stays.
func TestAddressesOfEMailsAreDeleted(t *testing.T) {
	t.Parallel()
	ctx, d := t.Context(), open(t)
	if _, err := d.pool.Exec(ctx, `UPDATE casefile SET closed_at = $1`, d.now.AddDate(-4, 0, 0)); err != nil {
		t.Fatal(err)
	}
	if _, err := d.pool.Exec(ctx, `INSERT INTO message (id, case_id, template, channel, phone, email, body, created_at, state) VALUES (gen_random_uuid(), $1, 't', 'mail', '', 'li@party.test', '', now(), 'waiting')`, itsCase); err != nil {
		t.Fatal(err)
	}
	if err := d.Run(ctx); err != nil {
		t.Fatal(err)
	}
	var left string
	err := d.pool.QueryRow(ctx, `SELECT string_agg(phone || email || body, ',') FROM message WHERE phone <> '' OR email <> '' OR body <> ''`).Scan(&left)
	if err != nil || left != "li@party.test" {
		t.Errorf("left: %q, %v", left, err)
	}
}
