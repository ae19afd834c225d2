package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Kinds of papers.
const (
	Commitment = "commitment" // 告知承诺书, signed by the party
	Photo      = "photo"      // of the front
	CodeHangs  = "code"       // a photograph of the object's code at the place
)

// Paper is what was collected at an object beforehand: the commitment that its party
// signed, or a photograph of it or of its code there.
type Paper struct {
	ID           string     `json:"id"`
	Kind         string     `json:"kind" enum:"commitment,photo,code"`
	Party        string     `json:"party" doc:"Who is bound by a commitment: the object's party when it was signed."`
	Signer       string     `json:"signer" doc:"The person who signed a commitment."`
	At           time.Time  `json:"at" doc:"When it was signed or taken."`
	Type         string     `json:"type" enum:"image/jpeg,application/pdf"`
	SHA256       string     `json:"sha256"`
	By           string     `json:"by" doc:"Name of who added it."`
	AddedAt      time.Time  `json:"added_at"`
	WithdrawnAt  *time.Time `json:"withdrawn_at,omitempty"`
	WithdrawnWhy string     `json:"withdrawn_why,omitempty"`
	Stands       bool       `json:"stands" doc:"It was not withdrawn, and a commitment is that of the party that the object has now."`
}

const (
	pdf           = "application/pdf"
	paperBytes    = 5 << 20 // as the table has it
	papersAtMost  = 200     // of one object, shown
	paperReason   = 500     // characters
	signerLetters = 60
)

// PaperDraft says what a paper to be added is.
type PaperDraft struct {
	Kind   string
	Signer string // of a commitment
	At     time.Time
}

// AddPaper keeps a paper of an object: a commitment as PDF, JPEG or PNG, a photograph as
// JPEG or PNG. Pictures are drawn anew and carry no metadata. Errors wrap ErrInvalid,
// ErrNotFound.
func (r *Registry) AddPaper(ctx context.Context, by, objectID string, d PaperDraft, content []byte) (Paper, error) {
	p := Paper{Kind: d.Kind, Signer: strings.TrimSpace(d.Signer), At: d.At.UTC().Truncate(time.Microsecond), Type: "image/jpeg", Stands: true}
	if err := p.check(r.now()); err != nil {
		return p, fmt.Errorf("add a paper: %w", err)
	}
	content, err := p.take(content)
	if err != nil {
		return p, fmt.Errorf("add a paper: %w", err)
	}
	sum := sha256.Sum256(content)
	p.SHA256, p.AddedAt = hex.EncodeToString(sum[:]), r.moment()
	err = r.change(ctx, "add a paper", func(tx pgx.Tx) error {
		o, err := r.object(ctx, tx, objectID, "FOR UPDATE OF o")
		if err != nil {
			return err
		}
		var party *string
		if p.Kind == Commitment {
			if o.PartyID == "" {
				return refuse("party_id", "请先为对象登记当事人，再登记其承诺书", "the object has no party yet whose commitment it could be; choose one first")
			}
			p.Party, party = o.Party, &o.PartyID
		}
		if p.ID, err = newID(); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO object_paper (id, object_id, kind, party_id, signer, at, type, sha256, content, by_whom, added_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, p.ID, objectID, p.Kind, party, p.Signer, p.At, p.Type, sum[:], content, by, p.AddedAt)
		if err != nil {
			return err
		}
		return r.log(ctx, tx, Change{By: by, Kind: "object", Subject: objectID, Action: p.Kind, After: p})
	})
	return p, err
}

func (p *Paper) check(now time.Time) error {
	switch {
	case p.Kind != Commitment && p.Kind != Photo && p.Kind != CodeHangs:
		return refuse("kind", "材料只能是 commitment（告知承诺书）、photo（照片）或 code（张贴的对象码）", `a paper is a "commitment", a "photo" or a "code"`)
	case p.At.After(now.Add(time.Minute)):
		return refuse("at", "签署或拍摄时间在将来", "it was signed or taken in the future; check the clock")
	case p.Kind == Commitment:
		return required("signer", "签署人", "who signed", p.Signer, signerLetters)
	}
	p.Signer = ""
	return nil
}

