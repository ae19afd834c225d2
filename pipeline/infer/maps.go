package infer

import (
	"offsite/detectors"
	"offsite/models"
)

// ClassMap runs a model of task segment and returns for each picture the class of
// each cell. Errors wrap ErrNoModel.
func (e *Engine) ClassMap(model string, pictures ...Source) ([]*detectors.ClassMap, error) {
	n, err := e.net(model, models.Segment)
	if err != nil {
		return nil, err
	}
	maps, err := n.classMaps(pictures)
	if s := e.shadows[model]; s != nil && err == nil {
		s.classMaps(maps, pictures)
	}
	return maps, err
}

func (n *net) classMaps(pictures []Source) ([]*detectors.ClassMap, error) {
	if len(pictures) == 0 {
		return nil, nil
	}
	h, w := n.manifest.Output.Shape[2], n.manifest.Output.Shape[3]
	maps := make([]*detectors.ClassMap, len(pictures))
	err := n.run(size{len(pictures), n.manifest.Input.Height()},
		func(i int, tensor []float32, pixels []byte) error {
			return n.fill(n.manifest.Input, pictures[i], tensor, pixels)
		},
		func(i int, shares []float32) {
			maps[i] = &detectors.ClassMap{Labels: n.manifest.Labels, Width: w, Height: h, Cells: greatest(shares, w*h)}
		})
	if err != nil {
		return nil, err
	}
	return maps, nil
}

// greatest tells for each cell the class with the greatest share.
func greatest(shares []float32, cells int) []uint8 {
	best := make([]uint8, cells)
	for c := 1; (c+1)*cells <= len(shares); c++ {
		for i := range cells {
			if shares[c*cells+i] > shares[int(best[i])*cells+i] {
				best[i] = uint8(c)
			}
		}
	}
	return best
}

// Pair is a picture and the baseline it is compared with.
type Pair struct {
	Baseline Source
	Current  Source
}

// Novelty runs a model of task novelty and returns for each pair how new each cell
// is; BaselineAt is left to the caller. The threshold is in the manifest. Errors
// wrap ErrNoModel.
func (e *Engine) Novelty(model string, pairs ...Pair) ([]*detectors.NoveltyMap, error) {
	n, err := e.net(model, models.Novelty)
	if err != nil {
		return nil, err
	}
	maps, err := n.noveltyMaps(pairs)
	if s := e.shadows[model]; s != nil && err == nil {
		s.noveltyMaps(maps, pairs)
	}
	return maps, err
}

func (n *net) noveltyMaps(pairs []Pair) ([]*detectors.NoveltyMap, error) {
	if len(pairs) == 0 {
		return nil, nil
	}
	h, w := n.manifest.Output.Shape[2], n.manifest.Output.Shape[3]
	maps := make([]*detectors.NoveltyMap, len(pairs))
	err := n.run(size{len(pairs), n.manifest.Input.Height()},
		func(i int, tensor []float32, pixels []byte) error {
			if err := n.fill(n.manifest.Input, pairs[i].Baseline, tensor[:len(tensor)/2], pixels); err != nil {
				return err
			}
			return n.fill(n.manifest.Input, pairs[i].Current, tensor[len(tensor)/2:], pixels)
		},
		func(i int, shares []float32) {
			m := &detectors.NoveltyMap{Width: w, Height: h, Cells: make([]uint8, w*h)}
			for k, v := range shares[:w*h] {
				m.Cells[k] = uint8(unit(n.curves[0].at(float64(v)))*255 + 0.5)
			}
			maps[i] = m
		})
	if err != nil {
		return nil, err
	}
	return maps, nil
}
