package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/registry"
	"offsite/registry/place"
	"offsite/store"
)

// Rules for what is registered already.
const (
	Fill      = "fill"      // only what is empty is filled in
	Overwrite = "overwrite" // what the file says replaces what is registered
	Skip      = "skip"      // what is registered stays
)

// Coordinate systems.
const (
	WGS84 = "wgs84"
	GCJ02 = "gcj02"
)

// Subjects.
const (
	Objects = "objects" // shops, sites and land, with their parties
	Cameras = "cameras"
)

// Options say how a file is to be understood.
type Options struct {
	Subject string `json:"subject"` // what the rows are; "": Objects
	Rule    string `json:"rule"`    // "": Fill
	System  string `json:"system"`  // "": WGS84
	Kind    string `json:"kind"`    // of objects in a file without a column for it; "": "shop"
}

func (o *Options) check() error {
	if o.Subject == "" {
		o.Subject = Objects
	}
	if o.Rule == "" {
		o.Rule = Fill
	}
	if o.System == "" {
		o.System = WGS84
	}
	if o.Kind == "" {
		o.Kind = "shop"
	}
	if o.Rule != Fill && o.Rule != Overwrite && o.Rule != Skip {
		return unreadable("合并规则只能是 fill、overwrite 或 skip", `the rule is "fill", "overwrite" or "skip"`)
	}
	if o.System != WGS84 && o.System != GCJ02 {
		return unreadable("坐标系只能是 wgs84 或 gcj02", `the coordinate system is "wgs84" or "gcj02"`)
	}
	return nil
}

// Counts say what becomes of the rows of a batch.
type Counts struct {
	Create   int `json:"create"`
	Merge    int `json:"merge"`
	Same     int `json:"same"` // registered already as the file says
	Skip     int `json:"skip"`
	Error    int `json:"error"`
	Conflict int `json:"conflict"` // changed by someone between preview and applying
	Warnings int `json:"warnings"` // rows that have any
	Kept     int `json:"kept"`     // not undone: changed by someone since
}

// States of a batch.
const (
	Previewed = "preview"
	Applying  = "applying"
	Applied   = "applied"
	Undoing   = "undoing"
	Undone    = "undone"
)

