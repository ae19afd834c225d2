package vault

import (
	"context"
	"time"

	"github.com/minio/minio-go/v7"
)

// Connect makes a bucket with object lock in a store that Open may refuse, and asks
// nothing more of it.
func Connect(ctx context.Context, o Options) (*Vault, error) {
	v, err := connect(o)
	if err != nil {
		return nil, err
	}
	return v, v.makeBucket(ctx)
}

// Lock is what the store says of a version's lock.
func (v *Vault) Lock(ctx context.Context, key, version string) (mode string, until time.Time, err error) {
	l, err := v.lockOf(ctx, v.o.Bucket, key, version)
	return l.Mode, l.Until, err
}

// Skew is how far the store's clock is from ours, once it has answered.
func (v *Vault) Skew() (skew time.Duration, told bool) { return v.clock.offset() }

// Raw is the client beneath.
func (v *Vault) Raw() minio.Core { return v.core }

// MultipartFrom is the size from which a body goes in parts.
const MultipartFrom = multipartFrom

// Again connects to a bucket that is there.
func Again(o Options) (*Vault, error) { return connect(o) }
