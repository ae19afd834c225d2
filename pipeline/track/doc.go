// Package track follows things over the looks of one camera.
//
// In go the detections of each look, a cadence apart, in order of time. Out come
// tracks: which detection is the same thing as before, since when it has been
// seen, and since when it has stood still (anchored). A thing that is hidden for a
// few looks keeps its track.
//
// Looks are seconds apart, so that what walks has left its box by the next look:
// it becomes a new track each time, which is what the rules want of passers-by.
// What stands is found again by overlap alone; no motion is modelled.
package track
