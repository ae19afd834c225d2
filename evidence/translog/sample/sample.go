// Package sample draws samples of sealed evidence for audits, so that neither the
// bureau nor the auditor can choose what is looked at.
//
// In: a period, a rate, and the time of a draw that is announced in the transparency
// log. Out: the bundles that were drawn, from all that stand in the log before the
// draw: who has only the public log finds the same (Population, Take).
package sample

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/evidence/translog"
	"offsite/evidence/translog/lot"
	"offsite/evidence/translog/proof"
)

// Purpose is that of the draws of this package.
const Purpose = "evidence"

// ErrTerms says that a sample cannot be drawn so.
var ErrTerms = errors.New("a sample is drawn at a rate above 0 and up to 1, of a period that ends after it begins")

// Terms say what is drawn from, and how much.
type Terms struct {
	From time.Time `json:"from"` // sealed from then on
	To   time.Time `json:"to"`   // and before
	Rate float64   `json:"rate"` // share of the bundles, rounded up
}

func (t Terms) check() error {
	if !(t.Rate > 0 && t.Rate <= 1) || !t.From.Before(t.To) {
		return ErrTerms
	}
	return nil
}

// Member is a bundle as the log knows it.
type Member struct {
	Bundle         string    `json:"bundle"`
	ManifestSHA256 string    `json:"manifest_sha256"`
	SealedAt       time.Time `json:"sealed_at"`
}

// Population reads from the log which bundles are drawn from: those of the period
// whose entries stand before the draw's.
func Population(ctx context.Context, s translog.Source, t Terms, before uint64) ([]Member, error) {
	var all []Member
	known := map[string]bool{}
	err := translog.Entries(ctx, s, 0, func(index uint64, text []byte) bool {
		var e proof.Entry
		if index >= before {
			return false
		}
		if json.Unmarshal(text, &e) == nil && e.Kind == proof.KindBundle && !e.At.Before(t.From) && e.At.Before(t.To) && !known[e.ID] {
			known[e.ID] = true
			all = append(all, Member{e.ID, e.SHA256, e.At})
		}
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("read from the log what is drawn from: %w", err)
	}
	return all, nil
}

// Take draws, in the order of the lots.
func Take(seed lot.Seed, t Terms, population []Member) []Member {
	byID, names := map[string]Member{}, []string{}
	for _, m := range population {
		byID[m.Bundle] = m
		names = append(names, m.Bundle)
	}
	drawn := []Member{}
	for _, name := range proof.Draw(seed.Root, names, int(math.Ceil(t.Rate*float64(len(population))))) {
		drawn = append(drawn, byID[name])
	}
	return drawn
}

// Sample is a sample that was announced.
type Sample struct {
	lot.Draw
	Terms      Terms
	Taken      bool // what follows is known
	Population int
	Members    []Member
}

// Samples are the announced ones, in the database.
type Samples struct {
	pool  *pgxpool.Pool
	draws *lot.Draws
	now   func() time.Time
}

// New returns the samples of the database.
func New(pool *pgxpool.Pool, now func() time.Time) *Samples {
	return &Samples{pool, lot.New(pool, now), now}
}

// Announce promises a sample. Errors wrap ErrTerms or lot.ErrTooSoon.
func (s *Samples) Announce(ctx context.Context, by string, t Terms, at time.Time) (Sample, error) {
	t.From, t.To = t.From.UTC(), t.To.UTC()
	if err := t.check(); err != nil {
		return Sample{}, fmt.Errorf("announce a sample: %w", err)
	}
	out := Sample{Terms: t}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var err error
		out.Draw, err = s.draws.Announce(ctx, tx, by, Purpose, t, at)
		return err
	})
	return out, err
}

// Sample is one of them. Errors wrap lot.ErrNone.
func (s *Samples) Sample(ctx context.Context, id string) (Sample, error) {
	draw, err := s.draws.Draw(ctx, id)
	if err == nil && draw.Purpose != Purpose {
		err = fmt.Errorf("read sample %s: %w", id, lot.ErrNone)
	}
	if err != nil {
		return Sample{}, err
	}
	return s.complete(ctx, draw)
}

// List gives the samples, the latest first.
func (s *Samples) List(ctx context.Context, limit int) ([]Sample, error) {
	draws, err := s.draws.List(ctx, Purpose, limit)
	if err != nil {
		return nil, err
	}
	var list []Sample
	for _, d := range draws {
		one, err := s.complete(ctx, d)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

func (s *Samples) complete(ctx context.Context, d lot.Draw) (Sample, error) {
	out := Sample{Draw: d}
	if err := json.Unmarshal(d.Terms, &out.Terms); err != nil {
		return out, fmt.Errorf("read sample %s: %w", d.ID, err)
	}
	var members []byte
	err := s.pool.QueryRow(ctx, `SELECT population, members FROM evidence_sample WHERE draw_id = $1`, d.ID).Scan(&out.Population, &members)
	if errors.Is(err, pgx.ErrNoRows) {
		return out, nil
	}
	if err == nil {
		err = json.Unmarshal(members, &out.Members)
	}
	if err != nil {
		return out, fmt.Errorf("read sample %s: %w", d.ID, err)
	}
	out.Taken = true
	return out, nil
}

// Make takes the samples whose draw has been made. It is called where the log lies.
func (s *Samples) Make(ctx context.Context, log translog.Source) error {
	rows, err := s.pool.Query(ctx, `SELECT id::text FROM log_draw d WHERE purpose = $1 AND draws_at <= $2
		AND NOT EXISTS (SELECT FROM evidence_sample s WHERE s.draw_id = d.id)`, Purpose, s.now())
	if err != nil {
		return fmt.Errorf("take samples: %w", err)
	}
	due, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("take samples: %w", err)
	}
	for _, id := range due {
		if err := s.take(ctx, id, log); err != nil {
			return fmt.Errorf("take sample %s: %w", id, err)
		}
	}
	return nil
}

func (s *Samples) take(ctx context.Context, id string, log translog.Source) error {
	one, err := s.Sample(ctx, id)
	if err != nil || one.Seed == nil {
		return err
	}
	population, err := Population(ctx, log, one.Terms, one.Seed.Index)
	if err != nil {
		return err
	}
	members, err := json.Marshal(Take(*one.Seed, one.Terms, population))
	if err != nil {
		return err
	}
	_, err = s.pool.Exec(ctx, `INSERT INTO evidence_sample (draw_id, population, members, taken_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		id, len(population), members, s.now())
	return err
}
