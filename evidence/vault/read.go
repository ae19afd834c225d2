package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"github.com/minio/minio-go/v7"

	"offsite/evidence"
)

// ErrNoEntry: the bundle has no such file.
var ErrNoEntry = errors.New("the bundle has no such file")

// ErrNoBundle: the store does not hold the receipt's version.
var ErrNoBundle = errors.New("the store does not hold the bundle")

// ErrTampered: what the store gives is not what was sealed.
var ErrTampered = errors.New("the stored bytes are not those that were sealed")

// ReadBundle returns the stored tar of the receipt's version, or ErrNoBundle.
func (v *Vault) ReadBundle(ctx context.Context, r evidence.Receipt) (io.ReadCloser, error) {
	body, _, _, err := v.core.GetObject(ctx, r.Bucket, r.Key, minio.GetObjectOptions{VersionID: r.VersionID})
	if notFound(err) {
		return nil, fmt.Errorf("read bundle %s: %w: %w", r.BundleID, ErrNoBundle, err)
	}
	if err != nil {
		return nil, fmt.Errorf("read bundle %s: %w", r.BundleID, err)
	}
	return body, nil
}

// ReadEntry returns length bytes from offset from of one file of the bundle;
// length -1 reads to its end. Path is as in the receipt: "data/clip.mp4". Reading
// a whole file ends with ErrTampered where its digest is another than the
// receipt's.
func (v *Vault) ReadEntry(ctx context.Context, r evidence.Receipt, path string, from, length int64) (io.ReadCloser, evidence.Entry, error) {
	e, err := entry(r, path)
	if err != nil {
		return nil, e, err
	}
	if length < 0 {
		length = e.SizeBytes - from
	}
	if from < 0 || length < 0 || from+length > e.SizeBytes {
		return nil, e, fmt.Errorf("read %s of bundle %s: bytes %d to %d of %d were asked for", path, r.BundleID, from, from+length, e.SizeBytes)
	}
	body, err := v.section(ctx, r, e.Offset+from, length)
	if err != nil {
		return nil, e, fmt.Errorf("read %s of bundle %s: %w", path, r.BundleID, err)
	}
	if from == 0 && length == e.SizeBytes {
		body = &checked{ReadCloser: body, sum: sha256.New(), want: e.SHA256, what: path + " of bundle " + r.BundleID}
	}
	return body, e, nil
}

func entry(r evidence.Receipt, path string) (evidence.Entry, error) {
	for _, e := range r.Files {
		if e.Path == path {
			return e, nil
		}
	}
	return evidence.Entry{}, fmt.Errorf("read %s of bundle %s: %w", path, r.BundleID, ErrNoEntry)
}

func (v *Vault) section(ctx context.Context, r evidence.Receipt, offset, length int64) (io.ReadCloser, error) {
	if length == 0 {
		return io.NopCloser(eof{}), nil
	}
	o := minio.GetObjectOptions{VersionID: r.VersionID}
	if err := o.SetRange(offset, offset+length-1); err != nil {
		return nil, err
	}
	body, info, _, err := v.core.GetObject(ctx, r.Bucket, r.Key, o)
	if err != nil {
		return nil, err
	}
	if info.Size != length {
		return nil, errors.Join(fmt.Errorf("the store sends %d bytes instead of %d", info.Size, length), body.Close())
	}
	return body, nil
}

type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }

// checked compares the digest of what was read when it ends.
type checked struct {
	io.ReadCloser
	sum  hash.Hash
	want string
	what string
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.sum.Write(p[:n])
	if errors.Is(err, io.EOF) && hex.EncodeToString(c.sum.Sum(nil)) != c.want {
		return n, fmt.Errorf("read %s: %w", c.what, ErrTampered)
	}
	return n, err
}

// OpenEntry returns one file of the bundle for reading and seeking, as
// http.ServeContent wants it. Nothing is fetched before the first Read.
func (v *Vault) OpenEntry(ctx context.Context, r evidence.Receipt, path string) (io.ReadSeekCloser, evidence.Entry, error) {
	e, err := entry(r, path)
	if err != nil {
		return nil, e, err
	}
	return &seeker{ctx: ctx, v: v, r: r, e: e}, e, nil
}

type seeker struct {
	ctx  context.Context // of the request that the reader serves
	v    *Vault
	r    evidence.Receipt
	e    evidence.Entry
	at   int64
	body io.ReadCloser
}

func (s *seeker) Read(p []byte) (int, error) {
	if s.at >= s.e.SizeBytes {
		return 0, io.EOF
	}
	if s.body == nil {
		body, _, err := s.v.ReadEntry(s.ctx, s.r, s.e.Path, s.at, -1)
		if err != nil {
			return 0, err
		}
		s.body = body
	}
	n, err := s.body.Read(p)
	s.at += int64(n)
	return n, err
}

func (s *seeker) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += s.at
	case io.SeekEnd:
		offset += s.e.SizeBytes
	}
	if offset < 0 {
		return 0, fmt.Errorf("seek in %s: before its start", s.e.Path)
	}
	if offset != s.at {
		if err := s.Close(); err != nil {
			return 0, err
		}
	}
	s.at = offset
	return offset, nil
}

func (s *seeker) Close() error {
	if s.body == nil {
		return nil
	}
	body := s.body
	s.body = nil
	return body.Close()
}

// ExtendRetention keeps the bundle locked until at least that time. An earlier
// time than the present one changes nothing. It returns the time in force.
func (v *Vault) ExtendRetention(ctx context.Context, r evidence.Receipt, until time.Time) (time.Time, error) {
	now, err := v.lockOf(ctx, r.Bucket, r.Key, r.VersionID)
	if err != nil {
		return time.Time{}, fmt.Errorf("extend retention of bundle %s: %w", r.BundleID, err)
	}
	if !now.Holds() {
		return time.Time{}, fmt.Errorf("extend retention of bundle %s: it is not locked in COMPLIANCE mode; the store's lock has given way", r.BundleID)
	}
	until = until.UTC().Truncate(time.Second)
	if !until.After(now.Until) {
		return now.Until, nil
	}
	mode := minio.Compliance
	err = v.core.PutObjectRetention(ctx, r.Bucket, r.Key, minio.PutObjectRetentionOptions{VersionID: r.VersionID, Mode: &mode, RetainUntilDate: &until})
	if err != nil {
		return now.Until, fmt.Errorf("extend retention of bundle %s: %w", r.BundleID, err)
	}
	return until, nil
}
