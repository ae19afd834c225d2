package timestamp

import (
	"context"
	"crypto/x509"
	"errors"
	"net/http"
	"time"

	"offsite/evidence/timestamp/token"
)

// Options name an authority.
type Options struct {
	URL   string
	Roots *x509.CertPool // what the authority's chain must end in
	HTTP  *http.Client   // nil: one with a 10 s limit
	Now   func() time.Time
}

// Client asks one authority.
type Client struct{ o Options }

// New returns a client for the authority at o.URL.
func New(o Options) (*Client, error) { return &Client{o}, nil }

// Stamp asks for a token over the SHA-256 digest and checks it.
func (c *Client) Stamp(ctx context.Context, digest [32]byte) (token.Token, error) {
	return token.Token{}, errors.New("ask timestamp authority: not built yet")
}
