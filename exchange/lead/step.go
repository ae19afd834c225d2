package lead

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"offsite/exchange"
	"offsite/registry"
	"offsite/store"
)

// Acknowledge says that somebody has seen a lead and sees to it.
func (d *Desk) Acknowledge(ctx context.Context, by By, id string, version int) error {
	return d.step(ctx, by, id, version, "acknowledged", "", []string{Received}, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE lead SET state = 'acknowledged', acknowledged_at = $2, acknowledged_by = $3, alarm = 0, version = version + 1 WHERE id = $1`, id, d.now(), by.ID)
		return err
	})
}

// Dispatch hands a lead to an officer with a licence; again, to another one.
func (d *Desk) Dispatch(ctx context.Context, by By, id string, version int, officer string) error {
	name, err := d.officer(ctx, officer)
	if err != nil {
		return fmt.Errorf("dispatch lead %s: %w", id, err)
	}
	return d.step(ctx, by, id, version, "dispatched", name, []string{Acknowledged, Dispatched}, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE lead SET state = 'dispatched', officer = $2, version = version + 1 WHERE id = $1`, id, officer)
		return err
	})
}

func (d *Desk) officer(ctx context.Context, id string) (name string, err error) {
	err = pgx.ErrNoRows
	if store.IsID(id) {
		err = d.o.Pool.QueryRow(ctx, `SELECT name FROM account WHERE id = $1 AND NOT disabled AND 'officer' = ANY (roles) AND licence_no <> ''`, id).Scan(&name)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		err = exchange.Refuse("officer", "请选择持证的办案人员", "choose an officer with a licence")
	}
	return name, err
}

// Outcome is what came of a lead.
type Outcome struct {
	Result string `json:"result" enum:"case,corrected,unfounded"`
	Note   string `json:"note" minLength:"1" maxLength:"2000"`
	Case   string `json:"case,omitempty" maxLength:"80" doc:"Number of the case, where there is one."`
}

// Finish says what came of a lead.
func (d *Desk) Finish(ctx context.Context, by By, id string, version int, o Outcome) error {
	var err error
	if o.Note, err = required("note", o.Note, 2000); err != nil {
		return fmt.Errorf("finish lead %s: %w", id, err)
	}
	var caseID *string
	if o.Result == "case" {
		err := d.o.Pool.QueryRow(ctx, `SELECT id::text FROM casefile WHERE number = $1`, o.Case).Scan(&caseID)
		if errors.Is(err, pgx.ErrNoRows) {
			err = exchange.Refuse("case", "没有这个案号的案件", "there is no case of that number")
		}
		if err != nil {
			return fmt.Errorf("finish lead %s: %w", id, err)
		}
	}
	return d.step(ctx, by, id, version, "done", o.Note, []string{Dispatched}, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE lead SET state = 'done', done_at = $2, result = $3, note = $4, case_id = $5, alarm = 0, version = version + 1 WHERE id = $1`,
			id, d.now(), o.Result, o.Note, caseID)
		return err
	})
}

// Transfer ends a lead that another authority takes over, in the transaction that hands
// it over, and gives it as it then stands.
func (d *Desk) Transfer(ctx context.Context, tx pgx.Tx, by By, id, to string) (Lead, error) {
	err := d.stepIn(ctx, tx, by, id, 0, "transferred", to, []string{Received, Acknowledged, Dispatched}, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE lead SET state = 'transferred', done_at = $2, alarm = 0, version = version + 1 WHERE id = $1`, id, d.now())
		return err
	})
	if err != nil {
		return Lead{}, err
	}
	return one(ctx, tx, id, "")
}

func (d *Desk) step(ctx context.Context, by By, id string, version int, name, note string, from []string, change func(pgx.Tx) error) error {
	err := pgx.BeginFunc(ctx, d.o.Pool, func(tx pgx.Tx) error { return d.stepIn(ctx, tx, by, id, version, name, note, from, change) })
	if err != nil {
		return fmt.Errorf("%s, lead %s: %w", name, id, err)
	}
	return nil
}

// stepIn takes a step on a locked lead; version 0 takes it as it is.
func (d *Desk) stepIn(ctx context.Context, tx pgx.Tx, by By, id string, version int, name, note string, from []string, change func(pgx.Tx) error) error {
	l, err := one(ctx, tx, id, "FOR UPDATE OF l")
	switch {
	case err != nil:
		return err
	case version != 0 && version != l.Version:
		return registry.ErrConflict
	case !slices.Contains(from, l.State):
		return exchange.Refuse("state", "线索当前状态不能进行此操作，请刷新", "the lead has gone on; load it anew")
	}
	if err := change(tx); err != nil {
		return err
	}
	if l, err = one(ctx, tx, id, ""); err != nil {
		return err
	}
	return d.note(ctx, tx, by, l, name, note, "lead.changed")
}
