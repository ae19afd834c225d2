package evaluate

import (
	"context"
	"fmt"
	"image/color"

	"offsite/detectors"
	"offsite/pipeline/decode"
	"offsite/pipeline/infer"
)

// unjudged is the grey value of a mask where nobody could tell by eye what is there.
const unjudged = 255

// masks compares class maps with masks, cell by cell.
func (r *run) masks(ctx context.Context, p part) error {
	h, w := r.manifest.Output.Shape[2], r.manifest.Output.Shape[3]
	labels := r.manifest.Labels
	counts := make([]rates, len(labels))
	errors := make([]float64, len(labels))
	confusion := newConfusion(p.Prefix, labels)
	judged := 0.0
	for _, e := range p.Pictures {
		is, err := r.folders.mask(e.Mask, w, h)
		if err != nil {
			return err
		}
		picture, err := r.folders.open(e.File)
		if err != nil {
			return err
		}
		said, err := r.classes(picture)
		if err != nil {
			picture.Release()
			return err
		}
		wrong, told := 0, 0
		share := make([]float64, len(labels))
		for i, c := range is {
			if c == unjudged {
				continue
			}
			told++
			if int(c) >= len(labels) {
				return fmt.Errorf("mask %s has class %d, but %s has %d labels", e.Mask, c, r.manifest.Name, len(labels))
			}
			confusion.Counts[c][said[i]]++
			share[c]++
			share[said[i]]--
			if said[i] == c {
				counts[c].hit++
				continue
			}
			counts[c].missed++
			counts[said[i]].false++
			wrong++
		}
		for c, v := range share {
			errors[c] += abs(v) / float64(max(1, told)) / float64(len(p.Pictures))
		}
		judged += float64(told) / float64(len(is)) / float64(len(p.Pictures))
		v := float64(wrong) / float64(max(1, told))
		err = r.keep(Worst{File: e.File, Why: fmt.Sprintf("%.0f %% of cells wrong", v*100), Error: v}, picture, func(t *tile) {
			t.cells(w, h, func(i int) (color.RGBA, bool) { return toldWrong, is[i] != unjudged && said[i] != is[i] })
		})
		picture.Release()
		if err != nil {
			return err
		}
		if err := r.step(ctx); err != nil {
			return err
		}
	}
	r.report.Confusion = append(r.report.Confusion, confusion)
	r.set(p, "pictures", float64(len(p.Pictures)))
	r.set(p, "judged_share", judged)
	sum, present := 0.0, 0.0
	for c, label := range labels {
		if counts[c].hit+counts[c].missed == 0 {
			continue
		}
		present++
		sum += counts[c].iou()
		r.set(p, "iou_"+label, counts[c].iou())
		r.set(p, "share_error_"+label, errors[c])
	}
	r.set(p, "miou", share(sum, present))
	return nil
}

func (r *run) classes(picture *decode.Picture) ([]uint8, error) {
	maps, err := r.engine.ClassMap(r.manifest.Name, picture)
	if err != nil {
		return nil, err
	}
	return maps[0].Cells, nil
}

