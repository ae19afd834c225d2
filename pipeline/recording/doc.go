// Package recording reads the access units of recorded videos.
//
// In go MP4 files with H.264, H.265 or MJPEG. Out come their pictures, still
// compressed, as samples in order of decoding: package rtspserve plays them as a
// camera, package replay runs them through the detectors.
package recording
