package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"offsite/casework"
	"offsite/casework/feedback"
	"offsite/config"
	"offsite/evidence/vault"
	"offsite/pipeline/mask"
)

type modelFeedbackCmd struct {
	Settings settings  `embed:""`
	From     time.Time `required:"" format:"2006-01-02" help:"First day of judgements." placeholder:"DATE"`
	To       time.Time `required:"" format:"2006-01-02" help:"Day after the last." placeholder:"DATE"`
	Out      string    `required:"" help:"Folder to write to." placeholder:"DIR"`
	Pictures bool      `help:"Write the pictures too, with people and vehicles covered by a mosaic."`
}

// Help is shown by `offsite model feedback --help`.
func (modelFeedbackCmd) Help() string {
	return "Writes annotations.json in the COCO format; pictures are named by the digest of what was sealed. A private\ninstallation must be stopped meanwhile. What to do with it: docs/models/retraining.md.\n\n  offsite model feedback --from 2026-11-01 --to 2026-12-01 --out feedback --pictures"
}

// Run exports.
func (c *modelFeedbackCmd) Run(ctx context.Context, file *config.File) error {
	if err := c.Settings.Check(file); err != nil {
		return err
	}
	out, err := filepath.Abs(c.Out) // the embedded store moves the working directory
	if err != nil {
		return fmt.Errorf("folder for the export: %w", err)
	}
	if err := os.MkdirAll(out, 0o700); err != nil {
		return fmt.Errorf("folder for the export: %w", err)
	}
	c.Settings.ONNXRuntime.Library = runtimeLibrary(c.Settings.ONNXRuntime)
	s, err := openModels(ctx, &c.Settings.Config)
	if err != nil {
		return err
	}
	defer s.close()
	judged, err := casework.JudgedFindings(ctx, s.pool, c.From, c.To)
	if err != nil {
		return err
	}
	set := feedback.COCO(judged, time.Now())
	text, err := json.MarshalIndent(set, "", " ")
	if err != nil {
		return fmt.Errorf("export judgements: %w", err)
	}
	if err := os.WriteFile(filepath.Join(out, "annotations.json"), append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("export judgements: %w", err)
	}
	if c.Pictures {
		if err := c.pictures(ctx, s, set, out); err != nil {
			return err
		}
	}
	fmt.Printf("%d judged findings: %d pictures, %d confirmed boxes, in %s\n", len(judged), len(set.Images), len(set.Annotations), out)
	return nil
}

// pictures writes masked copies of the sealed pictures, whose digests are checked.
func (c *modelFeedbackCmd) pictures(ctx context.Context, s *modelStore, set feedback.Dataset, out string) error {
	v, err := vault.Open(ctx, s.objects)
	if err != nil {
		return err
	}
	engine, err := newEngine(c.Settings.ONNXRuntime, "objects")
	if err != nil {
		return err
	}
	defer engine.Close()
	masks, err := mask.New(engine)
	if err != nil {
		return err
	}
	for _, i := range set.Images {
		if err := copyMasked(ctx, v, masks, i, filepath.Join(out, i.File)); err != nil {
			return fmt.Errorf("export picture %s: %w", i.File, err)
		}
	}
	return nil
}

func copyMasked(ctx context.Context, v *vault.Vault, masks *mask.Masker, i feedback.Image, file string) (err error) {
	body, _, err := v.OpenEntry(ctx, i.Source.Receipt, i.Source.Entry.Path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, body.Close()) }()
	raw, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	masked, err := masks.PNG(raw)
	if err != nil {
		return err
	}
	return os.WriteFile(file, masked, 0o600)
}
