// Package specimen makes small sealed bundles for tests and for the vectors that
// docs/formats publishes.
//
// In: what a test wants in a bundle. Out: a tar as the keeper would have made it,
// under keys and a timestamp authority of its own, and the trust.json to check
// it with.
package specimen

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"offsite/embedded/tsa"
	"offsite/evidence/bundle"
	"offsite/evidence/seal"
	"offsite/evidence/timestamp"
)

// Maker makes bundles under its own keys.
type Maker struct {
	Trust     *seal.Trust
	Key       *seal.Key // Ed25519
	SM2       *seal.Key
	Authority *tsa.Authority
	Stamper   *timestamp.Client

	authority string // folder of the authority
}

// New makes keys and starts an authority, until the test ends.
func New(t testing.TB) *Maker {
	t.Helper()
	m, err := open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Authority.Stop)
	return m
}

func open(ctx context.Context, dir string) (*Maker, error) {
	m := &Maker{Trust: &seal.Trust{Format: "offsite-trust/1"}, authority: filepath.Join(dir, "tsa")}
	var err error
	if m.Key, err = seal.Create(filepath.Join(dir, "ed25519.pem"), seal.Ed25519); err != nil {
		return nil, err
	}
	if m.SM2, err = seal.Create(filepath.Join(dir, "sm2.pem"), seal.SM2); err != nil {
		return nil, err
	}
	m.Authority, err = tsa.Start(ctx, tsa.Options{Dir: m.authority, Listen: "127.0.0.1:0", Name: "Specimen"})
	if err != nil {
		return nil, err
	}
	m.Stamper, err = timestamp.New(timestamp.Options{URL: m.Authority.URL(), Roots: m.Authority.Roots()})
	if err != nil {
		return nil, err
	}
	from := time.Now().Add(-24 * time.Hour)
	m.Trust.Add(m.Key, from)
	m.Trust.Add(m.SM2, from)
	m.Trust.AddAuthority("specimen", m.Authority.CertificatesPEM())
	return m, nil
}

// Spec is what a bundle shall hold.
type Spec struct {
	ID       string // "" is a new one
	Kind     string // "" is "incident"
	Camera   string
	Files    []bundle.Payload // data/incident.json is added where it is missing
	Previous *bundle.Link
	Parent   *bundle.Link
	SM2      bool         // an SM2 seal beside the Ed25519 one
	Tokens   int          // 0 is one
	Lapsed   bool         // the authority's certificate ended before the token's time
	Sealed   time.Time    // zero is now
	Sealer   *seal.Sealer // nil: the maker's keys
}

// Bundle makes a sealed tar.
func (m *Maker) Bundle(t testing.TB, s Spec) []byte {
	t.Helper()
	tar, err := m.make(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return tar
}

func (m *Maker) make(ctx context.Context, s Spec) ([]byte, error) {
	if err := m.fill(&s); err != nil {
		return nil, err
	}
	var tar bytes.Buffer
	if err := bundle.WriteBody(&tar, s.ID, s.Sealed.Add(-time.Second), s.Files); err != nil {
		return nil, err
	}
	body, err := bundle.Read(bytes.NewReader(tar.Bytes()), bundle.Part, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	part, manifest, err := bundle.WriteSeal(body, bundle.Manifest{
		Bundle: s.ID, Kind: cmp.Or(s.Kind, "incident"), Camera: s.Camera, Raised: s.Sealed.Add(-time.Second), Sealed: s.Sealed,
		Previous: s.Previous, Parent: s.Parent, Seals: s.Sealer.Refs(),
	}, []byte(`{"at":"`+s.Sealed.UTC().Format(time.RFC3339)+`","step":"seal"}`+"\n"), "offsite specimen", s.Sealer.Sign)
	if err != nil {
		return nil, err
	}
	tar.Write(part)
	tokens, err := m.tokens(ctx, s, sha256.Sum256(manifest))
	if err != nil {
		return nil, err
	}
	sealed, err := bundle.Read(bytes.NewReader(tar.Bytes()), bundle.Part, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	end, err := bundle.WriteEnd(sealed, tokens...)
	if err != nil {
		return nil, err
	}
	tar.Write(end)
	return tar.Bytes(), nil
}

func (m *Maker) tokens(ctx context.Context, s Spec, digest [32]byte) (tokens [][]byte, err error) {
	if s.Lapsed {
		der, err := m.lapsed(digest)
		return [][]byte{der}, err
	}
	for range max(1, s.Tokens) {
		tok, err := m.Stamper.Stamp(ctx, digest)
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, tok.DER)
	}
	return tokens, nil
}

func (m *Maker) fill(s *Spec) error {
	if s.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return fmt.Errorf("make specimen: %w", err)
		}
		s.ID = id.String()
	}
	if s.Camera == "" {
		s.Camera = "0198c000-0000-7000-8000-00000000cafe"
	}
	if s.Sealed.IsZero() {
		s.Sealed = time.Now()
	}
	keys := []*seal.Key{m.Key}
	if s.SM2 {
		keys = append(keys, m.SM2)
	}
	if s.Sealer == nil {
		sealer, err := seal.NewSealer(keys...)
		if err != nil {
			return err
		}
		s.Sealer = sealer
	}
	for _, f := range s.Files {
		if f.Path == "incident.json" {
			return nil
		}
	}
	s.Files = append([]bundle.Payload{{Path: "incident.json", Data: []byte(`{"id":"` + s.ID + `","detector":"stall"}`)}}, s.Files...)
	return nil
}

// StamperAt is a client that reaches the maker's authority by another address.
func (m *Maker) StamperAt(t testing.TB, url string) *timestamp.Client {
	t.Helper()
	c, err := timestamp.New(timestamp.Options{URL: url, Roots: m.Authority.Roots()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
