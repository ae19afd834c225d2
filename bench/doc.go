// Package bench keeps measured figures: what was measured, in which unit, against
// which goal or peer, and by which command. A benchmark writes one JSON file in
// build/bench; make bench-report takes it into docs/figures with day and machine, and
// makes the performance page of all that lies there, so that no number stands in the
// documentation that was not measured.
package bench
