package webhook

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/exchange"
	"offsite/registry"
	"offsite/store"
)

// Endpoint is where another system wants to be told, without its secret.
type Endpoint struct {
	ID          string     `json:"id"`
	Name        string     `json:"name" doc:"The system that is told."`
	URL         string     `json:"url"`
	Kinds       []string   `json:"kinds"`
	CreatedAt   time.Time  `json:"created_at"`
	DisabledAt  *time.Time `json:"disabled_at,omitempty"`
	DisabledWhy string     `json:"disabled_why,omitempty"`
	Waiting     int        `json:"waiting" doc:"Deliveries that are still tried."`
	Failed      int        `json:"failed" doc:"Deliveries given up; replay them when the receiver is well again."`
}

// Draft is an endpoint to be made or changed.
type Draft struct {
	Name    string   `json:"name" minLength:"1" maxLength:"80"`
	URL     string   `json:"url" minLength:"1" maxLength:"500"`
	Kinds   []string `json:"kinds" minItems:"1" maxItems:"40"`
	Enabled bool     `json:"enabled"`
}

const (
	secretPrefix = "whsec_"
	secretBytes  = 32
	overlap      = 24 * time.Hour // for which a replaced secret signs too
)

func (w *Webhooks) check(ctx context.Context, d *Draft) error {
	d.Name, d.URL = strings.TrimSpace(d.Name), strings.TrimSpace(d.URL)
	if d.Name == "" {
		return exchange.Refuse("name", "请填写接收系统的名称", "name the system that is told")
	}
	for _, k := range d.Kinds {
		if !known(k) {
			return exchange.Refuse("kinds", "没有“"+k+"”这类事件", "there is no event "+k)
		}
	}
	if len(d.Kinds) == 0 {
		return exchange.Refuse("kinds", "请至少选择一类事件", "choose at least one kind of event")
	}
	slices.Sort(d.Kinds)
	d.Kinds = slices.Compact(d.Kinds)
	return w.o.CheckURL(ctx, d.URL)
}

// newSecret is a secret as it is told and as it is kept.
func (w *Webhooks) newSecret(id string) (text string, sealed []byte, err error) {
	key := make([]byte, secretBytes)
	if _, err = rand.Read(key); err != nil {
		return "", nil, err
	}
	text = secretPrefix + base64.StdEncoding.EncodeToString(key)
	sealed, err = w.o.Secrets.Seal(purpose(id), text)
	return text, sealed, err
}

func purpose(id string) string { return "webhook.secret:" + id }

// Create makes an endpoint; the second result is its secret, told this once.
func (w *Webhooks) Create(ctx context.Context, by string, d Draft) (Endpoint, string, error) {
	if err := w.check(ctx, &d); err != nil {
		return Endpoint{}, "", fmt.Errorf("make a webhook endpoint: %w", err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Endpoint{}, "", fmt.Errorf("make a webhook endpoint: %w", err)
	}
	secret, sealed, err := w.newSecret(id.String())
	if err != nil {
		return Endpoint{}, "", fmt.Errorf("make a webhook endpoint: %w", err)
	}
	made := Endpoint{ID: id.String(), Name: d.Name, URL: d.URL, Kinds: d.Kinds, CreatedAt: w.now()}
	err = pgx.BeginFunc(ctx, w.o.Pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO webhook_endpoint (id, name, url, kinds, secret, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			made.ID, made.Name, made.URL, made.Kinds, sealed, made.CreatedAt, by)
		if err != nil {
			return err
		}
		return exchange.Log(ctx, tx, made.CreatedAt, exchange.Change{By: by, Kind: "webhook", Subject: made.ID, Action: "create", After: made})
	})
	if err != nil {
		return Endpoint{}, "", fmt.Errorf("make webhook endpoint %s: %w", made.Name, err)
	}
	return made, secret, nil
}

// Change replaces what an endpoint is; one that is enabled again is told what happens
// from now on.
func (w *Webhooks) Change(ctx context.Context, by, id string, d Draft) error {
	if err := w.check(ctx, &d); err != nil {
		return fmt.Errorf("change webhook endpoint %s: %w", id, err)
	}
	const why = "由管理员停用 disabled by an administrator"
	return w.change(ctx, id, exchange.Change{By: by, Action: "change", After: d}, `UPDATE webhook_endpoint SET name = $2, url = $3, kinds = $4,
		disabled_at = CASE WHEN $5 THEN NULL ELSE coalesce(disabled_at, $6) END,
		disabled_why = CASE WHEN $5 THEN '' WHEN disabled_at IS NULL THEN $7 ELSE disabled_why END WHERE id = $1`, d.Name, d.URL, d.Kinds, d.Enabled, w.now(), why)
}

// Rotate gives an endpoint a new secret, told this once; the one before still signs for
// a day, so that the receiver can change over.
func (w *Webhooks) Rotate(ctx context.Context, by, id string) (string, error) {
	secret, sealed, err := w.newSecret(id)
	if err != nil {
		return "", fmt.Errorf("replace the secret of webhook endpoint %s: %w", id, err)
	}
	err = w.change(ctx, id, exchange.Change{By: by, Action: "rotate secret"}, `UPDATE webhook_endpoint SET previous = secret, previous_until = $3, secret = $2 WHERE id = $1`,
		sealed, w.now().Add(overlap))
	if err != nil {
		return "", err
	}
	return secret, nil
}

func (w *Webhooks) change(ctx context.Context, id string, c exchange.Change, sql string, args ...any) error {
	err := registry.ErrNotFound
	if store.IsID(id) {
		err = pgx.BeginFunc(ctx, w.o.Pool, func(tx pgx.Tx) error {
			done, err := tx.Exec(ctx, sql, append([]any{id}, args...)...)
			if err != nil {
				return err
			}
			if done.RowsAffected() == 0 {
				return registry.ErrNotFound
			}
			c.Kind, c.Subject = "webhook", id
			return exchange.Log(ctx, tx, w.now(), c)
		})
	}
	if err != nil {
		return fmt.Errorf("%s of webhook endpoint %s: %w", c.Action, id, err)
	}
	return nil
}

// Endpoints lists all, the newest first.
func (w *Webhooks) Endpoints(ctx context.Context) ([]Endpoint, error) {
	rows, err := w.o.Pool.Query(ctx, `SELECT e.id::text, e.name, e.url, e.kinds, e.created_at, e.disabled_at, e.disabled_why,
		(SELECT count(*) FROM webhook_delivery d WHERE d.endpoint_id = e.id AND d.state = 'waiting'),
		(SELECT count(*) FROM webhook_delivery d WHERE d.endpoint_id = e.id AND d.state = 'failed')
		FROM webhook_endpoint e ORDER BY e.created_at DESC, e.id`)
	if err != nil {
		return nil, fmt.Errorf("list the webhook endpoints: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Endpoint])
	if err != nil {
		return nil, fmt.Errorf("list the webhook endpoints: %w", err)
	}
	return list, nil
}
