package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// oneTimeFor is how long a one-time password may be used.
const oneTimeFor = 7 * 24 * time.Hour

// adminLock keeps changes apart that could together leave no administrator.
const adminLock = 0x6f66666163636f75 // "offaccou"

// Create makes an account with a one-time password, which is told this once.
func (a *Accounts) Create(ctx context.Context, by string, d Draft) (Account, string, error) {
	made := Account{Username: d.Username, Name: d.Name, Roles: slices.Clone(d.Roles), LicenceNo: d.LicenceNo, LicenceUntil: strings.TrimSpace(d.LicenceUntil), Reach: d.Reach, MustChangePassword: true}
	if err := made.check(); err != nil {
		return made, "", fmt.Errorf("make an account: %w", err)
	}
	password, hash, err := a.newOneTime(ctx)
	if err != nil {
		return made, "", err
	}
	err = pgx.BeginFunc(ctx, a.pool, func(tx pgx.Tx) error { return a.insert(ctx, tx, by, &made, hash) })
	if err != nil {
		return made, "", fmt.Errorf("make account %s: %w", made.Username, err)
	}
	return made, password, nil
}

func (a *Accounts) newOneTime(ctx context.Context) (password, hash string, err error) {
	if password, err = oneTime(); err != nil {
		return "", "", err
	}
	leave, err := a.slot(ctx)
	if err != nil {
		return "", "", err
	}
	defer leave()
	hash, err = a.cost.hash(password)
	return password, hash, err
}

func (a *Accounts) insert(ctx context.Context, tx pgx.Tx, by string, made *Account, hash string) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	made.ID = id.String()
	at := a.moment()
	_, err = tx.Exec(ctx, `INSERT INTO account (id, username, name, roles, licence_no, must_change_password, password, password_until,
		created_at, changed_at, team, level, townships, licence_until) VALUES ($1, $2, $3, $4, $5, true, $6, $7, $8, $8, $9, $10, $11, nullif($12::text, '')::date)`,
		made.ID, made.Username, made.Name, made.Roles, made.LicenceNo, hash, at.Add(oneTimeFor), at, made.Team, made.Level, made.Townships, made.LicenceUntil)
	var broken *pgconn.PgError
	if errors.As(err, &broken) && broken.ConstraintName == "account_username" {
		return ErrDuplicate
	}
	if err != nil {
		return err
	}
	return a.log(ctx, tx, by, made.ID, "create", nil, made)
}

// Change changes an account. Who is disabled, or has other roles or townships than
// before, loses the sessions too.
func (a *Accounts) Change(ctx context.Context, by, id string, c Change) (after Account, err error) {
	err = a.change(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(adminLock)); err != nil {
			return err
		}
		before, err := one(ctx, tx, id, "FOR UPDATE")
		if err != nil {
			return err
		}
		if after, err = c.on(before); err != nil {
			return err
		}
		if before.Has(Admin) && !before.Disabled && (after.Disabled || !after.Has(Admin)) {
			if err = a.anotherAdmin(ctx, tx, id); err != nil {
				return err
			}
		}
		if _, err = tx.Exec(ctx, `UPDATE account SET name = $2, roles = $3, licence_no = $4, disabled = $5, changed_at = $6, team = $7, level = $8, townships = $9,
			licence_until = nullif($10::text, '')::date WHERE id = $1`,
			id, after.Name, after.Roles, after.LicenceNo, after.Disabled, a.moment(), after.Team, after.Level, after.Townships, after.LicenceUntil); err != nil {
			return err
		}
		if after.Disabled || !slices.Equal(after.Roles, before.Roles) || !slices.Equal(after.Townships, before.Townships) {
			if _, err = tx.Exec(ctx, `DELETE FROM account_session WHERE account_id = $1`, id); err != nil {
				return err
			}
		}
		return a.log(ctx, tx, by, id, "change", before, after)
	})
	if err != nil {
		return after, fmt.Errorf("change account %s: %w", id, err)
	}
	return after, nil
}

