package vault

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"path"
	"time"

	"github.com/minio/minio-go/v7"

	"offsite/evidence"
	"offsite/evidence/removal"
	"offsite/evidence/verify"
)

const maxBeside = 1 << 20

func besideKey(r evidence.Receipt, name string) string { return path.Join(path.Dir(r.Key), name) }

// PutBeside stores a small document under the bundle's key prefix, locked as
// long as the bundle is at its start. It comes after the seal, so that it cannot
// lie within the bundle.
func (v *Vault) PutBeside(ctx context.Context, r evidence.Receipt, name string, data []byte) error {
	return v.putBeside(ctx, r, name, data, r.RetainUntil)
}

func (v *Vault) putBeside(ctx context.Context, r evidence.Receipt, name string, data []byte, until time.Time) error {
	key := besideKey(r, name)
	_, err := v.put(ctx, key, bytes.NewReader(data), int64(len(data)), sha256.Sum256(data), until, "text/plain; charset=utf-8")
	if err != nil {
		return fmt.Errorf("put %s into bucket %s: %w", key, v.o.Bucket, err)
	}
	return nil
}

// PutRemoval stores the record of a bundle's removal in the bundle's place, and the log's
// receipt of it where there is one, locked until then. Doing so again changes nothing.
func (v *Vault) PutRemoval(ctx context.Context, r evidence.Receipt, record, receipt []byte, until time.Time) error {
	for _, f := range []struct {
		name string
		data []byte
	}{{removal.Receipt, receipt}, {removal.File, record}} {
		if f.data == nil {
			continue
		}
		there, err := v.FindBeside(ctx, r, f.name)
		if err == nil && !bytes.Equal(there, f.data) {
			err = v.putBeside(ctx, r, f.name, f.data, until)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ReadBeside returns the newest document of that name beside the bundle, or
// ErrNoEntry.
func (v *Vault) ReadBeside(ctx context.Context, r evidence.Receipt, name string) ([]byte, error) {
	return v.readBeside(ctx, r, name, maxBeside)
}

func (v *Vault) readBeside(ctx context.Context, r evidence.Receipt, name string, most int64) ([]byte, error) {
	body, _, _, err := v.core.GetObject(ctx, r.Bucket, besideKey(r, name), minio.GetObjectOptions{})
	if notFound(err) {
		return nil, fmt.Errorf("read %s beside bundle %s: %w", name, r.BundleID, ErrNoEntry)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s beside bundle %s: %w", name, r.BundleID, err)
	}
	defer body.Close()
	data, err := io.ReadAll(io.LimitReader(body, most+1))
	if err != nil {
		return nil, fmt.Errorf("read %s beside bundle %s: %w", name, r.BundleID, err)
	}
	if int64(len(data)) > most {
		return nil, fmt.Errorf("read %s beside bundle %s: it has more than %d bytes", name, r.BundleID, most)
	}
	return data, nil
}

// LogProof is the transparency log's receipt of a bundle; nil where it has none.
func (v *Vault) LogProof(ctx context.Context, r evidence.Receipt) ([]byte, error) {
	return v.FindBeside(ctx, r, verify.LogProof)
}

// FindBeside is ReadBeside for what need not be there; nil where it is not.
func (v *Vault) FindBeside(ctx context.Context, r evidence.Receipt, name string) ([]byte, error) {
	text, err := v.ReadBeside(ctx, r, name)
	if errors.Is(err, ErrNoEntry) {
		return nil, nil
	}
	return text, err
}
