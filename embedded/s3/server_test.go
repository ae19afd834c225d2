package s3_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"offsite/embedded/s3"
)

func connect(t *testing.T, s *s3.Server, c s3.Credentials) *minio.Client {
	t.Helper()
	client, err := minio.New(strings.TrimPrefix(s.Endpoint(), "http://"), &minio.Options{Creds: credentials.NewStaticV4(c.AccessKey, c.SecretKey, "")})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// Not parallel, as the store runs once per process.
func TestObjectsAndLocksOutliveTheServer(t *testing.T) {
	dir := t.TempDir()
	creds, err := s3.OpenCredentials(filepath.Join(dir, "keys", "s3.json"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := s3.OpenCredentials(filepath.Join(dir, "keys", "s3.json"))
	if err != nil || again != creds {
		t.Fatalf("other credentials at the second look: %v", err)
	}
	o := s3.Options{Dir: filepath.Join(dir, "s3"), Listen: "127.0.0.1:0", Credentials: creds}
	first, err := s3.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	client := connect(t, first, creds)
	if err := client.MakeBucket(t.Context(), "locked", minio.MakeBucketOptions{ObjectLocking: true}); err != nil {
		t.Fatal(err)
	}
	until := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	info, err := client.PutObject(t.Context(), "locked", "a/b", strings.NewReader("seen"), 4, minio.PutObjectOptions{Mode: minio.Compliance, RetainUntilDate: until})
	if err != nil || info.VersionID == "" {
		t.Fatalf("put: %+v %v", info, err)
	}
	if err := first.Settle("locked", "a/b"); err != nil {
		t.Fatal(err)
	}
	if err := first.Settle("locked", "../../keys/s3.json"); err == nil {
		t.Fatal("a name outside the store is settled")
	}
	begun := time.Now()
	first.Stop()
	if took := time.Since(begun); took > 3*time.Second {
		t.Errorf("stopping took %s", took)
	}

	second, err := s3.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Stop()
	client = connect(t, second, creds)
	object, err := client.GetObject(t.Context(), "locked", "a/b", minio.GetObjectOptions{VersionID: info.VersionID})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(object); err != nil || !bytes.Equal(got, []byte("seen")) {
		t.Fatalf("after a restart: %q %v", got, err)
	}
	stat, err := client.StatObject(t.Context(), "locked", "a/b", minio.StatObjectOptions{VersionID: info.VersionID})
	if mode := stat.Metadata.Get("X-Amz-Object-Lock-Mode"); err != nil || mode != "COMPLIANCE" {
		t.Fatalf("after a restart the lock is %q: %v", mode, err)
	}
	if held := stat.Metadata.Get("X-Amz-Object-Lock-Retain-Until-Date"); held != until.Format(time.RFC3339) {
		t.Fatalf("after a restart the lock holds until %s instead of %s", held, until)
	}
	if err := client.RemoveObject(t.Context(), "locked", "a/b", minio.RemoveObjectOptions{VersionID: info.VersionID}); err == nil {
		t.Fatal("after a restart the locked version could be deleted")
	}
	stranger := connect(t, second, s3.Credentials{AccessKey: creds.AccessKey, SecretKey: "guess"})
	if _, err := stranger.ListBuckets(t.Context()); err == nil {
		t.Fatal("the store answers to a wrong secret")
	}
	if _, err := s3.Start(t.Context(), s3.Options{Dir: filepath.Join(dir, "other"), Listen: "127.0.0.1:0", Credentials: creds}); err == nil {
		t.Fatal("a second store in one process")
	}
}

func TestStoreListensOnLoopbackOnly(t *testing.T) {
	_, err := s3.Start(t.Context(), s3.Options{Dir: t.TempDir(), Listen: "0.0.0.0:0", Credentials: s3.Credentials{AccessKey: "a", SecretKey: "b"}})
	if err == nil || !strings.Contains(err.Error(), "loopback") {
		t.Fatalf("an outside address: %v", err)
	}
}

func TestReadableCredentialsAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s3.json")
	if _, err := s3.OpenCredentials(path); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v: %v", info.Mode(), err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := s3.OpenCredentials(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Fatalf("credentials that others can read: %v", err)
	}
}
