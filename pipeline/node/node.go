package node

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"offsite/detectors"
	"offsite/pipeline"
	"offsite/pipeline/infer"
)

var (
	// ErrNotWatched says that no camera of this node has that zone, or that its zone
	// cannot be watched. Ask the node that has it, or see the camera's status.
	ErrNotWatched = errors.New("the zone is not watched here")
	// ErrNoLook says that the camera gave no clear picture in time. See its status,
	// and ask again.
	ErrNoLook = errors.New("the camera gave no clear picture in time")
)

// Options say what a node needs. Engine, StateDir, Sink and Detectors must be given.
type Options struct {
	Engine     *infer.Engine
	StateDir   string // a folder of this node's own
	Sink       pipeline.Sink
	Detectors  []detectors.Detector
	Cadence    time.Duration // from look to look where a camera says nothing else; default 2 s
	Looks      int           // at a time; default the number of processors
	Logger     *slog.Logger
	Registerer prometheus.Registerer // nil: no metrics
	Now        func() time.Time
}

// Node watches cameras.
type Node struct {
	options Options
}

// New makes a node without cameras.
func New(o Options) *Node { return &Node{options: o} }

// Start begins to watch the cameras of Set. It must be called once.
func (n *Node) Start(context.Context) error { return nil }

// Stop ends watching, saves every camera's state and waits until nothing runs.
func (n *Node) Stop() {}

// Set says which cameras to watch from now on; it may be called before Start and
// at any time. Rules of zones that stay as they were go on.
func (n *Node) Set([]pipeline.Camera) {}

// Status returns where each camera stands, in order of id.
func (n *Node) Status() []CameraStatus { return nil }

// Watch sends events until ctx ends; then it closes the channel. A reader that is
// too slow misses the oldest.
func (n *Node) Watch(context.Context) <-chan Event { return nil }

// Picture returns the newest picture that was looked at.
func (n *Node) Picture(cameraID string) (jpeg []byte, at time.Time, ok bool) {
	return nil, time.Time{}, false
}

// Recheck takes a fresh look at a zone and says whether the violation is there, as
// an incident of kind "recheck" with that id. Errors wrap ErrNotWatched, ErrNoLook.
func (n *Node) Recheck(ctx context.Context, zoneID, incidentID string) (pipeline.Incident, error) {
	return pipeline.Incident{}, ErrNotWatched
}
