package evaluate

import (
	"cmp"
	"slices"

	"offsite/detectors"
)

// nothing is the row of what was found where nothing is, and the column of what was
// not found.
const nothing = "nothing"

// Confusion counts what is there (rows) against what was said (columns), at the
// thresholds: boxes, or cells.
type Confusion struct {
	Name   string      `json:"name"` // prefix of the part
	Labels []string    `json:"labels"`
	Counts [][]float64 `json:"counts"`
}

func newConfusion(name string, labels []string) *Confusion {
	c := &Confusion{Name: name, Labels: slices.Clone(labels)}
	for range labels {
		c.Counts = append(c.Counts, make([]float64, len(labels)))
	}
	return c
}

// boxes counts one picture: each box that was found stands for the true one that it
// overlaps most, whatever that is called.
func (c *Confusion) boxes(found, truths []detectors.Detection, thresholds map[string]float64) {
	found = slices.DeleteFunc(slices.Clone(found), func(d detectors.Detection) bool { return d.Score < thresholds[d.Label] })
	slices.SortStableFunc(found, func(a, b detectors.Detection) int { return cmp.Compare(b.Score, a.Score) })
	met := make([]bool, len(truths))
	for _, d := range found {
		best, at := overlap, -1
		for k, t := range truths {
			if iou := d.Box.IoU(t.Box); !met[k] && iou >= best {
				best, at = iou, k
			}
		}
		is := nothing
		if at >= 0 {
			met[at] = true
			is = truths[at].Label
		}
		c.add(is, d.Label)
	}
	for k, t := range truths {
		if !met[k] {
			c.add(t.Label, nothing)
		}
	}
}

func (c *Confusion) add(is, said string) {
	row, column := slices.Index(c.Labels, is), slices.Index(c.Labels, said)
	if row >= 0 && column >= 0 {
		c.Counts[row][column]++
	}
}

// seen tells whether anything was counted.
func (c *Confusion) seen() bool {
	return slices.ContainsFunc(c.Counts, func(row []float64) bool { return slices.ContainsFunc(row, func(v float64) bool { return v > 0 }) })
}
