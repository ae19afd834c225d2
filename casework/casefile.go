package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/riverqueue/river"

	"offsite/casework/flow"
	"offsite/store"
)

// database is a pool or a transaction.
type database interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// casefile is a row of the table casefile: columns that are searched, and the
// dossier.
type casefile struct {
	ID        string
	Number    string
	State     flow.State
	Version   int
	Detector  string
	Matter    string
	CameraID  string
	ZoneID    string
	ObjectID  string
	PartyID   string
	FirstAt   time.Time
	LastAt    time.Time
	RaisedAt  time.Time
	CreatedAt time.Time
	ChangedAt time.Time
	FineFen   int64
	LateFen   int64
	PaidFen   int64
	ClosedAt  *time.Time
	D         dossier
	// quiet: what changed does not make a reader's view stale (more evidence, a
	// message's receipt), so the version stays.
	quiet bool
	// indexed is what the search has of it.
	indexed [4]string
	// jobs go into the table of jobs when the case is saved, all at once.
	jobs []river.InsertManyParams
	// head is the last entry of the process record, once it was read: the row is locked.
	head *recordHead
	// settledLate is the surcharge that a payment was made with, while it is booked.
	settledLate *int64
}

const casefileColumns = `id::text, coalesce(number, ''), state, version, detector, matter, camera_id::text, zone_id::text,
	coalesce(object_id::text, ''), coalesce(party_id::text, ''), first_at, last_at, raised_at, created_at, changed_at,
	fine_fen, late_fen, paid_fen, closed_at, dossier`

func scanCasefile(row pgx.Row) (*casefile, error) {
	return scanCasefileBy(row, func(_ string, text []byte) (dossier, error) { return readDossier(text) })
}

// scanCasefileBy reads a row, and its dossier by read.
func scanCasefileBy(row pgx.Row, read func(caseID string, text []byte) (dossier, error)) (*casefile, error) {
	var c casefile
	var body []byte
	err := row.Scan(&c.ID, &c.Number, &c.State, &c.Version, &c.Detector, &c.Matter, &c.CameraID, &c.ZoneID, &c.ObjectID, &c.PartyID,
		&c.FirstAt, &c.LastAt, &c.RaisedAt, &c.CreatedAt, &c.ChangedAt, &c.FineFen, &c.LateFen, &c.PaidFen, &c.ClosedAt, &body)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	c.D, err = read(c.ID, body)
	c.indexed = c.sought()
	return &c, err
}

// read loads a case; lock is "" or "FOR UPDATE".
func read(ctx context.Context, db database, id, lock string) (*casefile, error) {
	if !store.IsID(id) {
		return nil, fmt.Errorf("read case %q: %w", id, ErrNotFound)
	}
	c, err := scanCasefile(db.QueryRow(ctx, `SELECT `+casefileColumns+` FROM casefile WHERE id = $1 `+lock, id))
	if err != nil {
		return nil, fmt.Errorf("read case %s: %w", id, err)
	}
	return c, nil
}

// clock is when time takes the next step and what is due first.
type clock struct {
	timer *time.Time
	due   *flow.Deadline
	alarm *time.Time
}

func (k clock) columns() (timer, dueAt *time.Time, due []byte, err error) {
	if k.due != nil {
		dueAt = &k.due.At
		due, err = json.Marshal(deadlineOf(*k.due))
	}
	return k.timer, dueAt, due, err
}

func (c *casefile) insert(ctx context.Context, tx pgx.Tx, k clock) error {
	body, err := json.Marshal(c.D)
	if err != nil {
		return err
	}
	timer, dueAt, due, err := k.columns()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO casefile (id, state, version, detector, matter, camera_id, zone_id, object_id, party_id, party, object, place,
		first_at, last_at, raised_at, created_at, changed_at, timer_at, due_at, due, dossier, alarm_at, score)
		VALUES ($1, $2, 1, $3, $4, $5, $6, nullif($7, '')::uuid, nullif($8, '')::uuid, $9, $10, $11, $12, $13, $14, $15, $15, $16, $17, $18, $19, $20, $21)`,
		c.ID, c.State, c.Detector, c.Matter, c.CameraID, c.ZoneID, c.ObjectID, c.PartyID, c.D.Party.Name, c.D.Object.Name, c.D.Camera.Place,
		c.FirstAt, c.LastAt, c.RaisedAt, c.CreatedAt, timer, dueAt, due, body, k.alarm, c.D.Summary.score())
	c.Version = 1
	if err != nil {
		return err
	}
	return c.index(ctx, tx)
}

// save writes the case back under the next version and tells the console, when the
// transaction commits; the caller holds the row.
func (c *casefile) save(ctx context.Context, tx pgx.Tx, k clock) error {
	body, err := json.Marshal(c.D)
	if err != nil {
		return err
	}
	timer, dueAt, due, err := k.columns()
	if err != nil {
		return err
	}
	bump := 1
	if c.quiet {
		bump = 0
	}
	event, err := json.Marshal(map[string]any{"kind": "case.changed", "case_id": c.ID, "state": c.State, "version": c.Version + bump})
	if err != nil {
		return err
	}
	done, err := tx.Exec(ctx, `WITH saved AS (UPDATE casefile SET number = nullif($3, ''), state = $4, version = version + $26, matter = $5,
		object_id = nullif($6, '')::uuid, party_id = nullif($7, '')::uuid, party = $8, object = $9, place = $10, last_at = $11, changed_at = $12,
		filed_at = $13, decided_at = $14, published_at = $15, closed_at = $16, major = $17, officers = $18::text[]::uuid[],
		fine_fen = $19, late_fen = $20, paid_fen = $21, timer_at = $22, due_at = $23, due = $24, dossier = $25, publish_by = $27, alarm_at = $28
		WHERE id = $1 AND version = $2 RETURNING id) SELECT pg_notify($29, $30) FROM saved`,
		c.ID, c.Version, c.Number, c.State, c.Matter, c.ObjectID, c.PartyID, c.D.Party.Name, c.D.Object.Name, c.D.Camera.Place, c.LastAt, c.ChangedAt,
		present(c.D.FiledAt), present(c.D.DecidedAt), present(c.D.PublishedAt), c.ClosedAt, c.D.reviewed(), c.D.officerIDs(),
		c.FineFen, c.LateFen, c.PaidFen, timer, dueAt, due, body, bump, present(c.D.PublishBy), k.alarm, store.EventsChannel, string(event))
	if err != nil {
		return err
	}
	if done.RowsAffected() != 1 {
		return ErrChanged
	}
	c.Version += bump
	return c.index(ctx, tx)
}

func present(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func deadlineOf(d flow.Deadline) Deadline {
	return Deadline{LabelZH: d.ZH, LabelEN: d.EN, At: d.At, Article: d.Article}
}
