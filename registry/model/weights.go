package model

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"offsite/models"
)

// Store says where weights lie: the bucket of the evidence.
type Store struct {
	Endpoint  string // http(s)://HOST:PORT
	AccessKey string
	SecretKey string
	Bucket    string
	Region    string
}

func (s Store) client() (*minio.Client, error) {
	u, err := url.Parse(s.Endpoint)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("object store %q: give its address as http(s)://HOST:PORT", s.Endpoint)
	}
	c, err := minio.New(u.Host, &minio.Options{Creds: credentials.NewStaticV4(s.AccessKey, s.SecretKey, ""), Secure: u.Scheme == "https", Region: s.Region})
	if err != nil {
		return nil, fmt.Errorf("object store %s: %w", s.Endpoint, err)
	}
	return c, nil
}

// key names weights by their digest.
func key(m models.Manifest) string { return "models/" + m.SHA256 + ".onnx" }

func (r *Registry) put(ctx context.Context, m models.Manifest, weights []byte) error {
	_, err := r.files.PutObject(ctx, r.bucket, key(m), bytes.NewReader(weights), int64(len(weights)),
		minio.PutObjectOptions{ContentType: "application/octet-stream", SendContentMd5: true})
	if err != nil {
		return fmt.Errorf("put the weights of model %s into bucket %s: %w", m.Name, r.bucket, err)
	}
	return nil
}

// get reads weights and holds them against the manifest's digest.
func (r *Registry) get(ctx context.Context, m models.Manifest) (weights []byte, err error) {
	object, err := r.files.GetObject(ctx, r.bucket, key(m), minio.GetObjectOptions{})
	if err != nil {
		return nil, fmt.Errorf("get the weights of model %s: %w", m.Name, err)
	}
	defer func() { err = errors.Join(err, object.Close()) }()
	weights, err = io.ReadAll(io.LimitReader(object, models.MaxWeightsBytes+1))
	if err == nil {
		err = m.CheckWeights(weights)
	}
	if err != nil {
		return nil, fmt.Errorf("get the weights of model %s from bucket %s: %w", m.Name, r.bucket, err)
	}
	return weights, nil
}
