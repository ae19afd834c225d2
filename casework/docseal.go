package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/evidence/detached"
)

// sealed signs a document with the keys in force; nil where the bureau's are not at hand.
func (b *Book) sealed(kind, number string, issued time.Time, pdf []byte) ([]byte, error) {
	if b.o.Sealer == nil {
		return nil, nil
	}
	keys, err := b.o.Sealer()
	if err != nil {
		return nil, fmt.Errorf("seal document %s: %w", number, err)
	}
	return detached.Make(keys, detached.Statement{Issuer: b.o.Bureau.Name, Kind: kind, Number: number, Issued: issued}, pdf)
}

// PublicDocument resolves a document's verification code.
func (b *Book) PublicDocument(ctx context.Context, code string) (PublicDocument, error) {
	d, text, err := b.publicDocument(ctx, code)
	if err != nil || text == "" {
		return d, err
	}
	s, err := detached.Parse([]byte(text))
	if err != nil {
		return d, fmt.Errorf("verify document %s: %w", d.Number, err)
	}
	d.Keys = s.Statement.Keys
	return d, nil
}

// PublicSeal gives the signature that lies beside a document, by the document's code;
// ErrNotFound for a document that was issued before documents were signed.
func (b *Book) PublicSeal(ctx context.Context, code string) (PublicDocument, []byte, error) {
	d, text, err := b.publicDocument(ctx, code)
	if err == nil && text == "" {
		err = fmt.Errorf("read the seal of document %s: %w", d.Number, ErrNotFound)
	}
	return d, []byte(text), err
}

func (b *Book) publicDocument(ctx context.Context, code string) (d PublicDocument, text string, err error) {
	d.Keys = []detached.SealKey{}
	err = b.o.Pool.QueryRow(ctx, `SELECT title_zh, title_en, number, issued_at, sha256, coalesce(seal, '') FROM document WHERE code = $1`, plainCode(code)).
		Scan(&d.TitleZH, &d.TitleEN, &d.Number, &d.IssuedAt, &d.SHA256, &text)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return d, "", fmt.Errorf("verify a document: %w", err)
	}
	return d, text, nil
}

// documentSeal is the signature beside a document; nil where it has none.
func (b *Book) documentSeal(ctx context.Context, id string) ([]byte, error) {
	var text *string
	if err := b.o.Pool.QueryRow(ctx, `SELECT seal FROM document WHERE id = $1`, id).Scan(&text); err != nil {
		return nil, fmt.Errorf("read the seal of document %s: %w", id, err)
	}
	if text == nil {
		return nil, nil
	}
	return []byte(*text), nil
}
