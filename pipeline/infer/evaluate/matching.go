package evaluate

import (
	"cmp"
	"slices"

	"offsite/detectors"
)

// overlap is the IoU from which a box counts as the one that is there.
const overlap = 0.5

// hit is one box that the model gave, and whether a true one is there.
type hit struct {
	score float64
	true  bool
}

// match pairs the boxes of one label in one picture, strongest first; each true box
// is met once.
func match(found, truths []detectors.Detection) []hit {
	found = slices.Clone(found)
	slices.SortStableFunc(found, func(a, b detectors.Detection) int { return cmp.Compare(b.Score, a.Score) })
	met := make([]bool, len(truths))
	hits := make([]hit, len(found))
	for i, d := range found {
		best, at := overlap, -1
		for k, t := range truths {
			if iou := d.Box.IoU(t.Box); iou >= best {
				best, at = iou, k
			}
		}
		hits[i] = hit{score: d.Score, true: at >= 0 && !met[at]}
		if at >= 0 {
			met[at] = true
		}
	}
	return hits
}

// Point is a place on a precision-recall curve.
type Point struct {
	Score, Precision, Recall float64
}

// precisionRecall walks the hits from the strongest.
func precisionRecall(hits []hit, total int) []Point {
	hits = slices.Clone(hits)
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.score, a.score) })
	points := make([]Point, len(hits))
	right := 0.0
	for i, h := range hits {
		if h.true {
			right++
		}
		points[i] = Point{h.score, right / float64(i+1), right / float64(max(1, total))}
	}
	return points
}

// averagePrecision is the area under the curve, precision being the best at that
// recall or more.
func averagePrecision(points []Point) float64 {
	area, best := 0.0, 0.0
	for i := len(points) - 1; i >= 0; i-- {
		best = max(best, points[i].Precision)
		before := 0.0
		if i > 0 {
			before = points[i-1].Recall
		}
		area += (points[i].Recall - before) * best
	}
	return area
}

// rates are counts of right and wrong answers.
type rates struct{ hit, false, missed float64 }

func (r rates) precision() float64 { return share(r.hit, r.hit+r.false) }
func (r rates) recall() float64    { return share(r.hit, r.hit+r.missed) }
func (r rates) f1() float64        { return share(2*r.hit, 2*r.hit+r.false+r.missed) }
func (r rates) iou() float64       { return share(r.hit, r.hit+r.false+r.missed) }

func (r *rates) add(said, is bool) {
	switch {
	case said && is:
		r.hit++
	case said:
		r.false++
	case is:
		r.missed++
	}
}

func share(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return part / whole
}

// Bin is a range of scores, their mean, and how many of them were right.
type Bin struct {
	Mean, Right float64
	Count       int
}

const bins = 10

// reliability sorts scores into ranges of a tenth; the error is the mean distance
// between score and truth, weighted by count.
func reliability(hits []hit) ([]Bin, float64) {
	all := make([]Bin, bins)
	for _, h := range hits {
		b := &all[min(bins-1, int(h.score*bins))]
		b.Count++
		b.Mean += h.score
		if h.true {
			b.Right++
		}
	}
	wrong := 0.0
	for i := range all {
		if n := float64(all[i].Count); n > 0 {
			all[i].Mean /= n
			all[i].Right /= n
			wrong += n * abs(all[i].Mean-all[i].Right) / float64(len(hits))
		}
	}
	return all, wrong
}

func abs(v float64) float64 { return max(v, -v) }
