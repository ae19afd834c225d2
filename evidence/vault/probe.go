package vault

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/minio/minio-go/v7"
)

const (
	probePrefix = "probe/"
	probeLock   = 10 * time.Minute
	maxSweep    = 100 // old probes removed at one start
	staleUpload = 24 * time.Hour
)

// RefusedError says why evidence must not be written to a store.
type RefusedError struct{ Reasons []string }

func (e *RefusedError) Error() string {
	return "evidence is not written there: " + strings.Join(e.Reasons, "; ")
}

// ready makes sure of the bucket and of its lock.
func (v *Vault) ready(ctx context.Context) error {
	exists, err := v.core.BucketExists(ctx, v.o.Bucket)
	if err != nil {
		return fmt.Errorf("look for the bucket: %w", err)
	}
	if !exists {
		if err := v.makeBucket(ctx); err != nil {
			return err
		}
	}
	if err := v.checkBucket(ctx); err != nil {
		return err
	}
	if err := v.probe(ctx); err != nil {
		return err
	}
	v.sweep(ctx)
	return nil
}

// makeBucket makes it with object lock, which wants versions: some stores have to be
// told of these too.
func (v *Vault) makeBucket(ctx context.Context) error {
	if err := v.core.MakeBucket(ctx, v.o.Bucket, minio.MakeBucketOptions{Region: v.o.Region, ObjectLocking: true}); err != nil {
		return fmt.Errorf("make the bucket with object lock: %w", err)
	}
	versioning, err := v.core.GetBucketVersioning(ctx, v.o.Bucket)
	if err != nil || versioning.Enabled() {
		return nil //nolint:nilerr // what does not hold is said when the bucket is looked at
	}
	if err := v.core.EnableVersioning(ctx, v.o.Bucket); err != nil && !answered(err) {
		return fmt.Errorf("make the bucket keep versions: %w", err)
	}
	return nil
}

// Check asks the store whether the bucket still keeps versions and locks, and compares
// its clock with ours; nothing is written. What does not hold is a *RefusedError.
func (v *Vault) Check(ctx context.Context) error {
	if err := v.checkBucket(ctx); err != nil {
		return fmt.Errorf("check the bucket %s: %w", v.o.Bucket, err)
	}
	return nil
}

// checkBucket looks at what the store says of the bucket and of the time.
func (v *Vault) checkBucket(ctx context.Context) error {
	var reasons []string
	versioning, err := v.core.GetBucketVersioning(ctx, v.o.Bucket)
	switch {
	case err != nil && !answered(err):
		return fmt.Errorf("ask for versioning: %w", err)
	case err != nil:
		reasons = append(reasons, fmt.Sprintf("the store does not tell whether the bucket keeps versions (%v)", err))
	case !versioning.Enabled():
		reasons = append(reasons, "the bucket does not keep versions; make a new bucket with object lock, or switch versioning on")
	}
	lock, _, _, _, err := v.core.GetObjectLockConfig(ctx, v.o.Bucket)
	switch {
	case err != nil && !answered(err):
		return fmt.Errorf("ask for object lock: %w", err)
	case err != nil || lock != "Enabled":
		reasons = append(reasons, "the bucket has no object lock; it can only be had when a bucket is made, so name another bucket")
	}
	if skew, seen := v.clock.offset(); !seen {
		reasons = append(reasons, "the store does not tell its time, so that its locks cannot be relied on")
	} else if skew.Abs() > v.o.MaxSkew {
		reasons = append(reasons, fmt.Sprintf("its clock and ours differ by %s, more than %s; set both by NTP", skew.Abs().Round(time.Second), v.o.MaxSkew))
	}
	if len(reasons) > 0 {
		return &RefusedError{reasons}
	}
	return nil
}

// probe locks an object and tries to break the lock in every way that a person
// with the store's keys could.
func (v *Vault) probe(ctx context.Context) error {
	body := []byte("offsite lock probe " + uuid.NewString() + "\n")
	key := probePrefix + uuid.NewString()
	until := v.o.Now().Add(probeLock).UTC().Truncate(time.Second)
	stored, err := v.put(ctx, key, bytes.NewReader(body), int64(len(body)), sha256.Sum256(body), until, "text/plain")
	if err != nil {
		if answered(err) {
			return &RefusedError{[]string{fmt.Sprintf("it does not take a locked object (%v)", err)}}
		}
		return fmt.Errorf("put the probe: %w", err)
	}
	if stored == "" {
		return &RefusedError{[]string{"it gives no version id for what is stored"}}
	}
	p := probe{v: v, key: key, version: stored, body: body, until: until}
	reasons, err := p.run(ctx)
	if err != nil {
		return err
	}
	if len(reasons) > 0 {
		return &RefusedError{reasons}
	}
	return nil
}

type probe struct {
	v            *Vault
	key, version string
	body         []byte
	until        time.Time
}

// run returns how the lock gave way; an error means that the store could not be
// asked. The attacks are made twice: on the newest version and, once it has been
// overwritten and deleted by name, on an old one.
func (p probe) run(ctx context.Context) (reasons []string, err error) {
	if reason, err := p.held(ctx, "as it was put"); err != nil || reason != "" {
		return []string{reason}, err
	}
	reasons, err = p.attack(ctx, "")
	if err != nil || len(reasons) > 0 {
		return reasons, err
	}
	if err := p.cover(ctx); err != nil {
		return nil, err
	}
	if reason, err := p.held(ctx, "after overwriting and deleting by name"); err != nil || reason != "" {
		return []string{reason}, err
	}
	return p.attack(ctx, " of an overwritten object")
}

