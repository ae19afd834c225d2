package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"

	"offsite/config"
	"offsite/evidence/seal"
)

// upCmd runs everything in one data folder.
type upCmd struct {
	Settings settings      `embed:""`
	Demo     bool          `help:"Play five rendered cameras, a payment provider and an SMS gateway, with demonstration accounts."`
	District bool          `default:"true" negatable:"" help:"With --demo: also load an invented district, shops, sites and a year of ended cases."`
	Grace    time.Duration `default:"20s" help:"With --demo: time from reminder to re-check." placeholder:"DURATION"`
}

// Help is shown by `offsite up --help`.
func (upCmd) Help() string {
	return "Everything lies in the data folder: stop, copy it, start it elsewhere.\n\n  offsite up --demo\n  offsite up --data /var/lib/offsite --listen 0.0.0.0:8080 --public-url https://enforce.example.gov.cn"
}

// Run starts everything and waits for the end.
func (c *upCmd) Run(ctx context.Context, file *config.File) error {
	if err := c.Settings.Check(file); err != nil {
		return err
	}
	began := time.Now()
	log := newLogger(os.Stderr, c.Settings.Log)
	conf := &c.Settings.Config
	folder, err := openData(conf, "up")
	if err != nil {
		return err
	}
	defer folder.Close()
	listener, err := net.Listen("tcp", conf.Listen)
	if err != nil {
		return fmt.Errorf("listen at %s: %w; choose another address with --listen", conf.Listen, err)
	}
	conf.Listen = listener.Addr().String()
	var stage *demonstration
	grace := time.Duration(0)
	if c.Demo {
		if stage, err = setStage(ctx, conf, c.Grace, log); err != nil {
			return err
		}
		defer stage.Stop()
		grace = c.Grace
	}
	return atDesk(ctx, conf, true, true, grace, log, func(p *platform, ring *seal.Ring, d *desk) error {
		return c.run(ctx, p, ring, d, stage, listener, began)
	})
}

func (c *upCmd) run(ctx context.Context, p *platform, ring *seal.Ring, d *desk, stage *demonstration, listener net.Listener, began time.Time) error {
	sealer, err := ring.Sealer()
	if err != nil {
		return err
	}
	password, err := d.accounts.Bootstrap(ctx)
	if err != nil {
		return err
	}
	if stage != nil {
		if err := stage.seed(ctx, d); err != nil {
			return err
		}
	}
	stop, err := watch(ctx, d, p, sealer, true)
	if err != nil {
		return err
	}
	defer stop()
	if stage != nil && c.District {
		defer stage.district(ctx, d)()
	}
	return c.answer(ctx, d, stage, password, listener, began)
}

// answer serves, and says where once it does.
func (c *upCmd) answer(ctx context.Context, d *desk, stage *demonstration, password string, listener net.Listener, began time.Time) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	served := make(chan error, 1)
	go func() { served <- d.serve(ctx, listener) }()
	fmt.Printf("Offsite %s is ready after %.1f s: %s\n", version, time.Since(began).Seconds(), d.config.Public())
	if password != "" {
		fmt.Printf("Administrator: user admin, one-time password %s\n", password)
	}
	if stage != nil {
		if err := stage.announce(d.config.Public()); err != nil {
			return err
		}
	}
	return <-served
}
