package detectors

import (
	"errors"
	"math"
)

// ErrHomography says that four points do not give a mapping: three of them lie on
// a line, or two are the same. Mark four corners of a rectangle on the ground.
var ErrHomography = errors.New("the four points of the homography do not span the ground")

// Ground maps the picture to the ground. Its zero value maps nothing.
type Ground struct {
	m      [9]float64
	origin Point // of the picture's coordinates in m: amid the four points, never on the horizon
}

// Ground solves the homography. Errors wrap ErrHomography.
func (h Homography) Ground() (Ground, error) {
	var a [8][9]float64
	var g Ground
	if flat(h.Picture, 1e-5) || flat(h.GroundM, 1e-3) {
		return Ground{}, ErrHomography
	}
	for _, p := range h.Picture {
		g.origin.X += p.X / 4
		g.origin.Y += p.Y / 4
	}
	for i := range 4 {
		x, y := h.Picture[i].X-g.origin.X, h.Picture[i].Y-g.origin.Y
		u, v := h.GroundM[i].X, h.GroundM[i].Y
		a[2*i] = [9]float64{x, y, 1, 0, 0, 0, -u * x, -u * y, u}
		a[2*i+1] = [9]float64{0, 0, 0, x, y, 1, -v * x, -v * y, v}
	}
	if !eliminate(&a) {
		return Ground{}, ErrHomography
	}
	for i := range 8 {
		g.m[i] = a[i][8]
	}
	g.m[8] = 1
	return g, nil
}

// flat says whether three of four points lie on a line, by the area of their triangle.
func flat(p [4]Point, least float64) bool {
	for i := range p {
		if !((Polygon{p[i], p[(i+1)%4], p[(i+2)%4]}).Area() >= least) {
			return true
		}
	}
	return false
}

// eliminate solves eight equations in place (Gauss-Jordan with pivoting).
func eliminate(a *[8][9]float64) bool {
	for col := range 8 {
		best := col
		for r := col + 1; r < 8; r++ {
			if math.Abs(a[r][col]) > math.Abs(a[best][col]) {
				best = r
			}
		}
		if math.Abs(a[best][col]) < 1e-12 {
			return false
		}
		a[col], a[best] = a[best], a[col]
		for r := range 8 {
			if r == col {
				continue
			}
			f := a[r][col] / a[col][col]
			for k := col; k < 9; k++ {
				a[r][k] -= f * a[col][k]
			}
		}
		p := a[col][col]
		for k := col; k < 9; k++ {
			a[col][k] /= p
		}
	}
	return true
}

// At returns where a point of the picture is on the ground, in metres; false if it
// is on or above the horizon.
func (g Ground) At(p Point) (Point, bool) {
	w := g.depth(p)
	if math.Abs(w) < 1e-9 {
		return Point{}, false
	}
	p.X, p.Y = p.X-g.origin.X, p.Y-g.origin.Y
	return Point{(g.m[0]*p.X + g.m[1]*p.Y + g.m[2]) / w, (g.m[3]*p.X + g.m[4]*p.Y + g.m[5]) / w}, true
}

// depth is 0 on the horizon, and of one sign on either side of it.
func (g Ground) depth(p Point) float64 {
	return g.m[6]*(p.X-g.origin.X) + g.m[7]*(p.Y-g.origin.Y) + g.m[8]
}

// AreaM2 returns the area on the ground that a box of the picture covers, 0 where
// it reaches the horizon.
func (g Ground) AreaM2(b Box) float64 {
	quad := Polygon{{b.X1, b.Y1}, {b.X2, b.Y1}, {b.X2, b.Y2}, {b.X1, b.Y2}}
	for i, p := range quad {
		w := g.depth(p)
		if w <= 0 { // 1 amid the four points
			return 0
		}
		q, ok := g.At(p)
		if !ok {
			return 0
		}
		quad[i] = q
	}
	return quad.Area()
}
