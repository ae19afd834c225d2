package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const ceremonyElsewhere = "sign in elsewhere"

// ErrNoRole says that a provider vouches for somebody to whom it gives no role here.
var ErrNoRole = errors.New("the provider gives no role")

// ErrNoReach says that a provider vouches for somebody to whom it opens no township.
var ErrNoReach = errors.New("the provider opens no township")

// Vouched is who a provider (OpenID Connect) says that somebody is.
type Vouched struct {
	Issuer, Subject string // who it is, for ever
	Username, Name  string
	Roles           []string
	LicenceNo       string
	Reach           *Reach // its zero value: nothing here; nil: the provider does not say
	Factor          bool   // more than a password was shown there just now
}

// AskElsewhere keeps what a sign-in elsewhere was asked, under a state that answers it
// once.
func (a *Accounts) AskElsewhere(ctx context.Context, asked any) (state string, err error) {
	text, err := json.Marshal(asked)
	if err != nil {
		return "", fmt.Errorf("%s: %w", ceremonyElsewhere, err)
	}
	if state, err = a.ask(ctx, ceremonyElsewhere, "", text); err != nil {
		return "", fmt.Errorf("%s: %w", ceremonyElsewhere, err)
	}
	return state, nil
}

// AskedElsewhere gives what AskElsewhere kept, once.
func (a *Accounts) AskedElsewhere(ctx context.Context, state string, into any) error {
	text, err := a.asked(ctx, ceremonyElsewhere, "", state)
	if err != nil {
		return fmt.Errorf("%s: %w", ceremonyElsewhere, err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", ceremonyElsewhere, err)
	}
	return nil
}

// SignInElsewhere opens a session for somebody whom a provider vouches for. The
// account is made at the first time; name, roles, licence and reach follow the provider.
// Where the provider does not say whose records somebody sees, a new account is made
// disabled: an administrator gives it its reach and lets it in. An account that was made
// here is never taken over: errors wrap ErrDuplicate then, ErrNoRole without a role,
// ErrNoReach without a township, and ErrCredentials where it is disabled here.
func (a *Accounts) SignInElsewhere(ctx context.Context, v Vouched, c Credentials) (s Session, err error) {
	if err := v.check(); err != nil {
		return s, fmt.Errorf("%s: %w", ceremonyElsewhere, errors.Join(err, a.shut(ctx, v)))
	}
	err = a.change(ctx, func(tx pgx.Tx) error {
		who, err := a.follow(ctx, tx, v)
		if err != nil {
			return err
		}
		outcome := outcomeOK
		if who.Disabled {
			outcome = outcomeDisabled
		} else if s, err = a.open(ctx, tx, who, c, Elsewhere, true, v.Factor); err != nil {
			return err
		}
		return a.record(ctx, tx, keyOf(who.Username, true), who.ID, c, outcome)
	})
	if err == nil && s.ID == "" {
		err = ErrCredentials
	}
	if err != nil {
		return Session{}, fmt.Errorf("%s: %w", ceremonyElsewhere, err)
	}
	return s, nil
}

// check refuses somebody to whom the provider gives nothing here.
func (v Vouched) check() error {
	switch {
	case len(v.Roles) == 0:
		return ErrNoRole
	case v.Reach != nil && v.Reach.Level == "":
		return ErrNoReach
	}
	return nil
}

// shut ends the sessions of somebody to whom the provider gives nothing here any more.
func (a *Accounts) shut(ctx context.Context, v Vouched) error {
	return a.change(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM account_session WHERE account_id IN (SELECT account_id FROM account_outside WHERE issuer = $1 AND subject = $2)`, v.Issuer, v.Subject)
		return err
	})
}

// follow makes or changes the account as the provider says.
func (a *Accounts) follow(ctx context.Context, tx pgx.Tx, v Vouched) (Account, error) {
	// Nobody is made twice by two sign-ins at once.
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, v.Issuer+" "+v.Subject); err != nil {
		return Account{}, err
	}
	var id string
	err := tx.QueryRow(ctx, `SELECT account_id::text FROM account_outside WHERE issuer = $1 AND subject = $2`, v.Issuer, v.Subject).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return a.admit(ctx, tx, v)
	}
	if err != nil {
		return Account{}, err
	}
	before, err := one(ctx, tx, id, "FOR UPDATE")
	if err != nil {
		return before, err
	}
	reach := before.Reach
	if v.Reach != nil {
		reach = Reach{Team: before.Team, Level: v.Reach.Level, Townships: v.Reach.Townships}
	}
	after, err := Change{Name: &v.Name, Roles: &v.Roles, LicenceNo: &v.LicenceNo, Reach: &reach}.on(before)
	if err != nil {
		return after, err
	}
	same := slices.Equal(before.Roles, after.Roles) && before.Level == after.Level && slices.Equal(before.Townships, after.Townships)
	if same && before.Name == after.Name && before.LicenceNo == after.LicenceNo {
		return after, nil
	}
	if _, err = tx.Exec(ctx, `UPDATE account SET name = $2, roles = $3, licence_no = $4, changed_at = $5, level = $6, townships = $7,
		licence_until = nullif($8::text, '')::date WHERE id = $1`,
		id, after.Name, after.Roles, after.LicenceNo, a.moment(), after.Level, after.Townships, after.LicenceUntil); err != nil {
		return after, err
	}
	if !same {
		if _, err = tx.Exec(ctx, `DELETE FROM account_session WHERE account_id = $1`, id); err != nil {
			return after, err
		}
	}
	return after, a.log(ctx, tx, v.Issuer, id, "change", before, after)
}

// admit makes the account of somebody who comes for the first time.
func (a *Accounts) admit(ctx context.Context, tx pgx.Tx, v Vouched) (Account, error) {
	made := Account{Username: v.Username, Name: v.Name, Roles: slices.Clone(v.Roles), LicenceNo: v.LicenceNo, Disabled: v.Reach == nil}
	if v.Reach != nil {
		made.Reach = *v.Reach
	}
	if err := made.check(); err != nil {
		return made, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return made, err
	}
	made.ID = id.String()
	_, err = tx.Exec(ctx, `INSERT INTO account (id, username, name, roles, licence_no, must_change_password, password, created_at, changed_at, level, townships, disabled)
		VALUES ($1, $2, $3, $4, $5, false, '', $6, $6, $7, $8, $9)`, made.ID, made.Username, made.Name, made.Roles, made.LicenceNo, a.moment(), made.Level, made.Townships, made.Disabled)
	var broken *pgconn.PgError
	if errors.As(err, &broken) && broken.ConstraintName == "account_username" {
		return made, ErrDuplicate
	}
	if err != nil {
		return made, err
	}
	if _, err = tx.Exec(ctx, `INSERT INTO account_outside (issuer, subject, account_id) VALUES ($1, $2, $3)`, v.Issuer, v.Subject, made.ID); err != nil {
		return made, err
	}
	return made, a.log(ctx, tx, v.Issuer, made.ID, "create", nil, made)
}
