package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/casework/calendar"
	"offsite/exchange"
	"offsite/exchange/lead"
	"offsite/registry"
	"offsite/store"
)

// By is who acts: a member of staff, or an authority's system by its key.
type By = lead.By

// Options are the parts of a Desk.
type Options struct {
	Pool   *pgxpool.Pool
	Leads  *lead.Desk
	Bureau string // who hands over
	Tell   func(ctx context.Context, tx pgx.Tx, kind string, data any) error
	// Answered takes what a register of real estate says, in the transaction of the answer; nil: nobody does.
	Answered func(ctx context.Context, tx pgx.Tx, a Answer) error
	Now      func() time.Time
}

// Desk hands over. It is safe for concurrent use.
type Desk struct{ o Options }

// New returns the desk of a migrated database.
func New(o Options) *Desk { return &Desk{o} }

func (d *Desk) now() time.Time { return d.o.Now().UTC().Truncate(time.Microsecond) }

// States of a transfer.
const (
	Sent     = "sent"
	Received = "received"
	Accepted = "accepted"
	Returned = "returned"
	Closed   = "closed"
)

// Subjects.
const (
	OfLead       = "lead"
	OfCase       = "case"
	OfAnnotation = "annotation" // of real estate, at its register
	OfLifting    = "lifting"    // of such an annotation
)

// Draft is what is to be handed over.
type Draft struct {
	SubjectKind string `json:"subject_kind" enum:"lead,case"`
	Subject     string `json:"subject" maxLength:"80" doc:"Id of a lead, or of a case that the head has transferred."`
	AuthorityID string `json:"authority_id" maxLength:"64"`
	Reason      string `json:"reason" minLength:"1" maxLength:"2000"`
}

// Letter names what is handed over. Its text's SHA-256 is what a receipt signs.
type Letter struct {
	Format    string     `json:"format"`
	Number    string     `json:"number"`
	From      string     `json:"from"`
	To        string     `json:"to"`
	At        time.Time  `json:"at"`
	Reason    string     `json:"reason"`
	Lead      *lead.Lead `json:"lead,omitempty"`
	Estate    *Estate    `json:"estate,omitempty"`
	Case      string     `json:"case,omitempty"` // number
	Documents []Document `json:"documents,omitempty"`
	Bundles   []Bundle   `json:"bundles,omitempty"`
	Record    *Record    `json:"record,omitempty"`
}

// Document is a paper of a case, by its PDF's digest.
type Document struct {
	Kind   string `json:"kind"`
	Number string `json:"number"`
	SHA256 string `json:"sha256"`
}

// Bundle is sealed evidence, by its manifest's digest.
type Bundle struct {
	ID             string `json:"id"`
	ManifestSHA256 string `json:"manifest_sha256"`
}

// Record is a case's process record, by the digest of its last entry.
type Record struct {
	Entries int    `json:"entries"`
	SHA256  string `json:"sha256"`
}

const format = "offsite-transfer/1"

// event is what other systems are told.
type event struct {
	TransferID  string    `json:"transfer_id"`
	Number      string    `json:"number"`
	AuthorityID string    `json:"authority_id"`
	State       string    `json:"state"`
	At          time.Time `json:"at"`
}

// Send hands over: it writes the letter and tells the authority.
func (d *Desk) Send(ctx context.Context, by By, w Draft) (string, error) {
	w.Reason = strings.TrimSpace(w.Reason)
	if w.Reason == "" {
		return "", exchange.Refuse("reason", "请写明移送理由", "say why it is handed over")
	}
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("hand over: %w", err)
	}
	err = pgx.BeginFunc(ctx, d.o.Pool, func(tx pgx.Tx) error { return d.send(ctx, tx, by, id.String(), w) })
	var broken *pgconn.PgError
	if errors.As(err, &broken) && broken.ConstraintName == "transfer_subject_authority_id_key" {
		err = exchange.Refuse("subject", "已移送给该单位", "it was handed over to that authority already")
	}
	if err != nil {
		return "", fmt.Errorf("hand over %s %s: %w", w.SubjectKind, w.Subject, err)
	}
	return id.String(), nil
}

func (d *Desk) send(ctx context.Context, tx pgx.Tx, by By, id string, w Draft) error {
	l := Letter{Format: format, From: d.o.Bureau, At: d.now(), Reason: w.Reason}
	err := pgx.ErrNoRows
	if store.IsID(w.AuthorityID) {
		err = tx.QueryRow(ctx, `SELECT name FROM authority WHERE id = $1`, w.AuthorityID).Scan(&l.To)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return exchange.Refuse("authority_id", "请选择接收单位", "choose who takes it over")
	}
	if err != nil {
		return err
	}
	if err := d.describe(ctx, tx, by, w, &l); err != nil {
		return err
	}
	return d.write(ctx, tx, by, id, w, l)
}

