package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/simulation/measure"
)

type benchCaseworkCmd struct {
	Cases   int    `help:"Cases in the database." default:"200000"`
	Rate    int    `help:"Requests a second." default:"50"`
	Seconds int    `help:"How long the API is asked." default:"40"`
	Page    string `help:"Write figures and query plans to this page too." placeholder:"FILE"`
	Dir     string `help:"Folder for the private database, kept afterwards; default: a temporary one, removed." placeholder:"DIR"`
}

// Run measures and keeps the figures.
func (c *benchCaseworkCmd) Run(ctx context.Context) error {
	queries := measure.NewQueries()
	return inScratch(ctx, c.Dir, func(pool *pgxpool.Pool, dir string) error {
		set, plans, err := measure.Casework(ctx, measure.Options{Pool: pool, Dir: dir, Cases: c.Cases, Rate: c.Rate, Seconds: c.Seconds, Queries: queries,
			Say: func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }})
		if err != nil {
			return err
		}
		if err := keepFigures(set, "casework"); err != nil || c.Page == "" {
			return err
		}
		page, err := os.Create(c.Page)
		if err != nil {
			return fmt.Errorf("write the page: %w", err)
		}
		return errors.Join(measure.Page(page, set, plans, machine(), time.Now()), page.Close())
	}, queries.Option)
}
