// Package simulation plays years of casework in minutes: parties, reviewers,
// officers, heads, the treasury and the SMS gateway act on a real casework.Book over
// a real PostgreSQL, on a clock that the simulation moves. In goes a seed, out come
// the cases by how they ended, their time to close, and what Check finds wrong.
//
// The people are not all careful: some try what they may not. Check knows nothing of
// the table of steps and its guards; it reads what stands in the database at the end.
package simulation
