package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/exchange"
)

// Past is an event of before and what became of it at one endpoint, as a demonstration
// makes it up.
type Past struct {
	Kind  string
	At    time.Time
	Data  any
	Tries []PastTry // at least one; the last one settled it
}

// PastTry is one attempt. The pauses between them are those of Pause.
type PastTry struct {
	Took     time.Duration
	Status   int // 0: there was no answer
	Error    string
	Replayed bool // somebody had it sent again, an hour later
}

// AdoptPast takes deliveries into the list of an endpoint as they ended, all or none.
// Nothing is sent.
func (w *Webhooks) AdoptPast(ctx context.Context, by, endpoint string, list []Past) error {
	err := pgx.BeginFunc(ctx, w.o.Pool, func(tx pgx.Tx) error {
		for _, p := range list {
			if err := adopt(ctx, tx, by, endpoint, p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("adopt %d past deliveries: %w", len(list), err)
	}
	return nil
}

func adopt(ctx context.Context, tx pgx.Tx, by, endpoint string, p Past) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	body, err := json.Marshal(message{p.Kind, p.At, p.Data})
	if err != nil {
		return err
	}
	if _, err = tx.Exec(ctx, `INSERT INTO webhook_event (id, kind, at, body) VALUES ($1, $2, $3, $4)`, id.String(), p.Kind, p.At, string(body)); err != nil {
		return err
	}
	last, state := p.Tries[len(p.Tries)-1], "failed"
	if (outcome{status: last.Status}).taken() {
		state = "delivered"
	}
	at, tries := p.At, 0
	var rows [][]any
	for i, t := range p.Tries {
		if tries++; t.Replayed {
			at, tries = at.Add(time.Hour), 1
			if err := exchange.Log(ctx, tx, at, exchange.Change{By: by, Kind: "webhook", Subject: endpoint, Action: "replay", After: map[string]any{"event": id.String(), "count": 1}}); err != nil {
				return err
			}
		} else if i > 0 {
			at = at.Add(Pause(i))
		}
		rows = append(rows, []any{id.String(), endpoint, at, t.Took.Milliseconds(), t.Status, t.Error})
	}
	if _, err = tx.Exec(ctx, `INSERT INTO webhook_delivery (event_id, endpoint_id, state, attempts, tries, changed_at, status, error) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		id.String(), endpoint, state, len(p.Tries), tries, at, last.Status, last.Error); err != nil {
		return err
	}
	batch := &pgx.Batch{}
	for _, row := range rows {
		batch.Queue(`INSERT INTO webhook_attempt (event_id, endpoint_id, at, took_ms, status, error) VALUES ($1, $2, $3, $4, $5, $6)`, row...)
	}
	return tx.SendBatch(ctx, batch).Close()
}
