package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"offsite/evidence/removal"
	"offsite/evidence/seal"
	"offsite/evidence/vault"
	"offsite/evidence/verify"
)

// source is where a bundle that is checked comes from.
type source struct {
	name    string                                       // shown to the person who checks
	open    func(context.Context) (io.ReadCloser, error) // again and again
	receipt func(context.Context) ([]byte, error)        // the log's; nil bytes where there is none
	wanted  string                                       // where that receipt is looked for
}

// fileSource is a bundle in a file, or on standard input ("-"). named is the log's
// receipt where the person named it.
func fileSource(path, named string) source {
	return source{
		name:    path,
		wanted:  receiptPath(path),
		receipt: func(context.Context) ([]byte, error) { return readReceipt(path, named) },
		open: func(context.Context) (io.ReadCloser, error) {
			if path == "-" {
				return io.NopCloser(os.Stdin), nil
			}
			f, err := os.Open(path)
			if err != nil {
				return nil, fmt.Errorf("read bundle: %w", err)
			}
			return f, nil
		},
	}
}

// s3Access says how a store is reached whose bundles are checked.
type s3Access struct {
	Endpoint      string `help:"http(s):// address of the store that s3:// bundles lie in." placeholder:"URL"`
	AccessKey     string `name:"access-key" env:"AWS_ACCESS_KEY_ID" help:"Access key; one that can only list and read is enough." placeholder:"KEY"`
	SecretKeyFile string `name:"secret-key-file" help:"File that holds the secret key; default: what AWS_SECRET_ACCESS_KEY says." placeholder:"FILE"`
	Region        string `default:"us-east-1" help:"Region of the store." placeholder:"NAME"`
}

const s3Scheme = "s3://"

// bucketSources are the bundles and removal records under s3://BUCKET/PREFIX, every version
// of each.
func (a s3Access) bucketSources(ctx context.Context, address string) ([]source, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%s: write it like s3://BUCKET/PREFIX", address)
	}
	if a.Endpoint == "" {
		return nil, fmt.Errorf("%s: say with --s3.endpoint where the store is", address)
	}
	secret := os.Getenv("AWS_SECRET_ACCESS_KEY")
	if a.SecretKeyFile != "" {
		text, err := os.ReadFile(a.SecretKeyFile)
		if err != nil {
			return nil, fmt.Errorf("read the store's secret key: %w", err)
		}
		secret = strings.TrimSpace(string(text))
	}
	v, err := vault.Reader(vault.Options{Endpoint: a.Endpoint, AccessKey: a.AccessKey, SecretKey: secret, Region: a.Region, Bucket: u.Host})
	if err != nil {
		return nil, err
	}
	var list []source
	for o, err := range v.Objects(ctx, strings.TrimPrefix(u.Path, "/"), checkable) {
		if err != nil {
			return nil, err
		}
		list = append(list, objectSource(v, o))
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("look for bundles in %s: nothing there ends in .tar, or is the record of a removal", address)
	}
	return list, nil
}

// checkable tells whether a file is a bundle, or stands where one was removed.
func checkable(name string) bool { return filepath.Ext(name) == ".tar" || removal.Is(name) }

// objectSource is a bundle in a store.
func objectSource(v *vault.Vault, o vault.Object) source {
	proof := verify.LogProof
	if removal.Is(o.Key) {
		proof = removal.Receipt
	}
	return source{
		name:    s3Scheme + v.Bucket() + "/" + o.Key,
		wanted:  s3Scheme + v.Bucket() + "/" + path.Join(path.Dir(o.Key), proof),
		receipt: func(ctx context.Context) ([]byte, error) { return v.FindBeside(ctx, v.Receipt(o), proof) },
		open:    func(ctx context.Context) (io.ReadCloser, error) { return v.ReadObject(ctx, o) },
	}
}

// gone checks a record of a removal; nil unless it holds.
func (s source) gone(ctx context.Context, trust *seal.Trust, o removal.Options) (verify.Report, *verify.Removal, error) {
	in, err := s.open(ctx)
	if err != nil {
		return verify.Report{}, nil, err
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, mostSmall))
	if err != nil {
		return verify.Report{}, nil, fmt.Errorf("read %s: %w", s.name, err)
	}
	o.Bundle = removal.Named(s.name)
	report, gone, err := removal.Check(text, trust, o)
	if err != nil {
		return report, nil, fmt.Errorf("check %s: %w", s.name, err)
	}
	return report, gone, nil
}

// mostSmall is more than a receipt, a seal or a removal record may have, so that a longer
// one is refused.
const mostSmall = 1 << 20

// readSmall reads a receipt or a seal. Of one that is too long it gives enough to be refused.
// Where the person did not name it, it must be a plain file: it came with what is checked, and
// a pipe would be waited for for ever.
func readSmall(path string, named bool) ([]byte, error) {
	if info, err := os.Stat(path); !named && err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no plain file; move it away", path)
	}
	return readAtMost(path, mostSmall)
}

// readAtMost reads the beginning of a file, or all.
func readAtMost(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most))
}

// check verifies the bundle.
func (s source) check(ctx context.Context, trust *seal.Trust, o verify.Options) (verify.Report, error) {
	in, err := s.open(ctx)
	if err != nil {
		return verify.Report{}, err
	}
	defer in.Close()
	report, err := verify.Bundle(ctx, in, trust, o)
	if err != nil {
		return report, fmt.Errorf("check %s: %w", s.name, err)
	}
	return report, nil
}

// receiptPath is where the log's receipt of the bundle at path is looked for.
func receiptPath(path string) string {
	return strings.TrimSuffix(path, filepath.Ext(path)) + ".tlog-proof"
}

// readReceipt reads the log's receipt; nil where none is named and none lies beside
// the bundle, under its name or, as in the store, as log.tlog-proof.
func readReceipt(path, named string) ([]byte, error) {
	text, err := readSmall(cmp.Or(named, receiptPath(path)), named != "")
	if named == "" && errors.Is(err, fs.ErrNotExist) && filepath.Base(path) == "bundle.tar" {
		text, err = readSmall(filepath.Join(filepath.Dir(path), verify.LogProof), false)
	}
	if named == "" && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the log's receipt: %w", err)
	}
	return text, nil
}
