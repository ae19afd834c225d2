// Package bundle is the evidence bundle's format: a BagIt bag in one
// uncompressed, deterministic tar, as docs/formats/bundle.md specifies it.
//
// In: named contents. Out: a tar and the digests (SHA-256 and SM3) of every
// file, made in one pass. Its reader takes nothing but what its writer could
// have written, so that a changed byte in a header or in padding is found too,
// and it stays within fixed bounds whatever it is fed.
package bundle
