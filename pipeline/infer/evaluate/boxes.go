package evaluate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"offsite/detectors"
	"offsite/pipeline/decode"
)

// floor is the least score that curves reach down to.
const floor = 0.003

// tally is what one label got over the pictures of a part.
type tally struct {
	hits    []hit // all boxes from floor on
	total   int   // true boxes
	boxes   rates // at the threshold
	picture rates // whole pictures at the threshold
}

func (r *run) boxes(ctx context.Context, p part) error {
	tallies, whole := map[string]*tally{}, rates{}
	known := p.Labels
	if len(known) == 0 {
		known = r.manifest.Labels
	}
	confusion := newConfusion(p.Prefix, append(slices.Clone(known), nothing))
	for _, label := range r.manifest.Labels {
		tallies[label] = &tally{}
	}
	err := r.eachEntry(p, func(e entry, picture *decode.Picture) error {
		truths, err := r.folders.truths(e)
		if err != nil {
			return err
		}
		all, err := r.engine.BoxesFrom(r.manifest.Name, floor, picture)
		if err != nil {
			return err
		}
		said := false
		for label, t := range tallies {
			said = t.add(labelled(all[0], label), labelled(truths, label), r.manifest.Thresholds[label]) || said
		}
		whole.add(said, len(truths) > 0)
		confusion.boxes(all[0], truths, r.manifest.Thresholds)
		if err := r.blame(e, picture, known, all[0], truths); err != nil {
			return err
		}
		return r.step(ctx)
	})
	if err != nil {
		return err
	}
	if confusion.seen() {
		r.report.Confusion = append(r.report.Confusion, confusion)
	}
	r.set(p, "pictures", float64(len(p.Pictures)))
	for _, label := range r.manifest.Labels {
		if t := tallies[label]; t.total > 0 {
			r.note(p, label, t)
		}
	}
	r.set(p, "picture_precision", whole.precision())
	r.set(p, "picture_recall", whole.recall())
	r.set(p, "picture_f1", whole.f1())
	return nil
}

// eachEntry hands on the pictures of a part with what is in them: files, or moments of
// its video.
func (r *run) eachEntry(p part, see func(entry, *decode.Picture) error) error {
	if p.Video == nil {
		for _, e := range p.Pictures {
			picture, err := r.folders.open(e.File)
			if err != nil {
				return err
			}
			err = see(e, picture)
			picture.Release()
			if err != nil {
				return err
			}
		}
		return nil
	}
	left := p.Pictures
	err := r.folders.each(*p.Video, func(picture *decode.Picture, at time.Duration) error {
		if len(left) == 0 || at.Seconds() < left[0].At-1e-3 {
			return nil
		}
		e := left[0]
		e.File = fmt.Sprintf("%s at %v", p.Video.File, at)
		left = left[1:]
		return see(e, picture)
	})
	if err == nil && len(left) > 0 {
		return fmt.Errorf("%s ends before %v s, of which the list knows boxes", p.Video.File, left[0].At)
	}
	return err
}

// add counts one picture and tells whether the label is said to be in it.
func (t *tally) add(found, truths []detectors.Detection, threshold float64) bool {
	t.total += len(truths)
	met, said := 0, false
	for _, h := range match(found, truths) {
		t.hits = append(t.hits, h)
		if h.score < threshold {
			continue
		}
		said = true
		t.boxes.add(true, h.true)
		if h.true {
			met++
		}
	}
	t.boxes.missed += float64(len(truths) - met)
	t.picture.add(said, len(truths) > 0)
	return said
}

// note writes the figures of one label.
func (r *run) note(p part, label string, t *tally) {
	points := precisionRecall(t.hits, t.total)
	sure := make([]hit, 0, len(t.hits))
	for _, h := range t.hits {
		if h.score >= 0.05 { // what lies below never reaches a reviewer
			sure = append(sure, h)
		}
	}
	parts, ece := reliability(sure)
	for name, v := range map[string]float64{
		"ap50": averagePrecision(points), "precision": t.boxes.precision(), "recall": t.boxes.recall(), "f1": t.boxes.f1(),
		"picture_precision": t.picture.precision(), "picture_recall": t.picture.recall(), "picture_f1": t.picture.f1(),
		"ece": ece, "boxes": float64(t.total),
	} {
		r.set(p, name+"_"+label, v)
	}
	r.report.Curves = append(r.report.Curves, Curve{Name: p.Prefix + label, Threshold: r.manifest.Thresholds[label], Points: thin(points), Reliability: parts})
}

// blame notes the picture if a label is missed in it, or said where it is not.
func (r *run) blame(e entry, picture *decode.Picture, labels []string, found, truths []detectors.Detection) error {
	draw := func(t *tile) {
		t.truths = truths
		t.found = slices.DeleteFunc(slices.Clone(found), func(d detectors.Detection) bool {
			return d.Score < r.manifest.Thresholds[d.Label] || !slices.Contains(labels, d.Label)
		})
	}
	var worst Worst
	for _, label := range labels {
		best, least := 0.0, r.manifest.Thresholds[label]
		for _, d := range labelled(found, label) {
			best = max(best, d.Score)
		}
		is := len(labelled(truths, label)) > 0
		switch {
		case is && best < least && 1-best > worst.Error:
			worst = Worst{File: e.File, Why: fmt.Sprintf("%s missed, best score %.2f", label, best), Error: 1 - best}
		case !is && best >= least && best > worst.Error:
			worst = Worst{File: e.File, Why: fmt.Sprintf("%s said, score %.2f, none is there", label, best), Error: best}
		}
	}
	if worst.Error == 0 {
		return nil
	}
	return r.keep(worst, picture, draw)
}

// negative counts pictures in which something is reported though nothing is there.
func (r *run) negative(ctx context.Context, p part) error {
	pictures, wrong := 0.0, 0.0
	look := func(picture *decode.Picture, file, at string) error {
		found, err := r.engine.Boxes(r.manifest.Name, picture)
		if err != nil {
			return err
		}
		pictures++
		if len(found[0]) > 0 {
			wrong++
			d := found[0][0]
			w := Worst{File: file, At: at, Why: fmt.Sprintf("%s said, score %.2f, none is there", d.Label, d.Score), Error: d.Score}
			if err := r.keep(w, picture, func(t *tile) { t.found = found[0] }); err != nil {
				return err
			}
		}
		return r.step(ctx)
	}
	for _, e := range p.Pictures {
		picture, err := r.folders.open(e.File)
		if err != nil {
			return err
		}
		err = look(picture, e.File, "")
		picture.Release()
		if err != nil {
			return err
		}
	}
	if p.Video != nil {
		var first, last time.Duration
		err := r.folders.each(*p.Video, func(picture *decode.Picture, at time.Duration) error {
			if first == 0 {
				first = at
			}
			last = at
			return look(picture, p.Video.File, at.String())
		})
		if err != nil {
			return err
		}
		r.set(p, "hours", (last - first).Hours())
	}
	r.set(p, "pictures", pictures)
	r.set(p, "false_pictures", wrong)
	return nil
}
