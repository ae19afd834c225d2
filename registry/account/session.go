package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/store"
)

// How long a session lasts in all, and without a request.
const (
	sessionLasts = 12 * time.Hour
	sessionIdle  = time.Hour
	sessionTouch = time.Minute // how exactly its last use is kept
)

// Session is a signed-in account. Token goes into a cookie and is given by SignIn
// alone; CSRF goes into a header of every request that changes something.
type Session struct {
	ID        string
	Token     string
	CSRF      string
	Account   Account
	ExpiresAt time.Time // in any case; it ends earlier when idle
	How       string    // ByPassword, ByPasskey, Elsewhere
	Factor    bool      // the account has a second factor, or the provider elsewhere asks for one
	Proved    bool      // one was shown lately; without one, the password
}

// How a session was opened.
const (
	ByPassword = "password"
	ByPasskey  = "passkey"
	Elsewhere  = "elsewhere"
)

// provedFor is how long a proof counts for what wants a fresh one.
const provedFor = 10 * time.Minute

func secret() (string, error) {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("make a session token: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

func digest(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// open makes the session of an account that has just proved who it is; factor and proved
// as in Session.
func (a *Accounts) open(ctx context.Context, tx pgx.Tx, who Account, c Credentials, how string, factor, proved bool) (Session, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Session{}, err
	}
	token, err := secret()
	if err != nil {
		return Session{}, err
	}
	csrf, err := secret()
	if err != nil {
		return Session{}, err
	}
	at := a.moment()
	if _, err = tx.Exec(ctx, `DELETE FROM account_session WHERE expires_at < $1 OR seen_at < $2`, at, at.Add(-sessionIdle)); err != nil {
		return Session{}, err
	}
	if _, err = tx.Exec(ctx, `UPDATE account SET last_sign_in = $2 WHERE id = $1`, who.ID, at); err != nil {
		return Session{}, err
	}
	who.LastSignIn = &at
	s := Session{ID: id.String(), Token: token, CSRF: csrf, Account: who, ExpiresAt: at.Add(sessionLasts),
		How: how, Factor: factor, Proved: proved}
	_, err = tx.Exec(ctx, `INSERT INTO account_session (id, token_sha256, account_id, csrf, address, agent, created_at, seen_at, expires_at, how, proved_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, CASE WHEN $10 THEN $7::timestamptz END)`,
		s.ID, digest(token), who.ID, csrf, c.Address, shorten(c.Agent), at, s.ExpiresAt, how, proved)
	return s, err
}

// Session returns the session of a token and keeps it from falling idle. Errors wrap
// ErrNoSession.
func (a *Accounts) Session(ctx context.Context, token string) (Session, error) {
	at, key := a.moment(), sha256.Sum256([]byte(token))
	known, ok, forgot := a.memory.find(key)
	if ok {
		if s, holds := known.at(at); holds {
			return s, nil
		}
	}
	s := Session{}
	var seen time.Time
	var proved *time.Time
	who := &s.Account
	err := a.pool.QueryRow(ctx, `SELECT s.id::text, s.csrf, s.expires_at, s.seen_at, a.id::text, a.username, a.name, a.roles, a.licence_no, coalesce(a.licence_until::text, ''), a.team, a.level, a.townships,
		a.disabled, a.must_change_password, a.last_sign_in, s.how, s.proved_at, s.how = 'elsewhere' OR `+hasFactor+`
		FROM account_session s JOIN account a ON a.id = s.account_id
		WHERE s.token_sha256 = $1 AND s.expires_at > $2 AND s.seen_at > $3 AND NOT a.disabled`,
		key[:], at, at.Add(-sessionIdle)).
		Scan(&s.ID, &s.CSRF, &s.ExpiresAt, &seen, &who.ID, &who.Username, &who.Name, &who.Roles, &who.LicenceNo, &who.LicenceUntil, &who.Team, &who.Level, &who.Townships,
			&who.Disabled, &who.MustChangePassword, &who.LastSignIn, &s.How, &proved, &s.Factor)
	if errors.Is(err, pgx.ErrNoRows) {
		return Session{}, ErrNoSession
	}
	if err != nil {
		return Session{}, fmt.Errorf("read a session: %w", err)
	}
	if at.Sub(seen) >= sessionTouch {
		if _, err = a.pool.Exec(ctx, `UPDATE account_session SET seen_at = $2 WHERE id = $1 AND seen_at < $2`, s.ID, at); err != nil {
			return Session{}, fmt.Errorf("keep a session from falling idle: %w", err)
		}
		seen = at
	}
	read := remembered{session: s, seen: seen, proved: proved}
	a.memory.keep(key, read, forgot)
	s, _ = read.at(at)
	return s, nil
}

// SignOut ends a session. It is not an error if there is none.
func (a *Accounts) SignOut(ctx context.Context, token string) error {
	defer a.memory.forget()
	_, err := a.pool.Exec(ctx, `WITH ended AS (DELETE FROM account_session WHERE token_sha256 = $1 RETURNING account_id, address, agent)
		INSERT INTO sign_in (at, username, account_id, address, agent, outcome)
		SELECT $2, lower(a.username), a.id, e.address, e.agent, 'out' FROM ended e JOIN account a ON a.id = e.account_id`,
		digest(token), a.moment())
	if err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}

// Open is a session as listed for its owner or an administrator.
type Open struct {
	ID        string    `json:"id"`
	Address   string    `json:"address"`
	Agent     string    `json:"agent"`
	How       string    `json:"how"`
	CreatedAt time.Time `json:"created_at"`
	SeenAt    time.Time `json:"seen_at"`
}

// Sessions lists the open sessions of an account, the latest used first.
func (a *Accounts) Sessions(ctx context.Context, accountID string) ([]Open, error) {
	if !store.IsID(accountID) {
		return nil, fmt.Errorf("list the sessions of account %s: %w", accountID, ErrNotFound)
	}
	at := a.moment()
	rows, err := a.pool.Query(ctx, `SELECT id::text, address, agent, how, created_at, seen_at FROM account_session
		WHERE account_id = $1 AND expires_at > $2 AND seen_at > $3 ORDER BY seen_at DESC, id`, accountID, at, at.Add(-sessionIdle))
	if err != nil {
		return nil, fmt.Errorf("list the sessions of account %s: %w", accountID, err)
	}
	open, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Open])
	if err != nil {
		return nil, fmt.Errorf("list the sessions of account %s: %w", accountID, err)
	}
	return open, nil
}

