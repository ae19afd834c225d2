package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/embedded/postgres"
	"offsite/simulation"
	"offsite/store"
)

type simulateCmd struct {
	Cases  int    `help:"Incidents that the cameras raise." default:"2000"`
	Days   int    `help:"Days over which they are raised; cases go on until they have ended." default:"1095"`
	Seed   uint64 `help:"The same seed gives the same course." default:"1"`
	Papers int    `help:"Set one paper in so many in type; the others are checked and filled alone. 0: none." default:"50"`
	JSON   bool   `name:"json" help:"Print the report as JSON."`
	Dir    string `help:"Folder for the private database, kept afterwards; default: a temporary one, removed." placeholder:"DIR"`
}

// Help is shown by `offsite simulate --help`.
func (simulateCmd) Help() string {
	return "Plays parties, reviewers, officers, heads, the treasury and the SMS gateway over years of statutory\ntime, on a private PostgreSQL. Ends with status 1 if any invariant was violated."
}

// Run plays and reports.
func (c *simulateCmd) Run(ctx context.Context) error {
	return inScratch(ctx, c.Dir, func(pool *pgxpool.Pool, dir string) error {
		report, err := simulation.Run(ctx, simulation.Options{Pool: pool, Dir: dir, Cases: c.Cases, Days: c.Days, Seed: c.Seed, PaperEvery: c.Papers, Drain: true,
			Progress: func(at time.Time, raised, ended int) {
				fmt.Fprintf(os.Stderr, "%s  %d cases, %d ended\n", at.Format("2006-01"), raised, ended)
			}})
		if err != nil {
			return err
		}
		if c.JSON {
			err = printJSON(report)
		} else {
			err = report.Print(os.Stdout)
		}
		if n := report.Violations(); err == nil && n > 0 {
			return fmt.Errorf("%d violations of what must hold; see the report", n)
		}
		return err
	})
}

// inScratch runs f on a private, migrated, empty database in dir, or in a temporary
// folder that is removed afterwards. What is there outlives no power cut: it waits
// for no disk.
func inScratch(ctx context.Context, dir string, f func(pool *pgxpool.Pool, dir string) error, options ...store.Option) (err error) {
	if dir == "" {
		if dir, err = os.MkdirTemp("", "offsite-scratch-"); err != nil {
			return fmt.Errorf("make a folder: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // the user postgres passes it
		return fmt.Errorf("make a folder: %w", err)
	}
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // the same
		return fmt.Errorf("open the folder: %w", err)
	}
	cluster, err := postgres.Start(ctx, postgres.Options{DataDir: filepath.Join(dir, "pg"), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer cluster.Stop()
	if err := store.Migrate(ctx, cluster.URL(), nil); err != nil {
		return err
	}
	pool, err := store.Open(ctx, cluster.URL(), options...)
	if err != nil {
		return err
	}
	defer pool.Close()
	for _, sql := range []string{"ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET synchronous_commit = off", "ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()"} {
		if _, err := pool.Exec(ctx, sql); err != nil {
			return fmt.Errorf("set up the private database: %w", err)
		}
	}
	return f(pool, dir)
}
