package tsa

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Options say where the authority keeps its keys and where it listens.
type Options struct {
	Dir    string // keys, certificates and the last serial number; made if missing
	Listen string // HOST:PORT; port 0 takes a free one
	Name   string // organisation in the certificates
	Logger *slog.Logger
	Now    func() time.Time
}

// Authority is a running timestamp authority.
type Authority struct {
	url string
	ca  []byte
}

// Start makes keys and certificates on the first run and answers requests until
// Stop.
func Start(ctx context.Context, o Options) (*Authority, error) {
	return nil, errors.New("start timestamp authority: not built yet")
}

// URL is where requests are posted.
func (a *Authority) URL() string { return a.url }

// CertificatesPEM is the CA certificate that tokens chain to, for trust.json.
func (a *Authority) CertificatesPEM() []byte { return a.ca }

// Stop ends the authority and waits for requests under way.
func (a *Authority) Stop() {}
