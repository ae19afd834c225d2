// Package seal signs the manifest of a bundle and keeps the list of keys that a
// verifier trusts.
//
// In: canonical manifest bytes and key files (0600, PKCS #8). Out: Ed25519
// signatures, SM2 ones beside them where the bureau uses SM2, and trust.json:
// public keys with their validity and the certificates of timestamp
// authorities.
package seal
