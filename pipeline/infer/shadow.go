package infer

import (
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"offsite/detectors"
	"offsite/models"
)

// Difference is how a version in shadow differed from the one in force on one label.
type Difference struct {
	Model, Version, Against, Label string
	Looks                          int64
	Both                           int64 // boxes that overlap by half, or cells, that both found
	ActiveOnly, ShadowOnly         int64
}

// shadow is a version that runs beside the one in force, and what came of it. What it
// says reaches no rule.
type shadow struct {
	*net
	active models.Manifest

	mu     sync.Mutex
	counts []Difference // one per label that both know
	failed error        // the latest, since Differences
}

// Accompany loads versions that run beside those in force from now on, from a folder
// as Load reads it. Call it before the first look.
func (e *Engine) Accompany(folder fs.FS, names ...string) error {
	for _, name := range names {
		active := e.nets[name]
		if active == nil {
			return fmt.Errorf("%w: %q has no version in force", ErrNoModel, name)
		}
		n, err := loadNet(folder, name, e.threads)
		if err != nil {
			return fmt.Errorf("in shadow: %w", err)
		}
		if n.manifest.Task != active.manifest.Task {
			n.close()
			return fmt.Errorf("in shadow: %w: %s does %s", ErrNoModel, name, n.manifest.Task)
		}
		s := &shadow{net: n, active: active.manifest}
		for _, label := range active.manifest.Labels {
			if slices.Contains(n.manifest.Labels, label) {
				s.counts = append(s.counts, Difference{Model: name, Version: n.manifest.Version, Against: active.manifest.Version, Label: label})
			}
		}
		e.shadows[name] = s
	}
	return nil
}

// Differences tells what was counted since the last call, and which shadow failed.
func (e *Engine) Differences() ([]Difference, error) {
	var list []Difference
	var failed error
	for _, name := range e.names {
		s := e.shadows[name]
		if s == nil {
			continue
		}
		s.mu.Lock()
		for i, d := range s.counts {
			if d.Looks > 0 {
				list = append(list, d)
			}
			s.counts[i].Looks, s.counts[i].Both, s.counts[i].ActiveOnly, s.counts[i].ShadowOnly = 0, 0, 0, 0
		}
		if s.failed != nil {
			failed = fmt.Errorf("in shadow: %w", s.failed)
		}
		s.failed = nil
		s.mu.Unlock()
	}
	return list, failed
}

// count adds a look, what both said of a label given by tell.
func (s *shadow) count(looks int, err error, tell func(label string) (both, active, own int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.failed = err
		return
	}
	for i := range s.counts {
		d := &s.counts[i]
		both, active, own := tell(d.Label)
		d.Looks += int64(looks)
		d.Both, d.ActiveOnly, d.ShadowOnly = d.Both+int64(both), d.ActiveOnly+int64(active-both), d.ShadowOnly+int64(own-both)
	}
}

// boxes compares with what the version in force found in the same pictures.
func (s *shadow) boxes(found [][]detectors.Detection, pictures []Source) {
	own, err := s.net.boxes(s.manifest.Thresholds, pictures)
	s.count(len(pictures), err, func(label string) (both, active, all int) {
		for i := range found {
			a, b := labelled(found[i], label), labelled(own[i], label)
			active, all, both = active+len(a), all+len(b), both+pairs(a, b)
		}
		return both, active, all
	})
}

func labelled(all []detectors.Detection, label string) []detectors.Detection {
	return slices.DeleteFunc(slices.Clone(all), func(d detectors.Detection) bool { return d.Label != label })
}

// pairs counts boxes of a that have a box of b of their own, overlapping by half.
func pairs(a, b []detectors.Detection) int {
	n, taken := 0, make([]bool, len(b))
	for _, d := range a {
		best, at := 0.5, -1
		for i, o := range b {
			if v := d.Box.IoU(o.Box); !taken[i] && v >= best {
				best, at = v, i
			}
		}
		if at >= 0 {
			taken[at] = true
			n++
		}
	}
	return n
}

// classMaps compares with what the version in force said of the same pictures.
func (s *shadow) classMaps(found []*detectors.ClassMap, pictures []Source) {
	own, err := s.net.classMaps(pictures)
	s.count(len(pictures), err, func(label string) (both, active, all int) {
		of := func(m *detectors.ClassMap) cells {
			class := slices.Index(m.Labels, label)
			return cells{m.Width, m.Height, func(i int) bool { return int(m.Cells[i]) == class }}
		}
		for i := range found {
			b, a, o := of(found[i]).beside(of(own[i]))
			both, active, all = both+b, active+a, all+o
		}
		return both, active, all
	})
}

// noveltyMaps compares what is new by each one's threshold.
func (s *shadow) noveltyMaps(found []*detectors.NoveltyMap, looks []Pair) {
	own, err := s.net.noveltyMaps(looks)
	s.count(len(looks), err, func(label string) (both, active, all int) {
		of := func(m *detectors.NoveltyMap, least float64) cells {
			return cells{m.Width, m.Height, func(i int) bool { return float64(m.Cells[i]) >= least*255 }}
		}
		for i := range found {
			b, a, o := of(found[i], s.active.Thresholds[label]).beside(of(own[i], s.manifest.Thresholds[label]))
			both, active, all = both+b, active+a, all+o
		}
		return both, active, all
	})
}

// cells are those of a map that hold something.
type cells struct {
	w, h int
	hold func(i int) bool
}

// beside counts the cells in which both hold something, the first and the other, at
// the size of the first.
func (c cells) beside(o cells) (both, first, other int) {
	for y := range c.h {
		for x := range c.w {
			here, there := c.hold(y*c.w+x), o.hold((2*y+1)*o.h/(2*c.h)*o.w+(2*x+1)*o.w/(2*c.w))
			if here {
				first++
			}
			if there {
				other++
			}
			if here && there {
				both++
			}
		}
	}
	return both, first, other
}
