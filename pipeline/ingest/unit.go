package ingest

import "time"

// Unit is one access unit: all the bits of one picture, still compressed.
type Unit struct {
	Seq      uint64 // per camera, rising by one, never reused within a process
	Codec    string // "h264", "h265", "mjpeg"
	NALUs    [][]byte
	Key      bool          // decoding can start here
	PTS      time.Duration // stream time, monotonic within a connection
	At       time.Time     // the camera's wall-clock time (RTCP), else arrival
	Received time.Time     // our clock when the last packet came in
}
