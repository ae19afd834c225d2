package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// EventsChannel is where everything is told that the console shows live.
const EventsChannel = "offsite_events"

// KindGap is the event that says: others may have been missed, read anew. It comes
// first, after every lost connection, and when a slow reader let events pass.
const KindGap = "gap"

// Event is something that has happened, committed. Body is the whole JSON object,
// its member kind included: {"kind":"case.changed","case_id":"…"}.
type Event struct {
	Kind string
	Body json.RawMessage
}

// Events delivers what happens, in order, until ctx is done; then the channel is
// closed. A reader that lags 256 events behind gets a gap in place of the rest.
func Events(ctx context.Context, pool *pgxpool.Pool) <-chan Event {
	r := &relay{out: make(chan Event, 256)}
	go func() {
		defer close(r.out)
		Listen(ctx, pool, EventsChannel, r.heard)
	}()
	return r.out
}

// relay hands notices on and never blocks: what finds no room becomes a gap.
type relay struct {
	out    chan Event
	missed bool // a gap is owed before the next event
}

func (r *relay) heard(n Notice) {
	r.missed = r.missed || n.Gap
	if r.missed && !r.offer(Event{Kind: KindGap, Body: json.RawMessage(`{"kind":"gap"}`)}) {
		return
	}
	event, ok := read(n)
	r.missed = ok && !r.offer(event)
}

func (r *relay) offer(e Event) bool {
	select {
	case r.out <- e:
		return true
	default:
		return false
	}
}

// read makes an event of a notice; what is no JSON object with a kind is not ours.
func read(n Notice) (Event, bool) {
	var head struct {
		Kind string `json:"kind"`
	}
	if n.Gap || json.Unmarshal([]byte(n.Payload), &head) != nil || head.Kind == "" {
		return Event{}, false
	}
	return Event{Kind: head.Kind, Body: json.RawMessage(n.Payload)}, true
}

// named are the tables of what events name, by the member that holds the id.
func named() map[string]string {
	return map[string]string{"case_id": "casefile", "finding_id": "casefile", "camera_id": "camera", "lead_id": "lead", "transfer_id": "transfer"}
}

// Sees says whether the context's statements see all that an event names by id. What
// names something of no township is seen by the whole district's contexts alone.
func Sees(ctx context.Context, pool *pgxpool.Pool, e Event) (bool, error) {
	if len(Townships(ctx)) == 0 {
		return true, nil
	}
	var members map[string]any
	if err := json.Unmarshal(e.Body, &members); err != nil {
		return false, fmt.Errorf("read event %s: %w", e.Kind, err)
	}
	for member, value := range members {
		if !strings.HasSuffix(member, "_id") {
			continue
		}
		id, _ := value.(string)
		table, known := named()[member]
		if !known || !IsID(id) {
			return false, nil
		}
		var seen bool
		if err := pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM `+table+` WHERE id = $1)`, id).Scan(&seen); err != nil || !seen {
			return false, err
		}
	}
	return true, nil
}

// executor is what both a pool and a transaction can do.
type executor interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// Notify tells listeners of the console's channel, when the transaction commits.
// body marshals to a JSON object with a member kind, shorter than 8,000 bytes.
func Notify(ctx context.Context, tx executor, body any) error {
	payload, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("make the event: %w", err)
	}
	if _, err := tx.Exec(ctx, "SELECT pg_notify($1, $2)", EventsChannel, string(payload)); err != nil {
		return fmt.Errorf("tell the event: %w", err)
	}
	return nil
}
