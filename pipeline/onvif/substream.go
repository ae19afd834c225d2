package onvif

import "offsite/pipeline"

// leastWidth is of a substream, in pixels: what the detectors of things are given
// (416×256); fewer pixels would show them less than the main stream does.
const leastWidth = 416

// Substream proposes from which of the camera's streams looks can be taken where the i-th
// is its main one: the smallest that is wide enough, of the same aspect ratio and smaller.
func (c Camera) Substream(i int) (Stream, bool) {
	main, best := c.Streams[i], Stream{}
	for _, s := range c.Streams {
		switch {
		case s.URL == main.URL, s.Width < leastWidth, s.Width >= main.Width:
		case !pipeline.SameShape(s.Width, s.Height, main.Width, main.Height):
		case best.URL == "" || s.Width*s.Height < best.Width*best.Height:
			best = s
		}
	}
	return best, best.URL != ""
}
