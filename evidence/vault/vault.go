package vault

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

const (
	defaultRetention = 30 * 24 * time.Hour
	defaultSkew      = time.Minute
	maxTries         = 3 // of one request; the keeper tries again later
)

// Options name a bucket.
type Options struct {
	Endpoint  string // http(s)://HOST:PORT
	AccessKey string
	SecretKey string
	Bucket    string        // made with object lock if missing
	Region    string        // "" is us-east-1
	Retention time.Duration // at the start; 0 is 30 days
	MaxSkew   time.Duration // between the store's clock and ours; 0 is one minute
	Transport http.RoundTripper
	Logger    *slog.Logger
	Now       func() time.Time
}

// Vault is an open bucket whose lock was seen to hold.
type Vault struct {
	o     Options
	core  minio.Core
	clock *clock
}

// Open connects, makes the bucket where it is missing, and probes it. A store
// whose lock can be broken is refused with the reason: errors.As finds a
// *RefusedError. Any other error means that the store could not be reached.
func Open(ctx context.Context, o Options) (*Vault, error) {
	v, err := connect(o)
	if err != nil {
		return nil, err
	}
	if err := v.ready(ctx); err != nil {
		return nil, fmt.Errorf("evidence store %s, bucket %s: %w", o.Endpoint, o.Bucket, err)
	}
	return v, nil
}

// connect asks the store nothing yet.
func connect(o Options) (*Vault, error) {
	u, err := url.Parse(o.Endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.Path != "" && u.Path != "/" {
		return nil, fmt.Errorf("evidence store %q: give its address as http(s)://HOST:PORT", o.Endpoint)
	}
	o.fill()
	v := &Vault{o: o, clock: &clock{next: o.Transport, now: o.Now}}
	client, err := minio.New(u.Host, &minio.Options{
		Creds: credentials.NewStaticV4(o.AccessKey, o.SecretKey, ""), Secure: u.Scheme == "https",
		Region: o.Region, Transport: v.clock, MaxRetries: maxTries, BucketLookup: minio.BucketLookupAuto,
	})
	if err != nil {
		return nil, fmt.Errorf("evidence store %s: %w", o.Endpoint, err)
	}
	v.core = minio.Core{Client: client}
	return v, nil
}

func (o *Options) fill() {
	if o.Retention == 0 {
		o.Retention = defaultRetention
	}
	if o.MaxSkew == 0 {
		o.MaxSkew = defaultSkew
	}
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxIdleConnsPerHost = 32
		t.ResponseHeaderTimeout = time.Minute
		t.DisableCompression = true
		o.Transport = t
	}
}

// Bucket is the bucket's name.
func (v *Vault) Bucket() string { return v.o.Bucket }

// notFound tells whether the store says that there is no such thing.
func notFound(err error) bool {
	var res minio.ErrorResponse
	if !errors.As(err, &res) {
		return false
	}
	switch res.Code {
	case minio.NoSuchKey, minio.NoSuchBucket, "NoSuchVersion", "NoSuchObjectLockConfiguration", "ObjectLockConfigurationNotFoundError":
		return true
	}
	return res.StatusCode == http.StatusNotFound
}

// answered tells whether err is the store's own answer, not a failure to reach it.
func answered(err error) bool {
	var res minio.ErrorResponse
	return errors.As(err, &res) && res.StatusCode >= 400 && res.StatusCode < 500
}
