package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Credentials are what somebody signs in with, and from where.
type Credentials struct {
	Username string
	Password string
	Code     string // of the second factor, or a recovery code; "" asks whether one is wanted
	Address  string // of the client, without port
	Agent    string // its User-Agent

	again bool // within a session: the password alone is asked
}

// SignIn opens a session. Errors wrap ErrCredentials, ErrFactor, ErrCode or ErrLimited;
// how long it takes does not tell whether the account exists.
func (a *Accounts) SignIn(ctx context.Context, c Credentials) (s Session, err error) {
	c.Username = strings.TrimSpace(c.Username)
	leave, err := a.slot(ctx)
	if err != nil {
		return s, fmt.Errorf("sign in: %w", err)
	}
	defer leave()
	err = a.prove(ctx, c, func(tx pgx.Tx, who found) (err error) {
		s, err = a.open(ctx, tx, who.Account, c, ByPassword, who.proved, true)
		return err
	})
	if err != nil {
		return Session{}, fmt.Errorf("sign in: %w", err)
	}
	return s, nil
}

// The outcomes of a try.
const (
	outcomeOK       = "ok"
	outcomePassword = "password"
	outcomeUnknown  = "unknown"
	outcomeDisabled = "disabled"
	outcomeExpired  = "expired" // one-time password
	outcomeLimited  = "limited"
	outcomeFactor   = "factor" // the password is right, a second factor is wanted
	outcomeCode     = "code"   // the second factor is wrong
)

// verdict is what an outcome means to who tried.
func verdict(outcome string) error {
	switch outcome {
	case outcomeOK:
		return nil
	case outcomeFactor:
		return ErrFactor
	case outcomeCode:
		return ErrCode
	default:
		return ErrCredentials
	}
}

// prove checks who it is and how often was tried, records the outcome in any case,
// and runs then, in the same transaction, for who is right.
func (a *Accounts) prove(ctx context.Context, c Credentials, then func(pgx.Tx, found) error) error {
	return a.try(ctx, c, func(tx pgx.Tx, who found) (string, error) {
		outcome, stale, err := a.judge(c.Password, who)
		if err == nil && outcome == outcomeOK && !c.again {
			outcome, who.proved, err = a.second(ctx, tx, who.ID, c.Code)
		}
		if err != nil || outcome != outcomeOK {
			return outcome, err
		}
		if stale {
			if err = a.rehash(ctx, tx, who.ID, c.Password); err != nil {
				return "", err
			}
		}
		return outcome, then(tx, who)
	})
}

// try runs what judges somebody who says to be c.Username, unless there were too many
// wrong tries, and records the outcome.
func (a *Accounts) try(ctx context.Context, c Credentials, judge func(pgx.Tx, found) (outcome string, err error)) error {
	var refused error
	err := a.change(ctx, func(tx pgx.Tx) error {
		who, err := find(ctx, tx, c.Username)
		if err != nil {
			return err
		}
		key := keyOf(c.Username, who.ID != "")
		if refused, err = a.limit(ctx, tx, key, c); err != nil || refused != nil {
			return err
		}
		outcome, err := judge(tx, who)
		if err != nil {
			return err
		}
		refused = verdict(outcome)
		return a.record(ctx, tx, key, who.ID, c, outcome)
	})
	return errors.Join(err, refused)
}

// keyOf names a try in the records. What was typed for a name that nobody has may be
// a password: it is kept as a digest.
func keyOf(username string, exists bool) string {
	folded := strings.ToLower(username)
	if exists {
		return folded
	}
	sum := sha256.Sum256([]byte(folded))
	return "unknown:" + hex.EncodeToString(sum[:6])
}

// found is an account with its password; without an ID there is none.
type found struct {
	Account

	password string
	until    *time.Time
	proved   bool // a second factor was shown now
}

func find(ctx context.Context, tx pgx.Tx, username string) (who found, err error) {
	err = tx.QueryRow(ctx, `SELECT `+accountColumns+`, password, password_until FROM account WHERE lower(username) = lower($1)`,
		strings.ToValidUTF8(strings.ReplaceAll(username, "\x00", ""), "")).
		Scan(&who.ID, &who.Username, &who.Name, &who.Roles, &who.LicenceNo, &who.LicenceUntil, &who.Team, &who.Level, &who.Townships, &who.Disabled, &who.MustChangePassword, &who.LastSignIn,
			&who.password, &who.until)
	if errors.Is(err, pgx.ErrNoRows) {
		return found{}, nil
	}
	return who, err
}

// judge takes the time of one hash whether or not the account exists. Who signs in
// elsewhere has no password that fits.
func (a *Accounts) judge(password string, who found) (outcome string, stale bool, err error) {
	if who.password == "" {
		outcome = outcomeUnknown
		if who.ID != "" {
			outcome = outcomePassword
		}
		_, err = a.cost.hash(password)
		return outcome, false, err
	}
	fits, stale, err := a.cost.verify(password, who.password)
	switch {
	case err != nil:
		return "", false, err
	case !fits:
		return outcomePassword, false, nil
	case who.Disabled:
		return outcomeDisabled, false, nil
	case who.until != nil && !a.now().Before(*who.until):
		return outcomeExpired, false, nil
	}
	return outcomeOK, stale, nil
}

