// Package passkeytest makes the keys of software authenticators for tests. Only
// tests import it.
package passkeytest

import "github.com/descope/virtualwebauthn"

// whole is the length in bytes of a P-256 key in COSE: two coordinates of 32 bytes
// and 13 of framing.
const whole = 77

// NewCredential returns a credential with a P-256 key. virtualwebauthn writes a
// coordinate without its leading zeros, about one key in 128, and such a key is
// refused as malformed: those are drawn again.
func NewCredential() virtualwebauthn.Credential {
	for {
		c := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
		if len(c.Key.AttestationData()) == whole {
			return c
		}
	}
}
