package vault

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
)

const (
	multipartFrom = 64 << 20 // larger bodies go in parts: a line that breaks costs one part
	partSize      = 16 << 20 // S3 wants at least 5 MiB, and at most 10,000 parts
)

// ErrReadBack: the store gave back other bytes than it was given.
var ErrReadBack = errors.New("the store gave back other bytes than it was given")

// Stored is what lies in the vault.
type Stored struct {
	Key         string
	VersionID   string
	RetainUntil time.Time
}

// Put stores size bytes under the key, locked in COMPLIANCE mode until the
// vault's retention has passed. The store checks the digest, of each part where the
// body is large. body is read again from its start where a request must be repeated.
func (v *Vault) Put(ctx context.Context, key string, body io.ReadSeeker, size int64, digest [32]byte) (Stored, error) {
	until := v.o.Now().Add(v.o.Retention).UTC().Truncate(time.Second).Add(time.Second)
	version, err := v.put(ctx, key, body, size, digest, until, "application/x-tar")
	if err != nil {
		return Stored{}, fmt.Errorf("put %s into bucket %s: %w", key, v.o.Bucket, err)
	}
	if version == "" {
		return Stored{}, fmt.Errorf("put %s into bucket %s: the store gives no version id", key, v.o.Bucket)
	}
	return Stored{Key: key, VersionID: version, RetainUntil: until}, nil
}

func (v *Vault) put(ctx context.Context, key string, body io.Reader, size int64, digest [32]byte, until time.Time, contentType string) (version string, err error) {
	o := minio.PutObjectOptions{Mode: minio.Compliance, RetainUntilDate: until, ContentType: contentType}
	if size > multipartFrom {
		return v.putParts(ctx, key, body, size, digest, o)
	}
	o.DisableMultipart, o.DisableContentSha256 = true, true // the digest is given up front instead
	o.UserMetadata = map[string]string{"X-Amz-Checksum-Sha256": base64.StdEncoding.EncodeToString(digest[:])}
	info, err := v.core.Client.PutObject(ctx, v.o.Bucket, key, body, size, o)
	return info.VersionID, err
}

// putParts sends a large body in parts, each under its digest. What was sent of an
// upload that fails is dropped, at the latest by a later start.
func (v *Vault) putParts(ctx context.Context, key string, body io.Reader, size int64, digest [32]byte, o minio.PutObjectOptions) (version string, err error) {
	upload, err := v.core.NewMultipartUpload(ctx, v.o.Bucket, key, o)
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, v.core.AbortMultipartUpload(context.WithoutCancel(ctx), v.o.Bucket, key, upload))
		}
	}()
	var parts []minio.CompletePart
	whole, buf := sha256.New(), make([]byte, partSize)
	for left := size; left > 0; {
		part := buf[:min(left, partSize)]
		if _, err := io.ReadFull(body, part); err != nil {
			return "", err
		}
		whole.Write(part)
		sum := sha256.Sum256(part)
		sent, err := v.core.PutObjectPart(ctx, v.o.Bucket, key, upload, len(parts)+1, bytes.NewReader(part), int64(len(part)),
			minio.PutObjectPartOptions{Sha256Hex: hex.EncodeToString(sum[:])})
		if err != nil {
			return "", err
		}
		parts = append(parts, minio.CompletePart{PartNumber: sent.PartNumber, ETag: sent.ETag})
		left -= int64(len(part))
	}
	if [32]byte(whole.Sum(nil)) != digest {
		return "", errors.New("the bytes that were sent are others than were sealed; see whether the disk of the spool is sound")
	}
	info, err := v.core.CompleteMultipartUpload(ctx, v.o.Bucket, key, upload, parts, minio.PutObjectOptions{})
	return info.VersionID, err
}

// Find looks for a version under the key that has the digest and is locked, from
// an earlier try whose answer was lost.
func (v *Vault) Find(ctx context.Context, key string, size int64, digest [32]byte) (Stored, bool, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for object := range v.core.Client.ListObjects(ctx, v.o.Bucket, minio.ListObjectsOptions{Prefix: key, Recursive: true, WithVersions: true}) {
		if object.Err != nil {
			return Stored{}, false, fmt.Errorf("look for %s in bucket %s: %w", key, v.o.Bucket, object.Err)
		}
		if object.Key != key || object.IsDeleteMarker || object.Size != size {
			continue
		}
		until, ok, err := v.matches(ctx, key, object.VersionID, digest)
		if err != nil {
			return Stored{}, false, fmt.Errorf("look at %s in bucket %s: %w", key, v.o.Bucket, err)
		}
		if ok {
			return Stored{Key: key, VersionID: object.VersionID, RetainUntil: until}, true, nil
		}
	}
	return Stored{}, false, nil
}

func (v *Vault) matches(ctx context.Context, key, version string, digest [32]byte) (until time.Time, ok bool, err error) {
	err = v.ReadBack(ctx, key, version, digest)
	if errors.Is(err, ErrReadBack) {
		return until, false, nil
	}
	if err != nil {
		return until, false, err
	}
	l, err := v.lockOf(ctx, v.o.Bucket, key, version)
	return l.Until, l.Holds(), err
}

// ReadBack reads the version whole and compares its digest.
func (v *Vault) ReadBack(ctx context.Context, key, version string, digest [32]byte) error {
	body, _, _, err := v.core.GetObject(ctx, v.o.Bucket, key, minio.GetObjectOptions{VersionID: version})
	if err != nil {
		return fmt.Errorf("read back %s from bucket %s: %w", key, v.o.Bucket, err)
	}
	defer body.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, body); err != nil {
		return fmt.Errorf("read back %s from bucket %s: %w", key, v.o.Bucket, err)
	}
	if [32]byte(sum.Sum(nil)) != digest {
		return fmt.Errorf("read back %s from bucket %s: %w", key, v.o.Bucket, ErrReadBack)
	}
	return nil
}

// Key is where a bundle lies: receipts of the log lie beside it under the same
// prefix.
func Key(bundleID string, raised time.Time) string {
	return strings.Join([]string{"bundles", raised.UTC().Format("2006/01/02"), bundleID, "bundle.tar"}, "/")
}
