// Package measure holds what is measured of the API from outside, through a
// running `offsite up`: how many authenticated reads a second it answers (make
// bench-api), and what property-based fuzzing against the OpenAPI document finds
// (make fuzz-api). Both are tests that without their flags are skipped. The server
// is real in all its parts and filled by the demonstration; only its cameras are
// away, so that they take no processor time.
package measure
