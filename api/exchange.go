package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/exchange/bulk"
	"offsite/exchange/key"
	"offsite/exchange/webhook"
)

// webhooks is webhook.Webhooks: what other systems are told.
type webhooks interface {
	Endpoints(ctx context.Context) ([]webhook.Endpoint, error)
	Create(ctx context.Context, by string, d webhook.Draft) (webhook.Endpoint, string, error)
	Change(ctx context.Context, by, id string, d webhook.Draft) error
	Rotate(ctx context.Context, by, id string) (string, error)
	Test(ctx context.Context, by, id string) (event string, err error)
	Deliveries(ctx context.Context, f webhook.Filter) ([]webhook.Delivery, error)
	Delivery(ctx context.Context, endpoint, event string) (webhook.Detail, error)
	Replay(ctx context.Context, by, endpoint, event string, since time.Time) (int, error)
}

// exports is bulk.Source.
type exports interface {
	Write(ctx context.Context, k bulk.Kind, since time.Time, w io.Writer) (int, error)
}

func (a *API) exchangeOperations() {
	const tag = "integration"
	handle(a, operation{id: "list-keys", method: http.MethodGet, path: "/keys", summary: "API keys of other systems, the newest first, and the scopes that there are", tag: tag}, a.listKeys)
	handle(a, operation{id: "create-key", method: http.MethodPost, path: "/keys", summary: "Make an API key; it is told this once", tag: tag, status: http.StatusCreated}, a.createKey)
	handle(a, operation{id: "revoke-key", method: http.MethodDelete, path: "/keys/{id}", summary: "End an API key at once", tag: tag, status: http.StatusNoContent}, a.revokeKey)
	handle(a, operation{id: "list-webhooks", method: http.MethodGet, path: "/webhooks", summary: "Endpoints that are told, and the kinds of events that there are", tag: tag}, a.listWebhooks)
	handle(a, operation{id: "create-webhook", method: http.MethodPost, path: "/webhooks", summary: "Make an endpoint; its secret is told this once", tag: tag, status: http.StatusCreated}, a.createWebhook)
	handle(a, operation{id: "change-webhook", method: http.MethodPut, path: "/webhooks/{id}", summary: "Change an endpoint, disable or enable it", tag: tag, status: http.StatusNoContent}, a.changeWebhook)
	handle(a, operation{id: "rotate-webhook", method: http.MethodPost, path: "/webhooks/{id}/secret", summary: "Replace an endpoint's secret; the one before signs for a day too", tag: tag}, a.rotateWebhook)
	handle(a, operation{id: "test-webhook", method: http.MethodPost, path: "/webhooks/{id}/test", summary: "Send a webhook.test", tag: tag}, a.testWebhook)
	handle(a, operation{id: "list-deliveries", method: http.MethodGet, path: "/webhooks/{id}/deliveries", summary: "Deliveries to an endpoint, the newest event first", tag: tag}, a.listDeliveries)
	handle(a, operation{id: "get-delivery", method: http.MethodGet, path: "/webhooks/{id}/deliveries/{event}", summary: "A delivery with its body and every attempt", tag: tag}, a.getDelivery)
	handle(a, operation{id: "replay-deliveries", method: http.MethodPost, path: "/webhooks/{id}/replay", summary: "Send one event again, or all that failed since a time", tag: tag}, a.replayDeliveries)
	handle(a, operation{id: "export-cases", method: http.MethodGet, path: "/exports/cases", summary: "All cases that changed since a time, one JSON object a line, without personal data", tag: tag, binary: lines}, a.exporter(bulk.Cases))
	handle(a, operation{id: "export-objects", method: http.MethodGet, path: "/exports/objects", summary: "All shops and sites that changed since a time, one JSON object a line", tag: tag, binary: lines}, a.exporter(bulk.Objects))
}

const lines = "application/x-ndjson"

func (a *API) listKeys(ctx context.Context, _ *empty) (*answer[wire.KeyPage], error) {
	all, err := a.o.Keys.List(ctx)
	if err != nil {
		return nil, err
	}
	return &answer[wire.KeyPage]{wire.KeyPage{Items: all, Scopes: key.Scopes()}}, nil
}

func (a *API) createKey(ctx context.Context, in *struct{ Body wire.KeyDraft }) (*answer[wire.KeyMade], error) {
	made, text, err := a.o.Keys.Create(ctx, actor(ctx).ID, key.Draft(in.Body))
	if err != nil {
		return nil, err
	}
	return &answer[wire.KeyMade]{wire.KeyMade{Key: made, Secret: text}}, nil
}

func (a *API) revokeKey(ctx context.Context, in *ByID) (*empty, error) {
	return &empty{}, a.o.Keys.Revoke(ctx, actor(ctx).ID, in.ID)
}

