package model

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/jackc/pgx/v5"

	"offsite/models"
)

// Activate brings a version into force: the first person proposes it, another agrees.
// inForce tells which of the two it was. Processes that watch take it at their next
// start. The version in the program can be named too, to go back.
func (r *Registry) Activate(ctx context.Context, name, version, by string) (m models.Manifest, inForce bool, err error) {
	if err := r.person(ctx, by); err != nil {
		return m, false, err
	}
	m, _, err = r.manifest(ctx, name, version)
	if errors.Is(err, ErrUnknown) {
		m, err = r.addShipped(ctx, name, version, by, err)
	}
	if err != nil {
		return m, false, err
	}
	err = pgx.BeginFunc(ctx, r.pool, func(tx pgx.Tx) error {
		var proposer string
		err := tx.QueryRow(ctx, `SELECT by FROM model_use WHERE name = $1 AND use = 'proposed' AND version = $2 FOR UPDATE`, name, version).Scan(&proposer)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return errors.Join(r.set(ctx, tx, m, Proposed, by), r.note(ctx, tx, m, "propose", by))
		case err != nil:
			return err
		case strings.EqualFold(proposer, by):
			return fmt.Errorf("%w: %s proposed it; another person must agree: offsite model activate %s %s --by SOMEBODY", ErrRefused, proposer, name, version)
		}
		inForce = true
		if _, err := tx.Exec(ctx, `DELETE FROM model_use WHERE name = $1 AND (use = 'proposed' OR use = 'shadow' AND version = $2)`, name, version); err != nil {
			return err
		}
		return errors.Join(r.set(ctx, tx, m, Active, by), r.note(ctx, tx, m, "activate", by))
	})
	if err != nil {
		return m, false, fmt.Errorf("activate model %s %s: %w", name, version, err)
	}
	return m, inForce, nil
}

// addShipped registers the model in the program if it is that version; else the error
// stays what it was.
func (r *Registry) addShipped(ctx context.Context, name, version, by string, unknown error) (models.Manifest, error) {
	m, weights, err := models.Load(models.Shipped(), name)
	if err != nil || m.Version != version {
		return m, unknown
	}
	manifest, err := fs.ReadFile(models.Shipped(), name+".json")
	if err != nil {
		return m, fmt.Errorf("read model %s of the program: %w", name, err)
	}
	return r.Add(ctx, manifest, weights, 0, by)
}

// Shadow has a version run beside the one in force from the next start on; version ""
// ends that.
func (r *Registry) Shadow(ctx context.Context, name, version, by string) error {
	if err := r.person(ctx, by); err != nil {
		return err
	}
	m := models.Manifest{Name: name}
	what := "end shadow"
	if version != "" {
		var err error
		if m, _, err = r.manifest(ctx, name, version); err != nil {
			return err
		}
		what = "shadow"
	}
	err := pgx.BeginFunc(ctx, r.pool, func(tx pgx.Tx) error {
		if version == "" {
			err := tx.QueryRow(ctx, `DELETE FROM model_use WHERE name = $1 AND use = 'shadow' RETURNING version`, name).Scan(&m.Version)
			if errors.Is(err, pgx.ErrNoRows) {
				return fmt.Errorf("%w: none runs in shadow", ErrUnknown)
			}
			return errors.Join(err, r.note(ctx, tx, m, what, by))
		}
		var active bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM model_use WHERE name = $1 AND version = $2 AND use = 'active')`, name, version).Scan(&active); err != nil {
			return err
		}
		if active {
			return fmt.Errorf("%w: it is in force", ErrRefused)
		}
		return errors.Join(r.set(ctx, tx, m, Shadow, by), r.note(ctx, tx, m, what, by))
	})
	if err != nil {
		return fmt.Errorf("shadow of model %s: %w", name, err)
	}
	return nil
}

func (r *Registry) set(ctx context.Context, tx pgx.Tx, m models.Manifest, use Use, by string) error {
	_, err := tx.Exec(ctx, `INSERT INTO model_use (name, use, version, by, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (name, use) DO UPDATE SET version = $3, by = $4, at = $5`, m.Name, use, m.Version, by, r.now())
	return err
}

// Fetch puts the versions of a use into a folder that models.Load can read, and tells
// which they are. Weights that are there already are not fetched again, so that a
// process starts while the store is away.
func (r *Registry) Fetch(ctx context.Context, use Use, folder string) (names []string, err error) {
	rows, err := r.pool.Query(ctx, `SELECT name, version FROM model_use WHERE use = $1 ORDER BY name`, use)
	if err != nil {
		return nil, fmt.Errorf("read which models are %s: %w", use, err)
	}
	type row struct{ Name, Version string }
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
	if err != nil {
		return nil, fmt.Errorf("read which models are %s: %w", use, err)
	}
	for _, v := range list {
		m, raw, err := r.manifest(ctx, v.Name, v.Version)
		if err != nil {
			return nil, err
		}
		if !models.Stored(folder, m) {
			weights, err := r.get(ctx, m)
			if err != nil {
				return nil, err
			}
			if _, err := models.Store(folder, raw, weights); err != nil {
				return nil, err
			}
		}
		names = append(names, m.Name)
	}
	return names, nil
}

// Difference is how a version in shadow differed from the one in force.
type Difference struct {
	Name       string `json:"name"`
	Version    string `json:"version"`
	Against    string `json:"against"`
	Label      string `json:"label"`
	Looks      int64  `json:"looks"`
	Both       int64  `json:"both"` // boxes, or cells, that both found
	ActiveOnly int64  `json:"active_only"`
	ShadowOnly int64  `json:"shadow_only"`
}

// Count adds to what is known of differences.
func (r *Registry) Count(ctx context.Context, list []Difference) error {
	batch := &pgx.Batch{}
	for _, d := range list {
		batch.Queue(`INSERT INTO model_difference AS d (name, version, against, label, looks, agreed, active_only, shadow_only)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (name, version, against, label) DO UPDATE SET
			looks = d.looks + $5, agreed = d.agreed + $6, active_only = d.active_only + $7, shadow_only = d.shadow_only + $8`,
			d.Name, d.Version, d.Against, d.Label, d.Looks, d.Both, d.ActiveOnly, d.ShadowOnly)
	}
	if err := r.pool.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("count how models differ: %w", err)
	}
	return nil
}

// Differences tells what was counted of a name.
func (r *Registry) Differences(ctx context.Context, name string) ([]Difference, error) {
	rows, err := r.pool.Query(ctx, `SELECT name, version, against, label, looks, agreed, active_only, shadow_only
		FROM model_difference WHERE name = $1 ORDER BY version, against, label`, name)
	if err != nil {
		return nil, fmt.Errorf("read how versions of %s differ: %w", name, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Difference])
	if err != nil {
		return nil, fmt.Errorf("read how versions of %s differ: %w", name, err)
	}
	return list, nil
}
