package account

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/store"
)

// Training is a course that a member of staff took, entered by an administrator.
type Training struct {
	ID        string    `json:"id"`
	HeldOn    string    `json:"held_on"` // 2006-01-02
	Subject   string    `json:"subject"` // 1 to 200 characters
	Hours     float64   `json:"hours"`   // 学时, in tenths, above 0 and at most 200
	EnteredBy string    `json:"entered_by"`
	EnteredAt time.Time `json:"entered_at"`
}

const (
	mostHours   = 200
	mostSubject = 200
)

func (a *Accounts) checkTraining(t *Training) error {
	t.Subject, t.Hours = strings.TrimSpace(t.Subject), math.Round(t.Hours*10)/10
	_, err := time.Parse(time.DateOnly, t.HeldOn)
	switch {
	case err != nil:
		return refuse("held_on", "请按“年-月-日”填写培训日期", "write the training's day as YYYY-MM-DD")
	case t.HeldOn > today(a.now()):
		return refuse("held_on", "培训尚未举行，请在结束后登记", "the training is still to come: enter it when it was held")
	case t.Subject == "" || len([]rune(t.Subject)) > mostSubject:
		return refuse("subject", "请填写培训内容（最多200字）", "the subject is missing or longer than 200 characters")
	case !(t.Hours > 0 && t.Hours <= mostHours):
		return refuse("hours", "学时须大于0，最多200", "the hours are above 0 and at most 200")
	}
	return nil
}

// AddTraining enters a training of an account, in the change log too. Errors wrap
// ErrInvalid or ErrNotFound.
func (a *Accounts) AddTraining(ctx context.Context, by, accountID string, t Training) (Training, error) {
	if err := a.checkTraining(&t); err != nil {
		return t, fmt.Errorf("enter a training: %w", err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return t, fmt.Errorf("enter a training: %w", err)
	}
	t.ID, t.EnteredBy, t.EnteredAt = id.String(), by, a.moment()
	err = pgx.BeginFunc(ctx, a.pool, func(tx pgx.Tx) error {
		if _, err := one(ctx, tx, accountID, "FOR SHARE"); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO training (id, account_id, held_on, subject, hours, entered_by, entered_at) VALUES ($1, $2, $3::text::date, $4, $5::float8::numeric, $6, $7)`,
			t.ID, accountID, t.HeldOn, t.Subject, t.Hours, by, t.EnteredAt); err != nil {
			return err
		}
		return a.log(ctx, tx, by, accountID, "add training", nil, t)
	})
	if err != nil {
		return t, fmt.Errorf("enter a training of account %s: %w", accountID, err)
	}
	return t, nil
}

const trainingColumns = `id::text, held_on::text, subject, hours::float8, entered_by, entered_at`

func scanTraining(row pgx.CollectableRow) (t Training, err error) {
	err = row.Scan(&t.ID, &t.HeldOn, &t.Subject, &t.Hours, &t.EnteredBy, &t.EnteredAt)
	return t, err
}

// RemoveTraining takes away a training that was entered wrongly; the change log keeps it.
// Errors wrap ErrNotFound.
func (a *Accounts) RemoveTraining(ctx context.Context, by, accountID, id string) error {
	if !store.IsID(accountID) || !store.IsID(id) {
		return fmt.Errorf("remove training %s: %w", id, ErrNotFound)
	}
	err := pgx.BeginFunc(ctx, a.pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `DELETE FROM training WHERE id = $1 AND account_id = $2 RETURNING `+trainingColumns, id, accountID)
		if err != nil {
			return err
		}
		was, err := pgx.CollectExactlyOneRow(rows, scanTraining)
		if err != nil {
			return absent(err)
		}
		return a.log(ctx, tx, by, accountID, "remove training", was, nil)
	})
	if err != nil {
		return fmt.Errorf("remove training %s: %w", id, err)
	}
	return nil
}

// Trainings lists the trainings of an account, the last first. Errors wrap ErrNotFound.
func (a *Accounts) Trainings(ctx context.Context, accountID string) ([]Training, error) {
	if _, err := one(ctx, a.pool, accountID, ""); err != nil {
		return nil, fmt.Errorf("list the trainings of account %s: %w", accountID, err)
	}
	rows, err := a.pool.Query(ctx, `SELECT `+trainingColumns+` FROM training WHERE account_id = $1 ORDER BY held_on DESC, id DESC`, accountID)
	if err != nil {
		return nil, fmt.Errorf("list the trainings of account %s: %w", accountID, err)
	}
	all, err := pgx.CollectRows(rows, scanTraining)
	if err != nil {
		return nil, fmt.Errorf("list the trainings of account %s: %w", accountID, err)
	}
	return all, nil
}

// TrainedHours are the hours of training of this calendar year in Shanghai, by account;
// who had none is not in it.
func (a *Accounts) TrainedHours(ctx context.Context) (map[string]float64, error) {
	rows, err := a.pool.Query(ctx, `SELECT account_id::text, sum(hours)::float8 FROM training WHERE held_on >= $1::text::date AND held_on <= $2::text::date GROUP BY 1`,
		today(a.now())[:4]+"-01-01", today(a.now()))
	if err != nil {
		return nil, fmt.Errorf("add up the trainings: %w", err)
	}
	hours := map[string]float64{}
	var id string
	var sum float64
	_, err = pgx.ForEachRow(rows, []any{&id, &sum}, func() error { hours[id] = sum; return nil })
	if err != nil {
		return nil, fmt.Errorf("add up the trainings: %w", err)
	}
	return hours, nil
}
