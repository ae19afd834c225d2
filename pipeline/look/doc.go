// Package look decides when a picture of a camera is examined, and which.
//
// In go access units as they arrive (Cadence says when a look is due), small
// brightness pictures (Gate says whether anything has changed since the latest one
// that was examined; Eye says whether the camera can see at all, Stance whether it
// still looks where it did), and the looks of all cameras (Queue gives them turns). Out come turns: a bounded number at a time,
// the look that has waited longest first.
//
// What cannot be examined in time is dropped and counted by reason; access units
// never are: looking is apart from receiving. What the gate may miss is bounded:
// every n-th look is taken regardless.
package look
