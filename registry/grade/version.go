package grade

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/registry"
)

// Version is a formula with who made it hold, when and why, and what its trial showed.
type Version struct {
	Formula    Formula   `json:"formula"`
	ActiveFrom time.Time `json:"active_from"`
	Reason     string    `json:"reason"`
	By         string    `json:"by"`
	At         time.Time `json:"at"`
	Trial      *Tried    `json:"trial,omitempty"` // none: it was made to hold before trials were kept
}

// Tried says when somebody was shown what a formula would change, and how much that was.
type Tried struct {
	At      time.Time `json:"at"`
	Objects int       `json:"objects"`
	Changed int       `json:"changed"`
}

// ErrUntried says that who makes a formula hold was not shown within the day what this
// very formula does, or that another has been made to hold since.
var ErrUntried = errors.New("the formula was not tried as it is by who makes it hold")

// trialHolds is how long a trial may be relied on; the database insists on it too.
const trialHolds = 24 * time.Hour

// Versions lists all formulas that were ever made to hold, the newest first.
func (g *Grader) Versions(ctx context.Context) ([]Version, error) {
	rows, err := g.pool.Query(ctx, `SELECT f.body, f.active_from, f.reason, f.by_whom, f.at,
		CASE WHEN t.id IS NOT NULL THEN jsonb_build_object('at', t.at, 'objects', t.objects, 'changed', t.changed) END
		FROM grade_formula f LEFT JOIN grade_trial t ON t.id = f.trial ORDER BY f.version DESC`)
	if err != nil {
		return nil, fmt.Errorf("list the formulas of the risk grade: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Version])
	if err != nil {
		return nil, fmt.Errorf("list the formulas of the risk grade: %w", err)
	}
	return all, nil
}

// newest is the number of the newest formula, whether it holds already or not.
const newest = `SELECT coalesce(max(version), $1) FROM grade_formula`

// Try simulates a formula for somebody and keeps what they were shown, without which they
// cannot make it hold.
func (g *Grader) Try(ctx context.Context, by string, f Formula) (Outcome, error) {
	var base int
	if err := g.pool.QueryRow(ctx, newest, Default().Version).Scan(&base); err != nil {
		return newOutcome(), fmt.Errorf("try a formula of the risk grade: %w", err)
	}
	out, err := g.Simulate(ctx, f)
	if err != nil {
		return out, err
	}
	_, err = g.pool.Exec(ctx, `INSERT INTO grade_trial (body, base, by_whom, at, objects, changed) VALUES ($1::jsonb - 'version', $2, $3, $4, $5, $6)`,
		f, base, by, g.moment(), out.Objects, out.Changed)
	if err != nil {
		return out, fmt.Errorf("keep the trial of a formula of the risk grade: %w", err)
	}
	return out, nil
}

// Activate makes a formula hold from a time on, as the next version. A Version other
// than 0 is the newest one that its author has seen; errors wrap registry.ErrConflict
// where somebody else has made another since, and ErrUntried where its author was not
// shown by Try what it does.
func (g *Grader) Activate(ctx context.Context, by string, f Formula, from time.Time, reason string) (Formula, error) {
	if err := f.Check(); err != nil {
		return f, fmt.Errorf("change the formula of the risk grade: %w", err)
	}
	if strings.TrimSpace(reason) == "" || from.Before(g.now().Add(-time.Minute)) {
		return f, fmt.Errorf("change the formula of the risk grade: %w: give a reason, and no time in the past", ErrFormula)
	}
	err := pgx.BeginFunc(ctx, g.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `LOCK TABLE grade_formula IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return err
		}
		var base int
		if err := tx.QueryRow(ctx, newest, Default().Version).Scan(&base); err != nil {
			return err
		}
		if f.Version != 0 && f.Version != base {
			return registry.ErrConflict
		}
		var trial int64
		at := g.moment()
		err := tx.QueryRow(ctx, `SELECT id FROM grade_trial WHERE by_whom = $1 AND at BETWEEN $2 AND $3 AND base = $4 AND body = $5::jsonb - 'version'
			ORDER BY id DESC LIMIT 1`, by, at.Add(-trialHolds), at, base, f).Scan(&trial)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrUntried
		}
		if err != nil {
			return err
		}
		f.Version = base + 1
		_, err = tx.Exec(ctx, `INSERT INTO grade_formula (version, body, active_from, reason, by_whom, at, trial) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			f.Version, f, from, reason, by, at, trial)
		return err
	})
	if err != nil {
		return f, fmt.Errorf("change the formula of the risk grade: %w", err)
	}
	return f, nil
}
