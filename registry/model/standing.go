package model

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/models"
)

// Standing is how the models of one name stand: that of the program and the bureau's own.
type Standing struct {
	Name        string
	Task        models.Task
	Versions    []Known      // what is in force first
	Differences []Difference // of versions in shadow
	Changes     []Change     // the latest first
}

// Known is one version.
type Known struct {
	Version string     `json:"version"`
	Use     Use        `json:"use" enum:"active,shadow,proposed,kept"`
	Shipped bool       `json:"shipped" doc:"It is the one in the program."`
	Labels  []string   `json:"labels"`
	SHA256  string     `json:"sha256"`
	Size    int64      `json:"size_bytes"`
	Licence string     `json:"licence" doc:"SPDX expression of the weights."`
	LookMS  int64      `json:"look_ms,omitempty" doc:"What a look took on one core when it was tried."`
	AddedBy string     `json:"added_by,omitempty"`
	AddedAt *time.Time `json:"added_at,omitempty"`
}

// Kept is the use of a version that has none.
const Kept Use = "kept"

// Change is something that was done with a version.
type Change struct {
	Version string    `json:"version"`
	What    string    `json:"what" enum:"add,propose,activate,shadow,end shadow"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
}

const changesShown = 20 // of one name

// Standings tells how all models stand, by name.
func (r *Registry) Standings(ctx context.Context) ([]Standing, error) {
	own, err := r.List(ctx)
	if err != nil {
		return nil, err
	}
	var all []Standing
	for _, name := range models.Names() {
		s, err := r.standing(ctx, name, own)
		if err != nil {
			return nil, fmt.Errorf("tell how the models called %s stand: %w", name, err)
		}
		all = append(all, s)
	}
	return all, nil
}

func (r *Registry) standing(ctx context.Context, name string, own []Version) (Standing, error) {
	shipped, size, err := inProgram(name)
	if err != nil {
		return Standing{}, err
	}
	s := Standing{Name: name, Task: shipped.Task}
	for _, v := range own {
		if v.Manifest.Name == name {
			s.Versions = append(s.Versions, known(v, shipped.Version))
		}
	}
	if !slices.ContainsFunc(s.Versions, func(k Known) bool { return k.Shipped }) {
		use := Active
		if slices.ContainsFunc(s.Versions, func(k Known) bool { return k.Use == Active }) {
			use = Kept
		}
		s.Versions = append(s.Versions, Known{Version: shipped.Version, Use: use, Shipped: true, Labels: shipped.Labels, SHA256: shipped.SHA256, Size: size, Licence: shipped.Licence})
	}
	order := []Use{Active, Shadow, Proposed, Kept}
	slices.SortStableFunc(s.Versions, func(a, b Known) int { return slices.Index(order, a.Use) - slices.Index(order, b.Use) })
	if s.Differences, err = r.Differences(ctx, name); err != nil {
		return s, err
	}
	rows, err := r.pool.Query(ctx, `SELECT version, what, by, at FROM model_change WHERE name = $1 ORDER BY seq DESC LIMIT $2`, name, changesShown)
	if err != nil {
		return s, err
	}
	s.Changes, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Change])
	return s, err
}

// inProgram reads the manifest of a model in the program, and how many bytes its weights have.
func inProgram(name string) (m models.Manifest, size int64, err error) {
	text, err := fs.ReadFile(models.Shipped(), name+".json")
	if err != nil {
		return m, 0, err
	}
	if m, err = models.ParseManifest(text); err != nil {
		return m, 0, err
	}
	info, err := fs.Stat(models.Shipped(), m.File)
	if err != nil {
		return m, 0, err
	}
	return m, info.Size(), nil
}

// known is what is told of a registered version; of several uses the one that counts most.
func known(v Version, shipped string) Known {
	k := Known{Version: v.Manifest.Version, Use: Kept, Shipped: v.Manifest.Version == shipped, Labels: v.Manifest.Labels, SHA256: v.Manifest.SHA256, Size: v.Size,
		Licence: v.Manifest.Licence, LookMS: v.Look.Milliseconds(), AddedBy: v.AddedBy, AddedAt: &v.AddedAt}
	for _, use := range []Use{Active, Shadow, Proposed} {
		if slices.Contains(v.Uses, use) {
			k.Use = use
			break
		}
	}
	return k
}
