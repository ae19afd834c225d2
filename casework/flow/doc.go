// Package flow is the law as one table: the states of a case, the events that
// leave them, who may do them, what must hold, what follows, by when, and which
// article says so.
//
// It is pure: guards read Facts, nothing is stored or sent. The console's
// buttons, the API's refusals, the deadlines, the diagram in the documentation
// and the tests all derive from Table.
package flow
