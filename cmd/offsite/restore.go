package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"filippo.io/age"

	"offsite/backup"
	"offsite/casework"
	"offsite/config"
	"offsite/embedded/postgres"
	"offsite/evidence"
	"offsite/evidence/seal"
	"offsite/evidence/translog"
	"offsite/evidence/vault"
	"offsite/evidence/verify"
	"offsite/store"
)

// restoreCmd reads a backup into an empty folder and checks what it has read.
type restoreCmd struct {
	Settings   settings `embed:""`
	From       string   `required:"" help:"Folder that offsite backup has written." placeholder:"DIR"`
	Identity   string   `name:"identity-file" help:"File with the age private key that opens the backup." placeholder:"FILE"`
	Passphrase string   `name:"passphrase-file" help:"File with the passphrase that opens the backup." placeholder:"FILE"`
}

// Help is shown by `offsite restore --help`.
func (restoreCmd) Help() string {
	return "The data folder must be empty, and so must the database where database.url names one. The transparency log is\n" +
		"recomputed and every sealed bundle that is there is verified before the command says that all is well.\n" +
		"Exit status: 0 restored and verified, 1 restored and something is wrong with it, 2 not restored.\n\n" +
		"  offsite restore --from /mnt/backup/2026-01-31 --data /var/lib/offsite --identity-file key.txt"
}

// Run restores and verifies.
func (c *restoreCmd) Run(ctx context.Context, file *config.File) error {
	conf := &c.Settings.Config
	if err := conf.Check(file); err != nil {
		return exitError{2, err}
	}
	identities, err := c.identities()
	if err != nil {
		return exitError{2, err}
	}
	if conf.Data, err = filepath.Abs(conf.Data); err != nil {
		return exitError{2, fmt.Errorf("data folder: %w", err)}
	}
	m, err := backup.Open(c.From)
	if err != nil {
		return exitError{2, err}
	}
	if now := services(conf); !slices.Equal(m.Services, now) {
		return exitError{2, fmt.Errorf("the backup is of an Offsite with services of its own %q, and you name %q; give the same settings, as with --config", m.Services, now)}
	}
	load := func(ctx context.Context, draft string, dump io.Reader) error {
		return loadDatabase(ctx, conf, draft, dump)
	}
	if err := backup.Restore(ctx, c.From, conf.Data, m, load, identities...); err != nil {
		return exitError{2, err}
	}
	fmt.Printf("%s: restored from %s, written %s by Offsite %s\n", conf.Data, c.From, m.At.Format("2006-01-02 15:04:05Z"), m.Version)
	return checkRestored(ctx, conf, m)
}

func (c *restoreCmd) identities() ([]age.Identity, error) {
	switch {
	case (c.Passphrase == "") == (c.Identity == ""):
		return nil, errors.New("say what opens the backup: either --identity-file or --passphrase-file")
	case c.Passphrase != "":
		text, err := readPassphrase(c.Passphrase)
		if err != nil {
			return nil, err
		}
		id, err := age.NewScryptIdentity(text)
		return []age.Identity{id}, err
	}
	text, err := os.ReadFile(c.Identity)
	if err != nil {
		return nil, fmt.Errorf("read the private key: %w", err)
	}
	return age.ParseIdentities(bytes.NewReader(text))
}

// loadDatabase reads the dump into the bureau's empty database, or into a private
// cluster in the draft of the data folder.
func loadDatabase(ctx context.Context, c *config.Config, draft string, dump io.Reader) error {
	url := c.Database.URL
	if url == "" {
		cluster, err := postgres.Start(ctx, postgres.Options{DataDir: filepath.Join(draft, "postgres")})
		if err != nil {
			return err
		}
		defer cluster.Stop()
		return postgres.Restore(ctx, cluster.URL(), dump)
	}
	pool, err := store.Open(ctx, url, store.WithConnections(1))
	if err != nil {
		return err
	}
	defer pool.Close()
	var tables int
	if err := pool.QueryRow(ctx, `SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`).Scan(&tables); err != nil {
		return fmt.Errorf("look whether the database is empty: %w", err)
	}
	if tables > 0 {
		return fmt.Errorf("the database that database.url names has %d tables; give an empty one", tables)
	}
	return postgres.Restore(ctx, url, dump)
}

// checkRestored recomputes the log and verifies every bundle that is there.
func checkRestored(ctx context.Context, c *config.Config, m backup.Manifest) error {
	log := newLogger(os.Stderr, config.Log{Level: "warn"})
	trust, err := seal.OpenTrust(trustPath(c))
	if err != nil {
		return err
	}
	if err := checkLog(ctx, c.Path("transparency"), trust, m.Checkpoint); err != nil {
		return err
	}
	folder, err := openData(c, "up")
	if err != nil {
		return err
	}
	defer folder.Close()
	p, err := startPlatform(ctx, c, true, log)
	if err != nil {
		return err
	}
	defer p.Stop()
	v, err := vault.Open(ctx, p.store)
	if err != nil {
		return err
	}
	pool, err := store.Open(ctx, p.databaseURL)
	if err != nil {
		return err
	}
	defer pool.Close()
	held, missing := 0, 0
	var wrong []error
	err = casework.Receipts(ctx, pool, func(r evidence.Receipt) error {
		switch err := checkBundle(ctx, v, r, trust); {
		case errors.Is(err, vault.ErrNoBundle):
			missing++
		case err != nil:
			wrong = append(wrong, err)
		default:
			held++
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	fmt.Printf("evidence: %d bundles verified, %d not in the store, %d wrong\n", held, missing, len(wrong))
	if missing > 0 {
		fmt.Printf("bring the store's copy of the missing ones back: %s lists key, version and SHA-256 of each\n", "evidence.jsonl")
	}
	if known := held + missing + len(wrong); known < m.Bundles { // more: sealed while the list was written
		wrong = append(wrong, fmt.Errorf("the database knows %d bundles, the backup lists %d", known, m.Bundles))
	}
	return errors.Join(wrong...)
}

// checkLog recomputes the restored log, and sees that it holds all that it held when
// the backup was begun.
func checkLog(ctx context.Context, dir string, trust *seal.Trust, checkpoint string) error {
	if trust.Log == nil || checkpoint == "" {
		fmt.Println("transparency log: none in this backup; another node keeps it")
		return nil
	}
	source := translog.Folder(dir)
	seen, err := translog.Check(ctx, source, *trust.Log)
	if err != nil {
		return err
	}
	if err := translog.Consistency(ctx, source, *trust.Log, []byte(checkpoint), []byte(seen.Checkpoint)); err != nil {
		return err
	}
	fmt.Printf("transparency log: %d entries, every one as the signed checkpoint says\n", seen.Size)
	return nil
}

// checkBundle verifies a bundle as an auditor does, from the store.
func checkBundle(ctx context.Context, v *vault.Vault, r evidence.Receipt, trust *seal.Trust) error {
	tar, err := v.ReadBundle(ctx, r)
	if err != nil {
		return err
	}
	defer tar.Close()
	receipt, err := v.ReadBeside(ctx, r, verify.LogProof)
	if err != nil && !errors.Is(err, vault.ErrNoEntry) {
		return err
	}
	report, err := verify.Bundle(ctx, tar, trust, verify.Options{LogProof: receipt})
	if err != nil {
		return fmt.Errorf("bundle %s: %w", r.BundleID, err)
	}
	if report.Exit() == 1 || report.TarSHA256 != r.TarSHA256 {
		return fmt.Errorf("bundle %s is not as it was sealed; offsite verify says what is wrong", r.BundleID)
	}
	return nil
}
