package timestamp

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"time"

	"github.com/digitorus/timestamp"

	"offsite/evidence/timestamp/token"
)

// Options name an authority.
type Options struct {
	URL     string
	Roots   *x509.CertPool // what the authority's chain must end in
	HTTP    *http.Client   // nil: one with a 10 s limit
	MaxSkew time.Duration  // between the authority's clock and ours; 0 is one minute
	Now     func() time.Time
}

// Client asks one authority.
type Client struct{ o Options }

// New returns a client for the authority at o.URL.
func New(o Options) (*Client, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("timestamp authority %q: this is no http(s) address", o.URL)
	}
	if o.Roots == nil {
		return nil, fmt.Errorf("timestamp authority %s: no certificates are given that its answers must chain to", o.URL)
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: 10 * time.Second}
	}
	if o.MaxSkew == 0 {
		o.MaxSkew = time.Minute
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Client{o}, nil
}

// Stamp asks for a token over the SHA-256 digest. The answer is kept only if its
// nonce, imprint, purpose, chain and time hold.
func (c *Client) Stamp(ctx context.Context, digest [32]byte) (token.Token, error) {
	nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return token.Token{}, fmt.Errorf("make nonce: %w", err)
	}
	ask := timestamp.Request{HashAlgorithm: crypto.SHA256, HashedMessage: digest[:], Certificates: true, Nonce: nonce}
	query, err := ask.Marshal()
	if err != nil {
		return token.Token{}, fmt.Errorf("write timestamp request: %w", err)
	}
	der, err := c.post(ctx, query)
	if err != nil {
		return token.Token{}, fmt.Errorf("ask timestamp authority %s: %w", c.o.URL, err)
	}
	t, err := token.Check(der, digest[:], c.o.Roots)
	if err != nil {
		return t, fmt.Errorf("answer of timestamp authority %s: %w", c.o.URL, err)
	}
	if t.Nonce == nil || t.Nonce.Cmp(nonce) != 0 {
		return t, fmt.Errorf("answer of timestamp authority %s: it answers another request (its nonce differs)", c.o.URL)
	}
	if skew := c.o.Now().Sub(t.At); skew.Abs() > c.o.MaxSkew+t.Accuracy {
		return t, fmt.Errorf("answer of timestamp authority %s: its clock and ours differ by %s; set the clock of this machine (NTP)", c.o.URL, skew.Round(time.Second))
	}
	return t, nil
}

func (c *Client) post(ctx context.Context, query []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.o.URL, bytes.NewReader(query))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/timestamp-query")
	req.Header.Set("Accept", "application/timestamp-reply")
	res, err := c.o.HTTP.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, token.MaxBytes+1))
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answers %s", res.Status)
	}
	if len(body) > token.MaxBytes {
		return nil, errors.New("its answer is too long")
	}
	return body, nil
}
