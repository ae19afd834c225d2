package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/config"
	"offsite/evidence/translog/ledger"
	"offsite/evidence/translog/proof"
	"offsite/evidence/vault"
	"offsite/models"
	"offsite/pipeline/infer"
	"offsite/registry/model"
	"offsite/store"
)

// modelStore is the registry of models as a command reaches it.
type modelStore struct {
	*model.Registry
	pool    *pgxpool.Pool
	objects vault.Options
	close   func()
}

// openModels opens the registry of models: the bureau's database and store, or the
// private ones of a data folder in which nothing runs.
func openModels(ctx context.Context, c *config.Config) (*modelStore, error) {
	log := newLogger(os.Stderr, c.Log)
	var err error
	if c.Data, err = filepath.Abs(c.Data); err != nil { // the embedded store moves the working directory
		return nil, fmt.Errorf("data folder: %w", err)
	}
	var stops []func()
	stop := func() {
		for i := len(stops) - 1; i >= 0; i-- {
			stops[i]()
		}
	}
	if c.Database.URL == "" || c.S3.Endpoint == "" {
		folder, err := openIdle(c)
		if err != nil {
			return nil, err
		}
		stops = append(stops, folder.Close)
	}
	p := &platform{}
	stops = append(stops, p.Stop)
	for _, start := range []func() error{
		func() error { return p.database(ctx, c, true, log) },
		func() error { return p.objects(ctx, c, true, log) },
		func() error { return store.Migrate(ctx, p.databaseURL, log) },
	} {
		if err := start(); err != nil {
			stop()
			return nil, err
		}
	}
	pool, err := store.Open(ctx, p.databaseURL)
	if err != nil {
		stop()
		return nil, err
	}
	stops = append(stops, pool.Close)
	r, err := model.New(pool, weightsIn(p.store), time.Now)
	if err != nil {
		stop()
		return nil, err
	}
	return &modelStore{Registry: r, pool: pool, objects: p.store, close: stop}, nil
}

// weightsIn says where models' weights lie: beside the evidence.
func weightsIn(o vault.Options) model.Store {
	return model.Store{Endpoint: o.Endpoint, AccessKey: o.AccessKey, SecretKey: o.SecretKey, Bucket: o.Bucket, Region: o.Region}
}

// signer is who changes something.
type signer struct {
	By string `required:"" help:"User name of who does this, as in the console." placeholder:"NAME"`
}

type modelAddCmd struct {
	Settings settings `embed:""`
	Person   signer   `embed:""`
	File     string   `arg:"" type:"existingfile" help:"ONNX file."`
	Manifest string   `required:"" type:"existingfile" help:"Its manifest; see models/doc.go." placeholder:"FILE"`
}

// Help is shown by `offsite model add --help`.
func (modelAddCmd) Help() string {
	return "The model is tried first; what does not fit is refused, with the reason. It is used once it is activated,\nor runs in shadow. A private installation must be stopped meanwhile.\n\n  offsite model add burning.onnx --manifest burning.json --by anna --database.url postgres://…"
}

// Run tries the model and keeps it.
func (c *modelAddCmd) Run(ctx context.Context, file *config.File) error {
	if err := c.Settings.Check(file); err != nil {
		return err
	}
	weights, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("read the model: %w", err)
	}
	manifest, err := os.ReadFile(c.Manifest)
	if err != nil {
		return fmt.Errorf("read the manifest: %w", err)
	}
	took, err := try(c.Settings.ONNXRuntime, manifest, weights)
	if err != nil {
		return err
	}
	s, err := openModels(ctx, &c.Settings.Config)
	if err != nil {
		return err
	}
	defer s.close()
	m, err := s.Add(ctx, manifest, weights, took, c.Person.By)
	if err != nil {
		return err
	}
	fmt.Printf("Model %s %s is registered (SHA-256 %s, %d ms a look on one core). It is not used yet: offsite model shadow, offsite model activate.\n",
		m.Name, m.Version, m.SHA256, took.Milliseconds())
	return nil
}

// try runs a model that somebody brings on made-up pictures, and tells how long one
// takes.
func try(c config.ONNXRuntime, manifest, weights []byte) (time.Duration, error) {
	m, err := models.ParseManifest(manifest)
	if err != nil {
		return 0, err
	}
	if err := model.Fits(m); err != nil {
		return 0, err
	}
	engine, err := infer.New(infer.Options{Library: runtimeLibrary(c), Names: []string{}})
	if err != nil {
		return 0, err
	}
	defer engine.Close()
	_, took, err := engine.Admit(manifest, weights)
	return took, err
}

type modelActivateCmd struct {
	Settings settings `embed:""`
	Person   signer   `embed:""`
	Name     string   `arg:"" help:"Model, as in offsite model list."`
	Version  string   `arg:"" help:"Its version."`
}

// Help is shown by `offsite model activate --help`.
func (modelActivateCmd) Help() string {
	return "One person proposes a version, another agrees with the same command. Then it is entered in the transparency log,\nand processes that watch take it at their next start.\n\n  offsite model activate burning 2027.01.01 --by anna\n  offsite model activate burning 2027.01.01 --by bert"
}