func (a *Accounts) rehash(ctx context.Context, tx pgx.Tx, id, password string) error {
	hash, err := a.cost.hash(password)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE account SET password = $2 WHERE id = $1`, id, hash)
	return err
}

// The limits. A guesser at one address waits ever longer for one account; the owner
// elsewhere does not. Guessers from many addresses slow an account, not lock it.
const (
	limitWindow   = 15 * time.Minute
	freeTries     = 5  // of one account from one address
	addressTries  = 50 // of all accounts from one address
	accountTries  = 100
	firstWait     = 5 * time.Second
	longestWait   = limitWindow
	accountsPause = 10 * time.Second
)

// limit returns a *Limited where one must wait. Tries of one account from one address
// are judged one after the other, so that many at once gain nothing.
func (a *Accounts) limit(ctx context.Context, tx pgx.Tx, key string, c Credentials) (verdict, err error) {
	h := fnv.New64a()
	h.Write([]byte(key + "\x00" + c.Address))
	var alone bool
	if err = tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock($1)`, int64(h.Sum64())).Scan(&alone); err != nil {
		return nil, err
	}
	if !alone {
		return &Limited{Wait: time.Second}, nil
	}
	wait, err := a.wait(ctx, tx, key, c.Address)
	if err != nil || wait <= 0 {
		return nil, err
	}
	return &Limited{Wait: wait}, a.recordLimited(ctx, tx, key, c)
}

func (a *Accounts) wait(ctx context.Context, tx pgx.Tx, key, address string) (time.Duration, error) {
	at := a.moment()
	var pair, fromAddress, ofAccount int
	var last, lastAddress, lastAccount *time.Time
	err := tx.QueryRow(ctx, `WITH wrong AS (SELECT username, address, at FROM sign_in
			WHERE at > $3 AND (username = $1 OR address = $2) AND outcome IN ('password', 'unknown', 'disabled', 'expired', 'code')),
		good AS (SELECT max(at) AS at FROM sign_in WHERE username = $1 AND address = $2 AND outcome = 'ok' AND at > $3),
		pair AS (SELECT w.at FROM wrong w, good g WHERE username = $1 AND address = $2 AND w.at > coalesce(g.at, '-infinity'))
		SELECT (SELECT count(*) FROM pair), (SELECT max(at) FROM pair),
			count(*) FILTER (WHERE address = $2), max(at) FILTER (WHERE address = $2),
			count(*) FILTER (WHERE username = $1), max(at) FILTER (WHERE username = $1) FROM wrong`,
		key, address, at.Add(-limitWindow)).Scan(&pair, &last, &fromAddress, &lastAddress, &ofAccount, &lastAccount)
	if err != nil {
		return 0, err
	}
	var wait time.Duration
	if pair >= freeTries {
		wait = last.Add(min(firstWait<<min(pair-freeTries, 16), longestWait)).Sub(at)
	}
	if fromAddress >= addressTries {
		wait = max(wait, lastAddress.Add(time.Minute).Sub(at))
	}
	if ofAccount >= accountTries {
		wait = max(wait, lastAccount.Add(accountsPause).Sub(at))
	}
	return wait, nil
}

// record keeps a try for the auditor and for the limit.
func (a *Accounts) record(ctx context.Context, tx pgx.Tx, key, id string, c Credentials, outcome string) error {
	_, err := tx.Exec(ctx, `INSERT INTO sign_in (at, username, account_id, address, agent, outcome)
		VALUES ($1, $2, nullif($3, '')::uuid, $4, $5, $6)`, a.moment(), key, id, c.Address, shorten(c.Agent), outcome)
	return err
}

// recordLimited keeps one row a minute: a flood must not fill the table.
func (a *Accounts) recordLimited(ctx context.Context, tx pgx.Tx, key string, c Credentials) error {
	at := a.moment()
	_, err := tx.Exec(ctx, `INSERT INTO sign_in (at, username, address, agent, outcome) SELECT $1, $2, $3, $4, $5
		WHERE NOT EXISTS (SELECT FROM sign_in WHERE username = $2 AND address = $3 AND outcome = $5 AND at > $6)`,
		at, key, c.Address, shorten(c.Agent), outcomeLimited, at.Add(-time.Minute))
	return err
}

// Try is one row of the record of sign-ins.
type Try struct {
	At        time.Time `json:"at"`
	Username  string    `json:"username"`
	AccountID string    `json:"account_id,omitempty"`
	Address   string    `json:"address"`
	Agent     string    `json:"agent"`
	Outcome   string    `json:"outcome"` // ok, password, unknown, disabled, expired, factor, code, limited, out
}

// Tries lists the latest tries to sign in, of one account or ("") of all.
func (a *Accounts) Tries(ctx context.Context, accountID string, limit int) ([]Try, error) {
	rows, err := a.pool.Query(ctx, `SELECT at, username, coalesce(account_id::text, ''), address, agent, outcome FROM sign_in
		WHERE $1 = '' OR account_id::text = $1 ORDER BY id DESC LIMIT $2`, accountID, limit)
	if err != nil {
		return nil, fmt.Errorf("list the tries to sign in: %w", err)
	}
	tries, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Try])
	if err != nil {
		return nil, fmt.Errorf("list the tries to sign in: %w", err)
	}
	return tries, nil
}

func shorten(agent string) string {
	const most = 300
	agent = strings.ToValidUTF8(strings.ReplaceAll(agent, "\x00", ""), "")
	if len(agent) > most {
		agent = strings.ToValidUTF8(agent[:most], "")
	}
	return agent
}
