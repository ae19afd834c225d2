// Package key keeps the keys by which other systems reach the API: who holds one, what
// it may do, from where, until when.
//
// In: a name, scopes, an end. Out: the key, told once, and for each request that shows
// one, whose it is and what it may do. Only SHA-256 digests are kept: a key holds 130
// random bits, so that a slow hash would protect nothing more.
package key
