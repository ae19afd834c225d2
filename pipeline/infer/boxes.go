package infer

import (
	"cmp"
	"slices"

	"offsite/detectors"
	"offsite/models"
)

// Boxes runs a model of task detect and returns for each picture what it found:
// above the label's threshold, overlaps of a label suppressed, strongest first.
// Errors wrap ErrNoModel.
func (e *Engine) Boxes(model string, pictures ...Source) ([][]detectors.Detection, error) {
	n, err := e.net(model, models.Detect)
	if err != nil {
		return nil, err
	}
	found, err := n.boxes(n.manifest.Thresholds, pictures)
	if s := e.shadows[model]; s != nil && err == nil {
		s.boxes(found, pictures)
	}
	return found, err
}

// BoxesFrom is Boxes with one threshold for all labels in place of the manifest's:
// for measuring, and for looking at what a model nearly saw.
func (e *Engine) BoxesFrom(model string, least float64, pictures ...Source) ([][]detectors.Detection, error) {
	n, err := e.net(model, models.Detect)
	if err != nil {
		return nil, err
	}
	return n.boxes(n.all(least), pictures)
}

// all is one threshold for every label.
func (n *net) all(least float64) map[string]float64 {
	thresholds := map[string]float64{}
	for _, label := range n.manifest.Labels {
		thresholds[label] = least
	}
	return thresholds
}

func (n *net) boxes(thresholds map[string]float64, pictures []Source) ([][]detectors.Detection, error) {
	if len(pictures) == 0 {
		return nil, nil
	}
	cuts := n.cuts(thresholds)
	found := make([][]detectors.Detection, len(pictures))
	// Pictures of one height run together: what one is told must not depend on the others.
	alike := map[int][]int{}
	for i, p := range pictures {
		height := n.manifest.Input.HeightFor(p.Size())
		alike[height] = append(alike[height], i)
	}
	for height, which := range alike {
		err := n.run(size{len(which), height},
			func(i int, tensor []float32, pixels []byte) error {
				return n.fill(pictures[which[i]], tensor, pixels)
			},
			func(i int, rows []float32) {
				w, h := pictures[which[i]].Size()
				found[which[i]] = suppress(n.read(rows, cuts, w, h), n.manifest.NMSIoU)
			})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// read takes the rows whose scores reach the cuts (one per label, in the model's own
// scores), normalised to the picture of w×h pixels.
func (n *net) read(rows []float32, cuts []float64, w, h int) []detectors.Detection {
	in, labels := n.manifest.Input, n.manifest.Labels
	toX, toY := 1/float64(in.Width()), 1/float64(in.Height())
	if in.Resize == "letterbox" {
		scale := in.Factor(w, h)
		toX, toY = 1/(scale*float64(w)), 1/(scale*float64(h))
	}
	least := slices.Min(cuts)
	var found []detectors.Detection
	width := 5 + len(labels)
	for ; len(rows) >= width; rows = rows[width:] {
		if float64(rows[4]) < least {
			continue
		}
		box := detectors.Box{
			X1: unit(float64(rows[0]) * toX), Y1: unit(float64(rows[1]) * toY),
			X2: unit(float64(rows[2]) * toX), Y2: unit(float64(rows[3]) * toY),
		}
		if box.X2 <= box.X1 || box.Y2 <= box.Y1 {
			continue
		}
		for c, label := range labels {
			if score := float64(rows[5+c]); score >= cuts[c] {
				found = append(found, detectors.Detection{Label: label, Score: unit(n.curves[c].at(score)), Box: box})
			}
		}
	}
	return found
}

func unit(v float64) float64 { return max(0, min(v, 1)) }

// suppress drops the weaker of two boxes of a label that overlap by iou or more.
func suppress(found []detectors.Detection, iou float64) []detectors.Detection {
	slices.SortStableFunc(found, func(a, b detectors.Detection) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Label, b.Label),
			cmp.Compare(a.Box.X1, b.Box.X1), cmp.Compare(a.Box.Y1, b.Box.Y1))
	})
	kept := found[:0]
	for _, d := range found {
		if !slices.ContainsFunc(kept, func(k detectors.Detection) bool {
			return k.Label == d.Label && k.Box.IoU(d.Box) >= iou
		}) {
			kept = append(kept, d)
		}
	}
	return kept
}
