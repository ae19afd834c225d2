package account

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

// hasFactor tells in SQL whether account a has a second factor.
const hasFactor = `(EXISTS (SELECT FROM account_totp t WHERE t.account_id = a.id AND t.since IS NOT NULL)
	OR EXISTS (SELECT FROM account_passkey p WHERE p.account_id = a.id))`

const (
	codePeriod    = 30 // seconds
	codeDrift     = 1  // periods that a clock may be away
	recoveryCodes = 10
)

// Factors are the second factors of an account, as shown to its owner.
type Factors struct {
	CodesSince *time.Time `json:"codes_since,omitempty"` // of an authenticator app; nil: none
	Recovery   int        `json:"recovery"`              // codes not yet used
	Passkeys   []Passkey  `json:"passkeys"`
}

// Passkey is one passkey of an account.
type Passkey struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	CreatedAt time.Time  `json:"created_at"`
	UsedAt    *time.Time `json:"used_at,omitempty"`
}

// Factors lists the second factors of an account.
func (a *Accounts) Factors(ctx context.Context, accountID string) (f Factors, err error) {
	err = a.pool.QueryRow(ctx, `SELECT (SELECT since FROM account_totp WHERE account_id = $1),
		(SELECT count(*) FROM account_recovery WHERE account_id = $1 AND used_at IS NULL)`, accountID).Scan(&f.CodesSince, &f.Recovery)
	if err != nil {
		return f, fmt.Errorf("list the second factors: %w", err)
	}
	rows, err := a.pool.Query(ctx, `SELECT id::text, name, created_at, used_at FROM account_passkey WHERE account_id = $1 ORDER BY created_at`, accountID)
	if err != nil {
		return f, fmt.Errorf("list the second factors: %w", err)
	}
	if f.Passkeys, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Passkey]); err != nil {
		return f, fmt.Errorf("list the second factors: %w", err)
	}
	return f, nil
}

// CodeKey is what an authenticator app is given, shown to the owner this once.
type CodeKey struct {
	Secret string // base32, to be typed
	URL    string // otpauth://, for a QR code
}

// BeginCodes makes the key of an authenticator app, which counts once ConfirmCodes
// was given a code of it. The password is asked again.
func (a *Accounts) BeginCodes(ctx context.Context, token, password string) (CodeKey, error) {
	var made *otp.Key
	err := a.again(ctx, token, password, func(tx pgx.Tx, who Account) (err error) {
		if made, err = totp.Generate(totp.GenerateOpts{Issuer: "Offsite", AccountName: who.Username}); err != nil {
			return err
		}
		sealed, err := a.secrets.Seal(codePurpose(who.ID), made.Secret())
		if err != nil {
			return err
		}
		done, err := tx.Exec(ctx, `INSERT INTO account_totp (account_id, secret) VALUES ($1, $2)
			ON CONFLICT (account_id) DO UPDATE SET secret = excluded.secret, last_step = 0 WHERE account_totp.since IS NULL`, who.ID, sealed)
		if err == nil && done.RowsAffected() == 0 {
			err = refuse("password", "已启用验证器；更换前请先移除", "there is an authenticator app already; remove it before adding another")
		}
		return err
	})
	if err != nil {
		return CodeKey{}, fmt.Errorf("prepare an authenticator app: %w", err)
	}
	return CodeKey{Secret: made.Secret(), URL: made.URL()}, nil
}

func codePurpose(id string) string     { return "account.totp:" + id }
func recoveryPurpose(id string) string { return "account.recovery:" + id }

// ConfirmCodes makes codes of the key from BeginCodes count, and returns recovery
// codes where the account had no second factor before.
func (a *Accounts) ConfirmCodes(ctx context.Context, token, code string) (recovery []string, err error) {
	s, err := a.Session(ctx, token)
	if err != nil {
		return nil, fmt.Errorf("confirm an authenticator app: %w", err)
	}
	err = a.within(ctx, s, func(tx pgx.Tx) (string, error) {
		step, err := a.codeStep(ctx, tx, s.Account.ID, code, false)
		if err != nil || step == 0 {
			return outcomeCode, err
		}
		if _, err = tx.Exec(ctx, `UPDATE account_totp SET since = $2, last_step = $3 WHERE account_id = $1`, s.Account.ID, a.moment(), step); err != nil {
			return "", err
		}
		recovery, err = a.added(ctx, tx, s, "add authenticator app")
		return outcomeOK, err
	})
	if err != nil {
		return nil, fmt.Errorf("confirm an authenticator app: %w", err)
	}
	return recovery, nil
}

// added is done once a factor was added: the session has shown it, other sessions
// end, and a first factor comes with recovery codes.
func (a *Accounts) added(ctx context.Context, tx pgx.Tx, s Session, action string) (recovery []string, err error) {
	if !s.Factor {
		if recovery, err = a.renew(ctx, tx, s.Account.ID); err != nil {
			return nil, err
		}
	}
	if _, err = tx.Exec(ctx, `DELETE FROM account_session WHERE account_id = $1 AND id <> $2`, s.Account.ID, s.ID); err != nil {
		return nil, err
	}
	if _, err = tx.Exec(ctx, `UPDATE account_session SET proved_at = $2 WHERE id = $1`, s.ID, a.moment()); err != nil {
		return nil, err
	}
	return recovery, a.log(ctx, tx, s.Account.ID, s.Account.ID, action, nil, nil)
}

