package sample_test

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"offsite/evidence"
	"offsite/evidence/translog"
	"offsite/evidence/translog/ledger"
	"offsite/evidence/translog/lot"
	"offsite/evidence/translog/sample"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var month = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// What the bureau draws is what anyone draws from the public log: of the bundles of the
// period that stood there before the draw.
func TestTheLogAloneGivesTheSample(t *testing.T) {
	t.Parallel()
	ctx, pool, dir := t.Context(), storetest.Open(t), t.TempDir()
	now := month.AddDate(0, 1, 0)
	samples, draws := sample.New(pool, func() time.Time { return now }), lot.New(pool, func() time.Time { return now })
	log, err := translog.Open(ctx, translog.Options{Dir: filepath.Join(dir, "log"), KeyFile: filepath.Join(dir, "log.key"), Interval: 100 * time.Millisecond})
	must(t, err)
	t.Cleanup(log.Stop)
	l := ledger.New(pool)
	_, err = l.Claim(ctx, "a")
	must(t, err)
	clerk, err := l.Keep(ctx, log, slog.New(slog.DiscardHandler))
	must(t, err)
	t.Cleanup(clerk.Stop)
	enter := func(i int, at time.Time) {
		t.Helper()
		if _, err := log.Enter(ctx, evidence.Receipt{BundleID: fmt.Sprint("bundle ", i), ManifestSHA256: fmt.Sprintf("%064x", i), SealedAt: at}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 10 {
		enter(i, month.Add(time.Duration(i)*time.Hour))
	}
	enter(3, month.Add(3*time.Hour)) // again: it counts once
	enter(90, month.Add(-time.Second))
	enter(91, month.AddDate(0, 1, 0))

	terms := sample.Terms{From: month, To: month.AddDate(0, 1, 0), Rate: 0.25}
	announced, err := samples.Announce(ctx, "auditor", terms, now.Add(time.Hour))
	must(t, err)
	source := translog.Folder(log.Dir())
	step := func() sample.Sample {
		t.Helper()
		must(t, draws.Make(ctx))
		must(t, samples.Make(ctx, source))
		s, err := samples.Sample(ctx, announced.ID)
		must(t, err)
		return s
	}
	if s := step(); s.Taken || s.Seed != nil {
		t.Fatalf("it is drawn before its time: %+v", s)
	}
	now = now.Add(time.Hour)
	s := step()
	for !s.Taken {
		time.Sleep(20 * time.Millisecond)
		s = step()
	}
	enter(92, month.Add(time.Hour)) // too late
	if s.Population != 10 || len(s.Members) != 3 || s.Terms.Rate != 0.25 {
		t.Fatalf("%d of %d are drawn: %+v", len(s.Members), s.Population, s.Terms)
	}
	all, err := sample.Population(ctx, source, terms, s.Seed.Index)
	must(t, err)
	again := sample.Take(*s.Seed, terms, all)
	if !slices.EqualFunc(again, s.Members, func(a, b sample.Member) bool { return a.Bundle == b.Bundle && a.ManifestSHA256 == b.ManifestSHA256 }) {
		t.Errorf("drawn again it is %+v, not %+v", again, s.Members)
	}
	list, err := samples.List(ctx, 10)
	if err != nil || len(list) != 1 || !list[0].Taken || list[0].By != "auditor" {
		t.Errorf("%+v %v", list, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestTermsThatCannotBeDrawn(t *testing.T) {
	t.Parallel()
	s := sample.New(storetest.Open(t), time.Now)
	for name, terms := range map[string]sample.Terms{
		"no rate":       {From: month, To: month.AddDate(0, 1, 0)},
		"more than all": {From: month, To: month.AddDate(0, 1, 0), Rate: 1.5},
		"backwards":     {From: month, To: month.AddDate(0, -1, 0), Rate: 0.5},
		"no time":       {From: month, To: month, Rate: 0.5},
	} {
		if _, err := s.Announce(t.Context(), "auditor", terms, time.Now().Add(time.Hour)); !errors.Is(err, sample.ErrTerms) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.Sample(t.Context(), "x"); !errors.Is(err, lot.ErrNone) {
		t.Errorf("a sample that is not there: %v", err)
	}
}
