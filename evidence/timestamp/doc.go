// Package timestamp gets RFC 3161 tokens from any authority and checks them.
//
// In: a SHA-256 digest. Out: the authority's response as it was sent, checked
// for nonce, imprint, purpose and chain before it is kept. Checking needs no
// network, so that the verifier can use it years later.
package timestamp
