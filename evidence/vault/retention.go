package vault

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/minio/minio-go/v7"
)

const maxAnswer = 64 << 10

// lock is what the store says of a version's object lock.
type lock struct {
	mode  string // "COMPLIANCE", "GOVERNANCE" or ""
	until time.Time
}

// holds tells whether the version cannot be removed before its time.
func (l lock) holds() bool { return l.mode == minio.Compliance.String() && !l.until.IsZero() }

// lockOf asks for a version's lock. The client library's own call wants another
// name of the answer's outermost element than some stores give (versitygw), and
// the headers of HEAD lack the lock of versions that are not the newest there.
func (v *Vault) lockOf(ctx context.Context, bucket, key, version string) (lock, error) {
	signed, err := v.core.Presign(ctx, http.MethodGet, bucket, key, time.Minute, url.Values{"retention": {""}, "versionId": {version}})
	if err != nil {
		return lock{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, signed.String(), nil)
	if err != nil {
		return lock{}, err
	}
	res, err := v.clock.RoundTrip(req)
	if err != nil {
		return lock{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return lock{}, err
	}
	if res.StatusCode != http.StatusOK {
		refusal := minio.ErrorResponse{StatusCode: res.StatusCode, Message: res.Status}
		if err := xml.Unmarshal(text, &refusal); err != nil || refusal.Code == "" {
			refusal.Code = res.Status
		}
		return lock{}, refusal
	}
	return parseLock(text)
}

func parseLock(text []byte) (lock, error) {
	var answer struct{ Mode, RetainUntilDate string }
	if err := xml.Unmarshal(text, &answer); err != nil {
		return lock{}, fmt.Errorf("read the store's answer on a retention: %w", err)
	}
	if answer.Mode == "" {
		return lock{}, nil
	}
	until, err := time.Parse(time.RFC3339, answer.RetainUntilDate)
	if err != nil {
		return lock{}, errors.Join(errors.New("the store gives no end of a retention"), err)
	}
	return lock{mode: answer.Mode, until: until.UTC()}, nil
}