// Revoke ends one session of an account.
func (a *Accounts) Revoke(ctx context.Context, by, accountID, sessionID string) error {
	for _, id := range []string{accountID, sessionID} {
		if !store.IsID(id) {
			return fmt.Errorf("end session %s: %w", sessionID, ErrNotFound)
		}
	}
	err := a.change(ctx, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, `DELETE FROM account_session WHERE id = $1 AND account_id = $2`, sessionID, accountID)
		if err != nil {
			return err
		}
		if done.RowsAffected() == 0 {
			return ErrNotFound
		}
		return a.log(ctx, tx, by, accountID, "end session", nil, nil)
	})
	if err != nil {
		return fmt.Errorf("end session %s: %w", sessionID, err)
	}
	return nil
}

// ChangePassword changes the password of the session's account and ends its other
// sessions. A wrong current password counts as a try to sign in.
func (a *Accounts) ChangePassword(ctx context.Context, token, current, next string) error {
	s, err := a.Session(ctx, token)
	if err != nil {
		return fmt.Errorf("change the password: %w", err)
	}
	if current == next {
		return fmt.Errorf("change the password: %w", refuse("new", "新口令须与当前口令不同", "the new password must differ from the current one"))
	}
	if err = checkPassword(next, s.Account.Username); err != nil {
		return fmt.Errorf("change the password: %w", err)
	}
	err = a.again(ctx, token, current, func(tx pgx.Tx, who Account) error {
		hash, err := a.cost.hash(next)
		if err != nil {
			return err
		}
		if _, err = tx.Exec(ctx, `UPDATE account SET password = $2, password_until = NULL, must_change_password = false, changed_at = $3
			WHERE id = $1`, who.ID, hash, a.moment()); err != nil {
			return err
		}
		if _, err = tx.Exec(ctx, `DELETE FROM account_session WHERE account_id = $1 AND id <> $2`, who.ID, s.ID); err != nil {
			return err
		}
		return a.log(ctx, tx, who.ID, who.ID, "change password", nil, nil)
	})
	if err != nil {
		return fmt.Errorf("change the password: %w", err)
	}
	return nil
}
