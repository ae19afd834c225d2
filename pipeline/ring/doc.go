// Package ring keeps the last seconds of one camera, still compressed, and cuts
// clips from them without re-encoding.
//
// In go access units from package ingest, by Push, which copies their bits once
// into one contiguous arena. Out come single units (LatestKey, Unit, Since), and
// Clip: a fragmented MP4 that starts on a key unit, whose samples are the camera's
// own bits, every NAL unit as it came.
//
// A Ring is bounded by seconds and by bytes. What is too old goes by whole groups
// of pictures, so that what is left can always be decoded from its beginning.
//
// Wall-clock time is in the clip itself: each fragment (one group of pictures) is
// preceded by a prft box (ISO/IEC 14496-12, 8.16.5) that says at which NTP time
// its first picture was taken. Clip tells the same in Go, picture by picture.
package ring
