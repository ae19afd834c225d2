// Package rtspserve is a camera simulator: it serves videos over real RTSP, each
// in an endless loop, for the demonstration and for tests.
//
// In go MP4 files (H.264, H.265 or MJPEG). Out comes an RTSP server with one path
// per file, the file's name without extension (rtsp://host:8554/stall), by TCP and
// UDP, with RTCP sender reports that carry the wall clock. Nothing is transcoded.
//
// All files begin at the server's Epoch, then each loops by its own length, and
// RTP time runs on over the loops. What a viewer sees at wall time t is the moment
// (t - Epoch) mod Duration of the file, so that ground truth written for the file
// can be mapped to the clock.
//
// A Fault makes a camera misbehave the way cameras do: connections dropped, the
// picture frozen, packets lost, time stamps that jump, a wrong clock. A Stream of
// several files changes its parameter sets where one follows the other.
package rtspserve
