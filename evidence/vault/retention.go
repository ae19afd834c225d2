package vault

import (
	"context"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/minio/minio-go/v7"

	"offsite/evidence/vault/lock"
)

const maxAnswer = 64 << 10

// lockOf asks for a version's lock. The client library's own call wants another
// name of the answer's outermost element than some stores give (versitygw), and
// the headers of HEAD lack the lock of versions that are not the newest there.
func (v *Vault) lockOf(ctx context.Context, bucket, key, version string) (lock.Lock, error) {
	signed, err := v.core.Presign(ctx, http.MethodGet, bucket, key, time.Minute, url.Values{"retention": {""}, "versionId": {version}})
	if err != nil {
		return lock.Lock{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, signed.String(), nil)
	if err != nil {
		return lock.Lock{}, err
	}
	res, err := v.clock.RoundTrip(req)
	if err != nil {
		return lock.Lock{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return lock.Lock{}, err
	}
	if res.StatusCode != http.StatusOK {
		refusal := minio.ErrorResponse{StatusCode: res.StatusCode, Message: res.Status}
		if err := xml.Unmarshal(text, &refusal); err != nil || refusal.Code == "" {
			refusal.Code = res.Status
		}
		return lock.Lock{}, refusal
	}
	return lock.Parse(text)
}
