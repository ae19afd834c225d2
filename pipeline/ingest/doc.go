// Package ingest takes the pictures of one camera from RTSP, still compressed.
//
// In goes a camera's address (rtsp:// or rtsps://, H.264, H.265 or MJPEG, by TCP
// or UDP, with basic or digest authentication). Out come access units (Unit),
// each with the camera's time and ours, and the camera's State: connecting, live,
// stalled or failed, since when, and a sentence for the operator (Problem).
//
// A Reader connects, and connects again with growing, jittered pauses for as long
// as it runs. A camera is live only while new pictures arrive: changing bits and
// an advancing presentation time. An open socket, or the same picture sent again
// and again, is not life.
//
// Times: Unit.NTP is what the camera says in its RTCP sender reports (zero before
// the first), Unit.Received is our clock, and Unit.At is the one to go by: the
// camera's, unless it is missing or further from ours than Config.MaxClockOffset.
// Clock tells which it is, and the offset.
//
// The sender reports are read here and not by gortsplib v4.16.2, which takes the
// fraction of an NTP time (units of 2^-32 s) for nanoseconds: up to 3.3 s wrong.
//
// The pictures go to package ring; nothing is decoded here.
package ingest
