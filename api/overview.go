package api

import (
	"context"
	"net/http"
	"slices"

	"offsite/api/wire"
	"offsite/casework"
)

func (a *API) overviewOperations() {
	handle(a, operation{id: "get-overview", method: http.MethodGet, path: "/overview", summary: "What waits", tag: "overview"}, a.getOverview)
	handle(a, operation{id: "list-quotas", method: http.MethodGet, path: "/quotas", summary: "The plan's figures, of all that one sees or of one brigade or township", tag: "overview"}, a.listQuotas)
	handle(a, operation{id: "list-matters", method: http.MethodGet, path: "/matters", summary: "What may be enforced, by which law", tag: "overview"}, a.listMatters)
	handle(a, operation{id: "listen", method: http.MethodGet, path: "/events", summary: "What changes, as server-sent events", tag: "overview", binary: "text/event-stream"}, a.listen)
}

func (a *API) getOverview(ctx context.Context, _ *empty) (*answer[wire.Overview], error) {
	who := actor(ctx)
	var o wire.Overview
	if a.policy["list-cases"].has(who.Roles) {
		part, err := a.o.Casework.Overview(ctx, who)
		if err != nil {
			return nil, err
		}
		o.Overview = part
		unseen, err := a.o.Desk.Unseen(ctx, who.ID)
		if err != nil {
			return nil, err
		}
		if unseen > 0 {
			o.Waiting = append(o.Waiting, casework.Waiting{Kind: "mention", Count: unseen})
		}
	}
	if a.policy["list-quotas"].has(who.Roles) && len(o.Quotas) == 0 {
		quotas, err := a.o.Casework.Quotas(ctx, 0)
		if err != nil {
			return nil, err
		}
		o.Quotas = quotas
	}
	cameras, err := a.cameraViews(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range cameras {
		if c.Unwatched {
			continue
		}
		o.Cameras.Total++
		if c.State == "live" {
			o.Cameras.Live++
			continue
		}
		o.Cameras.Down = append(o.Cameras.Down, c)
	}
	if o.EvidenceWaiting, err = a.o.Registry.Waiting(ctx); err != nil {
		return nil, err
	}
	return &answer[wire.Overview]{o}, nil
}

func (a *API) listQuotas(ctx context.Context, in *Within) (*list[casework.Quota], error) {
	ctx, _, err := a.narrowed(ctx, *in)
	if err != nil {
		return nil, err
	}
	quotas, err := a.o.Casework.Quotas(ctx, 0)
	if err != nil {
		return nil, err
	}
	return listOf(quotas), nil
}

func (a *API) listMatters(ctx context.Context, _ *empty) (*list[casework.Matter], error) {
	matters, err := a.o.Casework.Matters(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(matters, func(x, y casework.Matter) int { return offsiteFirst(x.Offsite, y.Offsite) })
	return listOf(matters), nil
}

func offsiteFirst(x, y bool) int {
	switch {
	case x == y:
		return 0
	case x:
		return -1
	}
	return 1
}
