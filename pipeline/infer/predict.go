package infer

import (
	"fmt"

	"offsite/detectors"
	"offsite/models"
)

// Prediction is what one model says of one picture, in the picture's pixels.
type Prediction struct {
	File   string             `json:"file"`
	Width  int                `json:"width"`
	Height int                `json:"height"`
	Boxes  []PredictedBox     `json:"boxes"`
	Areas  map[string]float64 `json:"areas"` // label -> share of the picture
}

// PredictedBox is one thing found.
type PredictedBox struct {
	Label string     `json:"label"`
	Score float64    `json:"score"`
	Box   [4]float64 `json:"box"` // x1, y1, x2, y2 in pixels
}

// Predict runs a model of any task on one picture, as production does. Task
// novelty needs a baseline; others take nil. Boxes from the score least on are
// given; below 0 the manifest's thresholds hold. Errors wrap ErrNoModel.
func (e *Engine) Predict(model string, picture, baseline Source, least float64) (Prediction, error) {
	n := e.nets[model]
	if n == nil {
		return Prediction{}, fmt.Errorf("%w: %q; there are %q", ErrNoModel, model, e.names)
	}
	return n.predict(picture, baseline, least)
}

// Try is Predict with a model that the engine does not hold, to see what it finds
// before it is added. Errors are those of Admit.
func (e *Engine) Try(manifest, weights []byte, picture, baseline Source, least float64) (Prediction, error) {
	m, _, err := e.Admit(manifest, weights)
	if err != nil {
		return Prediction{}, err
	}
	n, err := openNet(m, weights, 1)
	if err != nil {
		return Prediction{}, err
	}
	defer n.close()
	return n.predict(picture, baseline, least)
}

func (n *net) predict(picture, baseline Source, least float64) (Prediction, error) {
	thresholds := n.manifest.Thresholds
	if least >= 0 {
		thresholds = n.all(least)
	}
	w, h := picture.Size()
	p := Prediction{Width: w, Height: h, Boxes: []PredictedBox{}, Areas: map[string]float64{}}
	var err error
	switch n.manifest.Task {
	case models.Detect:
		err = p.detect(n, thresholds, picture)
	case models.Segment:
		err = p.segment(n, picture)
	case models.Novelty:
		err = p.novelty(n, thresholds, picture, baseline)
	}
	return p, err
}

func (p *Prediction) detect(n *net, thresholds map[string]float64, picture Source) error {
	found, err := n.boxes(thresholds, []Source{picture})
	if err != nil {
		return err
	}
	for _, d := range found[0] {
		p.Boxes = append(p.Boxes, PredictedBox{d.Label, d.Score, pixels(d.Box, p.Width, p.Height)})
	}
	return nil
}

func pixels(b detectors.Box, w, h int) [4]float64 {
	return [4]float64{b.X1 * float64(w), b.Y1 * float64(h), b.X2 * float64(w), b.Y2 * float64(h)}
}

func (p *Prediction) segment(n *net, picture Source) error {
	maps, err := n.classMaps([]Source{picture})
	if err != nil {
		return err
	}
	m := maps[0]
	for _, label := range m.Labels {
		p.Areas[label] = 0
	}
	for _, c := range m.Cells {
		p.Areas[m.Labels[c]] += 1 / float64(len(m.Cells))
	}
	return nil
}

func (p *Prediction) novelty(n *net, thresholds map[string]float64, picture, baseline Source) error {
	if baseline == nil {
		return fmt.Errorf("model %s compares a picture with its baseline: give the baseline too", n.manifest.Name)
	}
	maps, err := n.noveltyMaps([]Pair{{Baseline: baseline, Current: picture}})
	if err != nil {
		return err
	}
	label := n.manifest.Labels[0]
	least := thresholds[label] * 255
	p.Areas[label] = 0
	for _, c := range maps[0].Cells {
		if float64(c) >= least {
			p.Areas[label] += 1 / float64(len(maps[0].Cells))
		}
	}
	return nil
}
