// Package hsm keeps sealing keys in PKCS#11 tokens: hardware security modules, cards,
// and SoftHSM, which the tests use.
//
// In: a URI (RFC 7512) that names the module, the token, the file with its PIN, and,
// for a key that exists, the key. Out: an Ed25519 signer (CKM_EDDSA) whose private part never leaves the
// token. Importing the package makes such keys known to package seal.
package hsm
