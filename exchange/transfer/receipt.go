package transfer

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/exchange"
	"offsite/registry"
	"offsite/store"
)

// Signed is a receipt that an authority's system signs.
type Signed struct {
	Receiver   string    `json:"receiver" minLength:"1" maxLength:"120" doc:"Who received it there."`
	ReceivedAt time.Time `json:"received_at"`
	Signature  string    `json:"signature" maxLength:"200" doc:"Ed25519 over the receipt's text, base64."`
}

// Text is what a receipt signs: five lines, each ended by a line feed. Times are UTC,
// to the second.
func Text(number, letterSHA256 string, at time.Time, receiver string) string {
	return strings.Join([]string{"offsite-transfer-receipt/1", number, letterSHA256, at.UTC().Truncate(time.Second).Format(time.RFC3339), receiver, ""}, "\n")
}

// Paper is a receipt on paper, scanned.
type Paper struct {
	Receiver   string    `json:"receiver" minLength:"1" maxLength:"120"`
	ReceivedAt time.Time `json:"received_at"`
	Scan       string    `json:"scan" maxLength:"8000000" doc:"PDF, JPEG or PNG, base64."`
}

// Sign takes a signed receipt, from the system of the authority that it is for. Sent
// again, the same receipt is taken as what it is.
func (d *Desk) Sign(ctx context.Context, by By, authority, id string, s Signed) error {
	signature, err := base64.StdEncoding.DecodeString(s.Signature)
	if err != nil {
		return exchange.Refuse("signature", "签名应为 base64", "the signature must be base64")
	}
	return d.receive(ctx, by, authority, id, s.Receiver, s.ReceivedAt, func(t Transfer, public []byte) (receipt, error) {
		if len(public) != ed25519.PublicKeySize || !ed25519.Verify(public, []byte(Text(t.Number, t.SHA256, s.ReceivedAt, s.Receiver)), signature) {
			return receipt{}, exchange.Refuse("signature", "签名与登记的公钥或移送函不符", "the signature does not fit the authority's key and the letter")
		}
		return receipt{signature: signature}, nil
	})
}

// Enter keeps a receipt on paper.
func (d *Desk) Enter(ctx context.Context, by By, id string, p Paper) error {
	scan, err := base64.StdEncoding.DecodeString(p.Scan)
	kind := http.DetectContentType(scan)
	if err != nil || !slices.Contains([]string{"application/pdf", "image/jpeg", "image/png"}, kind) {
		return exchange.Refuse("scan", "请上传回执的 PDF、JPEG 或 PNG 扫描件", "give a scan of the receipt as PDF, JPEG or PNG")
	}
	return d.receive(ctx, by, "", id, p.Receiver, p.ReceivedAt, func(Transfer, []byte) (receipt, error) { return receipt{scan: scan, kind: kind}, nil })
}

// receipt is what proves that something was received.
type receipt struct {
	signature, scan []byte
	kind            string
}

func (d *Desk) receive(ctx context.Context, by By, authority, id, receiver string, at time.Time, prove func(Transfer, []byte) (receipt, error)) error {
	if receiver = strings.TrimSpace(receiver); receiver == "" || strings.ContainsAny(receiver, "\r\n") {
		return exchange.Refuse("receiver", "请填写签收人", "say who received it, in one line")
	}
	err := pgx.BeginFunc(ctx, d.o.Pool, func(tx pgx.Tx) error {
		t, err := one(ctx, tx, id, authority, "FOR UPDATE OF t")
		if err != nil {
			return err
		}
		if at.Before(t.SentAt.Truncate(time.Second)) || at.After(d.now().Add(5*time.Minute)) {
			return exchange.Refuse("received_at", "签收时间须在移送之后、现在之前", "it was received after it was sent and before now")
		}
		var public []byte
		if err := tx.QueryRow(ctx, `SELECT public_key FROM authority WHERE id = $1`, t.AuthorityID).Scan(&public); err != nil {
			return err
		}
		r, err := prove(t, public)
		if err != nil {
			return err
		}
		done, err := tx.Exec(ctx, `INSERT INTO transfer_receipt (transfer_id, receiver, received_at, signature, scan, scan_type, entered_at, by_whom)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`, id, receiver, at, r.signature, r.scan, r.kind, d.now(), by.ID)
		if err != nil || done.RowsAffected() == 0 {
			return err // it is there: the first one counts
		}
		if t.State == Sent {
			t.State = Received
		}
		if _, err := tx.Exec(ctx, `UPDATE transfer SET state = $2, changed_at = $3 WHERE id = $1`, id, t.State, d.now()); err != nil {
			return err
		}
		return d.note(ctx, tx, by, t, "received", receiver)
	})
	if err != nil {
		return fmt.Errorf("take the receipt of transfer %s: %w", id, err)
	}
	return nil
}

