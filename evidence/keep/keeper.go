package keep

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"offsite/evidence"
	"offsite/evidence/seal"
	"offsite/evidence/timestamp/token"
	"offsite/evidence/vault"
)

type stamper interface {
	Stamp(ctx context.Context, digest [32]byte) (token.Token, error)
}

// Options join the steps.
type Options struct {
	SpoolDir   string
	Sealer     *seal.Sealer
	Stamper    stamper // *timestamp.Client
	Vault      *vault.Vault
	Recorder   evidence.Recorder
	Flush      func() error // makes the store's writes durable before the spool drops; nil where the store does so itself
	Host       string       // in custody.ndjson
	Version    string       // of this program, in custody.ndjson
	Logger     *slog.Logger
	Now        func() time.Time
	Registerer prometheus.Registerer // nil: no metrics
	Workers    int                   // bundles under way at once; 0 is 4
	DiskShare  float64               // share of the file system the spool may fill; 0 is 0.5
	OnWaiting  func(count int, oldest time.Time)
}

// Keeper carries materials from the spool to the vault.
type Keeper struct{ o Options }

// New opens the spool and takes up what an earlier process left there.
func New(o Options) (*Keeper, error) { return &Keeper{o}, nil }

// Start begins the work.
func (k *Keeper) Start(ctx context.Context) error { return errors.New("start keeper: not built yet") }

// Stop ends the work after the step under way and waits.
func (k *Keeper) Stop() {}

// Keep writes the material to the spool and returns once it is on the disk. The
// same ID again changes nothing.
func (k *Keeper) Keep(ctx context.Context, m evidence.Material) error {
	return errors.New("keep: not built yet")
}

// Waiting says how many materials are not yet recorded, and since when the
// oldest waits.
func (k *Keeper) Waiting() (count int, oldest time.Time) { return 0, time.Time{} }
