package keep_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"offsite/evidence"
)

// handler passes the messages of a log, with what they say beside, to a function.
type handler func(string)

func (handler) Enabled(context.Context, slog.Level) bool { return true }
func (h handler) Handle(_ context.Context, r slog.Record) error {
	message := r.Message
	r.Attrs(func(a slog.Attr) bool {
		message += " " + a.String()
		return true
	})
	h(message)
	return nil
}
func (h handler) WithAttrs([]slog.Attr) slog.Handler { return h }
func (h handler) WithGroup(string) slog.Handler      { return h }

func slogTo(f func(string)) *slog.Logger { return slog.New(handler(f)) }

// versions counts what lies under the receipt's key.
func versions(t *testing.T, r *rig, receipt evidence.Receipt) int {
	t.Helper()
	c, err := minio.New(strings.TrimPrefix(r.store.url(), "http://"), &minio.Options{
		Creds: credentials.NewStaticV4(creds.AccessKey, creds.SecretKey, ""), Transport: &http.Transport{DisableKeepAlives: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for o := range c.ListObjects(t.Context(), receipt.Bucket, minio.ListObjectsOptions{Prefix: receipt.Key, Recursive: true, WithVersions: true}) {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		n++
	}
	return n
}
