package grade_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"offsite/registry/grade"
)

func (s setting) gradeOf(t *testing.T, id string) string {
	t.Helper()
	o, err := s.registry.Object(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return o.Grade
}

// A case that is filed counts within the minute, and no longer once it is revoked. What
// could not be read is read again.
func TestGradesFollowTheCases(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	shop := s.object(t, "水果店", "shop", "水果")
	filed := grade.Event{ObjectID: shop, Kind: grade.Case, At: ago(5), Source: "〔2026〕1号"}
	revoked := filed
	revoked.Kind, revoked.At = grade.Withdrawn, noon()
	away := errors.New("the database is away")
	var asked []time.Time
	for _, c := range []struct {
		told []grade.Event
		err  error
		want string
	}{
		{[]grade.Event{filed}, nil, grade.Yellow}, {[]grade.Event{filed}, nil, grade.Yellow}, {nil, away, grade.Yellow}, {[]grade.Event{filed, revoked}, nil, grade.Green},
	} {
		err := s.Follow(ctx, func(_ context.Context, since time.Time) ([]grade.Event, error) {
			asked = append(asked, since)
			return c.told, c.err
		})
		if !errors.Is(err, c.err) {
			t.Fatal(err)
		}
		if is := s.gradeOf(t, shop); is != c.want {
			t.Errorf("after %+v the shop is %s, want %s", c.told, is, c.want)
		}
	}
	if !asked[0].Equal(ago(365)) || asked[1].Before(noon().Add(-time.Hour)) || !asked[3].Equal(asked[2]) {
		t.Errorf("asked for the cases since %v; want the formula's year first, the last minutes then", asked)
	}
}

// The jobs grade all objects at the start, as each night, and after a new formula.
func TestJobsGradeAllObjects(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	fruit, plain := s.object(t, "水果店", "shop", "水果"), s.object(t, "杂货店", "shop", "零售")
	s.record(t, grade.Event{ObjectID: fruit, Kind: grade.Case, At: ago(5), Source: "1"})
	workers := river.NewWorkers()
	s.AddWorkers(workers, func(context.Context, time.Time) ([]grade.Event, error) { return nil, nil })
	client, err := river.NewClient(riverpgxv5.New(s.pool), &river.Config{Queues: s.Queues(), Workers: workers, PeriodicJobs: s.PeriodicJobs(), FetchPollInterval: 100 * time.Millisecond})
	if err == nil {
		err = client.Start(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	until := func(id, want string) {
		t.Helper()
		for s.gradeOf(t, id) != want {
			select {
			case <-ctx.Done():
				t.Fatal("no job has graded it ", want)
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
	until(fruit, grade.Yellow)
	f := grade.Default()
	f.Yellow = 5
	if _, err := s.Try(ctx, "head-1", f); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Activate(ctx, "head-1", f, noon(), "收紧标准"); err != nil {
		t.Fatal(err)
	}
	if err := s.RunSoon(ctx, time.Time{}); err != nil {
		t.Fatal(err)
	}
	until(plain, grade.Yellow)
	if err := client.Stop(ctx); err != nil {
		t.Error(err)
	}
}
