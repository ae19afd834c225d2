// Package lease shares the cameras out among watching nodes.
//
// A lease is a row with a holder, a deadline and a fencing number. Every node claims
// a few times within the term: that tells it lives, renews what it holds, takes what
// nobody holds up to its fair share, and gives up what is beyond it. A node that dies
// renews no more, and the others take its cameras when the term is over: within
// Term + Term/4, that is 12.5 s by default.
//
// The fencing number of a camera grows with every new holder. What a node writes
// about a camera it writes with its number; Check refuses a number that is no longer
// the newest, whatever the node itself believes.
//
// With a camera goes where its rules stand (SaveStates, States): its holder says so every
// few seconds, and the next one goes on from there. An old holder cannot overwrite what
// a newer one said.
//
// A node that cannot reach the database goes on watching what it held: it cannot
// know whether another took over, footage lost is lost for good, and what it writes
// later is checked by its number. Deadlines are by the database's clock alone, so the
// nodes' clocks do not matter.
//
// Cameras come in from package registry's tables; the set of cameras to watch goes
// out to pipeline/node.
package lease
