package vault

import (
	"context"
	"fmt"

	"github.com/minio/minio-go/v7"

	"offsite/evidence"
	"offsite/evidence/removal"
)

// Hold keeps the bundle whatever its retention says (legal hold), for an appeal or
// a suit, until it is released. Extend the retention too: some stores forget a hold
// once the retention has ended, and then Remove alone heeds it.
func (v *Vault) Hold(ctx context.Context, r evidence.Receipt, on bool) error {
	status := minio.LegalHoldDisabled
	if on {
		status = minio.LegalHoldEnabled
	}
	err := v.core.PutObjectLegalHold(ctx, r.Bucket, r.Key, minio.PutObjectLegalHoldOptions{VersionID: r.VersionID, Status: &status})
	if err != nil {
		return fmt.Errorf("set legal hold of bundle %s to %s: %w", r.BundleID, status, err)
	}
	return nil
}

// Remove deletes the bundle and what lies beside it, once its retention has ended
// and no hold is on it: evidence.ErrLocked before. Removing again changes nothing. That the
// bundle existed stays in the transparency log, and a record of its removal in its place.
func (v *Vault) Remove(ctx context.Context, r evidence.Receipt) error {
	l, err := v.lockOf(ctx, r.Bucket, r.Key, r.VersionID)
	switch {
	case notFound(err):
	case err != nil:
		return fmt.Errorf("remove bundle %s: %w", r.BundleID, err)
	case l.Until.After(v.o.Now()):
		return fmt.Errorf("remove bundle %s: %w until %s", r.BundleID, evidence.ErrLocked, l.Until.Format("2006-01-02 15:04:05Z07:00"))
	}
	held, err := v.held(ctx, r)
	if err != nil {
		return fmt.Errorf("remove bundle %s: %w", r.BundleID, err)
	}
	if held {
		return fmt.Errorf("remove bundle %s: %w: a legal hold is on it", r.BundleID, evidence.ErrLocked)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	prefix := besideKey(r, "")
	for object := range v.core.Client.ListObjects(ctx, r.Bucket, minio.ListObjectsOptions{Prefix: prefix + "/", Recursive: true, WithVersions: true}) {
		if object.Err != nil {
			return fmt.Errorf("remove bundle %s: %w", r.BundleID, object.Err)
		}
		if removal.Is(object.Key) || object.Key == besideKey(r, removal.Receipt) {
			continue
		}
		err := v.core.RemoveObject(ctx, r.Bucket, object.Key, minio.RemoveObjectOptions{VersionID: object.VersionID})
		if answered(err) && !notFound(err) {
			return fmt.Errorf("remove bundle %s: %w: %w", r.BundleID, evidence.ErrLocked, err)
		}
		if err != nil && !notFound(err) {
			return fmt.Errorf("remove bundle %s: %w", r.BundleID, err)
		}
	}
	return nil
}

// held asks for the hold itself, since some stores (versitygw) forget it once the
// retention has ended.
func (v *Vault) held(ctx context.Context, r evidence.Receipt) (bool, error) {
	status, err := v.core.GetObjectLegalHold(ctx, r.Bucket, r.Key, minio.GetObjectLegalHoldOptions{VersionID: r.VersionID})
	if notFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("ask for a legal hold: %w", err)
	}
	return status != nil && *status == minio.LegalHoldEnabled, nil
}
