package district

import (
	"encoding/json"
	"fmt"
	"math"

	"offsite/registry/place"
)

type geometry struct {
	Type        string `json:"type"`
	Coordinates any    `json:"coordinates"`
}

type drawnFeature struct {
	Type       string            `json:"type"`
	Properties map[string]string `json:"properties"`
	Geometry   geometry          `json:"geometry"`
}

// Map draws the invented district as GeoJSON: an outline around each town, streets
// between neighbours, and two key areas about the demonstration's cameras. None of it is
// where the real ones are.
func Map() ([]byte, error) {
	var all []drawnFeature
	add := func(kind, name, form string, coordinates any) {
		all = append(all, drawnFeature{"Feature", map[string]string{"kind": kind, "name": name, "note": "演示：轮廓为虚构"}, geometry{form, coordinates}})
	}
	places := towns()
	for i, t := range places {
		add(place.Township, t.name, "Polygon", [][][2]float64{outline(t.longitude, t.latitude, 2600+300*float64(i%4), 9, float64(i))})
		if near := nearest(places, i); near > i || nearest(places, near) != i {
			add(place.Street, fmt.Sprintf("演示%d路", i+1), "LineString", [][2]float64{{t.longitude, t.latitude}, {places[near].longitude, places[near].latitude}})
		}
	}
	add(place.KeyArea, "菜场周边"+mark, "Polygon", [][][2]float64{outline(121.3990, 31.6242, 620, 7, 1)})
	add(place.KeyArea, "学校周边"+mark, "Polygon", [][][2]float64{outline(121.4080, 31.6212, 420, 6, 2)})
	text, err := json.Marshal(map[string]any{"type": "FeatureCollection", "features": all})
	if err != nil {
		return nil, fmt.Errorf("draw the demonstration's map: %w", err)
	}
	return text, nil
}

// outline is a closed, not quite regular polygon of about that radius in metres.
func outline(longitude, latitude, radius float64, corners int, turn float64) [][2]float64 {
	const metresOfDegree = 111_320
	ring := make([][2]float64, 0, corners+1)
	for i := range corners + 1 {
		angle := 2*math.Pi*float64(i%corners)/float64(corners) + turn
		r := radius * (1 + 0.18*math.Sin(3*angle+turn))
		ring = append(ring, [2]float64{
			round(longitude + r*math.Cos(angle)/metresOfDegree/math.Cos(latitude*math.Pi/180)),
			round(latitude + r*math.Sin(angle)/metresOfDegree),
		})
	}
	return ring
}

// round keeps five decimals: a metre.
func round(degrees float64) float64 { return math.Round(degrees*1e5) / 1e5 }

func nearest(places []town, i int) int {
	best, least := i, math.Inf(1)
	for j, t := range places {
		d := place.Position{Longitude: t.longitude, Latitude: t.latitude}.Metres(place.Position{Longitude: places[i].longitude, Latitude: places[i].latitude})
		if j != i && d < least {
			best, least = j, d
		}
	}
	return best
}
