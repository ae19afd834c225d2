package main

import (
	"context"
	"fmt"
	"net"
	"os"

	"offsite/config"
	"offsite/evidence/seal"
)

// serveCmd runs what people work at; `offsite watch` runs the cameras.
type serveCmd struct {
	Settings settings `embed:""`
}

// Help is shown by `offsite serve --help`.
func (serveCmd) Help() string {
	return "Needs database.url, s3.endpoint and tsa.url. Copy keys/ of the data folder to every machine that serves or watches."
}

// Run serves until it is stopped.
func (c *serveCmd) Run(ctx context.Context, file *config.File) error {
	if err := c.Settings.Check(file); err != nil {
		return err
	}
	log, conf := newLogger(os.Stderr, c.Settings.Log), &c.Settings.Config
	folder, err := openData(conf, "serve")
	if err != nil {
		return err
	}
	defer folder.Close()
	return atDesk(ctx, conf, false, true, 0, log, func(_ *platform, _ *seal.Ring, d *desk) error { return serveDesk(ctx, d) })
}

// serveDesk runs the jobs of the desk and answers until ctx ends.
func serveDesk(ctx context.Context, d *desk) error {
	password, err := d.accounts.Bootstrap(ctx)
	if err != nil {
		return err
	}
	j, err := newJobs(d, true, nil)
	if err != nil {
		return err
	}
	if err := j.Start(ctx); err != nil {
		return err
	}
	defer j.Stop()
	listener, err := net.Listen("tcp", d.config.Listen)
	if err != nil {
		return fmt.Errorf("listen at %s: %w; choose another address with --listen", d.config.Listen, err)
	}
	fmt.Printf("Offsite %s serves at %s\n", version, d.config.Public())
	if password != "" {
		fmt.Printf("Administrator: user admin, one-time password %s\n", password)
	}
	return d.serve(ctx, listener)
}

// watchCmd runs the cameras; `offsite serve` runs what people work at.
type watchCmd struct {
	Settings settings `embed:""`
}

// Help is shown by `offsite watch --help`.
func (watchCmd) Help() string {
	return "Needs database.url, s3.endpoint and tsa.url."
}

// Run watches until it is stopped.
func (c *watchCmd) Run(ctx context.Context, file *config.File) error {
	if err := c.Settings.Check(file); err != nil {
		return err
	}
	log, conf := newLogger(os.Stderr, c.Settings.Log), &c.Settings.Config
	folder, err := openData(conf, "watch")
	if err != nil {
		return err
	}
	defer folder.Close()
	return atDesk(ctx, conf, false, false, 0, log, func(p *platform, ring *seal.Ring, d *desk) error {
		sealer, err := ring.Sealer()
		if err != nil {
			return err
		}
		stop, err := watch(ctx, d, p, sealer, false)
		if err != nil {
			return err
		}
		defer stop()
		unobserve, err := d.observed(ctx)
		if err != nil {
			return err
		}
		defer unobserve()
		fmt.Printf("Offsite %s watches\n", version)
		<-ctx.Done()
		return nil
	})
}
