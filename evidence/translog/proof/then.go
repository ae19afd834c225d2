package proof

import (
	"fmt"
	"math/bits"

	"github.com/transparency-dev/merkle/rfc6962"
)

// Then is the root that the log had when the entry was its newest. It follows from
// the proof, which is checked first, and nobody could choose it before: all that
// stands in the log before the entry is in it.
func (p Proof) Then(entry []byte, trusted Trusted) ([]byte, error) {
	place, err := p.Check(entry, trusted)
	if err != nil {
		return nil, err
	}
	inner := bits.Len64(p.Index ^ (place.Size - 1))
	if len(p.Hashes) < inner {
		return nil, fmt.Errorf("%w: it has %d hashes", ErrBroken, len(p.Hashes))
	}
	root := rfc6962.DefaultHasher.HashLeaf(entry)
	for level, sibling := range p.Hashes {
		if level >= inner || p.Index>>level&1 == 1 { // what is to the left was there before
			root = rfc6962.DefaultHasher.HashChildren(sibling, root)
		}
	}
	return root, nil
}
