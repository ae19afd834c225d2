package witness

import (
	"crypto/sha256"
	"testing"
)

// FuzzParse: a request that is taken has whole hashes, and not too many.
func FuzzParse(f *testing.F) {
	f.Add([]byte("old 0\n\nlog.example/offsite\n1\nAAAA\n\n— x y\n"))
	f.Add([]byte("old 5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\nlog.example/offsite\n6\nAAAA\n"))
	f.Add([]byte("old -1\n\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := parse(body)
		if err != nil {
			return
		}
		if len(r.hashes) > maxHashes {
			t.Fatalf("%d hashes are taken", len(r.hashes))
		}
		for _, h := range r.hashes {
			if len(h) != sha256.Size {
				t.Fatalf("a hash of %d bytes is taken", len(h))
			}
		}
	})
}
