package credit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/casework/rules"
	"offsite/registry"
	"offsite/store"
)

// Options are the parts of an Office.
type Options struct {
	Pool *pgxpool.Pool
	Law  *rules.Shelf                                                      // working days, as they hold
	Tell func(ctx context.Context, tx pgx.Tx, kind string, data any) error // the credit platform; nil: it is told nothing
	Now  func() time.Time
}

// Office keeps credit records. It is safe for concurrent use.
type Office struct{ o Options }

// New returns the office of a migrated database.
func New(o Options) *Office { return &Office{o} }

func (o *Office) now() time.Time { return o.o.Now().UTC().Truncate(time.Microsecond) }

// States of a record.
const (
	Open      = "open"
	Repaired  = "repaired"
	Ended     = "ended"
	Withdrawn = "withdrawn"
)

// Record is what stands against a party for a decision.
type Record struct {
	ID         string    `json:"id"`
	PartyID    string    `json:"party_id"`
	Party      string    `json:"party" doc:"Name."`
	CaseID     string    `json:"case_id"`
	CaseNumber string    `json:"case_number"`
	Matter     string    `json:"matter"`
	Level      string    `json:"level" enum:"light,ordinary,serious"`
	Why        string    `json:"why" doc:"By which rule, in Chinese, as it stands in the record."`
	Rules      int       `json:"rules" doc:"Version of the rules; 0: as shipped."`
	DecidedAt  time.Time `json:"decided_at"`
	RepairFrom time.Time `json:"repair_from"`
	Until      time.Time `json:"until"`
	Shown      bool      `json:"shown" doc:"Told to the credit platform."`
	State      string    `json:"state" enum:"open,repaired,ended,withdrawn"`
	Grounds    *Grounds  `json:"grounds,omitempty" doc:"What why says, in parts." db:"-"`
}

const query = `SELECT r.id::text, r.party_id::text, p.name, r.case_id::text, coalesce(c.number, ''), c.matter, r.level, r.why, r.rules, r.decided_at, r.repair_from, r.until, r.shown, r.state
	FROM credit_record r JOIN party p ON p.id = r.party_id JOIN casefile c ON c.id = r.case_id `

const byRecord = `WHERE r.id = $1::uuid`

// database is a pool or a transaction.
type database interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func records(ctx context.Context, db database, where string, args ...any) ([]Record, error) {
	rows, err := db.Query(ctx, query+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read credit records: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Record])
	if err != nil {
		return nil, fmt.Errorf("read credit records: %w", err)
	}
	for i := range list {
		list[i].Grounds = groundsOf(list[i].Why)
	}
	return list, nil
}

// Records lists those of a party, or with "" the newest of all.
func (o *Office) Records(ctx context.Context, partyID string) ([]Record, error) {
	const most = 200
	if partyID != "" && !store.IsID(partyID) {
		return []Record{}, nil
	}
	return records(ctx, o.o.Pool, `WHERE ($1 = '' OR r.party_id = nullif($1, '')::uuid) ORDER BY r.decided_at DESC, r.id LIMIT $2`, partyID, most)
}

// Record reads one.
func (o *Office) Record(ctx context.Context, id string) (Record, error) {
	if !store.IsID(id) {
		return Record{}, registry.ErrNotFound
	}
	return only(records(ctx, o.o.Pool, byRecord, id))
}

func only(list []Record, err error) (Record, error) {
	if err != nil || len(list) == 0 {
		return Record{}, errors.Join(err, registry.ErrNotFound)
	}
	return list[0], nil
}

// event is what the credit platform is told; who the party is it asks by the API.
type event struct {
	RecordID   string    `json:"record_id"`
	CaseNumber string    `json:"case_number"`
	Level      string    `json:"level"`
	State      string    `json:"state"`
	Until      time.Time `json:"until"`
	At         time.Time `json:"at"`
}

func (o *Office) tell(ctx context.Context, tx pgx.Tx, kind, id string) error {
	r, err := only(records(ctx, tx, byRecord, id))
	if err != nil || !r.Shown || o.o.Tell == nil {
		return err
	}
	return o.o.Tell(ctx, tx, kind, event{RecordID: r.ID, CaseNumber: r.CaseNumber, Level: r.Level, State: r.State, Until: r.Until, At: o.now()})
}