// RemoveCodes takes the authenticator app from an account.
func (a *Accounts) RemoveCodes(ctx context.Context, accountID string) error {
	err := a.change(ctx, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, `DELETE FROM account_totp WHERE account_id = $1`, accountID)
		if err == nil && done.RowsAffected() == 0 {
			err = ErrNotFound
		}
		if err != nil {
			return err
		}
		return a.removed(ctx, tx, accountID, "remove authenticator app")
	})
	if err != nil {
		return fmt.Errorf("remove the authenticator app: %w", err)
	}
	return nil
}

// removed is done once a factor was removed: recovery codes of nothing are none.
func (a *Accounts) removed(ctx context.Context, tx pgx.Tx, accountID, action string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM account_recovery WHERE account_id = $1
		AND NOT (SELECT `+hasFactor+` FROM account a WHERE a.id = $1)`, accountID); err != nil {
		return err
	}
	return a.log(ctx, tx, accountID, accountID, action, nil, nil)
}

// ForgetFactors takes all second factors from an account whose owner has lost them,
// and ends its sessions.
func (a *Accounts) ForgetFactors(ctx context.Context, by, id string) error {
	err := a.change(ctx, func(tx pgx.Tx) error {
		if _, err := one(ctx, tx, id, "FOR UPDATE"); err != nil {
			return err
		}
		for _, table := range []string{"account_totp", "account_passkey", "account_recovery", "account_session"} {
			if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE account_id = $1`, id); err != nil {
				return err
			}
		}
		return a.log(ctx, tx, by, id, "forget second factors", nil, nil)
	})
	if err != nil {
		return fmt.Errorf("forget the second factors of account %s: %w", id, err)
	}
	return nil
}

// RenewRecovery gives an account new recovery codes; the old ones no longer count.
func (a *Accounts) RenewRecovery(ctx context.Context, accountID string) (codes []string, err error) {
	err = pgx.BeginFunc(ctx, a.pool, func(tx pgx.Tx) error {
		var has bool
		if err := tx.QueryRow(ctx, `SELECT `+hasFactor+` FROM account a WHERE a.id = $1`, accountID).Scan(&has); err != nil {
			return absent(err)
		}
		if !has {
			return ErrNotFound
		}
		if codes, err = a.renew(ctx, tx, accountID); err != nil {
			return err
		}
		return a.log(ctx, tx, accountID, accountID, "renew recovery codes", nil, nil)
	})
	if err != nil {
		return nil, fmt.Errorf("renew the recovery codes: %w", err)
	}
	return codes, nil
}

func (a *Accounts) renew(ctx context.Context, tx pgx.Tx, accountID string) ([]string, error) {
	if _, err := tx.Exec(ctx, `DELETE FROM account_recovery WHERE account_id = $1`, accountID); err != nil {
		return nil, err
	}
	codes := make([]string, recoveryCodes)
	for i := range codes {
		code, err := oneTime()
		if err != nil {
			return nil, err
		}
		codes[i] = code
		if _, err = tx.Exec(ctx, `INSERT INTO account_recovery (account_id, digest) VALUES ($1, $2)`,
			accountID, a.secrets.Digest(recoveryPurpose(accountID), code)); err != nil {
			return nil, err
		}
	}
	return codes, nil
}

// StepUp shows a second factor anew within a session: a code or a recovery code. A
// wrong one counts as a try to sign in.
func (a *Accounts) StepUp(ctx context.Context, token, code string) error {
	s, err := a.Session(ctx, token)
	if err != nil {
		return fmt.Errorf("show a second factor: %w", err)
	}
	err = a.within(ctx, s, func(tx pgx.Tx) (string, error) {
		outcome, proved, err := a.second(ctx, tx, s.Account.ID, code)
		if err != nil || !proved {
			return outcomeCode, err
		}
		_, err = tx.Exec(ctx, `UPDATE account_session SET proved_at = $2 WHERE id = $1`, s.ID, a.moment())
		return outcome, err
	})
	if err != nil {
		return fmt.Errorf("show a second factor: %w", err)
	}
	return nil
}

// StepUpByPassword shows the password anew, where the account has no second factor;
// ErrFactor where it has one. A wrong one counts as a try to sign in.
func (a *Accounts) StepUpByPassword(ctx context.Context, token, password string) error {
	err := a.again(ctx, token, password, func(tx pgx.Tx, who Account) error {
		var has bool
		if err := tx.QueryRow(ctx, `SELECT `+hasFactor+` FROM account a WHERE a.id = $1`, who.ID).Scan(&has); err != nil {
			return err
		}
		if has {
			return ErrFactor
		}
		_, err := tx.Exec(ctx, `UPDATE account_session SET proved_at = $2 WHERE token_sha256 = $1`, digest(token), a.moment())
		return err
	})
	if err != nil {
		return fmt.Errorf("show the password anew: %w", err)
	}
	return nil
}