func (a *API) listWebhooks(ctx context.Context, _ *empty) (*answer[wire.WebhookPage], error) {
	all, err := a.o.Webhooks.Endpoints(ctx)
	if err != nil {
		return nil, err
	}
	return &answer[wire.WebhookPage]{wire.WebhookPage{Items: all, Kinds: webhook.Kinds()}}, nil
}

func (a *API) createWebhook(ctx context.Context, in *struct{ Body wire.WebhookDraft }) (*answer[wire.WebhookMade], error) {
	made, secret, err := a.o.Webhooks.Create(ctx, actor(ctx).ID, webhook.Draft(in.Body))
	if err != nil {
		return nil, err
	}
	return &answer[wire.WebhookMade]{wire.WebhookMade{Endpoint: made, Secret: secret}}, nil
}

type webhookChange struct {
	ByID
	Body wire.WebhookDraft
}

func (a *API) changeWebhook(ctx context.Context, in *webhookChange) (*empty, error) {
	return &empty{}, a.o.Webhooks.Change(ctx, actor(ctx).ID, in.ID, webhook.Draft(in.Body))
}

func (a *API) rotateWebhook(ctx context.Context, in *ByID) (*answer[wire.WebhookSecret], error) {
	secret, err := a.o.Webhooks.Rotate(ctx, actor(ctx).ID, in.ID)
	if err != nil {
		return nil, err
	}
	return &answer[wire.WebhookSecret]{wire.WebhookSecret{Secret: secret}}, nil
}

func (a *API) testWebhook(ctx context.Context, in *ByID) (*answer[wire.WebhookEvent], error) {
	event, err := a.o.Webhooks.Test(ctx, actor(ctx).ID, in.ID)
	if err != nil {
		return nil, err
	}
	return &answer[wire.WebhookEvent]{wire.WebhookEvent{EventID: event}}, nil
}

type deliveryQuery struct {
	ByID
	State  string `query:"state" enum:"waiting,delivered,failed" doc:"Left out: all."`
	Cursor string `query:"cursor" maxLength:"36" format:"uuid"`
}

const deliveriesShown = 50

func (a *API) listDeliveries(ctx context.Context, in *deliveryQuery) (*page[webhook.Delivery], error) {
	all, err := a.o.Webhooks.Deliveries(ctx, webhook.Filter{Endpoint: in.ID, State: in.State, Before: in.Cursor, Limit: deliveriesShown})
	if err != nil {
		return nil, err
	}
	out := &page[webhook.Delivery]{}
	out.Body.Items = all
	if len(all) == deliveriesShown {
		out.Body.NextCursor = all[len(all)-1].EventID
	}
	return out, nil
}

type deliveryPath struct {
	ByID
	Event string `path:"event" maxLength:"64"`
}

func (a *API) getDelivery(ctx context.Context, in *deliveryPath) (*answer[webhook.Detail], error) {
	d, err := a.o.Webhooks.Delivery(ctx, in.ID, in.Event)
	if err != nil {
		return nil, err
	}
	return &answer[webhook.Detail]{d}, nil
}

type replay struct {
	ByID
	Body wire.Replay
}

func (a *API) replayDeliveries(ctx context.Context, in *replay) (*answer[wire.Replayed], error) {
	n, err := a.o.Webhooks.Replay(ctx, actor(ctx).ID, in.ID, in.Body.EventID, in.Body.Since)
	if err != nil {
		return nil, err
	}
	return &answer[wire.Replayed]{wire.Replayed{Count: n}}, nil
}

type exportQuery struct {
	Since time.Time `query:"since" doc:"changed_at of the last line that is there already; left out: everything."`
}

// exporter sends lines while they are read: nothing of them is held.
func (a *API) exporter(kind bulk.Kind) func(context.Context, *exportQuery) (*stream, error) {
	return func(ctx context.Context, in *exportQuery) (*stream, error) {
		if a.o.Exports == nil {
			return nil, problem.Away("此服务未启用批量导出。", "This server exports nothing in bulk.", nil)
		}
		return &stream{func(hc huma.Context) {
			r, w := humachi.Unwrap(hc)
			h := w.Header()
			h.Set("Content-Type", lines)
			h.Set("Cache-Control", "no-store")
			h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s.ndjson"`, kind))
			_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // as long as it takes to carry it
			n, err := a.o.Exports.Write(r.Context(), kind, in.Since, w)
			if err != nil {
				a.log.ErrorContext(ctx, "bulk export failed", "kind", kind, "error", err)
				panic(http.ErrAbortHandler) // what was sent must not look whole
			}
			a.log.InfoContext(ctx, "bulk export", "kind", kind, "lines", n, "by", actor(ctx).ID)
		}}, nil
	}
}