// Batch is one file on its way into the base data.
type Batch struct {
	ID       string    `json:"id"`
	Subject  string    `json:"subject"`
	Name     string    `json:"name"`
	Format   string    `json:"format"`
	SHA256   string    `json:"sha256"`
	Rule     string    `json:"rule"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
	State    string    `json:"state"`
	Total    int       `json:"total"`
	Done     int       `json:"done"` // while applying or undoing
	Counts   Counts    `json:"counts"`
	Warnings []Fault   `json:"warnings"` // of the whole file

	atParty []byte // how far applying is: key of the last party
	atRow   int    // number of the last row
	atUndo  string // how far undoing a kind is: the last subject; not kept, since a new start reads once more
}

// ErrState says that a batch is not where the step begins, as one that was applied
// already.
var ErrState = errors.New("the batch is not in the state for this step")

// Intake takes files in. It is safe for concurrent use.
type Intake struct {
	pool     *pgxpool.Pool
	registry *registry.Registry
	secrets  *registry.Secrets
	now      func() time.Time
	address  func(ctx context.Context, url string) *registry.Refused
	drawn    *place.Map
}

// Option changes how New makes an Intake.
type Option func(*Intake)

// WithAddressCheck has cameras' addresses refused that must not be connected to.
func WithAddressCheck(check func(ctx context.Context, url string) *registry.Refused) Option {
	return func(in *Intake) { in.address = check }
}

// WithMap has positions compared with what is drawn of the district; nil: there is none.
func WithMap(m *place.Map) Option { return func(in *Intake) { in.drawn = m } }

// New returns the intake into a registry that uses the same pool and secrets.
func New(pool *pgxpool.Pool, r *registry.Registry, secrets *registry.Secrets, now func() time.Time, options ...Option) *Intake {
	in := &Intake{pool: pool, registry: r, secrets: secrets, now: now,
		address: func(context.Context, string) *registry.Refused { return nil }}
	for _, o := range options {
		o(in)
	}
	return in
}

func (in *Intake) moment() time.Time { return in.now().UTC().Truncate(time.Microsecond) }

const batchColumns = `id::text, subject, name, format, encode(sha256, 'hex'), rule, by_whom, at, state, total, done, counts, warnings, at_party, at_row`

func scanBatch(row pgx.CollectableRow) (b Batch, err error) {
	err = row.Scan(&b.ID, &b.Subject, &b.Name, &b.Format, &b.SHA256, &b.Rule, &b.By, &b.At, &b.State, &b.Total, &b.Done, &b.Counts, &b.Warnings, &b.atParty, &b.atRow)
	return b, err
}

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func batch(ctx context.Context, db querier, id, lock string) (Batch, error) {
	if !store.IsID(id) {
		return Batch{}, registry.ErrNotFound
	}
	rows, err := db.Query(ctx, `SELECT `+batchColumns+` FROM intake_batch WHERE id = $1 `+lock, id)
	if err != nil {
		return Batch{}, err
	}
	b, err := pgx.CollectExactlyOneRow(rows, scanBatch)
	if errors.Is(err, pgx.ErrNoRows) {
		err = registry.ErrNotFound
	}
	return b, err
}

// Batch returns one batch as it stands.
func (in *Intake) Batch(ctx context.Context, id string) (Batch, error) {
	b, err := batch(ctx, in.pool, id, "")
	if err != nil {
		return b, fmt.Errorf("read batch %s: %w", id, err)
	}
	return b, nil
}

// Batches lists the latest batches of a subject.
func (in *Intake) Batches(ctx context.Context, subject string, limit int) ([]Batch, error) {
	rows, err := in.pool.Query(ctx, `SELECT `+batchColumns+` FROM intake_batch WHERE subject = $1 ORDER BY at DESC, id DESC LIMIT $2`, subject, limit)
	if err != nil {
		return nil, fmt.Errorf("list the batches: %w", err)
	}
	all, err := pgx.CollectRows(rows, scanBatch)
	if err != nil {
		return nil, fmt.Errorf("list the batches: %w", err)
	}
	return all, nil
}

// Row is a row of a batch as shown: the identity masked.
type Row struct {
	N        int             `json:"n"`
	Action   string          `json:"action"`
	ObjectID string          `json:"object_id,omitempty"`
	Object   registry.Object `json:"object"`
	Party    *registry.Party `json:"party,omitempty"`
	// Before is what is registered, or was before the batch was applied, of a row
	// that changes it.
	Before   *registry.Object `json:"before,omitempty"`
	Problems []Fault          `json:"problems"`
	// Camera is what the row says of a camera, its address without credentials, and
	// CameraBefore what Before is of an object.
	Camera       *registry.CameraDraft  `json:"camera,omitempty"`
	CameraBefore *registry.CameraChange `json:"camera_before,omitempty"`
}

// Rows lists rows of a batch after row number after: those of one action, or ("") all.
func (in *Intake) Rows(ctx context.Context, id, action string, after, limit int) ([]Row, error) {
	if !store.IsID(id) {
		return nil, fmt.Errorf("read the rows of batch %s: %w", id, registry.ErrNotFound)
	}
	rows, err := in.pool.Query(ctx, `SELECT r.n, r.action, coalesce(r.object_id::text, ''), r.draft, r.problems, o.before, c.before FROM intake_row r
		LEFT JOIN intake_change o ON o.batch_id = r.batch_id AND o.kind = 'object' AND o.subject = r.object_id
		LEFT JOIN intake_change c ON c.batch_id = r.batch_id AND c.kind = 'camera' AND c.subject = r.object_id
		WHERE r.batch_id = $1 AND ($2 = '' OR r.action = $2) AND r.n > $3 ORDER BY r.n LIMIT $4`, id, action, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read the rows of batch %s: %w", id, err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Row, err error) {
		var sealed []byte
		if err = row.Scan(&r.N, &r.Action, &r.ObjectID, &sealed, &r.Problems, &r.Before, &r.CameraBefore); err != nil {
			return r, err
		}
		var d draft
		if err = in.unseal(id, sealed, &d); err != nil {
			return r, err
		}
		r.Object, r.Party, r.Camera = d.Object, d.Party, d.Camera
		if r.Camera != nil {
			r.Camera.Substream, r.Camera.URL = r.Camera.ShownSubstream(), r.Camera.Shown()
		}
		if r.Party != nil {
			r.Party.Identity = mask(r.Party)
		}
		return r, nil
	})
	if err == nil {
		err = in.addBefore(ctx, all)
	}
	if err != nil {
		return nil, fmt.Errorf("read the rows of batch %s: %w", id, err)
	}
	return all, nil
}

// addBefore gives rows not yet applied what is registered now.
func (in *Intake) addBefore(ctx context.Context, rows []Row) error {
	var ids []string
	cameras := false
	for _, r := range rows {
		if r.Action == "merge" && r.Before == nil && r.CameraBefore == nil {
			ids, cameras = append(ids, r.ObjectID), r.Camera != nil
		}
	}
	switch {
	case len(ids) == 0:
		return nil
	case cameras:
		return in.addCameras(ctx, rows)
	}
	now, err := in.registry.ObjectsByID(ctx, ids)
	if err != nil {
		return err
	}
	for i := range rows {
		if is, ok := now[rows[i].ObjectID]; ok && rows[i].Action == "merge" && rows[i].Before == nil {
			rows[i].Before = &is
		}
	}
	return nil
}

func purpose(batch string) string { return "intake:" + batch }

func (in *Intake) seal(batch string, v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return in.secrets.Seal(purpose(batch), string(text))
}

func (in *Intake) unseal(batch string, sealed []byte, v any) error {
	text, err := in.secrets.Unseal(purpose(batch), sealed)
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), v)
}

// progress tells the console how far a batch is.
type progress struct {
	Kind    string `json:"kind"`
	BatchID string `json:"batch_id"`
	State   string `json:"state"`
	Done    int    `json:"done"`
	Total   int    `json:"total"`
}

func tell(ctx context.Context, tx pgx.Tx, b Batch) error {
	return store.Notify(ctx, tx, progress{Kind: "intake.progress", BatchID: b.ID, State: b.State, Done: b.Done, Total: b.Total})
}
