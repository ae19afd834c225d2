package replay

import (
	"time"

	"offsite/pipeline"
	"offsite/pipeline/ingest"
	"offsite/pipeline/recording"
	"offsite/pipeline/ring"
)

// feed gives a file's units as a camera's stream would.
type feed struct {
	video  *recording.Video
	params *ingest.Params
	ring   *ring.Ring
	sub    bool
	next   int
}

func newFeed(v *recording.Video, r *ring.Ring, sub bool) (*feed, error) {
	params, err := ingest.NewParams(v.Codec, v.VPS, v.SPS, v.PPS)
	return &feed{video: v, params: params, ring: r, sub: sub}, err
}

// first is the feed whose next unit is due first; nil at the end of both. sub may be nil.
func first(main, sub *feed) *feed {
	switch {
	case sub == nil || sub.done():
		if main.done() {
			return nil
		}
		return main
	case main.done() || sub.video.Samples[sub.next].DTS < main.video.Samples[main.next].DTS:
		return sub
	}
	return main
}

func (f *feed) done() bool { return f.next == len(f.video.Samples) }

// push puts the next unit into the ring; start is the time of the first picture.
func (f *feed) push(start time.Time) (ingest.Unit, error) {
	s := f.video.Samples[f.next]
	nalus, err := f.video.NALUs(f.next)
	if err != nil {
		return ingest.Unit{}, err
	}
	f.next++
	at := start.Add(s.PTS)
	u := ingest.Unit{Seq: uint64(f.next), Sub: f.sub, Codec: f.video.Codec, NALUs: nalus, Key: s.Key, PTS: s.PTS,
		At: at, Received: start.Add(s.DTS), NTP: at, Params: f.params}
	f.ring.Push(u)
	return u, nil
}

// stream describes the file as a camera's stream.
func (f *feed) stream() pipeline.Stream {
	s := pipeline.Stream{Codec: f.video.Codec, Width: f.params.Width, Height: f.params.Height, GOPMS: gop(f.video)}
	if f.video.Duration > 0 {
		s.FPS = float64(len(f.video.Samples)) / f.video.Duration.Seconds()
	}
	return s
}

// described tells what the substream is.
func (r *replay) described() pipeline.Substream {
	return pipeline.Substream{Stream: r.sub.stream(), Clock: pipeline.Clock{Source: "file"}}
}
