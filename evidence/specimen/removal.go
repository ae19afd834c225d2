package specimen

import (
	"testing"

	"offsite/evidence/removal"
	"offsite/evidence/seal"
)

// Removal makes the record of a bundle's removal, signed with the maker's Ed25519 key and with
// further ones, and stamped by its authority.
func (m *Maker) Removal(t testing.TB, s removal.Statement, further ...*seal.Key) []byte {
	t.Helper()
	keys, err := seal.NewSealer(append([]*seal.Key{m.Key}, further...)...)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := removal.Make(keys, s)
	if err != nil {
		t.Fatal(err)
	}
	return m.Stamped(t, signed, 1)
}

// Stamped is a signed removal record with so many tokens of the maker's authority.
func (m *Maker) Stamped(t testing.TB, signed []byte, tokens int) []byte {
	t.Helper()
	digest, err := removal.Imprint(signed)
	if err != nil {
		t.Fatal(err)
	}
	list, err := m.tokens(t.Context(), Spec{Tokens: tokens}, digest)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := removal.Stamp(signed, list)
	if err != nil {
		t.Fatal(err)
	}
	return whole
}

// Lapsed is a token over the digest by a certificate that had ended.
func (m *Maker) Lapsed(t testing.TB, digest [32]byte) []byte {
	t.Helper()
	der, err := m.lapsed(digest)
	if err != nil {
		t.Fatal(err)
	}
	return der
}
