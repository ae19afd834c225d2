package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"offsite/config"
	"offsite/embedded/postgres"
	"offsite/embedded/s3"
	"offsite/embedded/tsa"
	"offsite/evidence/timestamp"
	"offsite/evidence/vault"
)

// platform is what everything stands on: database, object store, timestamp
// authority. Each is the bureau's own where the configuration names it, else a
// private one in the data folder.
type platform struct {
	databaseURL string
	store       vault.Options
	settle      func(bucket, key string) error // of the private store; nil where it is the bureau's
	stamper     *timestamp.Client
	tsaName     string
	tsaPEM      []byte
	stops       []func()
}

// startPlatform starts what is private and says how to reach all three. private
// says whether private services may be started: only `offsite up` does that, so
// that two processes never run the same cluster. ctx bounds the start; what was
// started runs until Stop, so that whoever stands on it can stop first.
func startPlatform(ctx context.Context, c *config.Config, private bool, log *slog.Logger) (*platform, error) {
	p := &platform{}
	for _, start := range []func(context.Context, *config.Config, bool, *slog.Logger) error{p.database, p.authority, p.objects} {
		if err := start(ctx, c, private, log); err != nil {
			p.Stop()
			return nil, err
		}
	}
	return p, nil
}

// Stop stops what was started, the last first.
func (p *platform) Stop() {
	for i := len(p.stops) - 1; i >= 0; i-- {
		p.stops[i]()
	}
	p.stops = nil
}

// needed is the error of a process that must be told where a service is.
func needed(key string) error {
	return fmt.Errorf("%s is not set; `offsite up` brings a private one along, `serve` and `watch` need the bureau's own", key)
}

func (p *platform) database(ctx context.Context, c *config.Config, private bool, log *slog.Logger) error {
	if c.Database.URL != "" {
		p.databaseURL = c.Database.URL
		return nil
	}
	if !private {
		return needed("database.url")
	}
	cluster, err := postgres.Start(ctx, postgres.Options{DataDir: c.Path("postgres"), Logger: log.With("part", "database")})
	if err != nil {
		return fmt.Errorf("start the private database: %w", err)
	}
	p.stops = append(p.stops, cluster.Stop)
	p.databaseURL = cluster.URL()
	return nil
}

func (p *platform) authority(ctx context.Context, c *config.Config, private bool, log *slog.Logger) error {
	url, roots := c.TSA.URL, x509.NewCertPool()
	switch {
	case url != "":
		pem, err := os.ReadFile(c.TSA.CAFile)
		if err != nil {
			return fmt.Errorf("tsa.ca_file: %w", err)
		}
		if !roots.AppendCertsFromPEM(pem) {
			return fmt.Errorf("tsa.ca_file: %s holds no PEM certificate", c.TSA.CAFile)
		}
		p.tsaName, p.tsaPEM = url, pem
	case !private:
		return needed("tsa.url")
	default:
		a, err := tsa.Start(ctx, tsa.Options{Dir: c.Path("tsa"), Listen: "127.0.0.1:0", Name: c.Bureau.NameEN, Logger: log.With("part", "timestamps")})
		if err != nil {
			return fmt.Errorf("start the private timestamp authority: %w", err)
		}
		p.stops = append(p.stops, a.Stop)
		url, roots, p.tsaName, p.tsaPEM = a.URL(), a.Roots(), "private", a.CertificatesPEM()
	}
	client, err := timestamp.New(timestamp.Options{URL: url, Roots: roots})
	if err != nil {
		return fmt.Errorf("timestamp authority %s: %w", url, err)
	}
	p.stamper = client
	return nil
}

func (p *platform) objects(ctx context.Context, c *config.Config, private bool, log *slog.Logger) error {
	p.store = vault.Options{Bucket: c.S3.Bucket, Region: c.S3.Region, Logger: log.With("part", "vault")}
	if c.S3.Endpoint != "" {
		secret, err := os.ReadFile(c.S3.SecretKeyFile)
		if err != nil {
			return fmt.Errorf("s3.secret_key_file: %w", err)
		}
		p.store.Endpoint, p.store.AccessKey, p.store.SecretKey = c.S3.Endpoint, c.S3.AccessKey, strings.TrimSpace(string(secret))
		return nil
	}
	if !private {
		return needed("s3.endpoint")
	}
	credentials, err := s3.OpenCredentials(c.Path("keys", "s3.json"))
	if err != nil {
		return fmt.Errorf("credentials of the private store: %w", err)
	}
	server, err := s3.Start(ctx, s3.Options{Dir: c.Path("s3"), Listen: "127.0.0.1:0", Credentials: credentials, Region: c.S3.Region, Logger: log.With("part", "store")})
	if err != nil {
		return fmt.Errorf("start the private object store: %w", err)
	}
	p.stops, p.settle = append(p.stops, server.Stop), server.Settle
	p.store.Endpoint, p.store.AccessKey, p.store.SecretKey = server.Endpoint(), credentials.AccessKey, credentials.SecretKey
	return nil
}