// take gives what is kept of a file.
func (p *Paper) take(content []byte) ([]byte, error) {
	if p.Kind == Commitment && http.DetectContentType(content) == pdf {
		p.Type = pdf
		if len(content) > paperBytes {
			return nil, refuse("file", "文件超过 5 MiB，请缩小后再上传", "the file is larger than 5 MiB; make it smaller")
		}
		return content, nil
	}
	return Redrawn("file", content)
}

// Papers lists those of an object, the latest first, without their content.
func (r *Registry) Papers(ctx context.Context, objectID string) ([]Paper, error) {
	if _, err := r.object(ctx, r.db, objectID, ""); err != nil {
		return nil, fmt.Errorf("list the papers of object %s: %w", objectID, err)
	}
	rows, err := r.db.Query(ctx, `SELECT p.id::text, p.kind, coalesce(y.name, ''), p.signer, p.at, p.type, encode(p.sha256, 'hex'), coalesce(a.name, p.by_whom), p.added_at,
			p.withdrawn_at, p.withdrawn_why, p.withdrawn_at IS NULL AND (p.kind <> 'commitment' OR p.party_id = o.party_id) IS TRUE
		FROM object_paper p JOIN object o ON o.id = p.object_id LEFT JOIN party y ON y.id = p.party_id LEFT JOIN account a ON a.id::text = p.by_whom
		WHERE p.object_id = $1 ORDER BY p.at DESC, p.id DESC LIMIT $2`, objectID, papersAtMost)
	if err != nil {
		return nil, fmt.Errorf("list the papers of object %s: %w", objectID, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Paper])
	if err != nil {
		return nil, fmt.Errorf("list the papers of object %s: %w", objectID, err)
	}
	return list, nil
}

// PaperFile returns a paper's content and its type. Errors wrap ErrNotFound.
func (r *Registry) PaperFile(ctx context.Context, objectID, paperID string) (content []byte, kind string, err error) {
	if err = known(objectID); err == nil {
		err = known(paperID)
	}
	if err == nil {
		err = absent(r.db.QueryRow(ctx, `SELECT content, type FROM object_paper WHERE id = $1 AND object_id = $2`, paperID, objectID).Scan(&content, &kind))
	}
	if err != nil {
		return nil, "", fmt.Errorf("read paper %s of object %s: %w", paperID, objectID, err)
	}
	return content, kind, nil
}

// WithdrawPaper says that a paper stands no longer, and why. Errors wrap ErrNotFound where
// there is none that stands.
func (r *Registry) WithdrawPaper(ctx context.Context, by, objectID, paperID, reason string) error {
	reason = strings.TrimSpace(reason)
	if err := required("reason", "理由", "the reason", reason, paperReason); err != nil {
		return fmt.Errorf("withdraw a paper: %w", err)
	}
	return r.change(ctx, "withdraw paper "+paperID, func(tx pgx.Tx) error {
		if err := known(paperID); err != nil {
			return err
		}
		if _, err := r.object(ctx, tx, objectID, "FOR UPDATE OF o"); err != nil {
			return err
		}
		done, err := tx.Exec(ctx, `UPDATE object_paper SET withdrawn_at = $3, withdrawn_why = $4 WHERE id = $1 AND object_id = $2 AND withdrawn_at IS NULL`,
			paperID, objectID, r.moment(), reason)
		if err != nil {
			return err
		}
		if done.RowsAffected() == 0 {
			return ErrNotFound
		}
		return r.log(ctx, tx, Change{By: by, Kind: "object", Subject: objectID, Action: "withdraw", After: map[string]string{"paper": paperID, "reason": reason}})
	})
}
