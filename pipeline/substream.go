package pipeline

import "math"

// FromSubstream is the Stream of stills and looks that were not taken from the camera's
// main stream.
const FromSubstream = "substream"

// Looked is what begins the role of a still that the machine looked at, where another, of
// the main stream, shows people the same moment in full resolution.
const Looked = "looked_"

// Substream describes a camera's second stream.
type Substream struct {
	Stream

	// Clock is how its times were told: "rtcp", "arrival" as for the main stream, or
	// "main": by arrival on the main stream's clock, since its own were told otherwise or
	// were more than a second off.
	Clock Clock `json:"clock"`
}

// sameAspect is how far two aspect ratios may differ, as a share: encoders round to whole
// macroblocks.
const sameAspect = 0.03

// SameShape says whether pictures of those sizes, in pixels, have the same aspect ratio.
func SameShape(width, height, otherWidth, otherHeight int) bool {
	if width <= 0 || height <= 0 || otherWidth <= 0 || otherHeight <= 0 {
		return false
	}
	return math.Abs(float64(width)*float64(otherHeight)/(float64(height)*float64(otherWidth))-1) <= sameAspect
}
