package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	ceremonyAdd    = "add passkey"
	ceremonySignIn = "sign in by passkey"
	ceremonyStepUp = "step up by passkey"

	passkeysMost = 10
)

// Party makes what passkeys are made for: the address under which browsers reach the
// console. It is nil where they make none, which takes a name, and https or this
// machine.
func Party(public, name string) (*webauthn.WebAuthn, error) {
	u, err := url.Parse(public)
	if err != nil {
		return nil, fmt.Errorf("public_url %q: %w; write it as in https://enforcement.example.gov.cn", public, err)
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil || u.Scheme != "https" && u.Hostname() != "localhost" {
		return nil, nil //nolint:nilnil // none is no failure
	}
	party, err := webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: name, RPOrigins: []string{u.Scheme + "://" + u.Host}})
	if err != nil {
		return nil, fmt.Errorf("prepare passkeys for %s: %w", public, err)
	}
	return party, nil
}

// Asked is what the browser is asked: Options goes to navigator.credentials, its
// answer comes back with the Token.
type Asked struct {
	Token   string
	Options any
}

// holder is an account as package webauthn sees it.
type holder struct {
	Account

	credentials []webauthn.Credential
}

// WebAuthnID implements webauthn.User.
func (h holder) WebAuthnID() []byte { return []byte(h.ID) }

// WebAuthnName implements webauthn.User.
func (h holder) WebAuthnName() string { return h.Username }

// WebAuthnDisplayName implements webauthn.User.
func (h holder) WebAuthnDisplayName() string { return h.Name }

// WebAuthnCredentials implements webauthn.User.
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.credentials }

func passkeyPurpose(credentialID []byte) string { return "account.passkey:" + string(credentialID) }

func (a *Accounts) holder(ctx context.Context, db querier, who Account) (holder, error) {
	h := holder{Account: who}
	rows, err := db.Query(ctx, `SELECT credential_id, credential FROM account_passkey WHERE account_id = $1 ORDER BY created_at`, who.ID)
	if err != nil {
		return h, err
	}
	h.credentials, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (c webauthn.Credential, err error) {
		var id, sealed []byte
		if err = row.Scan(&id, &sealed); err != nil {
			return c, err
		}
		text, err := a.secrets.Unseal(passkeyPurpose(id), sealed)
		if err != nil {
			return c, err
		}
		return c, json.Unmarshal([]byte(text), &c)
	})
	return h, err
}

func (a *Accounts) askPasskey(ctx context.Context, kind, accountID string, options any, session *webauthn.SessionData, err error) (Asked, error) {
	if err != nil {
		return Asked{}, fmt.Errorf("%s: %w", kind, err)
	}
	text, err := json.Marshal(session)
	if err != nil {
		return Asked{}, fmt.Errorf("%s: %w", kind, err)
	}
	token, err := a.ask(ctx, kind, accountID, text)
	if err != nil {
		return Asked{}, fmt.Errorf("%s: %w", kind, err)
	}
	return Asked{Token: token, Options: options}, nil
}

func (a *Accounts) answered(ctx context.Context, kind, accountID, token string) (s webauthn.SessionData, err error) {
	text, err := a.asked(ctx, kind, accountID, token)
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(text, &s)
}

// BeginPasskey asks the browser to make a passkey, for a session whose owner gives
// the password again.
func (a *Accounts) BeginPasskey(ctx context.Context, token, password string) (asked Asked, err error) {
	var who holder
	err = a.again(ctx, token, password, func(tx pgx.Tx, owner Account) (err error) {
		who, err = a.holder(ctx, tx, owner)
		if err == nil && len(who.credentials) >= passkeysMost {
			err = refuse("password", "通行密钥最多10个；请先移除不用的", "there are 10 passkeys already; remove one that is not used")
		}
		return err
	})
	if err != nil {
		return asked, fmt.Errorf("%s: %w", ceremonyAdd, err)
	}
	options, session, err := a.party.BeginRegistration(who,
		webauthn.WithExclusions(webauthn.Credentials(who.credentials).CredentialDescriptors()),
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		}))
	return a.askPasskey(ctx, ceremonyAdd, who.ID, options, session, err)
}

// AddPasskey keeps the passkey that the browser made, and returns recovery codes
// where the account had no second factor before.
func (a *Accounts) AddPasskey(ctx context.Context, token, ceremony, name string, answer []byte) (recovery []string, err error) {
	s, err := a.Session(ctx, token)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ceremonyAdd, err)
	}
	if name = strings.TrimSpace(name); name == "" || len([]rune(name)) > 60 {
		return nil, fmt.Errorf("%s: %w", ceremonyAdd, refuse("name", "请填写名称（最多60字）", "the name is missing or longer than 60 characters"))
	}
	session, err := a.answered(ctx, ceremonyAdd, s.Account.ID, ceremony)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ceremonyAdd, err)
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", ceremonyAdd, ErrPasskey, err)
	}
	made, err := a.party.CreateCredential(holder{Account: s.Account}, session, parsed)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", ceremonyAdd, ErrPasskey, err)
	}
	err = a.change(ctx, func(tx pgx.Tx) error {
		if err := a.keepPasskey(ctx, tx, s.Account.ID, name, made); err != nil {
			return err
		}
		recovery, err = a.added(ctx, tx, s, ceremonyAdd)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ceremonyAdd, err)
	}
	return recovery, nil
}

