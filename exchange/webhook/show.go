package webhook

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"offsite/exchange"
	"offsite/registry"
	"offsite/store"
)

// Delivery is an event on its way to an endpoint.
type Delivery struct {
	EventID   string     `json:"event_id"`
	Kind      string     `json:"kind"`
	At        time.Time  `json:"at" doc:"When it happened."`
	State     string     `json:"state" enum:"waiting,delivered,failed"`
	Attempts  int        `json:"attempts"`
	ChangedAt time.Time  `json:"changed_at"`
	NextAt    *time.Time `json:"next_at,omitempty"`
	Status    int        `json:"status" doc:"HTTP status of the last answer; 0: there was none."`
	Error     string     `json:"error"`
}

// Attempt is one try.
type Attempt struct {
	At     time.Time `json:"at"`
	TookMS int       `json:"took_ms"`
	Status int       `json:"status"`
	Error  string    `json:"error"`
}

// Detail is a delivery with everything about it.
type Detail struct {
	Delivery Delivery  `json:"delivery"`
	Body     string    `json:"body" doc:"The exact bytes that are signed."`
	Tries    []Attempt `json:"tries"`
}

// Filter chooses deliveries of an endpoint.
type Filter struct {
	Endpoint string
	State    string // "": all
	Before   string // event id; "": the newest
	Limit    int
}

const deliveryQuery = `SELECT d.event_id::text, v.kind, v.at, d.state, d.attempts, d.changed_at, d.next_at, d.status, d.error
	FROM webhook_delivery d JOIN webhook_event v ON v.id = d.event_id WHERE d.endpoint_id = $1 `

// Deliveries lists them, the newest event first.
func (w *Webhooks) Deliveries(ctx context.Context, f Filter) ([]Delivery, error) {
	rows, err := w.o.Pool.Query(ctx, deliveryQuery+`AND ($2 = '' OR d.state = $2) AND ($3 = '' OR d.event_id < nullif($3, '')::uuid) ORDER BY d.event_id DESC LIMIT $4`,
		store.ID(f.Endpoint), f.State, f.Before, f.Limit)
	if err != nil {
		return nil, fmt.Errorf("list the deliveries: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Delivery])
	if err != nil {
		return nil, fmt.Errorf("list the deliveries: %w", err)
	}
	return list, nil
}

// Delivery reads one.
func (w *Webhooks) Delivery(ctx context.Context, endpoint, event string) (Detail, error) {
	var d Detail
	fail := func(err error) (Detail, error) {
		if errors.Is(err, pgx.ErrNoRows) {
			err = registry.ErrNotFound
		}
		return Detail{}, fmt.Errorf("read delivery %s: %w", event, err)
	}
	rows, err := w.o.Pool.Query(ctx, deliveryQuery+`AND d.event_id = $2`, store.ID(endpoint), store.ID(event))
	if err != nil {
		return fail(err)
	}
	if d.Delivery, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Delivery]); err != nil {
		return fail(err)
	}
	if err := w.o.Pool.QueryRow(ctx, `SELECT body FROM webhook_event WHERE id = $1`, event).Scan(&d.Body); err != nil {
		return fail(err)
	}
	rows, err = w.o.Pool.Query(ctx, `SELECT at, took_ms, status, error FROM webhook_attempt WHERE event_id = $1 AND endpoint_id = $2 ORDER BY id`, event, endpoint)
	if err != nil {
		return fail(err)
	}
	if d.Tries, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Attempt]); err != nil {
		return fail(err)
	}
	return d, nil
}

const replayAtOnce = 10_000

// Replay sends again, at once and from the first pause on: one event, whatever became
// of it, or with event "" all those that failed since a time. It says how many.
func (w *Webhooks) Replay(ctx context.Context, by, endpoint, event string, since time.Time) (n int, err error) {
	if !store.IsID(endpoint) || event != "" && !store.IsID(event) {
		return 0, fmt.Errorf("replay to %s: %w", endpoint, registry.ErrNotFound)
	}
	err = pgx.BeginFunc(ctx, w.o.Pool, func(tx pgx.Tx) error {
		now := w.now()
		rows, err := tx.Query(ctx, `UPDATE webhook_delivery d SET state = 'waiting', tries = 0, next_at = $4, changed_at = $4 WHERE (event_id, endpoint_id) IN
			(SELECT event_id, endpoint_id FROM webhook_delivery JOIN webhook_event v ON v.id = event_id
			WHERE endpoint_id = $1 AND ($2 <> '' AND event_id = nullif($2, '')::uuid OR $2 = '' AND state = 'failed' AND v.at >= $3) ORDER BY event_id LIMIT $5 FOR UPDATE OF webhook_delivery)
			RETURNING d.event_id::text`, endpoint, event, since, now, replayAtOnce)
		if err != nil {
			return err
		}
		events, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		if n = len(events); n == 0 {
			if event != "" {
				return registry.ErrNotFound
			}
			return nil
		}
		jobs := make([]river.InsertManyParams, n)
		for i, id := range events {
			jobs[i].Args = DeliverArgs{EventID: id, EndpointID: endpoint}
		}
		if _, err := w.jobs.InsertManyFastTx(ctx, tx, jobs); err != nil {
			return err
		}
		return exchange.Log(ctx, tx, now, exchange.Change{By: by, Kind: "webhook", Subject: endpoint, Action: "replay", After: map[string]any{"event": event, "count": n}})
	})
	if err != nil {
		return 0, fmt.Errorf("replay to webhook endpoint %s: %w", endpoint, err)
	}
	return n, nil
}
