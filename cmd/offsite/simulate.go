package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
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
	Page   string `help:"Write the report into this page too, between its marks, as in docs/simulation.md." placeholder:"FILE"`
	Dir    string `help:"Folder for the private database, kept afterwards; default: a temporary one, removed." placeholder:"DIR"`
}

// Help is shown by `offsite simulate --help`.
func (simulateCmd) Help() string {
	return "Plays parties, reviewers, officers, heads, the treasury and the SMS gateway over years of statutory\ntime, on a private PostgreSQL. Ends with status 1 if any invariant was violated, or if it was\ninterrupted: then what was played by then is checked and reported; a second time it ends at once."
}

// Run plays and reports.
func (c *simulateCmd) Run(ctx context.Context) error {
	whole, end := untilTwice(ctx)
	defer end()
	return inScratch(whole, c.Dir, func(pool *pgxpool.Pool, dir string) error {
		show := newCourse(os.Stderr, c.Cases)
		r, err := simulation.Run(whole, simulation.Options{Pool: pool, Dir: dir, Cases: c.Cases, Days: c.Days, Seed: c.Seed, PaperEvery: c.Papers, Drain: true,
			Progress: show.show, Stop: ctx.Done()})
		show.end()
		if r == nil {
			return err
		}
		return errors.Join(err, c.report(r))
	})
}

func (c *simulateCmd) report(r *simulation.Report) (err error) {
	if c.JSON {
		err = printJSON(r)
	} else {
		err = r.Print(os.Stdout)
	}
	if err == nil && c.Page != "" {
		err = c.page(r)
	}
	switch n := r.Violations(); {
	case err != nil:
		return err
	case n > 0:
		return fmt.Errorf("%d violations of what must hold; see the report", n)
	case r.Stopped != nil:
		return fmt.Errorf("interrupted on %s of simulated time, when %d of %d incidents were raised; %d invariants were checked on what they left, and hold",
			r.Stopped.Format(time.DateOnly), r.Raised, c.Cases, len(r.Checks))
	}
	return nil
}

func (c *simulateCmd) page(r *simulation.Report) error {
	text, err := os.ReadFile(c.Page)
	if err != nil {
		return fmt.Errorf("read the page: %w", err)
	}
	command := fmt.Sprintf("offsite simulate --cases %d --days %d --seed %d --papers %d", c.Cases, c.Days, c.Seed, c.Papers)
	if text, err = r.Page(text, command, time.Now()); err != nil {
		return err
	}
	if err := os.WriteFile(c.Page, text, 0o644); err != nil { // #nosec G306 -- a page of the documentation
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

// untilTwice gives a context that outlives the first interrupt and ends with the second.
func untilTwice(ctx context.Context) (whole context.Context, end func()) {
	whole, cancel := context.WithCancel(context.WithoutCancel(ctx))
	unheard := context.AfterFunc(ctx, func() {
		fmt.Fprintln(os.Stderr, "\ninterrupted: what was played is checked now; interrupt again to end at once")
		again, deaf := signal.NotifyContext(whole, os.Interrupt, syscall.SIGTERM)
		defer deaf()
		<-again.Done()
		cancel()
	})
	return whole, func() { unheard(); cancel() }
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
	if err := os.MkdirAll(dir, 0o755); err != nil { // #nosec G301 -- the user postgres passes it
		return fmt.Errorf("make a folder: %w", err)
	}
	if err := os.Chmod(dir, 0o755); err != nil { // #nosec G302 -- the same
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
