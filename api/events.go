package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"offsite/api/problem"
	"offsite/store"
)

const (
	heartbeat     = 15 * time.Second // also how soon an ended session ends its stream
	writeWithin   = 10 * time.Second // of one event or picture
	listenersMost = 5000
)

// listen streams what changes. Events carry ids alone: what they name is fetched,
// and refused, by its own operation.
func (a *API) listen(ctx context.Context, _ *empty) (*stream, error) {
	if a.hub.Listeners()-a.parties.listening() >= listenersMost {
		return nil, problem.TooMany("30")
	}
	token := callerOf(ctx).token
	return &stream{func(hc huma.Context) {
		r, w := humachi.Unwrap(hc)
		a.follow(r.Context(), w, follower{ // r's context is narrowed as the caller is
			stands: func(ctx context.Context) bool { _, err := a.o.Accounts.Session(ctx, token); return err == nil },
			sees:   a.sees(r.Context()),
			text:   eventText,
		})
	}}, nil
}

// follower is who listens: whether its session stands, what it may hear, and how that is
// written.
type follower struct {
	stands func(context.Context) bool
	sees   func(store.Event) bool
	text   func(store.Event) string
}

// follow writes events until the client, the session or the hub ends.
func (a *API) follow(ctx context.Context, w http.ResponseWriter, who follower) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	w.WriteHeader(http.StatusOK)
	listener := a.hub.Listen()
	defer a.hub.Leave(listener)
	out := sender{w, http.NewResponseController(w)}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	if !out.send("retry: 2000\n\n") {
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			if !who.stands(ctx) || !out.send(": still here\n\n") {
				return
			}
		case e, open := <-listener.Events:
			if !open || who.sees(e) && !out.send(who.text(e)) {
				return
			}
		}
	}
}

// sees says of which events the context's caller hears: who has townships, of those
// alone that name something of theirs.
func (a *API) sees(ctx context.Context) func(store.Event) bool {
	if len(store.Townships(ctx)) == 0 {
		return func(store.Event) bool { return true }
	}
	return func(e store.Event) bool {
		if a.o.Sees == nil {
			return e.Kind == store.KindGap
		}
		seen, err := a.o.Sees(ctx, e)
		if err != nil && ctx.Err() == nil {
			a.log.WarnContext(ctx, "an event is kept back", "kind", e.Kind, "error", err)
		}
		return seen
	}
}

func eventText(e store.Event) string {
	return fmt.Sprintf("event: %s\ndata: %s\n\n", e.Kind, e.Body)
}

type sender struct {
	w http.ResponseWriter
	c *http.ResponseController
}

func (s sender) send(text string) bool {
	return s.write([]byte(text)) && s.c.Flush() == nil
}

func (s sender) write(part []byte) bool {
	_ = s.c.SetWriteDeadline(time.Now().Add(writeWithin)) // not every writer has one
	_, err := s.w.Write(part)
	return err == nil
}
