package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"filippo.io/age"

	"offsite/backup"
	"offsite/casework"
	"offsite/config"
	"offsite/embedded/postgres"
	"offsite/evidence"
	"offsite/store"
)

// backupCmd writes a backup, whether Offsite runs or not.
type backupCmd struct {
	Settings   settings `embed:""`
	To         string   `required:"" help:"Folder to write, which must not exist; it appears once it is whole." placeholder:"DIR"`
	Recipient  []string `help:"age public key (age1…) that the backup is encrypted to; may be given several times." placeholder:"KEY"`
	Passphrase string   `name:"passphrase-file" help:"File with the passphrase that the backup is encrypted to, instead of --recipient." placeholder:"FILE"`
	Evidence   bool     `help:"Copy the private store's sealed bundles too; else they are listed by their digests."`
}

// Help is shown by `offsite backup --help`.
func (backupCmd) Help() string {
	return "Offsite may go on running. Keys, database, spool, configuration and the transparency log are in it, encrypted; keep\n" +
		"passphrase or private key apart from it.\n\n  offsite backup --data /var/lib/offsite --to /mnt/backup/2026-01-31 --recipient age1…"
}

// Run writes the backup.
func (c *backupCmd) Run(ctx context.Context, file *config.File) error {
	conf := &c.Settings.Config
	if err := conf.Check(file); err != nil {
		return err
	}
	recipients, err := c.recipients()
	if err != nil {
		return exitError{2, err}
	}
	if c.Evidence && conf.S3.Endpoint != "" {
		return exitError{2, errors.New("--evidence copies the private store; the store at s3.endpoint is the bureau's, and its copies are made there (replication under object lock)")}
	}
	if conf.Data, err = filepath.Abs(conf.Data); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	url, stop, err := reachDatabase(ctx, conf)
	if err != nil {
		return err
	}
	defer stop()
	src := backup.Source{
		Data: conf.Data, Transparency: transparencyDir(conf), Objects: c.Evidence, Version: version, Services: services(conf),
		Database: func(ctx context.Context, w io.Writer) error { return postgres.Dump(ctx, url, w) },
		Evidence: func(ctx context.Context, each func(backup.Bundle) error) error { return listBundles(ctx, url, each) },
	}
	if file != nil {
		src.Config = file.Path
	}
	m, err := backup.Write(ctx, src, c.To, recipients...)
	if err != nil {
		return err
	}
	var size int64
	for _, p := range m.Parts {
		size += p.Bytes
	}
	fmt.Printf("%s: %d parts, %d MiB, %d sealed bundles by digest", c.To, len(m.Parts), size>>20, m.Bundles)
	if m.HasObjects() {
		fmt.Print(" and in full")
	}
	fmt.Println()
	return nil
}

// recipients are whom the backup is encrypted to.
func (c *backupCmd) recipients() ([]age.Recipient, error) {
	switch {
	case c.Passphrase != "" && len(c.Recipient) > 0, c.Passphrase == "" && len(c.Recipient) == 0:
		return nil, errors.New("say whom the backup is encrypted to: either --recipient, once or several times, or --passphrase-file")
	case c.Passphrase != "":
		text, err := readPassphrase(c.Passphrase)
		if err != nil {
			return nil, err
		}
		r, err := age.NewScryptRecipient(text)
		return []age.Recipient{r}, err
	}
	var all []age.Recipient
	for _, key := range c.Recipient {
		r, err := age.ParseRecipients(bytes.NewReader([]byte(key)))
		if err != nil {
			return nil, fmt.Errorf("--recipient %s: %w; give a public key as age-keygen prints it", key, err)
		}
		all = append(all, r...)
	}
	return all, nil
}

func readPassphrase(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read the passphrase: %w", err)
	}
	const least = 12
	line := string(bytes.TrimSpace(text))
	if len(line) < least {
		return "", fmt.Errorf("the passphrase in %s has fewer than %d characters; take a longer one", path, least)
	}
	return line, nil
}

// reachDatabase is the bureau's database, the private one that runs, or the private
// one of an idle data folder, which is started until stop.
func reachDatabase(ctx context.Context, c *config.Config) (url string, stop func(), err error) {
	stop = func() {}
	if c.Database.URL != "" {
		return c.Database.URL, stop, nil
	}
	if _, err := os.Stat(c.Path("postgres", "PG_VERSION")); err != nil {
		return "", stop, fmt.Errorf("there is no private database in %s: %w; name the data folder with --data, or the bureau's database with --database.url", c.Data, err)
	}
	if url, err = postgres.Running(c.Path("postgres")); err != nil || url != "" {
		return url, stop, err
	}
	folder, err := openIdle(c)
	if err != nil {
		return "", stop, err
	}
	cluster, err := postgres.Start(ctx, postgres.Options{DataDir: c.Path("postgres")})
	if err != nil {
		folder.Close()
		return "", stop, err
	}
	return cluster.URL(), func() { cluster.Stop(); folder.Close() }, nil
}

// services are the settings that name services of the bureau's own.
func services(c *config.Config) []string {
	var named []string
	for _, s := range []struct{ key, value string }{{"database.url", c.Database.URL}, {"s3.endpoint", c.S3.Endpoint}, {"tsa.url", c.TSA.URL}} {
		if s.value != "" {
			named = append(named, s.key)
		}
	}
	return named
}

func listBundles(ctx context.Context, url string, each func(backup.Bundle) error) error {
	pool, err := store.Open(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	return casework.Receipts(ctx, pool, func(r evidence.Receipt) error {
		return each(backup.Bundle{ID: r.BundleID, Bucket: r.Bucket, Key: r.Key, VersionID: r.VersionID, Bytes: r.SizeBytes, SHA256: r.TarSHA256})
	})
}