// write numbers a letter, keeps it and tells of it.
func (d *Desk) write(ctx context.Context, tx pgx.Tx, by By, id string, w Draft, l Letter) error {
	var serial int
	year := l.At.In(calendar.Shanghai()).Year()
	if err := tx.QueryRow(ctx, `INSERT INTO document_number (kind, year, last) VALUES ('handover', $1, 1)
		ON CONFLICT (kind, year) DO UPDATE SET last = document_number.last + 1 RETURNING last`, year).Scan(&serial); err != nil {
		return err
	}
	l.Number = fmt.Sprintf("移〔%d〕%05d号", year, serial)
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	_, err = tx.Exec(ctx, `INSERT INTO transfer (id, number, subject_kind, subject, authority_id, letter, sha256, sent_at, by_whom, by_name, state, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'sent', $8)`,
		id, l.Number, w.SubjectKind, w.Subject, w.AuthorityID, string(text), hex.EncodeToString(sum[:]), l.At, by.ID, by.Name)
	if err != nil {
		return err
	}
	return d.note(ctx, tx, by, Transfer{ID: id, Number: l.Number, AuthorityID: w.AuthorityID, State: Sent}, "sent", w.Reason)
}

// describe fills a letter with what is handed over; a lead is at its end with it.
func (d *Desk) describe(ctx context.Context, tx pgx.Tx, by By, w Draft, l *Letter) error {
	if !store.IsID(w.Subject) {
		return registry.ErrNotFound
	}
	if w.SubjectKind == OfLead {
		found, err := d.o.Leads.Transfer(ctx, tx, by, w.Subject, l.To)
		l.Lead = &found
		return err
	}
	var state string
	err := tx.QueryRow(ctx, `SELECT coalesce(number, id::text), state FROM casefile WHERE id = $1`, w.Subject).Scan(&l.Case, &state)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return registry.ErrNotFound
	case err != nil:
		return err
	case state != "transferred":
		return exchange.Refuse("subject", "案件须先由负责人作出移送决定（行政处罚法第二十七条）", "the head must have decided to transfer the case first (Penalty Law art. 27)")
	}
	return d.inventory(ctx, tx, w.Subject, l)
}

func (d *Desk) inventory(ctx context.Context, tx pgx.Tx, caseID string, l *Letter) error {
	rows, err := tx.Query(ctx, `SELECT kind, number, sha256 FROM document WHERE case_id = $1 ORDER BY issued_at, id`, caseID)
	if err != nil {
		return err
	}
	if l.Documents, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Document]); err != nil {
		return err
	}
	if rows, err = tx.Query(ctx, `SELECT bundle::text, receipt->>'manifest_sha256' FROM evidence WHERE case_id = $1 ORDER BY sealed_at, bundle`, caseID); err != nil {
		return err
	}
	if l.Bundles, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Bundle]); err != nil {
		return err
	}
	l.Record = &Record{}
	err = tx.QueryRow(ctx, `SELECT seq, encode(digest, 'hex') FROM process_record WHERE case_id = $1 ORDER BY seq DESC LIMIT 1`, caseID).Scan(&l.Record.Entries, &l.Record.SHA256)
	if errors.Is(err, pgx.ErrNoRows) { // before there were records
		l.Record, err = nil, nil
	}
	return err
}

// note enters a step and tells of it, console and other systems.
func (d *Desk) note(ctx context.Context, tx pgx.Tx, by By, t Transfer, step, text string) error {
	now := d.now()
	if _, err := tx.Exec(ctx, `INSERT INTO transfer_event (transfer_id, at, by_whom, by_name, event, note) VALUES ($1, $2, $3, $4, $5, $6)`,
		t.ID, now, by.ID, by.Name, step, text); err != nil {
		return err
	}
	if err := store.Notify(ctx, tx, map[string]any{"kind": "transfer.changed", "transfer_id": t.ID, "state": t.State}); err != nil || d.o.Tell == nil {
		return err
	}
	kind := "transfer.changed"
	if step == "sent" {
		kind = "transfer.sent"
	}
	return d.o.Tell(ctx, tx, kind, event{TransferID: t.ID, Number: t.Number, AuthorityID: t.AuthorityID, State: t.State, At: now})
}
