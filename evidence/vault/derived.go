package vault

import (
	"bytes"
	"context"
	"fmt"

	"github.com/minio/minio-go/v7"

	"offsite/evidence"
)

const maxDerived = 256 << 20

// PutDerived stores what was made from a file of the bundle, such as a masked clip,
// under the bundle's key prefix. It is no evidence and is not locked: it can be made
// again, and Remove takes it along.
func (v *Vault) PutDerived(ctx context.Context, r evidence.Receipt, name string, data []byte) error {
	_, err := v.core.Client.PutObject(ctx, r.Bucket, besideKey(r, name), bytes.NewReader(data), int64(len(data)), minio.PutObjectOptions{})
	if err != nil {
		return fmt.Errorf("put %s beside bundle %s: %w", name, r.BundleID, err)
	}
	return nil
}

// ReadDerived returns it, or ErrNoEntry.
func (v *Vault) ReadDerived(ctx context.Context, r evidence.Receipt, name string) ([]byte, error) {
	return v.readBeside(ctx, r, name, maxDerived)
}