func (c Change) on(a Account) (Account, error) {
	a.Roles = slices.Clone(a.Roles)
	slices.Sort(a.Roles)
	if c.Name != nil {
		a.Name = *c.Name
	}
	if c.Roles != nil {
		a.Roles = slices.Clone(*c.Roles)
	}
	if c.LicenceNo != nil {
		if a.LicenceNo = strings.TrimSpace(*c.LicenceNo); a.LicenceNo == "" {
			a.LicenceUntil = "" // without a certificate there is no last day
		}
	}
	if c.LicenceUntil != nil {
		a.LicenceUntil = strings.TrimSpace(*c.LicenceUntil)
	}
	if c.Disabled != nil {
		a.Disabled = *c.Disabled
	}
	if c.Reach != nil {
		a.Reach = *c.Reach
	}
	return a, a.check()
}

func (a *Accounts) anotherAdmin(ctx context.Context, tx pgx.Tx, but string) error {
	var another bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM account WHERE id <> $1 AND NOT disabled AND 'admin' = ANY (roles))`, but).Scan(&another)
	if err == nil && !another {
		return ErrLastAdmin
	}
	return err
}

// ResetPassword gives an account a one-time password, told this once, and ends its
// sessions.
func (a *Accounts) ResetPassword(ctx context.Context, by, id string) (string, error) {
	password, hash, err := a.newOneTime(ctx)
	if err != nil {
		return "", err
	}
	err = a.change(ctx, func(tx pgx.Tx) error { return a.reset(ctx, tx, by, id, hash) })
	if err != nil {
		return "", fmt.Errorf("reset the password of account %s: %w", id, err)
	}
	return password, nil
}

func (a *Accounts) reset(ctx context.Context, tx pgx.Tx, by, id, hash string) error {
	if _, err := one(ctx, tx, id, "FOR UPDATE"); err != nil {
		return err
	}
	at := a.moment()
	if _, err := tx.Exec(ctx, `UPDATE account SET password = $2, password_until = $3, must_change_password = true, changed_at = $4
		WHERE id = $1`, id, hash, at.Add(oneTimeFor), at); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM account_session WHERE account_id = $1`, id); err != nil {
		return err
	}
	return a.log(ctx, tx, by, id, "reset password", nil, nil)
}

// BootstrapName is the user name of the first administrator.
const BootstrapName = "admin"

// Bootstrap makes the first administrator and returns the one-time password, "" where
// somebody signed in as administrator before. Until then every call makes a new
// password, since the one before may have been missed; but not within a minute, so
// that two processes that start at once do not take each other's.
func (a *Accounts) Bootstrap(ctx context.Context) (password string, err error) {
	password, hash, err := a.newOneTime(ctx)
	if err != nil {
		return "", fmt.Errorf("make the first administrator: %w", err)
	}
	told := false
	err = a.change(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(adminLock)); err != nil {
			return err
		}
		var id string
		var waits bool
		err := tx.QueryRow(ctx, `SELECT id::text, last_sign_in IS NULL AND changed_at < $2 AND NOT EXISTS (SELECT FROM account
			WHERE 'admin' = ANY (roles) AND last_sign_in IS NOT NULL) FROM account WHERE lower(username) = $1`,
			BootstrapName, a.moment().Add(-time.Minute)).Scan(&id, &waits)
		if errors.Is(err, pgx.ErrNoRows) {
			var others bool
			if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM account WHERE 'admin' = ANY (roles))`).Scan(&others); err != nil || others {
				return err
			}
			told = true
			return a.insert(ctx, tx, "system", &Account{Username: BootstrapName, Name: "系统管理员", Roles: []string{Admin}, Reach: Reach{Level: District, Townships: []string{}}, MustChangePassword: true}, hash)
		}
		if err != nil || !waits {
			return err
		}
		told = true
		return a.reset(ctx, tx, "system", id, hash)
	})
	if err != nil {
		return "", fmt.Errorf("make the first administrator: %w", err)
	}
	if !told {
		return "", nil
	}
	return password, nil
}

// log writes the change log that package registry reads.
func (a *Accounts) log(ctx context.Context, tx pgx.Tx, by, id, action string, before, after any) error {
	was, err := document(before)
	if err != nil {
		return err
	}
	is, err := document(after)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO change_log (at, by_whom, kind, subject, action, before, after)
		VALUES ($1, $2, 'account', $3, $4, $5, $6)`, a.moment(), by, id, action, was, is)
	if err != nil {
		return fmt.Errorf("write the change log: %w", err)
	}
	return nil
}

func document(v any) ([]byte, error) {
	if v == nil {
		return nil, nil
	}
	return json.Marshal(v)
}
