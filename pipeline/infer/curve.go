package infer

import (
	"offsite/models"
)

// curve turns a model's own score into the probability that what it says is so:
// straight lines between the manifest's points, rising. Without points a score is
// taken as it is.
type curve [][2]float64

func curvesOf(m models.Manifest) []curve {
	all := make([]curve, len(m.Labels))
	for i, label := range m.Labels {
		all[i] = m.Calibration[label]
	}
	return all
}

func (c curve) at(score float64) float64 { return c.between(score, 0, 1) }

// from is the inverse: the score that gives the probability.
func (c curve) from(probability float64) float64 { return c.between(probability, 1, 0) }

// between reads the curve from axis x to axis y.
func (c curve) between(v float64, x, y int) float64 {
	if len(c) == 0 || v != v { // a score that is no number stays one
		return v
	}
	if v <= c[0][x] {
		return c[0][y]
	}
	for i := 1; i < len(c); i++ {
		a, b := c[i-1], c[i]
		if v <= b[x] {
			return a[y] + (b[y]-a[y])*(v-a[x])/(b[x]-a[x])
		}
	}
	return c[len(c)-1][y]
}

// cuts turns thresholds, which are probabilities, into the model's own scores, one
// per label.
func (n *net) cuts(thresholds map[string]float64) []float64 {
	cuts := make([]float64, len(n.manifest.Labels))
	for i, label := range n.manifest.Labels {
		cuts[i] = n.curves[i].from(thresholds[label])
	}
	return cuts
}
