package vault

import (
	"context"
	"fmt"
	"io"
	"iter"

	"github.com/minio/minio-go/v7"

	"offsite/evidence"
)

// Reader opens a bucket for those who only read, such as an auditor with keys of his
// own. It asks for no lock and writes nothing.
func Reader(o Options) (*Vault, error) { return connect(o) }

// Object is a version of what lies under a key.
type Object struct {
	Key       string
	VersionID string
	SizeBytes int64
}

// Objects are those under the prefix whose key is wanted, every version of each, in the
// order of their keys.
func (v *Vault) Objects(ctx context.Context, prefix string, wanted func(key string) bool) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		listing, cancel := context.WithCancel(ctx)
		defer cancel()
		for o := range v.core.Client.ListObjects(listing, v.o.Bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true, WithVersions: true}) {
			if o.Err != nil {
				yield(Object{}, fmt.Errorf("list bucket %s: %w", v.o.Bucket, o.Err))
				return
			}
			if o.IsDeleteMarker || !wanted(o.Key) {
				continue
			}
			if !yield(Object{o.Key, o.VersionID, o.Size}, nil) {
				return
			}
		}
	}
}

// Receipt is as much of a receipt as reading the object and what lies beside it needs.
func (v *Vault) Receipt(o Object) evidence.Receipt {
	return evidence.Receipt{BundleID: o.Key, Bucket: v.o.Bucket, Key: o.Key, VersionID: o.VersionID, SizeBytes: o.SizeBytes}
}

// ReadObject returns the object's bytes.
func (v *Vault) ReadObject(ctx context.Context, o Object) (io.ReadCloser, error) {
	return v.ReadBundle(ctx, v.Receipt(o))
}
