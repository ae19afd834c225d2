package vault_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"offsite/embedded/s3"
	"offsite/evidence"
	"offsite/evidence/vault"
)

// One store per process is all the library allows, so the tests share it.
func TestMain(m *testing.M) { os.Exit(run(m)) }

var (
	store *s3.Server
	creds s3.Credentials
)

func run(m *testing.M) int {
	flag.Parse()
	if flag.Lookup("test.fuzz").Value.String() != "" {
		return m.Run() // parsers need no store
	}
	dir, err := os.MkdirTemp("", "vault")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	if creds, err = s3.OpenCredentials(filepath.Join(dir, "keys", "s3.json")); err != nil {
		panic(err)
	}
	store, err = s3.Start(context.Background(), s3.Options{Dir: filepath.Join(dir, "s3"), Listen: "127.0.0.1:0", Credentials: creds})
	if err != nil {
		panic(err)
	}
	defer store.Stop()
	return m.Run()
}

func options(endpoint string) vault.Options {
	return vault.Options{
		Endpoint: endpoint, AccessKey: creds.AccessKey, SecretKey: creds.SecretKey,
		Bucket: "evidence-" + uuid.NewString(),
	}
}

func open(t *testing.T) *vault.Vault {
	t.Helper()
	v, err := vault.Open(t.Context(), options(store.Endpoint()))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func raw(t *testing.T) *minio.Client {
	t.Helper()
	c, err := minio.New(strings.TrimPrefix(store.Endpoint(), "http://"), &minio.Options{Creds: credentials.NewStaticV4(creds.AccessKey, creds.SecretKey, "")})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// retention asks the store itself.
func retention(t *testing.T, r evidence.Receipt) (mode string, until time.Time) {
	t.Helper()
	info, err := raw(t).StatObject(t.Context(), r.Bucket, r.Key, minio.StatObjectOptions{VersionID: r.VersionID})
	if err != nil {
		t.Fatal(err)
	}
	until, err = time.Parse(time.RFC3339, info.Metadata.Get("X-Amz-Object-Lock-Retain-Until-Date"))
	if err != nil {
		t.Fatal(err)
	}
	return info.Metadata.Get("X-Amz-Object-Lock-Mode"), until
}

// put stores n random bytes and returns them with a receipt that calls all of
// them but the first 512 one file.
func put(t *testing.T, v *vault.Vault, n int) ([]byte, evidence.Receipt) {
	t.Helper()
	data := make([]byte, n)
	rand.Read(data)
	key := vault.Key(uuid.NewString(), time.Now())
	s, err := v.Put(t.Context(), key, bytes.NewReader(data), int64(n), sha256.Sum256(data))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data[512:])
	return data, evidence.Receipt{
		BundleID: "b", Bucket: v.Bucket(), Key: key, VersionID: s.VersionID, SizeBytes: int64(n), RetainUntil: s.RetainUntil,
		Files: []evidence.Entry{{Path: "data/x", Offset: 512, SizeBytes: int64(n - 512), SHA256: hex.EncodeToString(sum[:])}},
	}
}

func TestStoredBundleIsLockedForThirtyDays(t *testing.T) {
	t.Parallel()
	v := open(t)
	data, r := put(t, v, 2<<20)
	mode, until := retention(t, r)
	if mode != "COMPLIANCE" || !until.Equal(r.RetainUntil) {
		t.Fatalf("retention %v until %v", mode, until)
	}
	if left := time.Until(until); left < 30*24*time.Hour-time.Minute || left > 30*24*time.Hour+time.Minute {
		t.Fatalf("the lock holds for %s, not 30 days", left)
	}
	if err := raw(t).RemoveObject(t.Context(), r.Bucket, r.Key, minio.RemoveObjectOptions{VersionID: r.VersionID, GovernanceBypass: true}); err == nil {
		t.Fatal("the locked version could be deleted")
	}
	if err := v.ReadBack(t.Context(), r.Key, r.VersionID, sha256.Sum256(data)); err != nil {
		t.Fatal(err)
	}
	if err := store.Settle(r.Bucket, r.Key); err != nil {
		t.Fatal(err)
	}
	body, err := v.ReadBundle(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if got, err := io.ReadAll(body); err != nil || !bytes.Equal(got, data) {
		t.Fatalf("read %d bytes of %d: %v", len(got), len(data), err)
	}
}

func TestStoreChecksTheDigest(t *testing.T) {
	t.Parallel()
	v := open(t)
	_, err := v.Put(t.Context(), "bundles/wrong", strings.NewReader("bytes"), 5, sha256.Sum256([]byte("other bytes")))
	if err == nil {
		t.Fatal("the store took bytes with another digest than was announced")
	}
}

func TestRetentionOnlyGrows(t *testing.T) {
	t.Parallel()
	v := open(t)
	_, r := put(t, v, 1024)
	later := r.RetainUntil.AddDate(1, 0, 0)
	if got, err := v.ExtendRetention(t.Context(), r, later); err != nil || !got.Equal(later) {
		t.Fatalf("extended to %v: %v", got, err)
	}
	if got, err := v.ExtendRetention(t.Context(), r, r.RetainUntil); err != nil || !got.Equal(later) {
		t.Fatalf("an earlier time: retention until %v: %v", got, err)
	}
	if _, until := retention(t, r); !until.Equal(later) {
		t.Fatalf("the store says %v", until)
	}
}

func TestRangesOfAnEntry(t *testing.T) {
	t.Parallel()
	v := open(t)
	data, r := put(t, v, 100_000)
	want := data[512:]
	for _, span := range [][2]int64{{0, -1}, {0, 10}, {5, 100}, {99_000, -1}, {99_488, -1}, {7, 0}} {
		body, e, err := v.ReadEntry(t.Context(), r, "data/x", span[0], span[1])
		if err != nil {
			t.Fatalf("%v: %v", span, err)
		}
		got, err := io.ReadAll(body)
		body.Close()
		end := span[0] + span[1]
		if span[1] < 0 {
			end = e.SizeBytes
		}
		if err != nil || !bytes.Equal(got, want[span[0]:end]) {
			t.Fatalf("%v: %d bytes: %v", span, len(got), err)
		}
	}
	for _, span := range [][2]int64{{-1, 5}, {0, 99_489}, {99_489, -1}} {
		if _, _, err := v.ReadEntry(t.Context(), r, "data/x", span[0], span[1]); err == nil {
			t.Errorf("bytes beyond the file are given: %v", span)
		}
	}
	if _, _, err := v.ReadEntry(t.Context(), r, "data/y", 0, -1); !errors.Is(err, vault.ErrNoEntry) {
		t.Errorf("a file that is not there: %v", err)
	}
	f, _, err := v.OpenEntry(t.Context(), r, "data/x")
	if err != nil {
		t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	req := httptest.NewRequest(http.MethodGet, "/x", nil)
	req.Header.Set("Range", "bytes=1000-1999")
	http.ServeContent(rec, req, "x.bin", time.Time{}, f)
	if err := f.Close(); err != nil || rec.Code != http.StatusPartialContent || !bytes.Equal(rec.Body.Bytes(), want[1000:2000]) {
		t.Fatalf("served %d, %d bytes: %v", rec.Code, rec.Body.Len(), err)
	}
}

func TestEntryWithOtherBytesIsNotServedAsWhole(t *testing.T) {
	t.Parallel()
	v := open(t)
	_, r := put(t, v, 5000)
	r.Files[0].SHA256 = strings.Repeat("0", 64)
	body, _, err := v.ReadEntry(t.Context(), r, "data/x", 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if _, err := io.ReadAll(body); !errors.Is(err, vault.ErrTampered) {
		t.Fatalf("other bytes than sealed: %v", err)
	}
}

func TestFindTellsWhatIsAlreadyThere(t *testing.T) {
	t.Parallel()
	v := open(t)
	data, r := put(t, v, 3000)
	s, ok, err := v.Find(t.Context(), r.Key, 3000, sha256.Sum256(data))
	if err != nil || !ok || s.VersionID != r.VersionID || !s.RetainUntil.Equal(r.RetainUntil) {
		t.Fatalf("found %+v %v %v", s, ok, err)
	}
	if _, ok, err := v.Find(t.Context(), r.Key, 3000, sha256.Sum256(nil)); ok || err != nil {
		t.Fatalf("found another digest: %v %v", ok, err)
	}
	if _, ok, err := v.Find(t.Context(), r.Key+"x", 3000, sha256.Sum256(data)); ok || err != nil {
		t.Fatalf("found another key: %v %v", ok, err)
	}
	if err := raw(t).RemoveObject(t.Context(), r.Bucket, r.Key, minio.RemoveObjectOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := v.Find(t.Context(), r.Key, 3000, sha256.Sum256(data)); !ok || err != nil {
		t.Fatalf("not found beneath a delete marker: %v %v", ok, err)
	}
}

func TestBucketWithoutLockIsRefused(t *testing.T) {
	t.Parallel()
	o := options(store.Endpoint())
	if err := raw(t).MakeBucket(t.Context(), o.Bucket, minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	_, err := vault.Open(t.Context(), o)
	var refused *vault.RefusedError
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "object lock") {
		t.Fatalf("a bucket without lock: %v", err)
	}
}

func TestWrongClockIsRefused(t *testing.T) {
	t.Parallel()
	o := options(store.Endpoint())
	o.Now = func() time.Time { return time.Now().Add(5 * time.Minute) }
	_, err := vault.Open(t.Context(), o)
	var refused *vault.RefusedError
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "clock") {
		t.Fatalf("a clock five minutes off: %v", err)
	}
}

func TestStoreThatIsAwayIsNotRefused(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := vault.Open(ctx, options("http://127.0.0.1:1"))
	var refused *vault.RefusedError
	if err == nil || errors.As(err, &refused) {
		t.Fatalf("nobody listens: %v", err)
	}
}

// liar stands before the real store and gives way where told.
func liar(t *testing.T, lie func(w http.ResponseWriter, r *http.Request) bool, edit func(*http.Response) error) string {
	t.Helper()
	target, err := url.Parse(store.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:        func(p *httputil.ProxyRequest) { p.SetURL(target); p.Out.Host = p.In.Host },
		ModifyResponse: edit,
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if lie == nil || !lie(w, r) {
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestStoresThatLieAreRefused(t *testing.T) {
	t.Parallel()
	replace := func(old, new string) func(*http.Response) error {
		return func(res *http.Response) error {
			if !res.Request.URL.Query().Has("retention") || res.Request.Method != http.MethodGet {
				return nil
			}
			body, err := io.ReadAll(res.Body)
			if err != nil {
				return err
			}
			body = bytes.ReplaceAll(body, []byte(old), []byte(new))
			res.Body = io.NopCloser(bytes.NewReader(body))
			res.ContentLength = int64(len(body))
			res.Header.Set("Content-Length", fmt.Sprint(len(body)))
			return nil
		}
	}
	for name, c := range map[string]struct {
		lie  func(http.ResponseWriter, *http.Request) bool
		edit func(*http.Response) error
		want string
	}{
		"says it deleted": {
			lie: func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == http.MethodDelete && r.URL.Query().Has("versionId") {
					w.WriteHeader(http.StatusNoContent)
					return true
				}
				return false
			}, want: "deleting the locked version is not refused"},
		"says it shortened": {
			lie: func(w http.ResponseWriter, r *http.Request) bool {
				return r.Method == http.MethodPut && r.URL.Query().Has("retention")
			}, want: "shortening the retention is not refused"},
		"turns compliance into governance": {edit: replace("COMPLIANCE", "GOVERNANCE"), want: "instead of COMPLIANCE"},
		"forgets the year":                 {edit: replace("<RetainUntilDate>20", "<RetainUntilDate>19"), want: "the retention ends at"},
		"gives other bytes": {
			lie: func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/probe/") && !r.URL.Query().Has("retention") {
					w.Header().Set("Last-Modified", time.Now().UTC().Format(http.TimeFormat))
					w.Write([]byte("something else"))
					return true
				}
				return false
			}, want: "other bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := vault.Open(t.Context(), options(liar(t, c.lie, c.edit)))
			var refused *vault.RefusedError
			if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("not refused for %q: %v", c.want, err)
			}
		})
	}
	t.Run("the same through an honest proxy", func(t *testing.T) {
		t.Parallel()
		if _, err := vault.Open(t.Context(), options(liar(t, nil, nil))); err != nil {
			t.Fatal(err)
		}
	})
}
