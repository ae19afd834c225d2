// Package measure measures what the plan's other systems ask for at the size of a big
// district: 100,000 shops taken in and graded, the figures over a million cases.
//
// `go test ./casework/measure -count=1 -timeout 30m -run Figures -figures build/bench`
// writes build/bench/supervision.json.
package measure
