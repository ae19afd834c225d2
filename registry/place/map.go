package place

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Map is the bureau's own drawing of its district: outlines of townships, streets,
// water, and the key areas (重点区域) that are to be kept free of stalls. It is what the
// console draws under cameras; no tiles come from elsewhere.
type Map struct {
	Text      []byte // the GeoJSON, as it was given
	KeyAreas  []Area
	Townships []Area
	Streets   []Way // each once, with all its stretches
}

// Way is a street by its name.
type Way struct {
	Name  string
	Lines [][]Position
}

// Metres is how far a position lies from the street, to within a thousandth.
func (s Way) Metres(p Position) float64 {
	nearest := math.Inf(1)
	for _, line := range s.Lines {
		for i := 1; i < len(line); i++ {
			nearest = math.Min(nearest, p.metresTo(line[i-1], line[i]))
		}
	}
	return nearest
}

// metresTo is how far the stretch between two positions is, on a plane that touches the
// ground at p.
func (p Position) metresTo(a, b Position) float64 {
	degree := earth * math.Pi / 180
	flat := func(q Position) (east, north float64) {
		return (q.Longitude - p.Longitude) * degree * math.Cos(p.Latitude*math.Pi/180), (q.Latitude - p.Latitude) * degree
	}
	ax, ay := flat(a)
	bx, by := flat(b)
	dx, dy := bx-ax, by-ay
	along := 0.0
	if length := dx*dx + dy*dy; length > 0 {
		along = math.Max(0, math.Min(1, -(ax*dx+ay*dy)/length))
	}
	return math.Hypot(ax+along*dx, ay+along*dy)
}

// Area is a named part of the ground; one ring within another is a hole.
type Area struct {
	Name  string
	Rings []Ring
}

// Holds says whether a position lies in the area.
func (a Area) Holds(p Position) bool {
	inside := false
	for _, r := range a.Rings {
		if r.holds(p) {
			inside = !inside
		}
	}
	return inside
}

// holds counts how often a line to the east crosses the outline.
func (r Ring) holds(p Position) bool {
	inside := false
	for i := range r {
		a, b := r[i], r[(i+1)%len(r)]
		if (a.Latitude > p.Latitude) != (b.Latitude > p.Latitude) &&
			p.Longitude < a.Longitude+(p.Latitude-a.Latitude)/(b.Latitude-a.Latitude)*(b.Longitude-a.Longitude) {
			inside = !inside
		}
	}
	return inside
}

// Kinds of what is drawn; anything else is drawn as a thin line.
const (
	KeyArea  = "key_area"
	Township = "township"
	Street   = "street"
	Water    = "water"
)

type feature struct {
	Type       string `json:"type"`
	Properties struct {
		Kind string `json:"kind"`
		Name string `json:"name"`
	} `json:"properties"`
	Geometry struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	} `json:"geometry"`
}

var errNoCollection = errors.New("it is no GeoJSON FeatureCollection in WGS 84")

// ReadMap reads a GeoJSON FeatureCollection in WGS 84 whose features say in
// properties.kind what they are (key_area, township, street, water) and in
// properties.name how they are called. A key area is a Polygon or MultiPolygon with a
// name of its own.
func ReadMap(text []byte) (*Map, error) {
	var c struct {
		Type     string    `json:"type"`
		Features []feature `json:"features"`
	}
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, fmt.Errorf("read the map: %w: %w", errNoCollection, err)
	}
	if c.Type != "FeatureCollection" {
		return nil, fmt.Errorf("read the map: %w", errNoCollection)
	}
	m := &Map{Text: text}
	names := map[string]bool{}
	for i, f := range c.Features {
		if f.Properties.Kind != KeyArea {
			m.drawn(f)
			continue
		}
		a := Area{Name: strings.TrimSpace(f.Properties.Name)}
		if a.Name == "" || names[a.Name] {
			return nil, fmt.Errorf("read the map: key area %d has no name of its own (%q)", i+1, a.Name)
		}
		names[a.Name] = true
		var err error
		if a.Rings, err = f.rings(); err != nil {
			return nil, fmt.Errorf("read the map: key area %q: %w", a.Name, err)
		}
		m.KeyAreas = append(m.KeyAreas, a)
	}
	return m, nil
}

// drawn takes townships and streets for what positions are compared with. They are drawn
// whatever they are: one without a name or a shape of its kind is compared with nothing.
func (m *Map) drawn(f feature) {
	name := strings.TrimSpace(f.Properties.Name)
	switch {
	case name == "":
	case f.Properties.Kind == Township:
		if rings, err := f.rings(); err == nil {
			m.Townships = append(m.Townships, Area{Name: name, Rings: rings})
		}
	case f.Properties.Kind == Street:
		lines := f.lines()
		i := slices.IndexFunc(m.Streets, func(s Way) bool { return s.Name == name })
		switch {
		case len(lines) == 0:
		case i >= 0:
			m.Streets[i].Lines = append(m.Streets[i].Lines, lines...)
		default:
			m.Streets = append(m.Streets, Way{Name: name, Lines: lines})
		}
	}
}

// lines are the stretches of a street; none where it is no line.
func (f feature) lines() (all [][]Position) {
	var stretches [][][]float64
	var err error
	switch f.Geometry.Type {
	case "LineString":
		stretches = make([][][]float64, 1)
		err = json.Unmarshal(f.Geometry.Coordinates, &stretches[0])
	case "MultiLineString":
		err = json.Unmarshal(f.Geometry.Coordinates, &stretches)
	}
	if err != nil {
		return nil
	}
	for _, stretch := range stretches {
		var line []Position
		for _, at := range stretch {
			if len(at) >= 2 {
				line = append(line, Position{at[0], at[1]})
			}
		}
		if len(line) > 1 {
			all = append(all, line)
		}
	}
	return all
}

// rings are the outlines of a polygon or of several.
func (f feature) rings() ([]Ring, error) {
	var polygons [][][][]float64
	var err error
	switch f.Geometry.Type {
	case "Polygon":
		polygons = make([][][][]float64, 1)
		err = json.Unmarshal(f.Geometry.Coordinates, &polygons[0])
	case "MultiPolygon":
		err = json.Unmarshal(f.Geometry.Coordinates, &polygons)
	default:
		return nil, fmt.Errorf("it is a %q, not a Polygon or MultiPolygon", f.Geometry.Type)
	}
	if err != nil {
		return nil, fmt.Errorf("its coordinates: %w", err)
	}
	var all []Ring
	for _, polygon := range polygons {
		for _, outline := range polygon {
			var r Ring
			for _, at := range outline {
				if len(at) < 2 || at[0] < -180 || at[0] > 180 || at[1] < -90 || at[1] > 90 {
					return nil, fmt.Errorf("%v is no position in degrees of longitude and latitude", at)
				}
				r = append(r, Position{at[0], at[1]})
			}
			if _, ok := r.Center(); !ok {
				return nil, errors.New("it encloses no ground")
			}
			all = append(all, r)
		}
	}
	if len(all) == 0 {
		return nil, errors.New("it has no outline")
	}
	return all, nil
}