// Run proposes or agrees.
func (c *modelActivateCmd) Run(ctx context.Context, file *config.File) error {
	if err := c.Settings.Check(file); err != nil {
		return err
	}
	s, err := openModels(ctx, &c.Settings.Config)
	if err != nil {
		return err
	}
	defer s.close()
	m, inForce, err := s.Activate(ctx, c.Name, c.Version, c.Person.By)
	if err != nil {
		return err
	}
	if !inForce {
		fmt.Printf("%s proposes model %s %s. Another person must agree: offsite model activate %s %s --by SOMEBODY\n", c.Person.By, m.Name, m.Version, m.Name, m.Version)
		return nil
	}
	if err := ledger.New(s.pool).Note(ctx, m.Name, modelEntry(m, time.Now())); err != nil {
		return err
	}
	fmt.Printf("Model %s %s is in force from the next start of offsite up or offsite watch on.\n", m.Name, m.Version)
	return nil
}

// modelEntry is what the transparency log says of a model in force.
func modelEntry(m models.Manifest, at time.Time) proof.Entry {
	return proof.Entry{Kind: proof.KindModel, ID: m.Name + "@" + m.Version, SHA256: m.SHA256, At: at}
}

type modelShadowCmd struct {
	Settings settings `embed:""`
	By       string   `help:"User name of who changes something; not needed to look." placeholder:"NAME"`
	End      bool     `help:"Let none run beside the one in force any more."`
	JSON     bool     `help:"Print each difference as one JSON line."`
	Name     string   `arg:"" help:"Model, as in offsite model list."`
	Version  string   `arg:"" optional:"" help:"Version to run beside the one in force; none: tell how they differed."`
}

// Help is shown by `offsite model shadow --help`.
func (modelShadowCmd) Help() string {
	return "The version runs on the same looks from the next start on; what it says reaches no rule. How often both, or one\nalone, found something is counted by label.\n\n  offsite model shadow burning 2027.01.01 --by anna\n  offsite model shadow burning"
}

// Run sets a version beside the one in force, ends that, or tells how they differed.
func (c *modelShadowCmd) Run(ctx context.Context, file *config.File) error {
	if err := c.Settings.Check(file); err != nil {
		return err
	}
	changes := c.Version != "" || c.End
	switch {
	case c.Version != "" && c.End:
		return exitError{2, errors.New("give a version, or --end")}
	case changes && c.By == "":
		return exitError{2, errors.New("--by is missing: the user name of who changes this")}
	}
	s, err := openModels(ctx, &c.Settings.Config)
	if err != nil {
		return err
	}
	defer s.close()
	if changes {
		if err := s.Shadow(ctx, c.Name, c.Version, c.By); err != nil {
			return err
		}
		fmt.Println("It takes effect with the next start of offsite up or offsite watch.")
		return nil
	}
	list, err := s.Differences(ctx, c.Name)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	if !c.JSON {
		fmt.Fprintln(t, "shadow\tin force\tlabel\tlooks\tboth\tin force only\tshadow only")
	}
	for _, d := range list {
		if c.JSON {
			if err := printLine(d); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%d\t%d\t%d\n", d.Version, d.Against, d.Label, d.Looks, d.Both, d.ActiveOnly, d.ShadowOnly)
	}
	return t.Flush()
}

// openEngine opens the models in force and those in shadow: the registered ones, and
// for names that have none those in the program.
func openEngine(ctx context.Context, c *config.Config, r *model.Registry) (*infer.Engine, error) {
	active := c.Path("models", "active")
	names, err := r.Fetch(ctx, model.Active, active)
	if err != nil {
		return nil, err
	}
	folder := models.Shipped()
	if len(names) > 0 {
		if err := models.Complete(active, names); err != nil {
			return nil, err
		}
		folder = os.DirFS(active)
	}
	engine, err := infer.New(infer.Options{Library: runtimeLibrary(c.ONNXRuntime), Threads: c.ONNXRuntime.Threads, Models: folder, Names: models.Names()})
	if err != nil {
		return nil, err
	}
	beside := c.Path("models", "shadow")
	names, err = r.Fetch(ctx, model.Shadow, beside)
	if err == nil {
		err = engine.Accompany(os.DirFS(beside), names...)
	}
	if err != nil {
		engine.Close()
		return nil, err
	}
	return engine, nil
}

// countDifferences carries what was counted of models in shadow to the registry, from
// time to time until ctx ends.
func (w *watcher) countDifferences(ctx context.Context) {
	each(ctx, differencesEvery, func() {
		counted, err := w.engine.Differences()
		var list []model.Difference
		for _, d := range counted {
			list = append(list, model.Difference{Name: d.Model, Version: d.Version, Against: d.Against, Label: d.Label,
				Looks: d.Looks, Both: d.Both, ActiveOnly: d.ActiveOnly, ShadowOnly: d.ShadowOnly})
		}
		if err := errors.Join(err, w.models.Count(ctx, list)); err != nil && ctx.Err() == nil {
			w.log.Warn("how models in shadow differ is not known for all looks", "error", err)
		}
	})
}

// differencesEvery is from one count to the next.
const differencesEvery = 30 * time.Second

// short is the beginning of a digest.
func short(sha256 string) string {
	const bytes = 8
	return sha256[:min(len(sha256), hex.EncodedLen(bytes))]
}
