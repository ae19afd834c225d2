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
		return c.write(ctx, d, id, out, text)
	})
}

func (c *caseExportCmd) write(ctx context.Context, d *desk, id, out string, trust []byte) (err error) {
	var w *bag.Writer
	if strings.EqualFold(filepath.Ext(out), ".zip") {
		f, err := os.OpenFile(out+".part", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return fmt.Errorf("write the bag: %w", err)
		}
		w = bag.Zip(f, strings.TrimSuffix(filepath.Base(out), filepath.Ext(out)), time.Now())
		defer func() {
			if err = errors.Join(err, f.Close()); err == nil {
				err = os.Rename(f.Name(), out)
			}
		}()
	} else if w, err = bag.Folder(out, time.Now()); err != nil {
		return err
	}
	if err := d.book.Export(ctx, casework.Actor{Name: c.For}, id, "offsite "+version, d.vault, trust, w); err != nil {
		return err
	}
	fmt.Printf("%s: %d files; unpacked, sha256sum --check manifest-sha256.txt and offsite verify data/bundles --trust data/trust.json check it\n", c.Out, len(w.Files()))
	return nil
}
