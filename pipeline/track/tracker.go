package track

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"offsite/detectors"
)

const (
	sameIoU    = 0.2  // overlap from which two boxes may be one thing
	otherLabel = 0.75 // what an overlap is worth where the kind of thing was told differently
	restIoU    = 0.4  // overlap with its place of rest while it stands still
	restShare  = 0.8  // or: share of a box, partly hidden, that lies in its place of rest
	settle     = 0.2  // how much of the newest box the place of rest takes on
)

// How long what is not seen keeps its track. A person who comes to where another
// stood a while ago is another person. Where no look was made at all (another node took
// over, a lost connection), a thing is waited for three times as long, as a dwell is.
const (
	Memory       = 20 * time.Second
	PersonMemory = 6 * time.Second
)

func (t *Tracker) memory(k known) time.Duration {
	switch {
	case k.Label == "person":
		return PersonMemory
	case k.Last.Equal(t.last):
		return 3 * Memory
	}
	return Memory
}

// Tracker follows the things of one camera. It is used by one goroutine at a time.
type Tracker struct {
	next  uint64
	known []known
	last  time.Time // latest look
}

// known is a track and where it came to rest.
type known struct {
	detectors.Track
	Rest detectors.Box `json:"rest"`
}

// state is what a tracker remembers.
type state struct {
	Next  uint64    `json:"next"`
	Known []known   `json:"known,omitempty"`
	Last  time.Time `json:"last,omitzero"`
}

// New makes a tracker that knows nothing.
func New() *Tracker { return &Tracker{} }

// Follow takes the detections of the next look and returns their tracks, in the
// same order.
func (t *Tracker) Follow(at time.Time, found []detectors.Detection) []detectors.Track {
	t.known = slices.DeleteFunc(t.known, func(k known) bool { return at.Sub(k.Last) > t.memory(k) })
	t.last = at
	tracks := make([]detectors.Track, len(found))
	taken := t.match(found)
	for i, d := range found {
		k := taken[i]
		if k < 0 {
			t.next++
			t.known = append(t.known, known{
				Track: detectors.Track{ID: t.next, Detection: d, First: at, Last: at, Anchored: at}, Rest: d.Box,
			})
			k = len(t.known) - 1
		} else {
			t.known[k].see(at, d)
		}
		tracks[i] = t.known[k].Track
	}
	return tracks
}

// match finds for each detection the index of the known thing it is, -1 for none:
// the best overlap first, each thing once.
func (t *Tracker) match(found []detectors.Detection) []int {
	type pair struct {
		found, known int
		worth        float64
	}
	var pairs []pair
	for i, d := range found {
		for j, k := range t.known {
			if w := alike(k, d); w >= sameIoU {
				pairs = append(pairs, pair{i, j, w})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return cmp.Compare(b.worth, a.worth) })
	taken, used := make([]int, len(found)), make([]bool, len(t.known))
	for i := range taken {
		taken[i] = -1
	}
	for _, p := range pairs {
		if taken[p.found] < 0 && !used[p.known] {
			taken[p.found], used[p.known] = p.known, true
		}
	}
	return taken
}

// alike says how well a detection fits a known thing, 0 for not at all. A box is
// compared with the latest one and, of things, with the place of rest, for what was
// half hidden may be seen whole again.
func alike(k known, d detectors.Detection) float64 {
	overlap := k.Box.IoU(d.Box)
	if k.Label != "person" {
		overlap = max(overlap, k.Rest.IoU(d.Box))
	}
	switch {
	case k.Label == d.Label:
		return overlap
	case group(k.Label) != "" && group(k.Label) == group(d.Label):
		return overlap * otherLabel
	}
	return 0
}

// group names kinds of things that a model takes for one another: the same stall
// may be a cart in one picture and a table in the next.
func group(label string) string {
	switch label {
	case "goods", "cart", "table", "umbrella":
		return "thing"
	case "car", "truck":
		return "vehicle"
	case "bicycle", "motorcycle":
		return "cycle"
	}
	return ""
}

// see takes the newest box of a known thing.
func (k *known) see(at time.Time, d detectors.Detection) {
	k.Detection, k.Last = d, at
	switch {
	case d.Box.IoU(k.Rest) >= restIoU:
		k.Rest = toward(k.Rest, d.Box)
	case d.Box.Covered(k.Rest) >= restShare: // partly hidden, and still there
	default:
		k.Rest, k.Anchored = d.Box, at
	}
}

func toward(a, b detectors.Box) detectors.Box {
	mix := func(x, y float64) float64 { return x + settle*(y-x) }
	return detectors.Box{X1: mix(a.X1, b.X1), Y1: mix(a.Y1, b.Y1), X2: mix(a.X2, b.X2), Y2: mix(a.Y2, b.Y2)}
}

// State and Restore move the tracker to another process.
func (t *Tracker) State() (json.RawMessage, error) {
	return json.Marshal(state{Next: t.next, Known: t.known, Last: t.last})
}

// Restore goes on from a State; nil starts afresh.
func (t *Tracker) Restore(raw json.RawMessage) error {
	t.next, t.known, t.last = 0, nil, time.Time{}
	if raw == nil {
		return nil
	}
	var s state
	if err := json.Unmarshal(raw, &s); err != nil {
		return fmt.Errorf("restore the tracks: %w", err)
	}
	t.next, t.known, t.last = s.Next, s.Known, s.Last
	return nil
}
