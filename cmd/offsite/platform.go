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
	authorities []authority                    // all stamp each bundle; the first is the one that is watched
	stops       []func()
}

// authority is a timestamp authority.
type authority struct {
	name   string // in trust.json
	pem    []byte // what its chain ends in
	client *timestamp.Client
}

// startPlatform starts what is private and says how to reach all three. private
// says whether private services may be started: only `offsite up` does that, so
// that two processes never run the same cluster. ctx bounds the start; what was
// started runs until Stop, so that whoever stands on it can stop first.
func startPlatform(ctx context.Context, c *config.Config, private bool, log *slog.Logger) (*platform, error) {
	p := &platform{}
	for _, start := range []func(context.Context, *config.Config, bool, *slog.Logger) error{p.database, p.stampers, p.objects} {
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

func (p *platform) stampers(ctx context.Context, c *config.Config, private bool, log *slog.Logger) error {
	switch {
	case c.TSA.URL != "":
		if err := p.trusted(c.TSA.URL, "tsa.ca_file", c.TSA.CAFile); err != nil {
			return err
		}
	case !private:
		return needed("tsa.url")
	default:
		a, err := tsa.Start(ctx, tsa.Options{Dir: c.Path("tsa"), Listen: "127.0.0.1:0", Name: c.Bureau.NameEN, Logger: log.With("part", "timestamps")})
		if err != nil {
			return fmt.Errorf("start the private timestamp authority: %w", err)
		}
		p.stops = append(p.stops, a.Stop)
		if err := p.stamped("private", a.URL(), a.Roots(), a.CertificatesPEM()); err != nil {
			return err
		}
	}
	for _, entry := range c.TSA.Further {
		url, file := c.TSA.Authority(entry)
		if err := p.trusted(url, "tsa.further", file); err != nil {
			return err
		}
	}
	return nil
}

// trusted adds an authority whose certificates lie in a file.
func (p *platform) trusted(url, key, file string) error {
	pem, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return fmt.Errorf("%s: %s holds no PEM certificate", key, file)
	}
	return p.stamped(url, url, roots, pem)
}

func (p *platform) stamped(name, url string, roots *x509.CertPool, pem []byte) error {
	client, err := timestamp.New(timestamp.Options{URL: url, Roots: roots})
	if err != nil {
		return fmt.Errorf("timestamp authority %s: %w", url, err)
	}
	p.authorities = append(p.authorities, authority{name, pem, client})
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
