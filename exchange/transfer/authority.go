package transfer

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"offsite/exchange"
)

// Authority is to whom is handed over.
type Authority struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Kind      string    `json:"kind" enum:"police,district,bureau,supervision,register"`
	Signs     bool      `json:"signs" doc:"It signs receipts with a key of its own."`
	CreatedAt time.Time `json:"created_at"`
}

// AuthorityDraft is one to be made.
type AuthorityDraft struct {
	Name      string `json:"name" minLength:"1" maxLength:"80"`
	Kind      string `json:"kind" enum:"police,district,bureau,supervision,register"`
	PublicKey string `json:"public_key,omitempty" maxLength:"2000" doc:"Ed25519, PEM, as openssl pkey -pubout writes it; left out: receipts come on paper."`
}

// parseKey reads a PEM public key; nil where there is none.
func parseKey(text string) (ed25519.PublicKey, error) {
	if text = strings.TrimSpace(text); text == "" {
		return nil, nil
	}
	block, _ := pem.Decode([]byte(text))
	if block != nil {
		if key, err := x509.ParsePKIXPublicKey(block.Bytes); err == nil {
			if public, ok := key.(ed25519.PublicKey); ok {
				return public, nil
			}
		}
	}
	return nil, exchange.Refuse("public_key", "公钥应为 PEM 格式的 Ed25519 公钥（openssl pkey -pubout）", "the key must be an Ed25519 public key in PEM (openssl pkey -pubout)")
}

// AddAuthority makes one.
func (d *Desk) AddAuthority(ctx context.Context, by By, w AuthorityDraft) (Authority, error) {
	w.Name = strings.TrimSpace(w.Name)
	if w.Name == "" {
		return Authority{}, exchange.Refuse("name", "请填写单位名称", "name the authority")
	}
	if !slices.Contains([]string{"police", "district", "bureau", "supervision", Register}, w.Kind) {
		return Authority{}, exchange.Refuse("kind", "没有这类单位", "there is no kind "+w.Kind)
	}
	public, err := parseKey(w.PublicKey)
	if err != nil {
		return Authority{}, fmt.Errorf("add an authority: %w", err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Authority{}, fmt.Errorf("add an authority: %w", err)
	}
	made := Authority{ID: id.String(), Name: w.Name, Kind: w.Kind, Signs: public != nil, CreatedAt: d.now()}
	err = pgx.BeginFunc(ctx, d.o.Pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO authority (id, name, kind, public_key, created_at, by_whom) VALUES ($1, $2, $3, $4, $5, $6)`,
			made.ID, made.Name, made.Kind, []byte(public), made.CreatedAt, by.ID)
		var broken *pgconn.PgError
		if errors.As(err, &broken) && broken.ConstraintName == "authority_name_key" {
			return exchange.Refuse("name", "已有同名单位", "there is an authority of that name")
		}
		if err != nil {
			return err
		}
		return exchange.Log(ctx, tx, made.CreatedAt, exchange.Change{By: by.ID, Kind: "authority", Subject: made.ID, Action: "create", After: made})
	})
	if err != nil {
		return Authority{}, fmt.Errorf("add authority %s: %w", made.Name, err)
	}
	return made, nil
}

// Authorities lists all, by name.
func (d *Desk) Authorities(ctx context.Context) ([]Authority, error) {
	rows, err := d.o.Pool.Query(ctx, `SELECT id::text, name, kind, public_key IS NOT NULL, created_at FROM authority ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("list the authorities: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Authority])
	if err != nil {
		return nil, fmt.Errorf("list the authorities: %w", err)
	}
	return list, nil
}
