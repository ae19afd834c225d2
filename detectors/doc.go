// Package detectors decides whether what a camera sees is a violation.
//
// A model says what is in one picture; a rule says whether it is unlawful:
// zone, hours, dwell, baseline. This package holds the vocabulary both sides
// speak (look, detection, track, mask, zone, signal), the interface that a
// detector implements, and the parameters that an operator may set. Each
// detector is a folder of its own: stall, crossdoor, soil, burning. Adding a
// fifth touches its folder, one line of registration, one matter row and one
// model manifest.
//
// Looks flow in from pipeline/node, signals flow out to it. Nothing here knows
// of databases, HTTP, cases or decoding.
package detectors