// pairs compares novelty maps with masks of what is new (grey value 1 or more).
func (r *run) pairs(ctx context.Context, p part) error {
	h, w := r.manifest.Output.Shape[2], r.manifest.Output.Shape[3]
	least := r.manifest.Thresholds[r.manifest.Labels[0]]
	var cells, things rates
	var hits []hit
	quiet, unchanged := 0.0, 0.0
	confusion := newConfusion(p.Prefix, []string{r.manifest.Labels[0], nothing})
	for _, e := range p.Pictures {
		var is []uint8
		if e.Mask == "" { // nothing is new
			is = make([]uint8, w*h)
		} else {
			var err error
			if is, err = r.folders.mask(e.Mask, w, h); err != nil {
				return err
			}
		}
		now, err := r.folders.open(e.File)
		if err != nil {
			return err
		}
		said, err := r.novelty(e, now)
		if err != nil {
			now.Release()
			return err
		}
		one := rates{}
		for i, c := range is {
			score := float64(said.Cells[i]) / 255
			one.add(score >= least, c > 0)
			confusion.Counts[which(c > 0)][which(score >= least)]++
			if score >= 0.05 {
				hits = append(hits, hit{score, c > 0})
			}
		}
		cells = rates{cells.hit + one.hit, cells.false + one.false, cells.missed + one.missed}
		if one.hit+one.missed == 0 {
			unchanged++
			quiet += one.false / float64(w*h)
		}
		met, missed := meet(is, said, least)
		things.hit, things.missed = things.hit+met, things.missed+missed
		err = r.keep(Worst{File: e.File, Why: fmt.Sprintf("IoU %.2f, %.0f cells wrongly new", one.iou(), one.false), Error: (one.false + one.missed) / float64(w*h)}, now, func(t *tile) {
			t.cells(w, h, func(i int) (color.RGBA, bool) {
				fresh := float64(said.Cells[i])/255 >= least
				switch {
				case fresh && is[i] > 0:
					return toldRight, true
				case fresh:
					return toldWrong, true
				}
				return notTold, is[i] > 0
			})
		})
		now.Release()
		if err != nil {
			return err
		}
		if err := r.step(ctx); err != nil {
			return err
		}
	}
	r.report.Confusion = append(r.report.Confusion, confusion)
	parts, ece := reliability(hits)
	points := precisionRecall(hits, int(cells.hit+cells.missed))
	for name, v := range map[string]float64{
		"pictures": float64(len(p.Pictures)), "cell_iou": cells.iou(), "cell_precision": cells.precision(), "cell_recall": cells.recall(),
		"cell_f1": cells.f1(), "thing_recall": things.recall(), "things": things.hit + things.missed,
		"false_share_unchanged": share(quiet, unchanged), "ece": ece,
	} {
		r.set(p, name, v)
	}
	r.report.Curves = append(r.report.Curves, Curve{Name: p.Prefix + "new", Threshold: least, Points: thin(points), Reliability: parts})
	return nil
}

// which is the row or column of what is new, 0, or not, 1.
func which(is bool) int {
	if is {
		return 0
	}
	return 1
}

func (r *run) novelty(e entry, now *decode.Picture) (*detectors.NoveltyMap, error) {
	before, err := r.folders.open(e.Baseline)
	if err != nil {
		return nil, err
	}
	defer before.Release()
	maps, err := r.engine.Novelty(r.manifest.Name, infer.Pair{Baseline: before, Current: now})
	if err != nil {
		return nil, err
	}
	return maps[0], nil
}

// meet counts the connected new things of which at least half is found.
func meet(is []uint8, said *detectors.NoveltyMap, least float64) (met, missed float64) {
	seen := make([]bool, len(is))
	for start, c := range is {
		if c == 0 || seen[start] {
			continue
		}
		size, found := 0.0, 0.0
		seen[start] = true
		for open := []int{start}; len(open) > 0; {
			i := open[len(open)-1]
			open = open[:len(open)-1]
			size++
			if float64(said.Cells[i])/255 >= least {
				found++
			}
			for _, k := range near(i, said.Width, said.Height) {
				if is[k] > 0 && !seen[k] {
					seen[k] = true
					open = append(open, k)
				}
			}
		}
		if found >= size/2 {
			met++
		} else {
			missed++
		}
	}
	return met, missed
}

// near lists the cells above, below, left and right.
func near(i, w, h int) []int {
	var all []int
	if i%w > 0 {
		all = append(all, i-1)
	}
	if i%w < w-1 {
		all = append(all, i+1)
	}
	if i >= w {
		all = append(all, i-w)
	}
	if i < w*(h-1) {
		all = append(all, i+w)
	}
	return all
}