const atOnce = 500

// Keep makes the records of new decisions, ends those whose time is over, and withdraws
// those whose decision was revoked.
func (o *Office) Keep(ctx context.Context) error {
	rules, err := o.Rules(ctx)
	if err != nil {
		return err
	}
	rows, err := o.o.Pool.Query(ctx, `SELECT c.id::text, c.party_id::text, coalesce(c.number, ''), c.decided_at, c.fine_fen, c.major, false FROM casefile c
		WHERE c.decided_at >= $1 AND c.fine_fen > 0 AND c.party_id IS NOT NULL AND c.state <> 'revoked'
		AND NOT EXISTS (SELECT FROM credit_record r WHERE r.case_id = c.id) ORDER BY c.decided_at, c.id LIMIT $2`, o.now().AddDate(0, 0, -rules.Rules.SeriousMost), atOnce)
	if err != nil {
		return fmt.Errorf("find decisions without a credit record: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[decision])
	if err != nil {
		return fmt.Errorf("find decisions without a credit record: %w", err)
	}
	var failed []error
	for _, d := range list {
		failed = append(failed, o.open(ctx, rules, d))
	}
	return errors.Join(append(failed,
		o.move(ctx, Withdrawn, `SELECT r.id::text FROM credit_record r JOIN casefile c ON c.id = r.case_id WHERE r.state IN ('open', 'repaired') AND c.state = 'revoked' LIMIT $1`, atOnce),
		o.move(ctx, Ended, `SELECT id::text FROM credit_record WHERE state = 'open' AND until <= $2 LIMIT $1`, atOnce, o.now()))...)
}

func (o *Office) open(ctx context.Context, v Version, d decision) error {
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("open a credit record: %w", err)
	}
	err = pgx.BeginFunc(ctx, o.o.Pool, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM credit_record WHERE party_id = $1 AND state <> 'withdrawn' AND decided_at < $2 AND decided_at >= $3)`,
			d.PartyID, d.DecidedAt, d.DecidedAt.AddDate(0, 0, -v.Rules.RepeatDays)).Scan(&d.Repeated)
		if err != nil {
			return err
		}
		level, why := v.Rules.weigh(d)
		least, most := v.Rules.days(level)
		done, err := tx.Exec(ctx, `INSERT INTO credit_record (id, party_id, case_id, level, why, rules, decided_at, repair_from, until, shown, state, changed_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open', $11) ON CONFLICT (case_id) DO NOTHING`,
			id.String(), d.PartyID, d.CaseID, level, why.String(), v.Version, d.DecidedAt, d.DecidedAt.AddDate(0, 0, least), d.DecidedAt.AddDate(0, 0, most), level != Light, o.now())
		if err != nil || done.RowsAffected() == 0 {
			return err
		}
		return o.tell(ctx, tx, "credit.recorded", id.String())
	})
	if err != nil {
		return fmt.Errorf("open the credit record of case %s: %w", d.CaseID, err)
	}
	return nil
}

// move takes records on to a state and tells of it.
func (o *Office) move(ctx context.Context, state, which string, args ...any) error {
	rows, err := o.o.Pool.Query(ctx, which, args...)
	if err != nil {
		return fmt.Errorf("find credit records to be %s: %w", state, err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("find credit records to be %s: %w", state, err)
	}
	for _, id := range ids {
		err := pgx.BeginFunc(ctx, o.o.Pool, func(tx pgx.Tx) error {
			done, err := tx.Exec(ctx, `UPDATE credit_record SET state = $2, changed_at = $3 WHERE id = $1 AND state <> $2`, id, state, o.now())
			if err != nil || done.RowsAffected() == 0 {
				return err
			}
			return o.tell(ctx, tx, "credit.changed", id)
		})
		if err != nil {
			return fmt.Errorf("take credit record %s to %s: %w", id, state, err)
		}
	}
	return nil
}
