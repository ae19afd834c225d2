package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"offsite/registry"
	"offsite/store"
)

// message is an event's body, as the specification recommends it.
type message struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      any       `json:"data"`
}

// Tell tells every endpoint that wants this kind, once the transaction commits. Data
// is small and names nobody.
func (w *Webhooks) Tell(ctx context.Context, tx pgx.Tx, kind string, data any) error {
	rows, err := tx.Query(ctx, `SELECT id::text FROM webhook_endpoint WHERE disabled_at IS NULL AND $1 = ANY (kinds)`, kind)
	if err != nil {
		return fmt.Errorf("tell other systems of %s: %w", kind, err)
	}
	endpoints, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("tell other systems of %s: %w", kind, err)
	}
	if len(endpoints) == 0 {
		return nil
	}
	_, err = w.tell(ctx, tx, kind, data, endpoints)
	return err
}

// Test tells one endpoint that it is tested, also one that is disabled.
func (w *Webhooks) Test(ctx context.Context, by, endpoint string) (event string, err error) {
	if !store.IsID(endpoint) {
		return "", fmt.Errorf("test webhook endpoint %s: %w", endpoint, registry.ErrNotFound)
	}
	err = pgx.BeginFunc(ctx, w.o.Pool, func(tx pgx.Tx) error {
		var there bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM webhook_endpoint WHERE id = $1)`, endpoint).Scan(&there); err != nil {
			return err
		}
		if !there {
			return registry.ErrNotFound
		}
		event, err = w.tell(ctx, tx, test, map[string]string{"endpoint": endpoint, "asked_by": by}, []string{endpoint})
		return err
	})
	if err != nil {
		return "", fmt.Errorf("test webhook endpoint %s: %w", endpoint, err)
	}
	return event, nil
}

func (w *Webhooks) tell(ctx context.Context, tx pgx.Tx, kind string, data any, endpoints []string) (event string, err error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", err
	}
	now := w.now()
	body, err := json.Marshal(message{kind, now, data})
	if err != nil {
		return "", fmt.Errorf("tell other systems of %s: %w", kind, err)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO webhook_event (id, kind, at, body) VALUES ($1, $2, $3, $4)`, id.String(), kind, now, string(body)); err != nil {
		return "", fmt.Errorf("tell other systems of %s: %w", kind, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO webhook_delivery (event_id, endpoint_id, state, changed_at, next_at) SELECT $1, unnest($2::text[])::uuid, 'waiting', $3, $3`,
		id.String(), endpoints, now)
	if err != nil {
		return "", fmt.Errorf("tell other systems of %s: %w", kind, err)
	}
	jobs := make([]river.InsertManyParams, len(endpoints))
	for i, e := range endpoints {
		jobs[i].Args = DeliverArgs{EventID: id.String(), EndpointID: e}
	}
	if _, err := w.jobs.InsertManyFastTx(ctx, tx, jobs); err != nil {
		return "", fmt.Errorf("tell other systems of %s: %w", kind, err)
	}
	return id.String(), nil
}
