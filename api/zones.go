package api

import (
	"context"
	"net/http"

	"offsite/api/wire"
	"offsite/detectors"
	"offsite/detectors/all"
)

func (a *API) zoneOperations() {
	handle(a, operation{id: "list-detectors", method: http.MethodGet, path: "/detectors", summary: "The kinds of violation and their parameters", tag: "zones"}, a.listDetectors)
	handle(a, operation{id: "create-zone", method: http.MethodPost, path: "/cameras/{id}/zones", summary: "Draw a zone", tag: "zones", status: http.StatusCreated}, a.createZone)
	handle(a, operation{id: "change-zone", method: http.MethodPut, path: "/zones/{id}", summary: "Draw a new version of a zone", tag: "zones"}, a.changeZone)
	handle(a, operation{id: "remove-zone", method: http.MethodDelete, path: "/zones/{id}", summary: "End a zone", tag: "zones", status: http.StatusNoContent}, a.removeZone)
}

// detectorNames are the violations in the field's words.
func detectorNames(key string) (zh, en string) {
	switch key {
	case "stall":
		return "无序设摊", "Street stall"
	case "crossdoor":
		return "超出门窗或外墙经营", "Trading beyond the door line"
	case "soil":
		return "施工场所裸露土地", "Bare soil on sites"
	case "burning":
		return "露天焚烧", "Open burning"
	}
	return key, key
}

func (a *API) listDetectors(context.Context, *empty) (*list[wire.Detector], error) {
	kinds := all.All()
	shown := make([]wire.Detector, 0, len(kinds))
	for _, d := range kinds {
		zh, en := detectorNames(d.Key())
		shown = append(shown, wire.Detector{Key: d.Key(), NameZH: zh, NameEN: en, Parameters: d.Parameters()})
	}
	return listOf(shown), nil
}

type zoneDraft struct {
	ByID
	OnceKey
	Body wire.ZoneDraft
}

func (a *API) createZone(ctx context.Context, in *zoneDraft) (*versioned[detectors.Zone], error) {
	z, err := onceOnly(ctx, a, in.OnceKey, "create-zone", in.Body, func(ctx context.Context) (detectors.Zone, error) {
		z := in.Body.Zone()
		z.Camera = in.ID
		return a.o.Registry.SaveZone(ctx, actor(ctx).ID, z)
	})
	if err != nil {
		return nil, err
	}
	return withVersion(z.Version, z), nil
}

type zoneChange struct {
	ByID
	IfMatch string `header:"If-Match"`
	Body    wire.ZoneDraft
}

func (a *API) changeZone(ctx context.Context, in *zoneChange) (*versioned[detectors.Zone], error) {
	version, err := seen(in.IfMatch)
	if err != nil {
		return nil, err
	}
	z := in.Body.Zone()
	z.ID, z.Version = in.ID, version
	if z, err = a.o.Registry.SaveZone(ctx, actor(ctx).ID, z); err != nil {
		return nil, err
	}
	return withVersion(z.Version, z), nil
}

func (a *API) removeZone(ctx context.Context, in *ByID) (*empty, error) {
	return &empty{}, a.o.Registry.RemoveZone(ctx, actor(ctx).ID, in.ID)
}