// Status is what an authority says of what it took over.
type Status struct {
	State string `json:"state" enum:"accepted,returned,closed"`
	Ref   string `json:"ref,omitempty" maxLength:"80" doc:"The authority's own number; a register of real estate gives that of its entry."`
	On    string `json:"on,omitempty" maxLength:"10" doc:"2006-01-02; of a register of real estate, the day of its entry."`
	Note  string `json:"note" minLength:"1" maxLength:"2000"`
}

// follows says which state may come after which.
func follows(from, to string) bool {
	switch to {
	case Accepted, Returned:
		return from == Received
	case Closed:
		return from == Accepted
	}
	return false
}

// Report keeps what an authority says; authority "" where our own people enter it.
func (d *Desk) Report(ctx context.Context, by By, authority, id string, s Status) error {
	if s.Note = strings.TrimSpace(s.Note); s.Note == "" {
		return exchange.Refuse("note", "请写明情况", "say what has come of it")
	}
	if _, err := time.Parse(time.DateOnly, s.On); s.On != "" && err != nil {
		return exchange.Refuse("on", "日期应为 2006-01-02 的形式", "the day is written as 2006-01-02")
	}
	err := pgx.BeginFunc(ctx, d.o.Pool, func(tx pgx.Tx) error {
		t, err := one(ctx, tx, id, authority, "FOR UPDATE OF t")
		if err != nil {
			return err
		}
		if !follows(t.State, s.State) {
			return exchange.Refuse("state", "签收后方可受理或退回，受理后方可办结", "it is received before it is accepted or returned, and accepted before it is closed")
		}
		if err := d.answers(ctx, tx, by, t, s); err != nil {
			return err
		}
		t.State = s.State
		if _, err := tx.Exec(ctx, `UPDATE transfer SET state = $2, their_ref = coalesce(nullif($3, ''), their_ref), note = $4, changed_at = $5, their_day = coalesce(nullif($6, '')::date, their_day) WHERE id = $1`,
			id, s.State, s.Ref, s.Note, d.now(), s.On); err != nil {
			return err
		}
		return d.note(ctx, tx, by, t, s.State, s.Note)
	})
	if err != nil {
		return fmt.Errorf("note what has come of transfer %s: %w", id, err)
	}
	return nil
}

// Scan is a receipt's scanned paper.
func (d *Desk) Scan(ctx context.Context, id string) (content []byte, kind string, err error) {
	rows, err := d.o.Pool.Query(ctx, `SELECT scan, scan_type FROM transfer_receipt WHERE transfer_id = $1 AND scan IS NOT NULL`, store.ID(id))
	if err != nil {
		return nil, "", fmt.Errorf("read the receipt of transfer %s: %w", id, err)
	}
	type scanned struct {
		Content []byte
		Kind    string
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[scanned])
	if err == nil && len(all) == 0 {
		err = registry.ErrNotFound
	}
	if err != nil {
		return nil, "", fmt.Errorf("read the receipt of transfer %s: %w", id, err)
	}
	return all[0].Content, all[0].Kind, nil
}
