package main

import (
	"context"
	"errors"
	"log/slog"
	"os"

	"offsite/config"
	"offsite/evidence/seal"
)

// visit opens the desk beside a bureau's running services, or the private ones of a
// data folder in which nothing runs, and calls do.
func visit(ctx context.Context, s *settings, file *config.File, do func(*desk) error) error {
	if err := s.Check(file); err != nil {
		return err
	}
	conf, log := &s.Config, atLeast(slog.LevelWarn, newLogger(os.Stderr, s.Log))
	private := conf.Database.URL == ""
	process := "visit"
	if private { // two processes cannot run one cluster
		process = "up"
	}
	folder, err := openData(conf, process)
	if err != nil {
		if private {
			err = errors.Join(err, errors.New("while offsite up runs, the console does the same"))
		}
		return err
	}
	defer folder.Close()
	return atDesk(ctx, conf, private, private, 0, log, func(_ *platform, _ *seal.Ring, d *desk) error { return do(d) })
}
