// Package place reckons with positions: distances, outlines, and the two coordinate
// systems that spreadsheets in China come in.
//
// The program keeps WGS 84 (what GPS gives). Maps sold in China show GCJ-02, which is
// moved by 300 to 700 m; a spreadsheet filled from such a map must be converted, and
// nothing in a single pair of numbers tells which it is.
package place

import "math"

// Position is a place on the ground in degrees.
type Position struct{ Longitude, Latitude float64 }

// earth is the mean radius in metres.
const earth = 6371008.8

// Metres is the distance between two positions along the ground.
func (p Position) Metres(q Position) float64 {
	rad := math.Pi / 180
	dLat, dLon := (q.Latitude-p.Latitude)*rad, (q.Longitude-p.Longitude)*rad
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(p.Latitude*rad)*math.Cos(q.Latitude*rad)*math.Pow(math.Sin(dLon/2), 2)
	return 2 * earth * math.Asin(math.Min(1, math.Sqrt(h)))
}

// InChina says whether a position lies in the rectangle around China. What does not
// is a mistake in a Chinese bureau's data, most often longitude and latitude swapped.
func (p Position) InChina() bool {
	return p.Longitude > 73 && p.Longitude < 136 && p.Latitude > 3 && p.Latitude < 54
}

// Swapped returns the position with its numbers exchanged.
func (p Position) Swapped() Position { return Position{Longitude: p.Latitude, Latitude: p.Longitude} }

// The ellipsoid of Krasovsky, which the offset of GCJ-02 is defined on.
const (
	axis         = 6378245.0
	eccentricity = 0.00669342162296594323 // squared
)

// GCJ02 returns where a WGS 84 position is shown on a GCJ-02 map.
func (p Position) GCJ02() Position {
	if !p.InChina() {
		return p
	}
	x, y := p.Longitude-105, p.Latitude-35
	waves := (20*math.Sin(6*math.Pi*x) + 20*math.Sin(2*math.Pi*x)) * 2 / 3
	north := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*math.Sqrt(math.Abs(x)) + waves +
		(20*math.Sin(math.Pi*y)+40*math.Sin(math.Pi*y/3))*2/3 + (160*math.Sin(math.Pi*y/12)+320*math.Sin(math.Pi*y/30))*2/3
	east := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*math.Sqrt(math.Abs(x)) + waves +
		(20*math.Sin(math.Pi*x)+40*math.Sin(math.Pi*x/3))*2/3 + (150*math.Sin(math.Pi*x/12)+300*math.Sin(math.Pi*x/30))*2/3
	lat := p.Latitude * math.Pi / 180
	m := 1 - eccentricity*math.Pow(math.Sin(lat), 2)
	return Position{
		Longitude: p.Longitude + east*180/(axis/math.Sqrt(m)*math.Cos(lat)*math.Pi),
		Latitude:  p.Latitude + north*180/(axis*(1-eccentricity)/(m*math.Sqrt(m))*math.Pi),
	}
}

// FromGCJ02 returns the WGS 84 position that a GCJ-02 map shows at p, to within a
// centimetre.
func (p Position) FromGCJ02() Position {
	guess := p
	for range 6 { // each step leaves less than a hundredth of the error
		shown := guess.GCJ02()
		guess.Longitude += p.Longitude - shown.Longitude
		guess.Latitude += p.Latitude - shown.Latitude
	}
	return guess
}

// Ring is an outline; the last position is joined to the first.
type Ring []Position

// Crosses says whether an outline meets itself, which leaves it without an inside.
func (r Ring) Crosses() bool {
	n := len(r)
	for i := range n {
		for j := i + 1; j < n; j++ {
			if j == i+1 || i == 0 && j == n-1 {
				continue // neighbours share an end
			}
			if meet(r[i], r[(i+1)%n], r[j], r[(j+1)%n]) {
				return true
			}
		}
	}
	return false
}

// meet says whether two stretches have a point in common.
func meet(a, b, c, d Position) bool {
	turn := func(p, q, r Position) float64 {
		return (q.Longitude-p.Longitude)*(r.Latitude-p.Latitude) - (q.Latitude-p.Latitude)*(r.Longitude-p.Longitude)
	}
	within := func(p, q, r Position) bool { // r, on the line through p and q, lies between them
		return math.Min(p.Longitude, q.Longitude) <= r.Longitude && r.Longitude <= math.Max(p.Longitude, q.Longitude) &&
			math.Min(p.Latitude, q.Latitude) <= r.Latitude && r.Latitude <= math.Max(p.Latitude, q.Latitude)
	}
	t1, t2, t3, t4 := turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)
	if t1*t2 < 0 && t3*t4 < 0 {
		return true
	}
	return t1 == 0 && within(a, b, c) || t2 == 0 && within(a, b, d) || t3 == 0 && within(c, d, a) || t4 == 0 && within(c, d, b)
}

// Center returns the middle of the area that an outline encloses; false if it
// encloses none.
func (r Ring) Center() (Position, bool) {
	if len(r) < 3 {
		return Position{}, false
	}
	// Reckoned from the first corner: degrees squared far from zero lose digits.
	area, x, y, from := 0.0, 0.0, 0.0, r[0]
	for i := range r {
		a, b := r[i], r[(i+1)%len(r)]
		ax, ay, bx, by := a.Longitude-from.Longitude, a.Latitude-from.Latitude, b.Longitude-from.Longitude, b.Latitude-from.Latitude
		cross := ax*by - bx*ay
		area += cross
		x += (ax + bx) * cross
		y += (ay + by) * cross
	}
	if math.Abs(area) < 1e-14 {
		return Position{}, false
	}
	return Position{from.Longitude + x/(3*area), from.Latitude + y/(3*area)}, true
}
