package seal

import (
	"errors"
	"fmt"

	"offsite/evidence/bundle"
)

// Sealer signs manifests with the keys in force.
type Sealer struct{ keys []*Key }

// NewSealer takes one Ed25519 key, and an SM2 key where the bureau uses SM2.
func NewSealer(keys ...*Key) (*Sealer, error) {
	var ed, sm int
	for _, k := range keys {
		if k == nil {
			return nil, errors.New("make sealer: a key is missing")
		}
		switch k.algorithm {
		case Ed25519:
			ed++
		case SM2:
			sm++
		}
	}
	if ed != 1 || sm > 1 {
		return nil, fmt.Errorf("make sealer: %d Ed25519 and %d SM2 keys were given; one Ed25519 key and at most one SM2 key are wanted", ed, sm)
	}
	return &Sealer{keys: keys}, nil
}

// KeyID is the id of the Ed25519 key.
func (s *Sealer) KeyID() string {
	for _, k := range s.keys {
		if k.algorithm == Ed25519 {
			return k.id
		}
	}
	return ""
}

// Refs say which key signs into which file.
func (s *Sealer) Refs() []bundle.SealRef {
	refs := make([]bundle.SealRef, len(s.keys))
	for i, k := range s.keys {
		refs[i] = bundle.SealRef{Algorithm: k.algorithm, Key: k.id, File: signatureFile(k.algorithm)}
	}
	return refs
}

func signatureFile(algorithm string) string {
	if algorithm == SM2 {
		return bundle.SM2Sig
	}
	return bundle.Signature
}

// Sign signs the manifest with every key.
func (s *Sealer) Sign(manifest []byte) ([]bundle.Signed, error) {
	var out []bundle.Signed
	for _, k := range s.keys {
		sig, err := k.Sign(manifest)
		if err != nil {
			return nil, fmt.Errorf("sign with key %s: %w", k.id, err)
		}
		out = append(out, bundle.Signed{Path: signatureFile(k.algorithm), Algorithm: k.algorithm, KeyID: k.id, Bytes: sig})
	}
	return out, nil
}
