package replay

import (
	"context"
	"time"

	"offsite/detectors"
	"offsite/pipeline"
	"offsite/pipeline/infer"
)

// Options say how to replay. Engine, Camera and Detectors must be given.
type Options struct {
	Engine    *infer.Engine
	Camera    pipeline.Camera // its zones; URL is not used
	Detectors []detectors.Detector
	Start     time.Time     // of the first picture; default the Unix epoch plus a day
	Cadence   time.Duration // default that of the camera, then 2 s
	// Progress, if given, is called after each look with how much of the video is done.
	Progress func(done, total time.Duration)
	// Raise, if given, is called with each incident as it is found.
	Raise func(pipeline.Incident) error
}

// Result is what a replay found.
type Result struct {
	Incidents []pipeline.Incident
	Ended     map[string]time.Time // incident -> latest look that supported it
	Looks     []pipeline.LookRecord
	Video     time.Duration // length of the video
	Took      time.Duration // of our time
}

// Run replays a file.
func Run(ctx context.Context, file string, o Options) (Result, error) {
	return Result{}, ctx.Err()
}
