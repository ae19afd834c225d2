package model

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/minio/minio-go/v7"

	"offsite/models"
)

var (
	// ErrRefused says that a model, or a change of its use, is not allowed; the
	// message says why, and what to do.
	ErrRefused = errors.New("refused")
	// ErrUnknown says that there is no such version: add it first.
	ErrUnknown = errors.New("no such model is registered")
)

// Use is what a version is for.
type Use string

// The uses. A version without one is kept.
const (
	Proposed Use = "proposed"
	Shadow   Use = "shadow"
	Active   Use = "active"
)

// Registry is where models are kept.
type Registry struct {
	pool   *pgxpool.Pool
	files  *minio.Client
	bucket string
	now    func() time.Time
}

// New returns the registry in the database and the store.
func New(pool *pgxpool.Pool, s Store, now func() time.Time) (*Registry, error) {
	files, err := s.client()
	if err != nil {
		return nil, err
	}
	return &Registry{pool: pool, files: files, bucket: s.Bucket, now: now}, nil
}

// Version is one registered model.
type Version struct {
	Manifest models.Manifest `json:"manifest"`
	Size     int64           `json:"size"`
	Look     time.Duration   `json:"look_ns"` // what a look took when it was tried
	Uses     []Use           `json:"uses"`
	AddedBy  string          `json:"added_by"`
	AddedAt  time.Time       `json:"added_at"`
}

// Fits says whether the detectors can work with a model: it bears the name of one in
// the program, does the same, and knows its labels. The error wraps ErrRefused.
func Fits(m models.Manifest) error {
	shipped, _, err := models.Load(models.Shipped(), m.Name)
	if err != nil {
		return fmt.Errorf("%w: no detector reads a model called %q; call it one of %s", ErrRefused, m.Name, strings.Join(models.Names(), ", "))
	}
	if m.Task != shipped.Task {
		return fmt.Errorf("%w: model %s does %q, and the detectors want %q", ErrRefused, m.Name, m.Task, shipped.Task)
	}
	if m.Version == shipped.Version && m.SHA256 != shipped.SHA256 {
		return fmt.Errorf("%w: version %s of %s is the one in the program; give it another version", ErrRefused, m.Version, m.Name)
	}
	for _, label := range shipped.Labels {
		if !slices.Contains(m.Labels, label) {
			return fmt.Errorf("%w: model %s does not know %q, which the detectors read", ErrRefused, m.Name, label)
		}
	}
	return nil
}

// Add keeps a model that was tried and took look for one picture. A version is added
// once; the same file again is no error.
func (r *Registry) Add(ctx context.Context, manifest, weights []byte, look time.Duration, by string) (models.Manifest, error) {
	m, err := models.ParseManifest(manifest)
	if err != nil {
		return m, err
	}
	if err := errors.Join(m.CheckWeights(weights), Fits(m)); err != nil {
		return m, err
	}
	if err := r.person(ctx, by); err != nil {
		return m, err
	}
	if err := r.put(ctx, m, weights); err != nil {
		return m, err
	}
	err = pgx.BeginFunc(ctx, r.pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `INSERT INTO model (name, version, sha256, size, manifest, look_ns, added_by, added_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`, m.Name, m.Version, m.SHA256, len(weights), manifest, look, by, r.now())
		if err != nil {
			return err
		}
		if tag.RowsAffected() > 0 {
			return r.note(ctx, tx, m, "add", by)
		}
		var sum string
		if err := tx.QueryRow(ctx, `SELECT sha256 FROM model WHERE name = $1 AND version = $2`, m.Name, m.Version).Scan(&sum); err != nil {
			return err
		}
		if sum != m.SHA256 {
			return fmt.Errorf("%w: version %s is registered with other weights (SHA-256 %s); give this one another version", ErrRefused, m.Version, sum)
		}
		return nil
	})
	if err != nil {
		return m, fmt.Errorf("add model %s %s: %w", m.Name, m.Version, err)
	}
	return m, nil
}

// person makes sure that a name is that of an account in use.
func (r *Registry) person(ctx context.Context, by string) error {
	var is bool
	if err := r.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM account WHERE lower(username) = lower($1) AND NOT disabled)`, by).Scan(&is); err != nil {
		return fmt.Errorf("look for account %s: %w", by, err)
	}
	if !is {
		return fmt.Errorf("%w: there is no account %q in use; name the one of the person who does this", ErrRefused, by)
	}
	return nil
}

func (r *Registry) note(ctx context.Context, tx pgx.Tx, m models.Manifest, what, by string) error {
	_, err := tx.Exec(ctx, `INSERT INTO model_change (name, version, what, by, at) VALUES ($1, $2, $3, $4, $5)`, m.Name, m.Version, what, by, r.now())
	return err
}

// List tells all versions, by name and version.
func (r *Registry) List(ctx context.Context) ([]Version, error) {
	rows, err := r.pool.Query(ctx, `SELECT m.manifest, m.size, m.look_ns, m.added_by, m.added_at,
		(SELECT coalesce(array_agg(use ORDER BY use), '{}') FROM model_use u WHERE u.name = m.name AND u.version = m.version)
		FROM model m ORDER BY m.name, m.version`)
	if err != nil {
		return nil, fmt.Errorf("list the registered models: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (v Version, err error) {
		var manifest []byte
		if err := row.Scan(&manifest, &v.Size, &v.Look, &v.AddedBy, &v.AddedAt, &v.Uses); err != nil {
			return v, err
		}
		v.Manifest, err = models.ParseManifest(manifest)
		return v, err
	})
	if err != nil {
		return nil, fmt.Errorf("list the registered models: %w", err)
	}
	return list, nil
}

// manifest reads that of a version, as it was brought.
func (r *Registry) manifest(ctx context.Context, name, version string) (models.Manifest, []byte, error) {
	var raw []byte
	err := r.pool.QueryRow(ctx, `SELECT manifest FROM model WHERE name = $1 AND version = $2`, name, version).Scan(&raw)
	if errors.Is(err, pgx.ErrNoRows) {
		return models.Manifest{}, nil, fmt.Errorf("%w: %s %s; see offsite model list, or offsite model add", ErrUnknown, name, version)
	}
	if err != nil {
		return models.Manifest{}, nil, fmt.Errorf("read model %s %s: %w", name, version, err)
	}
	m, err := models.ParseManifest(raw)
	return m, raw, err
}
