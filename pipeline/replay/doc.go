// Package replay runs a recorded video through the same looks, tracks and rules as
// a live camera, as fast as the machine allows.
//
// In go a video file, a camera with its zones, and the wall-clock time at which the
// file begins. Out come the incidents that a node would have raised, with clip and
// stills where the file holds H.264, H.265 or MJPEG in MP4 (of other files the
// pictures alone), and a record of every look.
package replay
