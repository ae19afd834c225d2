package hsm

import "testing"

// FuzzURI: what is read is written again so that it reads the same.
func FuzzURI(f *testing.F) {
	for _, uri := range []string{
		"pkcs11:token=the%20bureau?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/etc/offsite/pin",
		"pkcs11:token=a;object=b;id=%00%FF;type=private?module-path=/m&pin-source=/p",
		"pkcs11:token=%;?module-path=/m", "pkcs11:", "pkcs11:token=a?pin-value=1",
	} {
		f.Add(uri)
	}
	f.Fuzz(func(t *testing.T, uri string) {
		n, err := parse(uri)
		if err != nil {
			return
		}
		if n.id == "" {
			n.object = "" // a token's name has none
		}
		again, err := parse(n.String())
		if err != nil || again != n {
			t.Fatalf("%q reads as %+v, and %q as %+v: %v", uri, n, n.String(), again, err)
		}
	})
}
