// Package transfer hands leads and cases over to police, other districts and other
// bureaux (移送), and follows them there.
//
// In: a lead, or a case that the head has transferred; an authority. Out: a letter, which
// names what is handed over by its digests; the receipt, signed by the authority's own
// key over the letter's digest, or its paper scanned; what the authority says of it
// afterwards.
//
// The letter lists documents, sealed bundles and the head of the process record. The
// file that goes with it can be fetched any number of times, each time recorded; what is
// in it is held to the letter, so that a receipt says what was received.
//
// By the same way goes what the register of real estate is asked: to annotate, and to lift
// (不动产注记、解注). Its answer, with number and day, comes in as the transfer's status.
package transfer
