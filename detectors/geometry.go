package detectors

import "math"

// Width of the box, in shares of the picture.
func (b Box) Width() float64 { return b.X2 - b.X1 }

// Height of the box, in shares of the picture.
func (b Box) Height() float64 { return b.Y2 - b.Y1 }

// Area of the box, in shares of the picture.
func (b Box) Area() float64 {
	if b.X2 <= b.X1 || b.Y2 <= b.Y1 {
		return 0
	}
	return b.Width() * b.Height()
}

// Center returns the middle of the box.
func (b Box) Center() Point { return Point{(b.X1 + b.X2) / 2, (b.Y1 + b.Y2) / 2} }

// Foot returns the middle of the lower edge: where a thing stands.
func (b Box) Foot() Point { return Point{(b.X1 + b.X2) / 2, b.Y2} }

// Has says whether a point lies in the box.
func (b Box) Has(p Point) bool { return p.X >= b.X1 && p.X <= b.X2 && p.Y >= b.Y1 && p.Y <= b.Y2 }

// Meet returns the part that both boxes cover; its Area is 0 if there is none.
func (b Box) Meet(c Box) Box {
	return Box{max(b.X1, c.X1), max(b.Y1, c.Y1), min(b.X2, c.X2), min(b.Y2, c.Y2)}
}

// Join returns the smallest box around both.
func (b Box) Join(c Box) Box {
	return Box{min(b.X1, c.X1), min(b.Y1, c.Y1), max(b.X2, c.X2), max(b.Y2, c.Y2)}
}

// Grow returns the box with its edges moved out, clipped to the picture.
func (b Box) Grow(dx, dy float64) Box {
	return Box{max(0, b.X1-dx), max(0, b.Y1-dy), min(1, b.X2+dx), min(1, b.Y2+dy)}
}

// IoU is the area of the intersection over that of the union, 0..1.
func (b Box) IoU(c Box) float64 {
	both := b.Meet(c).Area()
	if both == 0 {
		return 0
	}
	return both / (b.Area() + c.Area() - both)
}

// Covered is the share of b that lies in c, 0..1.
func (b Box) Covered(c Box) float64 {
	a := b.Area()
	if a == 0 {
		return 0
	}
	return b.Meet(c).Area() / a
}

// Has says whether a point lies in the polygon (even-odd rule).
func (p Polygon) Has(q Point) bool {
	in := false
	for i, j := 0, len(p)-1; i < len(p); j, i = i, i+1 {
		a, b := p[i], p[j]
		if (a.Y > q.Y) != (b.Y > q.Y) && q.X < (b.X-a.X)*(q.Y-a.Y)/(b.Y-a.Y)+a.X {
			in = !in
		}
	}
	return in
}

// Bounds returns the smallest box around the polygon.
func (p Polygon) Bounds() Box {
	b := Box{1, 1, 0, 0}
	for _, q := range p {
		b = b.Join(Box{q.X, q.Y, q.X, q.Y})
	}
	return b
}

// Area of the polygon by the shoelace rule, in the square of its units.
func (p Polygon) Area() float64 {
	sum := 0.0
	for i, j := 0, len(p)-1; i < len(p); j, i = i, i+1 {
		sum += p[j].X*p[i].Y - p[i].X*p[j].Y
	}
	return math.Abs(sum) / 2
}

// Mask lists the cells of a width×height grid whose middle lies in the polygon.
func (p Polygon) Mask(width, height int) []int {
	var cells []int
	for y := range height {
		for x := range width {
			if p.Has(CellBox(x, y, width, height).Center()) {
				cells = append(cells, y*width+x)
			}
		}
	}
	return cells
}

// CellBox returns the part of the picture that a cell of a grid covers.
func CellBox(x, y, width, height int) Box {
	w, h := float64(width), float64(height)
	return Box{float64(x) / w, float64(y) / h, float64(x+1) / w, float64(y+1) / h}
}
