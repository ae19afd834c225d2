package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Consent is a party's signed consent to service by electronic means
// (送达地址确认书). Without a standing one, service goes by paper.
type Consent struct {
	ID              string     `json:"id"`
	PartyID         string     `json:"party_id"`
	Phone           string     `json:"phone"`
	Email           string     `json:"email,omitempty"` // papers go there too
	Signature       []byte     `json:"-"`               // the picture of the signature, PNG
	SignatureSHA256 string     `json:"signature_sha256"`
	At              time.Time  `json:"at"`
	WithdrawnAt     *time.Time `json:"withdrawn_at,omitempty"`
}

// RecordConsent keeps a signed consent; it stands from then on, in place of earlier
// ones. email is "" where the party names none.
func (r *Registry) RecordConsent(ctx context.Context, by, partyID, phone, email string, signature []byte, at time.Time) (Consent, error) {
	c := Consent{PartyID: partyID, Phone: phone, Email: email, Signature: signature, At: at.UTC().Truncate(time.Microsecond)}
	switch {
	case !phoneForm.MatchString(phone):
		return c, fmt.Errorf("record a consent: %w", refuse("phone", "请填写接收送达的手机号码", "give the telephone number that is served"))
	case !emailForm(email):
		return c, fmt.Errorf("record a consent: %w", unreadableEmail())
	case len(signature) == 0 || len(signature) > 1<<20:
		return c, fmt.Errorf("record a consent: %w", refuse("signature", "缺少签名或签名过大", "the signature is missing or larger than 1 MiB"))
	case at.After(r.now().Add(time.Minute)):
		return c, fmt.Errorf("record a consent: %w", refuse("at", "签署时间在将来", "it was signed in the future; check the clock"))
	}
	sum := sha256.Sum256(signature)
	c.SignatureSHA256 = hex.EncodeToString(sum[:])
	err := r.change(ctx, "record a consent", func(tx pgx.Tx) (err error) {
		if _, err = r.party(ctx, tx, partyID, "FOR UPDATE OF p"); err != nil {
			return err
		}
		if c.ID, err = newID(); err != nil {
			return err
		}
		if _, err = tx.Exec(ctx, `INSERT INTO consent (id, party_id, phone, email, signature, signature_sha256, at, by_whom)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, c.ID, partyID, phone, email, signature, sum[:], c.At, by); err != nil {
			return err
		}
		return r.log(ctx, tx, Change{By: by, Kind: "consent", Subject: partyID, Action: "record", After: c})
	})
	return c, err
}

// WithdrawConsent ends all standing consents of a party. It is not an error if there
// is none.
func (r *Registry) WithdrawConsent(ctx context.Context, by, partyID string, at time.Time) error {
	return r.change(ctx, "withdraw the consent of party "+partyID, func(tx pgx.Tx) error {
		if _, err := r.party(ctx, tx, partyID, "FOR UPDATE OF p"); err != nil {
			return err
		}
		done, err := tx.Exec(ctx, `UPDATE consent SET withdrawn_at = $2 WHERE party_id = $1 AND withdrawn_at IS NULL`, partyID, at)
		if err != nil || done.RowsAffected() == 0 {
			return err
		}
		return r.log(ctx, tx, Change{By: by, Kind: "consent", Subject: partyID, Action: "withdraw"})
	})
}
