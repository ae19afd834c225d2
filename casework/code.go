package casework

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/casework/calendar"
	"offsite/casework/flow"
)

// The portal's second factor: a link may be passed on or read over a shoulder; a code
// goes to the telephone that is registered for the party.
const (
	codeDigits  = 6
	codeLife    = 10 * time.Minute
	codeEvery   = time.Minute
	codesADay   = 10
	codeTries   = 5
	provedLasts = 2 * time.Hour
)

func (b *Book) codeMAC(caseID, code string) []byte {
	mac := hmac.New(sha256.New, b.o.LinkKey)
	mac.Write([]byte("code " + caseID + " " + code))
	return mac.Sum(nil)
}

func refuseCode(zh, en string) error {
	return refuse("prove", flow.Invalid, "code", zh, en)
}

// SendCode sends a code to the telephone of a case's party and gives its number, masked.
func (b *Book) SendCode(ctx context.Context, caseID string) (phone string, err error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", fmt.Errorf("make a code: %w", err)
	}
	code := fmt.Sprintf("%0*d", codeDigits, n)
	now := b.now()
	today := now.In(calendar.Shanghai()).Format(time.DateOnly)
	err = pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) error {
		c, err := read(ctx, tx, caseID, "FOR UPDATE")
		if err != nil {
			return err
		}
		if err := b.refresh(ctx, tx, c, now); err != nil {
			return err
		}
		if phone = first(c.D.Party.Consent, c.D.Party.Phone); phone == "" {
			return refuseCode(fmt.Sprintf("没有登记您的手机号。请携带身份证件到%s办理，或者书面邮寄；也可致电%s登记手机号", b.o.Bureau.Address, b.o.Bureau.Phone),
				fmt.Sprintf("no telephone number of yours is registered; come to %s with your identity card, write by post, or call %s to have one registered", b.o.Bureau.Address, b.o.Bureau.Phone))
		}
		done, err := tx.Exec(ctx, `INSERT INTO portal_code (case_id, code_hmac, sent_at, expires_at, day) VALUES ($1, $2, $3, $4, $5::text::date)
			ON CONFLICT (case_id) DO UPDATE SET code_hmac = $2, sent_at = $3, expires_at = $4, tries = 0, day = $5::text::date,
				sent = CASE WHEN portal_code.day = $5::text::date THEN portal_code.sent + 1 ELSE 1 END
			WHERE portal_code.sent_at <= $6 AND (portal_code.day <> $5::text::date OR portal_code.sent < $7)`,
			caseID, b.codeMAC(caseID, code), now, now.Add(codeLife), today, now.Add(-codeEvery), codesADay)
		if err != nil {
			return err
		}
		if done.RowsAffected() == 0 {
			return refuseCode("验证码一分钟只能发一次，一天最多十次；请稍后再试", "a code is sent once a minute and ten times a day at most; wait a little")
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		text := fmt.Sprintf("【%s】验证码 %s，十分钟内有效，用于在案件办理页面确认是您本人。请勿告诉他人。", b.o.Bureau.Name, code)
		_, err = tx.Exec(ctx, `INSERT INTO message (id, case_id, template, phone, body, created_at, state) VALUES ($1, $2, 'code', $3, $4, $5, 'waiting')`,
			id.String(), caseID, phone, text, now)
		if err != nil {
			return err
		}
		return b.insertJob(ctx, tx, MessageArgs{MessageID: id.String()}, now)
	})
	if err != nil {
		return "", fmt.Errorf("send a code to the party of case %s: %w", caseID, err)
	}
	return masked(phone), nil
}

// Prove notes that a portal session's holder has the party's telephone. A code is good
// once. That it was shown stands beside the visits.
func (b *Book) Prove(ctx context.Context, cookie, code string, v Visit) error {
	caseID, _, err := b.PortalCheck(ctx, cookie)
	if err != nil {
		return err
	}
	var known []byte
	// The try counts whatever becomes of it.
	err = b.o.Pool.QueryRow(ctx, `UPDATE portal_code SET tries = tries + 1 WHERE case_id = $1 AND expires_at > $2 AND tries < $3 RETURNING code_hmac`,
		caseID, b.now(), codeTries).Scan(&known)
	if errors.Is(err, pgx.ErrNoRows) {
		return refuseCode("验证码已失效或输错次数过多，请重新获取", "the code is valid no longer, or was mistyped too often; ask for another")
	}
	if err != nil {
		return fmt.Errorf("check a code of case %s: %w", caseID, err)
	}
	if !hmac.Equal(known, b.codeMAC(caseID, code)) {
		return refuseCode("验证码不正确", "the code is wrong")
	}
	err = pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE portal_code SET expires_at = $2 WHERE case_id = $1`, caseID, b.now()); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE portal_session SET proved_at = $2 WHERE cookie_sha256 = $1`, digestOf(cookie), b.now())
		return err
	})
	if err != nil {
		return fmt.Errorf("keep that the party of case %s showed its telephone: %w", caseID, err)
	}
	return b.visit(ctx, caseID, "proved", "", v)
}

// Reachable tells whether the party can be sent a code: who cannot does on paper what binds.
func (b *Book) Reachable(ctx context.Context, caseID string) (known bool, err error) {
	err = b.view(ctx, caseID, func(_ pgx.Tx, c *casefile) error {
		known = first(c.D.Party.Consent, c.D.Party.Phone) != ""
		return nil
	})
	return known, err
}

// Proved tells whether a portal session showed its second factor lately.
func (b *Book) Proved(ctx context.Context, cookie string) (bool, error) {
	var proved bool
	err := b.o.Pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM portal_session WHERE cookie_sha256 = $1 AND expires_at > $2 AND proved_at > $3)`,
		digestOf(cookie), b.now(), b.now().Add(-provedLasts)).Scan(&proved)
	if err != nil {
		return false, fmt.Errorf("check the second factor of a portal session: %w", err)
	}
	return proved, nil
}
