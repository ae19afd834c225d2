package main

import (
	"context"
	"os"

	"offsite/config"
	"offsite/store"
)

type migrateCmd struct {
	URL string     `name:"database.url" required:"" help:"postgres:// address of the database." placeholder:"URL"`
	Log config.Log `embed:"" prefix:"log."`
}

// Help is shown by `offsite migrate --help`.
func (migrateCmd) Help() string {
	return "`up` and `serve` do this at start; a bureau that separates the two roles runs it with the owner's account:\n\n  offsite migrate --database.url postgres://owner@db/offsite"
}

// Run brings the schema up to date.
func (c *migrateCmd) Run(ctx context.Context) error {
	return store.Migrate(ctx, c.URL, newLogger(os.Stderr, c.Log))
}
