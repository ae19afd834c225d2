package account

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Vouch proves who somebody is, for one decision and without a session: by password, and
// by the second factor where the account has one or factor demands one; the account must
// have one of the roles. Errors are those of SignIn, and wrap ErrRole or ErrInvalid.
func (a *Accounts) Vouch(ctx context.Context, c Credentials, factor bool, roles ...string) (who Account, err error) {
	c.Username = strings.TrimSpace(c.Username)
	leave, err := a.slot(ctx)
	if err != nil {
		return who, fmt.Errorf("vouch: %w", err)
	}
	defer leave()
	proved := false
	err = a.prove(ctx, c, func(_ pgx.Tx, f found) error {
		who, proved = f.Account, f.proved
		return nil
	})
	switch {
	case err != nil:
	case who.MustChangePassword:
		err = refuse("password", "一次性口令为他人所知，请先登录控制台更换", "a one-time password is known to somebody else; sign in at the console and change it first")
	case factor && !proved:
		err = ErrFactor
	case !who.Has(roles...):
		err = ErrRole
	}
	if err != nil {
		return Account{}, fmt.Errorf("vouch as %s: %w", c.Username, err)
	}
	return who, nil
}

// Used tells whether anybody has ever signed in.
func (a *Accounts) Used(ctx context.Context) (used bool, err error) {
	if err := a.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM account WHERE last_sign_in IS NOT NULL)`).Scan(&used); err != nil {
		return false, fmt.Errorf("look whether anybody has signed in: %w", err)
	}
	return used, nil
}
