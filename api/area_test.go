package api_test

import (
	"net/http"
	"testing"

	"offsite/api"
	"offsite/api/wire"
	"offsite/registry"
	"offsite/registry/place"
)

const drawn = `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"kind":"key_area","name":"菜场"},
	"geometry":{"type":"Polygon","coordinates":[[[121,31],[121.2,31],[121.2,31.2],[121,31.2],[121,31]]]}}]}`

// A key area knows its cameras by their positions; a bureau without a map has none.
func TestKeyAreas(t *testing.T) {
	t.Parallel()
	h := open(t, func(o *api.Options) {
		m, err := place.ReadMap([]byte(drawn))
		if err != nil {
			t.Fatal(err)
		}
		o.Map = m
	})
	in, out, north := 121.1, 122.0, 31.1
	for _, longitude := range []*float64{&in, &out, nil} {
		draft := registry.CameraDraft{URL: "rtsp://10.0.0.1/a", CameraChange: registry.CameraChange{Name: "一", Place: "一路", Longitude: longitude, Latitude: &north}}
		if longitude == nil {
			draft.Latitude = nil
		}
		if _, err := h.registry.CreateCamera(t.Context(), "test", draft); err != nil {
			t.Fatal(err)
		}
	}
	officer := h.staff("officer")
	var areas struct{ Items []wire.Area }
	officer.do("GET", "/areas", nil).into(t, &areas)
	if len(areas.Items) != 1 || areas.Items[0].Name != "菜场" || len(areas.Items[0].Cameras) != 1 || areas.Items[0].MedianS != nil {
		t.Errorf("%+v", areas)
	}
	if r := officer.do("GET", "/map", nil); string(r.body) != drawn || r.header.Get("Content-Type") != "application/geo+json" {
		t.Errorf("the map: %s", r)
	}
	bare := open(t)
	head := bare.staff("head")
	head.do("GET", "/areas", nil).into(t, &areas)
	if r := head.do("GET", "/map", nil); len(areas.Items) != 0 || r.status != http.StatusOK {
		t.Errorf("without a map: %+v, %s", areas, r)
	}
}
