//go:build race

package verify_test

// raceEnabled makes long walks shorter, which the race detector slows tenfold.
const raceEnabled = true
