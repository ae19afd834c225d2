package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"offsite/detectors"
	"offsite/pipeline"
	"offsite/pipeline/decode"
	"offsite/pipeline/infer"
	"offsite/pipeline/ingest"
	"offsite/pipeline/look"
	"offsite/pipeline/recording"
	"offsite/pipeline/ring"
	"offsite/pipeline/watch"
)

// Options say how to replay. Engine, Camera and Detectors must be given.
type Options struct {
	Engine    *infer.Engine
	Camera    pipeline.Camera // its zones; URL is not used
	Detectors []detectors.Detector
	// Substream is a file of the same view in fewer pixels, begun at the same time, which
	// looks are taken from; "": they are taken from the one that is replayed.
	Substream string
	Start     time.Time     // of the first picture; default 2026-01-01 08:00 in China
	Cadence   time.Duration // default the camera's, then 2 s
	// Regardless is the n of "every n-th look is examined though nothing changed";
	// 1 does without the change gate.
	Regardless int
	// Speed is how many times faster than the video's own time it may go at most; 0: as
	// fast as the machine allows.
	Speed float64
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
	Unchanged int                 // looks that the change gate spared
	Blind     map[look.Health]int // looks of which nothing could be examined
	Damaged   int                 // looks that could not be decoded
	Faults    []watch.ZoneFault   // zones that were not watched
	Open      []watch.OpenZone    // suspicions that stand at the end
	Video     time.Duration       // length of the video
	Took      time.Duration       // of our time
}

// replay is one run.
type replay struct {
	o      Options
	watch  *watch.Watch
	ring   *ring.Ring
	sub    *feed // the substream; nil: there is none
	stream pipeline.Stream
	result Result
	began  time.Time
}

// Run replays a file.
func Run(ctx context.Context, file string, o Options) (Result, error) {
	if o.Start.IsZero() {
		o.Start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if o.Cadence <= 0 {
		o.Cadence = o.Camera.Cadence
	}
	if o.Cadence <= 0 {
		o.Cadence = look.DefaultCadence
	}
	r := &replay{o: o, began: time.Now(), ring: ring.New(ring.Limits{}), result: Result{Ended: map[string]time.Time{}, Blind: map[look.Health]int{}}}
	if err := r.run(ctx, file); err != nil {
		return r.result, fmt.Errorf("replay %s: %w", file, err)
	}
	r.result.Took = time.Since(r.began)
	return r.result, nil
}

func (r *replay) run(ctx context.Context, file string) error {
	v, err := openUnits(file)
	if v != nil {
		defer func() { _ = v.Close() }() // it was only read
	}
	decoders := decode.NewPool()
	defer decoders.Close()
	o := watch.Options{Engine: r.o.Engine, Detectors: r.o.Detectors, Decoders: decoders, Camera: r.o.Camera,
		Ring: r.ring, Source: r.source, Regardless: r.o.Regardless}
	if r.o.Substream != "" && v != nil {
		small, err := openUnits(r.o.Substream)
		if err != nil {
			return err
		}
		defer func() { _ = small.Close() }() // it was only read
		if r.sub, err = newFeed(small, ring.New(ring.Limits{}), true); err != nil {
			return err
		}
		o.Sub, o.Substream = r.sub.ring, r.described
	}
	w, made := watch.New(o)
	if made != nil {
		return made
	}
	defer w.Close()
	r.watch, r.result.Faults = w, w.Faults()
	switch {
	case v != nil:
		return r.units(ctx, v)
	case strings.EqualFold(filepath.Ext(file), ".mp4") && errors.Is(err, errMissing):
		return err
	default: // not a file that a camera could have sent: its pictures alone
		return r.pictures(ctx, file)
	}
}

var errMissing = errors.New("the video cannot be opened")

func openUnits(file string) (*recording.Video, error) {
	v, err := recording.Open(file)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errMissing, err)
	}
	return v, nil
}

// source tells what the file is, as of a camera.
func (r *replay) source() (pipeline.Stream, pipeline.Clock) {
	return r.stream, pipeline.Clock{Source: "file"}
}

// units takes the way of a live camera: units into the ring, key units looked at.
func (r *replay) units(ctx context.Context, v *recording.Video) error {
	main, err := newFeed(v, r.ring, false)
	if err != nil {
		return err
	}
	r.result.Video, r.stream = v.Duration, main.stream()
	cadence, looked := look.Cadence{Every: r.o.Cadence}, main
	if r.sub != nil {
		looked = r.sub
	}
	var group []ingest.Unit // of the latest look
	for f := first(main, r.sub); f != nil; f = first(main, r.sub) {
		if err := ctx.Err(); err != nil {
			return err
		}
		u, err := f.push(r.o.Start)
		if err != nil {
			return err
		}
		if f != looked || !cadence.Due(u) {
			continue
		}
		if err := r.pace(ctx, u.PTS); err != nil {
			return err
		}
		group = f.ring.Upto(u.Seq, group)
		out, err := r.watch.Look(group)
		if err := r.take(out, err); err != nil {
			return err
		}
		r.progress(u.PTS)
	}
	return nil
}

// gop tells the time from key unit to key unit, on average, in ms.
func gop(v *recording.Video) int {
	var first, last time.Duration
	keys := 0
	for _, s := range v.Samples {
		if s.Key {
			if keys == 0 {
				first = s.PTS
			}
			last = s.PTS
			keys++
		}
	}
	if keys < 2 {
		return 0
	}
	return int((last - first).Milliseconds()) / (keys - 1)
}

// pictures looks at the pictures of any file that can be decoded.
func (r *replay) pictures(ctx context.Context, file string) error {
	f, err := decode.Open(file, r.o.Cadence)
	if err != nil {
		return err
	}
	defer f.Close()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		p, err := f.Next(r.o.Start)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		r.stream.Width, r.stream.Height = p.Width, p.Height
		r.result.Video = p.At.Sub(r.o.Start)
		if err := r.pace(ctx, r.result.Video); err != nil {
			p.Release()
			return err
		}
		out, err := r.watch.See(p)
		p.Release()
		if err := r.take(out, err); err != nil {
			return err
		}
		r.progress(r.result.Video)
	}
}

// take keeps what a look found.
func (r *replay) take(out watch.Outcome, err error) error {
	if errors.Is(err, decode.ErrDamaged) || errors.Is(err, decode.ErrNoPicture) {
		r.result.Damaged++
		return nil
	}
	if err != nil {
		return err
	}
	if out.Health != look.Clear {
		r.result.Blind[out.Health]++
		return nil
	}
	if !out.Examined {
		r.result.Unchanged++
	}
	r.result.Looks = append(r.result.Looks, out.Record)
	r.result.Open = out.Open
	for _, e := range out.Ended {
		r.result.Ended[e.ID] = e.Last
		if err := r.watch.Told(e); err != nil {
			return err
		}
	}
	for _, in := range out.Raised {
		r.result.Incidents = append(r.result.Incidents, in)
		if r.o.Raise != nil {
			if err := r.o.Raise(in); err != nil {
				return err
			}
		}
		if err := r.watch.Safe(in.ID); err != nil {
			return err
		}
	}
	return nil
}

// pace waits until a moment of the video may be looked at.
func (r *replay) pace(ctx context.Context, at time.Duration) error {
	if r.o.Speed <= 0 {
		return nil
	}
	wait := time.NewTimer(time.Duration(float64(at)/r.o.Speed) - time.Since(r.began))
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-wait.C:
		return nil
	}
}

func (r *replay) progress(done time.Duration) {
	if r.o.Progress != nil {
		r.o.Progress(done, r.result.Video)
	}
}
