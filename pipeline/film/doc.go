// Package film writes pictures into an H.264 video that browsers play: the masked copy
// of a clip, which leaves the bureau. Evidence itself is never encoded again.
//
// In go pictures with their times. Out comes an MP4 file whose index stands first.
package film
