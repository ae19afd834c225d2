// Package measure measures evidence against sha256sum and the disk, in the same
// run.
//
// `go test ./evidence/measure -count=1 -run Figures -figures build/bench` seals,
// verifies, logs and stores, and writes build/bench/evidence.json.
package measure
