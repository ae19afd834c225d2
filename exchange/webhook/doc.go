// Package webhook tells other systems what has happened, as the Standard Webhooks
// specification has it.
//
// In: Tell, in the transaction in which something happens. Out: an HTTP request to each
// endpoint that wants this kind, signed by the endpoint's secret, at once and then ever
// more seldom for three days, until it is answered with 2xx. What is told carries ids
// and states and names nobody: who may know more asks the API with its key.
//
// An event is told if and only if its transaction commits. Its id stays the same over
// all attempts and replays; an answer that was lost on the way makes a receiver see an
// id twice, so receivers count by it. No request leaves for an address that the guard
// refuses, by the address that is really dialled; no redirect is followed.
package webhook
