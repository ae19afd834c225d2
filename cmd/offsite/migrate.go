package main

import (
	"context"
	"os"

	"offsite/config"
	"offsite/store"
)

type migrateCmd struct {
	URL string     `name:"database.url" required:"" help:"postgres:// address of the database." placeholder:"URL"`
	For string     `help:"Existing role that serve and watch use: it is let do what they need, and cannot change tables, triggers or kept records." placeholder:"ROLE"`
	Log config.Log `embed:"" prefix:"log."`
}

// Help is shown by `offsite migrate --help`.
func (migrateCmd) Help() string {
	return "`up` and `serve` do this at start; a bureau that separates the two roles runs it with the owner's account:\n\n  offsite migrate --database.url postgres://owner@db/offsite --for offsite"
}

// Run brings the schema up to date.
func (c *migrateCmd) Run(ctx context.Context) error {
	if err := store.Migrate(ctx, c.URL, newLogger(os.Stderr, c.Log)); err != nil || c.For == "" {
		return err
	}
	return store.Grant(ctx, c.URL, c.For)
}
