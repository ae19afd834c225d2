// Package gap tells when a camera was not watched, and why.
//
// In go, every few seconds, the states of all cameras of this node. Out come gaps:
// from when to when a camera was away, stalled, blind or not looked at, or this
// process did not run. What a camera did not see is evidence too: nobody shall claim
// or deny in hindsight. A gap is handed out until it is told to be kept; where it
// stands is kept in a file, so that it lasts over restarts.
package gap

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"offsite/detectors"
	"offsite/pipeline/node"
)

const (
	// Least is how long a gap must be to be one.
	Least = 10 * time.Second
	// Longest is how long a gap may be; one that goes on is followed by the next, so
	// that it is known while it lasts.
	Longest = time.Hour

	unseen  = 20 * time.Second // without a look, though the camera is live
	away    = 15 * time.Second // between two observations: this process did not run
	gone    = time.Minute      // not this node's any more; after a start it takes a while to know whose it is
	atLeast = 5 * time.Second  // between two savings while nothing happens
)

// The causes beside the states and healths of package node.
const (
	Stopped    = "stopped"    // this process did not run
	Overloaded = "overloaded" // the camera is live, and nothing looked
)

// Gap is a time in which a camera was not watched.
type Gap struct {
	ID     string                `json:"id"` // UUIDv7, also the bundle's
	Kind   string                `json:"kind"`
	Camera string                `json:"camera"`
	Cause  string                `json:"cause"` // a state or health of package node, Stopped or Overloaded
	Why    detectors.Explanation `json:"why"`
	From   time.Time             `json:"from"`
	To     time.Time             `json:"to"`
	GoesOn bool                  `json:"goes_on"` // the camera is still away; the next gap begins where this one ends
}

// Kind is what evidence calls a gap.
const Kind = "gap"

// Watcher follows the cameras of one node. It may be used from any goroutine.
type Watcher struct {
	path string

	mu    sync.Mutex
	saved time.Time
	state state
}

// state is the file.
type state struct {
	Cameras map[string]camera `json:"cameras"`
	Pending []Gap             `json:"pending,omitempty"`
}

// camera is where one stands.
type camera struct {
	Seen time.Time `json:"seen"`          // latest observation
	Open *Gap      `json:"gap,omitempty"` // nil while it is watched
	Gone time.Time `json:"-"`             // since when it is not this node's; zero while it is
}

// Open takes up the file at path, or begins it.
func Open(path string) (*Watcher, error) {
	w := &Watcher{path: path, state: state{Cameras: map[string]camera{}}}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return w, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &w.state)
	}
	if err != nil {
		return nil, fmt.Errorf("read when cameras were not watched: %w; remove %s to begin anew", err, path)
	}
	if w.state.Cameras == nil {
		w.state.Cameras = map[string]camera{}
	}
	return w, nil
}

// Took says that the node has taken a camera over, of which another node was last heard at
// that time. From then until it is watched again nobody watched it; what this node knew of
// it from earlier ended with its own last observation.
func (w *Watcher) Took(cameraID string, last time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	last = last.UTC().Truncate(time.Microsecond)
	c := w.state.Cameras[cameraID]
	w.close(c, c.Seen, false)
	w.state.Cameras[cameraID] = camera{Seen: last, Open: begin(cameraID, last, Stopped,
		detectors.Explanation{ZH: "原节点中断，另一节点接管之前无人检测", EN: "its node was away, and nobody watched until another took it over"})}
}

