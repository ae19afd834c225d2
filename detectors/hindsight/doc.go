// Package hindsight tells what a rule would have raised, had it watched a zone with
// other parameters or another outline.
//
// A Recorder gathers what the rules of a camera observed, look by look, and hands it
// over part by part; Encode and Decode carry a part to where it is kept. Try lets a
// rule observe such looks once more. It is the very rule that watches, so what it
// raises is what it would have raised, but for what no record can bring back: models
// that did not run, and what stood before the record begins, which the rule sees for
// the first time in its first look (where a track says since when a thing stands, its
// dwell counts from then).
package hindsight