// attack tries to get rid of the locked version.
func (p probe) attack(ctx context.Context, which string) (reasons []string, err error) {
	core := p.v.core
	remove := func(bypass bool) error {
		return core.RemoveObject(ctx, p.v.o.Bucket, p.key, minio.RemoveObjectOptions{VersionID: p.version, GovernanceBypass: bypass})
	}
	retain := func(mode minio.RetentionMode, until time.Time) error {
		return core.PutObjectRetention(ctx, p.v.o.Bucket, p.key, minio.PutObjectRetentionOptions{
			VersionID: p.version, Mode: &mode, RetainUntilDate: &until, GovernanceBypass: true})
	}
	soon := p.v.o.Now().Add(time.Minute).UTC().Truncate(time.Second)
	for _, a := range []struct {
		what string
		do   func() error
	}{
		{"deleting the locked version", func() error { return remove(false) }},
		{"deleting the locked version with the governance bypass", func() error { return remove(true) }},
		{"shortening the retention", func() error { return retain(minio.Compliance, soon) }},
		{"weakening COMPLIANCE to GOVERNANCE", func() error { return retain(minio.Governance, p.until) }},
		{"lifting the retention", func() error {
			return core.PutObjectRetention(ctx, p.v.o.Bucket, p.key, minio.PutObjectRetentionOptions{VersionID: p.version, GovernanceBypass: true})
		}},
	} {
		what := a.what + which
		err := a.do()
		if err != nil && !answered(err) {
			return nil, fmt.Errorf("probe the lock (%s): %w", what, err)
		}
		if err == nil {
			reasons = append(reasons, what+" is not refused")
		}
		reason, err := p.held(ctx, "after "+what)
		if err != nil {
			return nil, err
		}
		if reason != "" {
			return append(reasons, reason), nil
		}
	}
	return reasons, nil
}

// cover puts another version over the locked one, and a delete marker over both.
func (p probe) cover(ctx context.Context) error {
	_, err := p.v.put(ctx, p.key, strings.NewReader("over"), 4, sha256.Sum256([]byte("over")), p.until, "text/plain")
	if err != nil && !answered(err) {
		return fmt.Errorf("probe the lock (overwriting): %w", err)
	}
	err = p.v.core.RemoveObject(ctx, p.v.o.Bucket, p.key, minio.RemoveObjectOptions{})
	if err != nil && !answered(err) {
		return fmt.Errorf("probe the lock (deleting by name): %w", err)
	}
	return nil
}

// held tells in what way the locked version is not as it was put.
func (p probe) held(ctx context.Context, when string) (reason string, err error) {
	l, err := p.v.lockOf(ctx, p.v.o.Bucket, p.key, p.version)
	switch {
	case err != nil && !answered(err):
		return "", fmt.Errorf("read the probe's retention: %w", err)
	case err != nil:
		return fmt.Sprintf("%s, the locked version is gone (%v)", when, err), nil
	case l.Mode != minio.Compliance.String():
		return fmt.Sprintf("%s, the mode is %q instead of COMPLIANCE", when, l.Mode), nil
	case l.Until.Before(p.until):
		return fmt.Sprintf("%s, the retention ends at %s instead of %s", when, l.Until.Format(time.RFC3339), p.until.Format(time.RFC3339)), nil
	}
	body, _, _, err := p.v.core.GetObject(ctx, p.v.o.Bucket, p.key, minio.GetObjectOptions{VersionID: p.version})
	if err != nil {
		if answered(err) {
			return fmt.Sprintf("%s, the locked version cannot be read (%v)", when, err), nil
		}
		return "", fmt.Errorf("read the probe: %w", err)
	}
	defer body.Close()
	got, err := io.ReadAll(io.LimitReader(body, 4096))
	if err != nil {
		return "", fmt.Errorf("read the probe: %w", err)
	}
	if !bytes.Equal(got, p.body) {
		return when + ", the locked version holds other bytes than were put", nil
	}
	return "", nil
}

// sweep removes probes of earlier starts whose lock has run out, and uploads in parts
// whose process was killed. It is housekeeping: what it cannot remove stays for the
// next start.
func (v *Vault) sweep(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for upload := range v.core.ListIncompleteUploads(ctx, v.o.Bucket, "", true) {
		if upload.Err != nil {
			break
		}
		if v.o.Now().Sub(upload.Initiated) < staleUpload {
			continue
		}
		if err := v.core.AbortMultipartUpload(ctx, v.o.Bucket, upload.Key, upload.UploadID); err != nil && !errors.Is(err, context.Canceled) {
			v.o.Logger.Debug("an unfinished upload stays", "key", upload.Key, "error", err)
		}
	}
	swept := 0
	for object := range v.core.Client.ListObjects(ctx, v.o.Bucket, minio.ListObjectsOptions{Prefix: probePrefix, Recursive: true, WithVersions: true}) {
		if object.Err != nil || swept == maxSweep {
			return
		}
		if v.o.Now().Sub(object.LastModified) < 2*probeLock {
			continue
		}
		err := v.core.RemoveObject(ctx, v.o.Bucket, object.Key, minio.RemoveObjectOptions{VersionID: object.VersionID})
		if err != nil && !errors.Is(err, context.Canceled) {
			v.o.Logger.Debug("an old lock probe stays", "key", object.Key, "error", err)
		}
		swept++
	}
}