// Observe takes the states of all cameras of the node, and returns the gaps that are
// to be kept: new ones, and those that Kept was not told of yet.
func (w *Watcher) Observe(now time.Time, status []node.CameraStatus) ([]Gap, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now = now.UTC().Truncate(time.Microsecond)
	before := len(w.state.Pending)
	here := map[string]bool{}
	for _, s := range status {
		here[s.CameraID] = true
		w.one(now, s)
	}
	for id, c := range w.state.Cameras {
		switch {
		case here[id]:
		case c.Gone.IsZero():
			c.Gone = now
			w.state.Cameras[id] = c
		case now.Sub(c.Gone) >= gone: // another node's now, or removed
			until := c.Gone
			if until.Sub(c.Seen) > away { // this process did not run; the other node knows more
				until = c.Seen
			}
			w.close(c, until, false)
			delete(w.state.Cameras, id)
		}
	}
	if len(w.state.Pending) == before && now.Sub(w.saved) < atLeast {
		return slices.Clone(w.state.Pending), nil
	}
	return slices.Clone(w.state.Pending), w.save(now)
}

// one takes the state of one camera.
func (w *Watcher) one(now time.Time, s node.CameraStatus) {
	c, known := w.state.Cameras[s.CameraID]
	if known && c.Open == nil && now.Sub(c.Seen) > away {
		c.Open = begin(s.CameraID, c.Seen, Stopped, detectors.Explanation{ZH: "检测程序未运行", EN: "the program that watches did not run"})
	}
	c.Seen, c.Gone = now, time.Time{}
	cause, why, since := judge(now, s)
	switch {
	case cause == "":
		w.close(c, now, false)
		c.Open = nil
	case c.Open == nil:
		c.Open = begin(s.CameraID, since, cause, why)
	case cause != node.Connecting: // it says less than what came before it
		c.Open.Cause, c.Open.Why = cause, why
	}
	if c.Open != nil && now.Sub(c.Open.From) >= Longest {
		w.close(c, now, true)
		c.Open = begin(s.CameraID, now, c.Open.Cause, c.Open.Why)
	}
	w.state.Cameras[s.CameraID] = c
}

func begin(cameraID string, from time.Time, cause string, why detectors.Explanation) *Gap {
	return &Gap{ID: uuid.Must(uuid.NewV7()).String(), Kind: Kind, Camera: cameraID, Cause: cause, Why: why, From: from}
}

// close makes an open gap one that is to be kept.
func (w *Watcher) close(c camera, to time.Time, goesOn bool) {
	if c.Open == nil || to.Sub(c.Open.From) < Least {
		return
	}
	g := *c.Open
	g.To, g.GoesOn = to, goesOn
	w.state.Pending = append(w.state.Pending, g)
}

// judge says why a camera is not watched, "" where it is, and since when.
func judge(now time.Time, s node.CameraStatus) (cause string, why detectors.Explanation, since time.Time) {
	since = now
	if last := s.LastLookAt.UTC().Truncate(time.Microsecond); !last.IsZero() && last.Before(now) {
		since = last
	}
	switch {
	case s.State != node.Live:
		why = s.Why
		if why == (detectors.Explanation{}) {
			why = detectors.Explanation{ZH: "摄像机未连接", EN: "the camera is not connected"}
		}
		return s.State, why, since
	case s.Health != "" && s.Health != node.Clear:
		return s.Health, s.HealthWhy, now
	case now.Sub(since) > unseen:
		return Overloaded, detectors.Explanation{ZH: "摄像机在线，但画面来不及检测", EN: "the camera is live, but its pictures were not looked at in time"}, since
	}
	return "", why, now
}

// Kept says that a gap is safe.
func (w *Watcher) Kept(id string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.state.Pending = slices.DeleteFunc(w.state.Pending, func(g Gap) bool { return g.ID == id })
	return w.save(w.saved)
}

// save writes the file, whole or not at all.
func (w *Watcher) save(now time.Time) error {
	w.saved = now
	text, err := json.Marshal(w.state)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(w.path), 0o700)
	}
	if err == nil {
		err = os.WriteFile(w.path+".part", text, 0o600)
	}
	if err == nil {
		err = os.Rename(w.path+".part", w.path)
	}
	if err != nil {
		return fmt.Errorf("keep when cameras were not watched: %w", err)
	}
	return nil
}
