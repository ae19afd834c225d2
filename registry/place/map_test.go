package place_test

import (
	"math"
	"strings"
	"testing"

	"offsite/registry/place"
)

const (
	square = `[[[121,31],[121.2,31],[121.2,31.2],[121,31.2],[121,31]],[[121.05,31.05],[121.1,31.05],[121.1,31.1],[121.05,31.1],[121.05,31.05]]]`
	area   = `{"type":"Feature","properties":{"kind":"key_area","name":"菜场"},"geometry":{"type":"Polygon","coordinates":` + square + `}}`
)

func collection(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
}

func TestKeyAreasHoldWhatLiesInThem(t *testing.T) {
	t.Parallel()
	m, err := place.ReadMap([]byte(collection(area, `{"type":"Feature","properties":{"kind":"street","name":"一路"},"geometry":{"type":"LineString","coordinates":[[121,31],[121.2,31]]}}`)))
	if err != nil || len(m.KeyAreas) != 1 || m.KeyAreas[0].Name != "菜场" {
		t.Fatalf("%+v %v", m, err)
	}
	for _, one := range []struct {
		at   place.Position
		want bool
	}{
		{place.Position{Longitude: 121.15, Latitude: 31.15}, true},
		{place.Position{Longitude: 121.07, Latitude: 31.07}, false}, // in the hole
		{place.Position{Longitude: 121.3, Latitude: 31.1}, false},
		{place.Position{Longitude: 121.1, Latitude: 31.3}, false},
		{place.Position{}, false},
	} {
		if got := m.KeyAreas[0].Holds(one.at); got != one.want {
			t.Errorf("%v: %v", one.at, got)
		}
	}
}

func TestMapsThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no JSON":         "x",
		"no collection":   area,
		"twice one name":  collection(area, area),
		"without a name":  collection(strings.Replace(area, "菜场", " ", 1)),
		"a line":          collection(strings.Replace(area, `"Polygon"`, `"LineString"`, 1)),
		"swapped":         collection(strings.ReplaceAll(area, "[121,31]", "[31,121]")),
		"without ground":  collection(strings.Replace(area, square, `[[[121,31],[121.1,31],[121,31]]]`, 1)),
		"without outline": collection(strings.Replace(area, square, `[]`, 1)),
	} {
		if m, err := place.ReadMap([]byte(text)); err == nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

func FuzzReadMap(f *testing.F) {
	f.Add([]byte(collection(area)))
	f.Add([]byte(`{"type":"FeatureCollection","features":[{"properties":{"kind":"key_area","name":"a"},"geometry":{"type":"MultiPolygon","coordinates":[[[[1,1],[2,1],[2,2]]]]}}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := place.ReadMap(text)
		if err != nil {
			return
		}
		for _, a := range m.KeyAreas {
			if a.Name == "" || len(a.Rings) == 0 {
				t.Fatalf("taken: %+v", a)
			}
			a.Holds(place.Position{Longitude: 121, Latitude: 31})
		}
	})
}

func TestHowFarAStreetIs(t *testing.T) {
	t.Parallel()
	m, err := place.ReadMap([]byte(collection(
		`{"type":"Feature","properties":{"kind":"street","name":"一路"},"geometry":{"type":"LineString","coordinates":[[121,31],[121.2,31]]}}`,
		`{"type":"Feature","properties":{"kind":"street","name":"一路"},"geometry":{"type":"LineString","coordinates":[[121.3,31],[121.3,31.2]]}}`,
		`{"type":"Feature","properties":{"kind":"street","name":" "},"geometry":{"type":"LineString","coordinates":[[121,31],[121.2,31]]}}`)))
	if err != nil || len(m.Streets) != 1 || len(m.Streets[0].Lines) != 2 {
		t.Fatalf("%+v, %v", m, err)
	}
	for at, want := range map[place.Position]float64{
		{Longitude: 121.1, Latitude: 31}:      0,
		{Longitude: 121.1, Latitude: 31.001}:  111.2, // a thousandth of a degree of latitude
		{Longitude: 120.999, Latitude: 31}:    95.3,  // before its end, a thousandth of longitude
		{Longitude: 121.301, Latitude: 31.1}:  95.2,
		{Longitude: 121.3, Latitude: 31.2005}: 55.6,
	} {
		if got := m.Streets[0].Metres(at); math.Abs(got-want) > 0.2 {
			t.Errorf("%v is %.1f m away, want %.1f", at, got, want)
		}
	}
}
