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
	all, in := make([]int, len(pictures)), n.manifest.Input
	for i := range all {
		all[i] = i
	}
	var again []int
	err := n.look(in, pictures, all, func(i int, rows []float32) {
		found[i] = n.read(in, rows, cuts, pictures[i])
		if n.unsure(rows) {
			again = append(again, i)
		}
	})
	if err == nil && len(again) > 0 {
		err = n.lookAgain(pictures, again, cuts, found)
	}
	if err != nil {
		return nil, err
	}
	for i := range found {
		found[i] = suppress(found[i], n.manifest.NMSIoU)
	}
	return found, nil
}

// look runs the model on the chosen pictures. Those of one height run together: what one
// is told must not depend on the others.
func (n *net) look(in models.Input, pictures []Source, chosen []int, see func(i int, rows []float32)) error {
	alike := map[int][]int{}
	for _, i := range chosen {
		height := in.HeightFor(pictures[i].Size())
		alike[height] = append(alike[height], i)
	}
	for height, which := range alike {
		err := n.run(size{len(which), height},
			func(k int, tensor []float32, pixels []byte) error {
				return n.fill(in, pictures[which[k]], tensor, pixels)
			},
			func(k int, rows []float32) { see(which[k], rows) })
		if err != nil {
			return err
		}
	}
	return nil
}

// unsure says whether the rows of a first look ask for a second.
func (n *net) unsure(rows []float32) bool {
	a := n.manifest.Again
	if a == nil {
		return false
	}
	for c, label := range n.manifest.Labels {
		if !slices.Contains(a.Labels, label) {
			continue
		}
		for at := 5 + c; at < len(rows); at += 5 + len(n.manifest.Labels) {
			if float64(rows[at]) >= a.From {
				return true
			}
		}
	}
	return false
}

// lookAgain looks at the chosen pictures a second time, and puts what it finds of the
// labels that it is for in the place of what was found of them.
func (n *net) lookAgain(pictures []Source, chosen []int, cuts []float64, found [][]detectors.Detection) error {
	in := n.manifest.Second()
	second := func(d detectors.Detection) bool { return slices.Contains(n.manifest.Again.Labels, d.Label) }
	first := func(d detectors.Detection) bool { return !second(d) }
	return n.look(in, pictures, chosen, func(i int, rows []float32) {
		blank(rows, in, 5+len(n.manifest.Labels), pictures[i])
		found[i] = append(slices.DeleteFunc(found[i], second), slices.DeleteFunc(n.read(in, rows, cuts, pictures[i]), first)...)
	})
}

// blank takes the scores from rows whose box has its middle on the grey beside the
// picture, of which a second look has much: grey is like smoke.
func blank(rows []float32, in models.Input, width int, picture Source) {
	w, h := picture.Size()
	scale := in.Factor(w, h)
	right, bottom := float32(2*scale*float64(w)), float32(2*scale*float64(h))
	for ; len(rows) >= width; rows = rows[width:] {
		if rows[0]+rows[2] > right || rows[1]+rows[3] > bottom {
			clear(rows[4:width])
		}
	}
}

// read takes the rows whose scores reach the cuts (one per label, in the model's own
// scores), normalised to the picture.
func (n *net) read(in models.Input, rows []float32, cuts []float64, picture Source) []detectors.Detection {
	labels := n.manifest.Labels
	w, h := picture.Size()
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
