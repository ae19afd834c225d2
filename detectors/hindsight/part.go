package hindsight

import (
	"bytes"
	"compress/gzip"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"offsite/detectors"
)

// Part is what the models said of some looks of one camera, in order of time.
type Part struct {
	Models []string // that the camera's zones had run, sorted
	Looks  []detectors.Look
}

// Recorder gathers looks of many cameras. It is safe for concurrent use.
type Recorder struct {
	mu    sync.Mutex
	parts map[string]Part // by camera
}

// Add keeps a look; models are those that the camera's zones have run. The look's
// slices and maps must not be changed afterwards.
func (r *Recorder) Add(models []string, l detectors.Look) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.parts == nil {
		r.parts = map[string]Part{}
	}
	p := r.parts[l.Camera]
	if len(p.Looks) < mostLooks {
		r.parts[l.Camera] = Part{models, append(p.Looks, l)}
	}
}

// Take hands over what was gathered since it was last called, by camera.
func (r *Recorder) Take() map[string]Part {
	r.mu.Lock()
	defer r.mu.Unlock()
	parts := r.parts
	r.parts = nil
	return parts
}

const (
	mostLooks = 600      // of a part: a minute at ten a second
	mostBytes = 64 << 20 // of a part, unpacked
)

// packed is a part as it is kept. A look in which nothing had changed has the maps of
// the one before; each is written once.
type packed struct {
	Models []string
	Looks  []look
	Ground []detectors.ClassMap
	Novel  []detectors.NoveltyMap
}

// look is a look without its maps: their places in the lists, from 1; 0: none.
type look struct {
	Look          detectors.Look
	Ground, Novel int
}

// Encode packs a part: gob, compressed.
func Encode(p Part) ([]byte, error) {
	k := packed{Models: p.Models, Looks: make([]look, len(p.Looks))}
	ground, novel := map[*detectors.ClassMap]int{}, map[*detectors.NoveltyMap]int{}
	for i, l := range p.Looks {
		k.Looks[i] = look{Look: l, Ground: place(ground, &k.Ground, l.Ground), Novel: place(novel, &k.Novel, l.Novel)}
		k.Looks[i].Look.Ground, k.Looks[i].Look.Novel = nil, nil
	}
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if err := errors.Join(gob.NewEncoder(z).Encode(k), z.Close()); err != nil {
		return nil, fmt.Errorf("pack looks: %w", err)
	}
	return out.Bytes(), nil
}

// place is where a map lies in the list, which it is added to if it is new.
func place[M any](known map[*M]int, list *[]M, m *M) int {
	if m == nil {
		return 0
	}
	if known[m] == 0 {
		*list = append(*list, *m)
		known[m] = len(*list)
	}
	return known[m]
}

// Decode unpacks what Encode made.
func Decode(text []byte) (Part, error) {
	z, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		return Part{}, fmt.Errorf("unpack looks: %w", err)
	}
	var k packed
	if err := gob.NewDecoder(io.LimitReader(z, mostBytes)).Decode(&k); err != nil {
		return Part{}, fmt.Errorf("unpack looks: %w", err)
	}
	p := Part{Models: k.Models, Looks: make([]detectors.Look, len(k.Looks))}
	for i, l := range k.Looks {
		if l.Ground < 0 || l.Ground > len(k.Ground) || l.Novel < 0 || l.Novel > len(k.Novel) {
			return Part{}, fmt.Errorf("unpack looks: look %d has a map that is not there", i)
		}
		p.Looks[i] = l.Look
		if l.Ground > 0 {
			p.Looks[i].Ground = &k.Ground[l.Ground-1]
		}
		if l.Novel > 0 {
			p.Looks[i].Novel = &k.Novel[l.Novel-1]
		}
	}
	return p, nil
}

// Join puts parts together, in order of time; models are those that ran in each.
func Join(parts []Part) Part {
	var all Part
	for i, p := range parts {
		if i == 0 {
			all.Models = p.Models
		}
		all.Models = slices.DeleteFunc(slices.Clone(all.Models), func(m string) bool { return !slices.Contains(p.Models, m) })
		all.Looks = append(all.Looks, p.Looks...)
	}
	slices.SortStableFunc(all.Looks, func(a, b detectors.Look) int { return a.At.Compare(b.At) })
	return all
}
