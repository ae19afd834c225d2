package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"offsite/api/wire"
	"offsite/casework"
	"offsite/registry"
	"offsite/registry/place"
)

func (a *API) areaOperations() {
	const tag = "cameras"
	handle(a, operation{id: "get-map", method: http.MethodGet, path: "/map", summary: "The bureau's own map of its district, GeoJSON in WGS 84; empty where none is configured", tag: tag, binary: "application/geo+json"}, a.getMap)
	handle(a, operation{id: "list-areas", method: http.MethodGet, path: "/areas", summary: "Key areas of the map: the stalls that stand there now, and how long it took lately until they were gone", tag: "overview"}, a.listAreas)
}

const noMap = `{"type":"FeatureCollection","features":[]}`

func (a *API) getMap(context.Context, *empty) (*stream, error) {
	text := []byte(noMap)
	if a.o.Map != nil {
		text = a.o.Map.Text
	}
	return &stream{func(hc huma.Context) {
		_, w := humachi.Unwrap(hc)
		w.Header().Set("Content-Type", "application/geo+json")
		_, _ = w.Write(text) // the client may have gone
	}}, nil
}

// lately is how far back the time to zero looks.
const lately = 30 * 24 * time.Hour

func (a *API) listAreas(ctx context.Context, _ *empty) (*list[wire.Area], error) {
	areas := []wire.Area{}
	if a.o.Map == nil || len(a.o.Map.KeyAreas) == 0 {
		return listOf(areas), nil
	}
	cameras, err := a.o.Registry.Cameras(ctx)
	if err != nil {
		return nil, err
	}
	since := a.now().Add(-lately)
	stalls, err := a.o.Casework.Stalls(ctx, since)
	if err != nil {
		return nil, err
	}
	for _, area := range a.o.Map.KeyAreas {
		areas = append(areas, survey(area, cameras, stalls, since))
	}
	slices.SortStableFunc(areas, func(x, y wire.Area) int { return len(y.Open) - len(x.Open) })
	return listOf(areas), nil
}

// survey says how an area stands.
func survey(area place.Area, cameras []registry.Camera, stalls []casework.StallTime, since time.Time) wire.Area {
	out := wire.Area{Name: area.Name}
	for _, c := range cameras {
		if c.Longitude != nil && c.Latitude != nil && area.Holds(place.Position{Longitude: *c.Longitude, Latitude: *c.Latitude}) {
			out.Cameras = append(out.Cameras, c.ID)
		}
	}
	var took []time.Duration
	for _, s := range stalls {
		switch {
		case !slices.Contains(out.Cameras, s.CameraID):
		case s.EndedAt == nil:
			out.Open = append(out.Open, s)
		case s.EndedAt.After(since):
			took = append(took, s.EndedAt.Sub(s.FirstAt))
		}
	}
	if out.Zeroed = len(took); len(took) > 0 {
		slices.Sort(took)
		seconds := int64(took[len(took)/2].Seconds())
		out.MedianS = &seconds
	}
	return out
}
