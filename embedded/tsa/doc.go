// Package tsa is an RFC 3161 timestamp authority of our own, for bureaus that
// use none yet.
//
// In: timestamp requests over HTTP. Out: signed responses that any RFC 3161
// verifier accepts against the authority's certificate. It proves time only as
// far as its operator is trusted; a bureau that goes to court configures an
// outside authority instead.
package tsa
