package api

import (
	"context"
	"net/http"
	"slices"

	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/casework/quota"
	"offsite/registry"
	"offsite/store"
)

func (a *API) brigadeOperations() {
	const tag = "supervision"
	handle(a, operation{id: "list-brigades", method: http.MethodGet, path: "/brigades", summary: "The brigades (大队) and the townships that each covers", tag: tag}, a.listBrigades)
	handle(a, operation{id: "save-brigades", method: http.MethodPut, path: "/brigades", summary: "Put a list of brigades in place of the one before; a township is of one at most", tag: tag}, a.saveBrigades)
}

func (a *API) listBrigades(ctx context.Context, _ *empty) (*list[registry.Brigade], error) {
	all, err := a.o.Registry.Brigades(ctx)
	if err != nil {
		return nil, err
	}
	return listOf(all), nil
}

func (a *API) saveBrigades(ctx context.Context, in *struct{ Body wire.BrigadesDraft }) (*list[registry.Brigade], error) {
	all, err := a.o.Registry.SaveBrigades(ctx, actor(ctx).ID, in.Body.Brigades)
	if err != nil {
		return nil, err
	}
	return listOf(all), nil
}

// Within chooses a part of what the caller sees.
type Within struct {
	Brigade  string `query:"brigade" maxLength:"60" doc:"Of this brigade's townships alone."`
	Township string `query:"township" maxLength:"100" doc:"Of this township alone."`
}

// part names it as sealed figures do.
func (w Within) part() quota.Part {
	switch {
	case w.Brigade != "":
		return quota.Part{Level: quota.Brigade, Name: w.Brigade}
	case w.Township != "":
		return quota.Part{Level: quota.Township, Name: w.Township}
	}
	return quota.Part{}
}

// narrowed gives a context that sees the chosen part, and the part's name, "" for all that
// the caller sees. What lies beyond that is not found.
func (a *API) narrowed(ctx context.Context, w Within) (context.Context, string, error) {
	name, chosen := w.Township, []string{w.Township}
	switch {
	case w.Brigade != "":
		all, err := a.o.Registry.Brigades(ctx)
		if err != nil {
			return ctx, "", err
		}
		i := slices.IndexFunc(all, func(b registry.Brigade) bool { return b.Name == w.Brigade })
		if i < 0 {
			return ctx, "", problem.NotFound("这个大队", "brigade")
		}
		name, chosen = w.Brigade, all[i].Townships
	case w.Township == "":
		return ctx, "", nil
	}
	own := store.Townships(ctx)
	if len(own) > 0 && slices.ContainsFunc(chosen, func(t string) bool { return !slices.Contains(own, t) }) {
		return ctx, "", problem.NotFound("您辖区内的"+name, "part of your reach")
	}
	part, scope := store.WithScope(ctx)
	scope.Narrow(chosen)
	return part, name, nil
}
