package intake

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"offsite/registry/place"
)

type collection struct {
	Type     string `json:"type"`
	Features []struct {
		Type       string         `json:"type"`
		Properties map[string]any `json:"properties"`
		Geometry   *geometry      `json:"geometry"`
	} `json:"features"`
	CRS *struct {
		Properties struct {
			Name string `json:"name"`
		} `json:"properties"`
	} `json:"crs"`
}

type geometry struct {
	Type        string          `json:"type"`
	Coordinates json.RawMessage `json:"coordinates"`
}

func readGeoJSON(data []byte, t *table) error {
	var c collection
	if err := json.Unmarshal(data, &c); err != nil || c.Type != "FeatureCollection" {
		return unreadable("这不是 GeoJSON FeatureCollection", "this is no GeoJSON FeatureCollection")
	}
	if c.CRS != nil && !strings.Contains(c.CRS.Properties.Name, "CRS84") && !strings.HasSuffix(c.CRS.Properties.Name, "4326") {
		return unreadable("坐标系应为 WGS 84（EPSG:4326）", "the coordinate system must be WGS 84 (EPSG:4326)")
	}
	if len(c.Features) > maxLines {
		return unreadable(fmt.Sprintf("超过%d个要素，请拆分后导入", maxLines), fmt.Sprintf("more than %d features; split the file", maxLines))
	}
	var names []string
	for _, f := range c.Features {
		for name := range f.Properties {
			if !slices.Contains(names, name) && len(names) < maxColumns {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	var named bool
	if t.heading, named = readHeading(names, t.sheet); !named && len(c.Features) > 0 {
		return t.sheet.lacks
	}
	for i, f := range c.Features {
		cells := make([]string, len(names))
		for j, name := range names {
			cells[j] = text(f.Properties[name])
		}
		l := t.heading.line(i+1, cells)
		if f.Geometry != nil {
			f.Geometry.locate(&l)
		}
		t.lines = append(t.lines, l)
	}
	return nil
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case nil:
		return ""
	}
	return fmt.Sprint(v)
}

// locate gives the line the position of a point, or of the middle of an outline.
func (g *geometry) locate(l *line) {
	wrong := func(zh, en string) {
		l.problems = append(l.problems, Fault{Row: l.n, Column: "geometry", ZH: zh, EN: en})
	}
	switch g.Type {
	case "Point":
		var p []float64
		if json.Unmarshal(g.Coordinates, &p) != nil || len(p) < 2 {
			wrong("点坐标无法识别", "the coordinates of the point cannot be read")
			return
		}
		l.at(place.Position{Longitude: p[0], Latitude: p[1]})
	case "Polygon":
		var rings [][][]float64
		if json.Unmarshal(g.Coordinates, &rings) != nil || len(rings) == 0 {
			wrong("多边形坐标无法识别", "the coordinates of the polygon cannot be read")
			return
		}
		ring, ok := outline(rings[0])
		if !ok || len(ring) > 2000 {
			wrong("多边形应有3至2000个顶点", "a polygon has 3 to 2000 corners")
			return
		}
		middle, ok := ring.Center()
		if ring.Crosses() || !ok {
			wrong("多边形自相交，请重新绘制", "the polygon crosses itself; draw it anew")
			return
		}
		l.at(middle)
	default:
		wrong("只接受点和多边形", "only points and polygons are taken")
	}
}

func outline(points [][]float64) (ring place.Ring, ok bool) {
	for _, p := range points {
		if len(p) < 2 {
			return nil, false
		}
		ring = append(ring, place.Position{Longitude: p[0], Latitude: p[1]})
	}
	if n := len(ring); n > 1 && ring[0] == ring[n-1] { // GeoJSON repeats the first one
		ring = ring[:n-1]
	}
	return ring, len(ring) >= 3
}

func (l *line) at(p place.Position) {
	l.cells[fieldLongitude] = strconv.FormatFloat(p.Longitude, 'f', -1, 64)
	l.cells[fieldLatitude] = strconv.FormatFloat(p.Latitude, 'f', -1, 64)
}
