package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"offsite/casework"
	"offsite/config"
	"offsite/evidence/bag"
)

// caseCmd hands cases over.
type caseCmd struct {
	Export caseExportCmd `cmd:"" help:"Write a case's whole file as one BagIt bag, for a court."`
}

type caseExportCmd struct {
	Settings settings `embed:""`
	Case     string   `arg:"" help:"Case, by its number or id."`
	Out      string   `required:"" help:"File that ends in .zip, or folder; neither may exist yet." placeholder:"FILE.zip|DIR"`
	For      string   `required:"" help:"Who asks for it, as the record of views names them." placeholder:"NAME"`
}

// Help is shown by `offsite case export --help`.
func (caseExportCmd) Help() string {
	return "Documents, bundles with the log's receipts, the process record with its chain, trust.json, and a cover that lists\nall digests and says how to check them. The console does the same from the case's page.\n\n  offsite case export 沪崇城管立字〔2026〕第000123号 --out case.zip --for \"people's court\" --data /var/lib/offsite"
}

// Run exports.
func (c *caseExportCmd) Run(ctx context.Context, file *config.File) error {
	if _, err := os.Lstat(c.Out); err == nil {
		return exitError{2, fmt.Errorf("--out %s is there already; choose another name", c.Out)}
	}
	out, err := filepath.Abs(c.Out) // the embedded store moves the working directory
	if err != nil {
		return err
	}
	return visit(ctx, &c.Settings, file, func(d *desk) error {
		id, err := d.book.CaseID(ctx, c.Case)
		if err != nil {
			return err
		}
		trust, err := d.publicLog.trust(ctx, trustPath(d.config))
		if err != nil {
			return err
		}
		text, err := json.MarshalIndent(trust, "", "  ")
		if err != nil {
			return err
		}
		files, err := c.write(ctx, d, id, out, text)
		if err != nil {
			return err
		}
		fmt.Printf("%s: %d files; unpacked, sha256sum --check manifest-sha256.txt and offsite verify data/bundles --trust data/trust.json check it\n", c.Out, files)
		return nil
	})
}

// write writes the bag whole, or nothing, and tells how many files are in it.
func (c *caseExportCmd) write(ctx context.Context, d *desk, id, out string, trust []byte) (files int, err error) {
	var w *bag.Writer
	if strings.EqualFold(filepath.Ext(out), ".zip") {
		f, err := os.OpenFile(out+".part", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return 0, fmt.Errorf("write the bag: %w", err)
		}
		w = bag.Zip(f, strings.TrimSuffix(filepath.Base(out), filepath.Ext(out)), time.Now())
		if err := errors.Join(c.export(ctx, d, id, trust, w), f.Close()); err != nil {
			os.Remove(f.Name())
			return 0, err
		}
		return len(w.Files()), os.Rename(f.Name(), out)
	}
	if w, err = bag.Folder(out, time.Now()); err != nil {
		return 0, err
	}
	if err := c.export(ctx, d, id, trust, w); err != nil {
		os.RemoveAll(out)
		return 0, err
	}
	return len(w.Files()), nil
}

func (c *caseExportCmd) export(ctx context.Context, d *desk, id string, trust []byte, w *bag.Writer) error {
	return d.book.Export(ctx, casework.Actor{Name: c.For}, id, "offsite "+version, d.vault, trust, w)
}