// second judges the second factor of an account. Without one there is nothing to
// show, and nothing is proved.
func (a *Accounts) second(ctx context.Context, tx pgx.Tx, id, code string) (outcome string, proved bool, err error) {
	var has bool
	if err = tx.QueryRow(ctx, `SELECT `+hasFactor+` FROM account a WHERE a.id = $1`, id).Scan(&has); err != nil || !has {
		return outcomeOK, false, err
	}
	if code = strings.TrimSpace(code); code == "" {
		return outcomeFactor, false, nil
	}
	step, err := a.codeStep(ctx, tx, id, code, true)
	if err != nil {
		return "", false, err
	}
	if step != 0 {
		_, err = tx.Exec(ctx, `UPDATE account_totp SET last_step = $2 WHERE account_id = $1`, id, step)
		return outcomeOK, err == nil, err
	}
	used, err := tx.Exec(ctx, `UPDATE account_recovery SET used_at = $3 WHERE account_id = $1 AND digest = $2 AND used_at IS NULL`,
		id, a.secrets.Digest(recoveryPurpose(id), strings.ToLower(code)), a.moment())
	if err != nil || used.RowsAffected() == 0 {
		return outcomeCode, false, err
	}
	return outcomeOK, true, a.log(ctx, tx, id, id, "use recovery code", nil, nil)
}

// codeStep returns the period that a code belongs to, 0 for a code that does not
// count: wrong, of another time, or not newer than the newest taken.
func (a *Accounts) codeStep(ctx context.Context, tx pgx.Tx, id, code string, confirmed bool) (int64, error) {
	var sealed []byte
	var last int64
	err := tx.QueryRow(ctx, `SELECT secret, last_step FROM account_totp WHERE account_id = $1 AND (since IS NOT NULL) = $2 FOR UPDATE`,
		id, confirmed).Scan(&sealed, &last)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	secret, err := a.secrets.Unseal(codePurpose(id), sealed)
	if err != nil {
		return 0, err
	}
	now := a.now().Unix() / codePeriod
	for step := max(now-codeDrift, last+1); step <= now+codeDrift; step++ {
		fits, err := hotp.ValidateCustom(code, uint64(step), secret, hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil && !errors.Is(err, otp.ErrValidateInputInvalidLength) {
			return 0, err
		}
		if fits {
			return step, nil
		}
	}
	return 0, nil
}

// again runs then for a session's owner who gives the password once more. A wrong one
// counts as a try to sign in.
func (a *Accounts) again(ctx context.Context, token, password string, then func(pgx.Tx, Account) error) error {
	s, err := a.Session(ctx, token)
	if err != nil {
		return err
	}
	if s.How == Elsewhere {
		return ErrElsewhere
	}
	c, err := a.origin(ctx, s)
	if err != nil {
		return err
	}
	c.Password, c.again = password, true
	leave, err := a.slot(ctx)
	if err != nil {
		return err
	}
	defer leave()
	return a.prove(ctx, c, func(tx pgx.Tx, who found) error { return then(tx, who.Account) })
}

// within judges a session's owner, counting wrong tries.
func (a *Accounts) within(ctx context.Context, s Session, judge func(pgx.Tx) (outcome string, err error)) error {
	c, err := a.origin(ctx, s)
	if err != nil {
		return err
	}
	return a.try(ctx, c, func(tx pgx.Tx, _ found) (string, error) { return judge(tx) })
}

// origin is who a session belongs to and where it was opened.
func (a *Accounts) origin(ctx context.Context, s Session) (Credentials, error) {
	c := Credentials{Username: s.Account.Username}
	err := a.pool.QueryRow(ctx, `SELECT address, agent FROM account_session WHERE id = $1`, s.ID).Scan(&c.Address, &c.Agent)
	return c, err
}

// ceremonyFor is how long a passkey or a sign-in elsewhere may take to answer.
const ceremonyFor = 5 * time.Minute

// ask keeps what was asked, under a token that answers it once.
func (a *Accounts) ask(ctx context.Context, kind, accountID string, asked []byte) (token string, err error) {
	token = rand.Text()
	at := a.moment()
	_, err = a.pool.Exec(ctx, `WITH old AS (DELETE FROM account_ceremony WHERE expires_at < $5)
		INSERT INTO account_ceremony (token_sha256, kind, account_id, asked, expires_at) VALUES ($1, $2, nullif($3, '')::uuid, $4, $6)`,
		digest(token), kind, accountID, asked, at, at.Add(ceremonyFor))
	return token, err
}

// asked gives what was asked, once.
func (a *Accounts) asked(ctx context.Context, kind, accountID, token string) (asked []byte, err error) {
	err = a.pool.QueryRow(ctx, `DELETE FROM account_ceremony WHERE token_sha256 = $1 AND kind = $2 AND coalesce(account_id::text, '') = $3
		RETURNING CASE WHEN expires_at > $4 THEN asked END`, digest(token), kind, accountID, a.moment()).Scan(&asked)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && asked == nil {
		return nil, ErrPasskey
	}
	return asked, err
}