func (a *Accounts) sealed(c *webauthn.Credential) ([]byte, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return a.secrets.Seal(passkeyPurpose(c.ID), string(text))
}

func (a *Accounts) keepPasskey(ctx context.Context, tx pgx.Tx, accountID, name string, c *webauthn.Credential) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	sealed, err := a.sealed(c)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO account_passkey (id, account_id, credential_id, credential, name, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		id.String(), accountID, c.ID, sealed, name, a.moment())
	var broken *pgconn.PgError
	if errors.As(err, &broken) && broken.ConstraintName == "account_passkey_credential_id_key" {
		return ErrPasskey
	}
	return err
}

// RemovePasskey takes a passkey from an account.
func (a *Accounts) RemovePasskey(ctx context.Context, accountID, id string) error {
	err := a.change(ctx, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, `DELETE FROM account_passkey WHERE account_id = $1 AND id::text = $2`, accountID, id)
		if err == nil && done.RowsAffected() == 0 {
			err = ErrNotFound
		}
		if err != nil {
			return err
		}
		return a.removed(ctx, tx, accountID, "remove passkey")
	})
	if err != nil {
		return fmt.Errorf("remove a passkey: %w", err)
	}
	return nil
}

// BeginPasskeySignIn asks the browser for a passkey of whoever sits there.
func (a *Accounts) BeginPasskeySignIn(ctx context.Context) (Asked, error) {
	options, session, err := a.party.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	return a.askPasskey(ctx, ceremonySignIn, "", options, session, err)
}

// PasskeySignIn opens a session for the owner of a passkey, which stands for
// password and second factor. Errors wrap ErrPasskey or ErrCredentials.
func (a *Accounts) PasskeySignIn(ctx context.Context, ceremony string, answer []byte, c Credentials) (s Session, err error) {
	err = a.passkey(ctx, ceremonySignIn, "", ceremony, answer, func(tx pgx.Tx, who Account) error {
		outcome := outcomeOK
		if who.Disabled {
			outcome = outcomeDisabled
		} else if s, err = a.open(ctx, tx, who, c, ByPasskey, true, true); err != nil {
			return err
		}
		return a.record(ctx, tx, keyOf(who.Username, true), who.ID, c, outcome)
	})
	if err == nil && s.ID == "" {
		err = ErrCredentials
	}
	if err != nil {
		return Session{}, fmt.Errorf("%s: %w", ceremonySignIn, err)
	}
	return s, nil
}

// BeginPasskeyStepUp asks the browser for a passkey of a session's owner.
func (a *Accounts) BeginPasskeyStepUp(ctx context.Context, accountID string) (Asked, error) {
	options, session, err := a.party.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	return a.askPasskey(ctx, ceremonyStepUp, accountID, options, session, err)
}

// PasskeyStepUp shows a passkey anew within a session.
func (a *Accounts) PasskeyStepUp(ctx context.Context, token, ceremony string, answer []byte) error {
	s, err := a.Session(ctx, token)
	if err != nil {
		return fmt.Errorf("%s: %w", ceremonyStepUp, err)
	}
	err = a.passkey(ctx, ceremonyStepUp, s.Account.ID, ceremony, answer, func(tx pgx.Tx, who Account) error {
		if who.ID != s.Account.ID {
			return ErrPasskey
		}
		_, err := tx.Exec(ctx, `UPDATE account_session SET proved_at = $2 WHERE id = $1`, s.ID, a.moment())
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", ceremonyStepUp, err)
	}
	return nil
}

// passkey checks a passkey's answer and runs then for its owner, in the transaction
// that keeps the passkey's counter.
func (a *Accounts) passkey(ctx context.Context, kind, accountID, ceremony string, answer []byte, then func(pgx.Tx, Account) error) error {
	session, err := a.answered(ctx, kind, accountID, ceremony)
	if err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrPasskey, err)
	}
	return a.change(ctx, func(tx pgx.Tx) error {
		owner := func(_, handle []byte) (webauthn.User, error) {
			who, err := one(ctx, tx, string(handle), "")
			if err != nil {
				return nil, err
			}
			return a.holder(ctx, tx, who)
		}
		user, used, err := a.party.ValidatePasskeyLogin(owner, session, parsed)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrPasskey, err)
		}
		if used.Authenticator.CloneWarning {
			return fmt.Errorf("%w: its counter went back, as a copy's would", ErrPasskey)
		}
		sealed, err := a.sealed(used)
		if err != nil {
			return err
		}
		if _, err = tx.Exec(ctx, `UPDATE account_passkey SET credential = $2, used_at = $3 WHERE credential_id = $1`, used.ID, sealed, a.moment()); err != nil {
			return err
		}
		return then(tx, user.(holder).Account)
	})
}
