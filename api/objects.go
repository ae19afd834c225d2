package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/registry"
)

func (a *API) objectOperations() {
	handle(a, operation{id: "list-objects", method: http.MethodGet, path: "/objects", summary: "List shops, sites and land", tag: "objects"}, a.listObjects)
	handle(a, operation{id: "create-object", method: http.MethodPost, path: "/objects", summary: "Register a shop, site or piece of land", tag: "objects", status: http.StatusCreated}, a.createObject)
	handle(a, operation{id: "change-object", method: http.MethodPatch, path: "/objects/{id}", summary: "Change an object", tag: "objects"}, a.changeObject)
	handle(a, operation{id: "remove-object", method: http.MethodDelete, path: "/objects/{id}", summary: "Take an object off the lists, as when a shop has closed; its cases go on", tag: "objects", status: http.StatusNoContent}, a.removeObject)
	handle(a, operation{id: "list-parties", method: http.MethodGet, path: "/parties", summary: "List parties", tag: "objects"}, a.listParties)
	handle(a, operation{id: "create-party", method: http.MethodPost, path: "/parties", summary: "Register a party", tag: "objects", status: http.StatusCreated}, a.createParty)
	handle(a, operation{id: "change-party", method: http.MethodPatch, path: "/parties/{id}", summary: "Change a party", tag: "objects"}, a.changeParty)
	handle(a, operation{id: "get-party-history", method: http.MethodGet, path: "/parties/{id}/history", summary: "What was changed of a party and of its consent to electronic service, by whom", tag: "objects"}, a.partyHistory)
}

const partiesAtMost = 5000 // in one answer

type objectQuery struct {
	Q     string `query:"q" maxLength:"100"`
	Kind  string `query:"kind" enum:"shop,site,land"`
	Grade string `query:"grade" enum:"red,yellow,green"`
	After string `query:"cursor" maxLength:"64"`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" doc:"Left out: all."`
}

func (a *API) listObjects(ctx context.Context, in *objectQuery) (*page[registry.Object], error) {
	objects, err := a.o.Registry.Objects(ctx, registry.ObjectFilter{Query: in.Q, Kind: in.Kind, Grade: in.Grade, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	p := &page[registry.Object]{}
	p.Body.Items = objects
	if in.Limit > 0 && len(objects) == in.Limit {
		p.Body.NextCursor = objects[len(objects)-1].ID
	}
	return p, nil
}

type objectDraft struct {
	OnceKey
	Anyway bool `query:"anyway" doc:"Also what looks like an object that is registered already, which is refused with 409 else."`
	Body   wire.ObjectDraft
}

func (a *API) createObject(ctx context.Context, in *objectDraft) (*versioned[registry.Object], error) {
	o, err := onceOnly(ctx, a, in.OnceKey, "create-object", in.Body, func(ctx context.Context) (registry.Object, error) {
		var o registry.Object
		in.Body.Into(&o)
		if !in.Anyway {
			if err := a.unlikeOthers(ctx, o); err != nil {
				return o, err
			}
		}
		return a.o.Registry.SaveObject(ctx, actor(ctx).ID, o)
	})
	if err != nil {
		return nil, err
	}
	return withVersion(o.Version, o), nil
}

// unlikeOthers refuses what looks like an object that is registered already, and names it.
func (a *API) unlikeOthers(ctx context.Context, o registry.Object) error {
	if a.o.Intake == nil {
		return nil
	}
	is, found, err := a.o.Intake.Alike(ctx, o)
	if err != nil || !found {
		return err
	}
	address := cmp.Or(is.Address, "—")
	return problem.New(http.StatusConflict,
		"与已登记的“"+is.Name+"”（"+address+"）证照编号相同，或名称相同而地址相同、相距不到50米。确属另一对象的，可以仍然登记。",
		"It has the licence number of "+is.Name+" ("+address+"), which is registered already, or its name and address, or its name less than 50 metres away. If it is another one, register it all the same.")
}

type objectChange struct {
	ByID
	IfMatch string `header:"If-Match"`
	Body    wire.ObjectDraft
}

func (a *API) changeObject(ctx context.Context, in *objectChange) (*versioned[registry.Object], error) {
	version, err := seen(in.IfMatch)
	if err != nil {
		return nil, err
	}
	o, err := a.o.Registry.Object(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	in.Body.Into(&o)
	if version != 0 {
		o.Version = version // else the one just read: two changes at once conflict
	}
	if o, err = a.o.Registry.SaveObject(ctx, actor(ctx).ID, o); err != nil {
		return nil, err
	}
	return withVersion(o.Version, o), nil
}

type removal struct {
	ByID
	IfMatch string `header:"If-Match"`
}

func (a *API) removeObject(ctx context.Context, in *removal) (*empty, error) {
	version, err := seen(in.IfMatch)
	if err != nil {
		return nil, err
	}
	return &empty{}, a.o.Registry.RemoveObject(ctx, actor(ctx).ID, in.ID, version)
}

type partyQuery struct {
	Q string `query:"q" maxLength:"100"`
}

func (a *API) listParties(ctx context.Context, in *partyQuery) (*list[registry.Party], error) {
	parties, err := a.o.Registry.Parties(ctx, registry.PartyFilter{Query: in.Q, Limit: partiesAtMost})
	if err != nil {
		return nil, err
	}
	return listOf(parties), nil
}

type partyDraft struct {
	OnceKey
	Body wire.PartyDraft
}

func (a *API) createParty(ctx context.Context, in *partyDraft) (*versioned[registry.Party], error) {
	p, err := onceOnly(ctx, a, in.OnceKey, "create-party", in.Body, func(ctx context.Context) (registry.Party, error) {
		var p registry.Party
		in.Body.Into(&p)
		return a.o.Registry.SaveParty(ctx, actor(ctx).ID, p)
	})
	if err != nil {
		return nil, err
	}
	return withVersion(p.Version, p), nil
}

type partyChange struct {
	ByID
	IfMatch string `header:"If-Match"`
	Body    wire.PartyDraft
}

func (a *API) changeParty(ctx context.Context, in *partyChange) (*versioned[registry.Party], error) {
	version, err := seen(in.IfMatch)
	if err != nil {
		return nil, err
	}
	p, err := a.o.Registry.Party(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	in.Body.Into(&p)
	if version != 0 {
		p.Version = version
	}
	if p, err = a.o.Registry.SaveParty(ctx, actor(ctx).ID, p); err != nil {
		return nil, err
	}
	return withVersion(p.Version, p), nil
}

func (a *API) partyHistory(ctx context.Context, in *ByID) (*list[wire.ObjectChange], error) {
	if _, err := a.o.Registry.Party(ctx, in.ID); err != nil {
		return nil, err
	}
	return a.historyOf(ctx, in.ID, "party", "consent")
}

// historyOf is what was done to a thing under the names that the change log has for it,
// the newest first.
func (a *API) historyOf(ctx context.Context, id string, kinds ...string) (*list[wire.ObjectChange], error) {
	if a.o.History == nil {
		return nil, noHistory()
	}
	var changes []registry.Change
	for _, kind := range kinds {
		some, err := a.o.History.History(ctx, kind, id)
		if err != nil {
			return nil, err
		}
		changes = append(changes, some...)
	}
	slices.SortStableFunc(changes, func(x, y registry.Change) int { return y.At.Compare(x.At) })
	names, err := a.names(ctx)
	if err != nil {
		return nil, err
	}
	return listOf(wire.HistoryOf(changes, names)), nil
}

func noHistory() error {
	return problem.Away("此服务未启用变更记录。", "This server shows no history.", nil)
}
