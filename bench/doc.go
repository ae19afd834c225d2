// Package bench keeps measured figures: what was measured, in which unit, against
// which goal or peer, and by which command. A benchmark writes one JSON file in
// build/bench; the performance page is generated from those files, so that no
// number stands in the documentation that was not measured.
package bench
