// Package live shows cameras as they are now, to people with a browser.
//
// In go cameras' addresses and who wants to see. Out comes, for each viewer, one
// fragmented MP4 without end, a fragment for each picture, as Media Source Extensions
// take it. The bits are the camera's own; nothing is decoded or encoded.
//
// A camera is connected to when its first viewer comes, and left soon after the last
// has gone; viewers of one camera share its connection. A viewer begins at the latest
// key picture, and one who is too slow goes on at the next. What keeps a camera from
// being shown is an *ingest.Problem, with a sentence.
package live
