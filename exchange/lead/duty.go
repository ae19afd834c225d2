package lead

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/exchange"
	"offsite/registry"
	"offsite/registry/account"
	"offsite/store"
)

// Shift is when somebody is on duty.
type Shift struct {
	ID        string    `json:"id"`
	AccountID string    `json:"account_id"`
	Name      string    `json:"name"`
	StartsAt  time.Time `json:"starts_at"`
	EndsAt    time.Time `json:"ends_at"`
}

// Uncovered is when nobody is.
type Uncovered struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// ShiftDraft is a shift to be made.
type ShiftDraft struct {
	AccountID string    `json:"account_id" maxLength:"64"`
	StartsAt  time.Time `json:"starts_at"`
	EndsAt    time.Time `json:"ends_at" doc:"24 hours after the start at most."`
}

const longestShift = 24 * time.Hour

// AddShift puts somebody on duty: an officer or a head.
func (d *Desk) AddShift(ctx context.Context, by string, w ShiftDraft) (string, error) {
	if !w.EndsAt.After(w.StartsAt) || w.EndsAt.Sub(w.StartsAt) > longestShift {
		return "", exchange.Refuse("ends_at", "结束须在开始之后，且不超过24小时", "a shift ends after it begins, within 24 hours")
	}
	if w.EndsAt.Before(d.now()) {
		return "", exchange.Refuse("ends_at", "不能补排已经过去的班次", "a shift that is over is not put on the list afterwards")
	}
	var may bool
	if store.IsID(w.AccountID) {
		err := d.o.Pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM account WHERE id = $1 AND NOT disabled AND roles && '{officer,head}')`, w.AccountID).Scan(&may)
		if err != nil {
			return "", fmt.Errorf("add a shift: %w", err)
		}
	}
	if !may {
		return "", exchange.Refuse("account_id", "值班人员须为办案人员或负责人", "an officer or a head is on duty")
	}
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("add a shift: %w", err)
	}
	_, err = d.o.Pool.Exec(ctx, `INSERT INTO duty_shift (id, account_id, starts_at, ends_at, created_at, by_whom) VALUES ($1, $2, $3, $4, $5, $6)`,
		id.String(), w.AccountID, w.StartsAt, w.EndsAt, d.now(), by)
	if err != nil {
		return "", fmt.Errorf("add a shift: %w", err)
	}
	return id.String(), nil
}

// RemoveShift takes a shift off the list that has not begun.
func (d *Desk) RemoveShift(ctx context.Context, id string) error {
	done, err := d.o.Pool.Exec(ctx, `UPDATE duty_shift SET removed_at = $2 WHERE id = $1 AND removed_at IS NULL AND starts_at > $2`, store.ID(id), d.now())
	if err == nil && done.RowsAffected() == 0 {
		err = registry.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("remove shift %s, which must not have begun: %w", id, err)
	}
	return nil
}

// Duty lists the shifts of a time, and when nobody is on duty in it.
func (d *Desk) Duty(ctx context.Context, from, to time.Time) ([]Shift, []Uncovered, error) {
	rows, err := d.o.Pool.Query(ctx, `SELECT s.id::text, s.account_id::text, a.name, s.starts_at, s.ends_at FROM duty_shift s JOIN account a ON a.id = s.account_id
		WHERE s.removed_at IS NULL AND s.starts_at < $2 AND s.ends_at > $1 ORDER BY s.starts_at, a.name`, from, to)
	if err != nil {
		return nil, nil, fmt.Errorf("list who is on duty: %w", err)
	}
	shifts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Shift])
	if err != nil {
		return nil, nil, fmt.Errorf("list who is on duty: %w", err)
	}
	return shifts, Gaps(shifts, from, to), nil
}

// Gaps are the times between from and to that no shift covers; shifts come by their
// start.
func Gaps(shifts []Shift, from, to time.Time) []Uncovered {
	var gaps []Uncovered
	covered := from
	for _, s := range shifts {
		if s.StartsAt.After(covered) {
			gaps = append(gaps, Uncovered{covered, s.StartsAt})
		}
		if s.EndsAt.After(covered) {
			covered = s.EndsAt
		}
	}
	if covered.Before(to) {
		gaps = append(gaps, Uncovered{covered, to})
	}
	return gaps
}

func onDuty(ctx context.Context, db database, at time.Time) ([]string, error) {
	rows, err := db.Query(ctx, `SELECT DISTINCT s.account_id::text FROM duty_shift s JOIN account a ON a.id = s.account_id
		WHERE `+account.OnDuty+` AND NOT a.disabled`, at)
	if err != nil {
		return nil, fmt.Errorf("find who is on duty: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("find who is on duty: %w", err)
	}
	return list, nil
}
