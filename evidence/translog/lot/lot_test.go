package lot_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"

	"offsite/evidence/translog"
	"offsite/evidence/translog/ledger"
	"offsite/evidence/translog/lot"
	"offsite/evidence/translog/proof"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// house is a kept log beside a database.
type house struct {
	*lot.Draws
	t    *testing.T
	pool *pgxpool.Pool
	log  *translog.Log
	at   time.Time
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, pool: storetest.Open(t), at: time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)}
	h.Draws = lot.New(h.pool, func() time.Time { return h.at })
	dir := t.TempDir()
	var err error
	h.log, err = translog.Open(t.Context(), translog.Options{
		Dir: filepath.Join(dir, "log"), KeyFile: filepath.Join(dir, "log.key"), Origin: "log.example/offsite", Interval: 100 * time.Millisecond,
	})
	h.must(err)
	t.Cleanup(h.log.Stop)
	l := ledger.New(h.pool)
	_, err = l.Claim(t.Context(), "a")
	h.must(err)
	clerk, err := l.Keep(t.Context(), h.log, slog.New(slog.DiscardHandler))
	h.must(err)
	t.Cleanup(clerk.Stop)
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) announce(in time.Duration) (draw lot.Draw, err error) {
	err = pgx.BeginFunc(h.t.Context(), h.pool, func(tx pgx.Tx) error {
		draw, err = h.Announce(h.t.Context(), tx, "auditor", "test", map[string]any{"rate": 0.5, "from": "here"}, h.at.Add(in))
		return err
	})
	return draw, err
}

// until waits for the log's keeper.
func (h *house) until(id string, ready func(lot.Draw) bool) lot.Draw {
	h.t.Helper()
	for {
		draw, err := h.Draw(h.t.Context(), id)
		h.must(err)
		if ready(draw) {
			return draw
		}
		select {
		case <-h.t.Context().Done():
			h.t.Fatal("the log's keeper does not enter it")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (h *house) others(n int) {
	h.t.Helper()
	for i := range n {
		_, err := h.log.Record(h.t.Context(), proof.Entry{Kind: proof.KindBundle, ID: fmt.Sprint(i), SHA256: fmt.Sprintf("%064x", i), At: h.at})
		h.must(err)
	}
}

// A draw is made at its time, not before, and its seed is the log's root at that
// entry, whatever the log has grown to since.
func TestADrawIsMadeAtItsTime(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.others(3)
	draw, err := h.announce(time.Hour)
	h.must(err)
	h.until(draw.ID, func(d lot.Draw) bool { return d.AnnouncedProof != nil })
	h.at = h.at.Add(time.Hour - time.Second)
	h.must(h.Make(t.Context()))
	h.others(2)
	if d, err := h.Draw(t.Context(), draw.ID); err != nil || d.Seed != nil || d.DrawnProof != nil {
		t.Fatalf("it is drawn before its time: %+v %v", d.Seed, err)
	}
	h.at = h.at.Add(time.Second)
	for range 3 { // once
		h.must(h.Make(t.Context()))
	}
	draw = h.until(draw.ID, func(d lot.Draw) bool { return d.Seed != nil })
	h.others(4)
	var leaves [][]byte
	h.must(translog.Entries(t.Context(), translog.Folder(h.log.Dir()), 0, func(_ uint64, e []byte) bool {
		leaves = append(leaves, bytes.Clone(e))
		return true
	}))
	if len(leaves) < 7 || draw.Seed.Index >= uint64(len(leaves)) {
		t.Fatalf("entry %d of %d", draw.Seed.Index, len(leaves))
	}
	r := (&compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}).NewEmptyRange(0)
	for _, leaf := range leaves[:draw.Seed.Index+1] {
		h.must(r.Append(rfc6962.DefaultHasher.HashLeaf(leaf), nil))
	}
	root, err := r.GetRootHash(nil)
	h.must(err)
	if !bytes.Equal(root, draw.Seed.Root) {
		t.Errorf("the seed is %x, the log had root %x", draw.Seed.Root, root)
	}
	list, err := h.List(t.Context(), "test", 10)
	h.must(err)
	if len(list) != 1 || list[0].ID != draw.ID || list[0].By != "auditor" || list[0].Seed == nil {
		t.Errorf("%+v", list)
	}
}

func TestSeedsAreCheckedOffline(t *testing.T) {
	t.Parallel()
	h := open(t)
	draw, err := h.announce(lot.Notice)
	h.must(err)
	ctx, cancel := context.WithCancel(t.Context())
	kept := make(chan struct{})
	h.until(draw.ID, func(d lot.Draw) bool { return d.AnnouncedProof != nil })
	h.at = h.at.Add(lot.Notice)
	go func() { defer close(kept); h.Keep(ctx, slog.New(slog.DiscardHandler)) }()
	draw = h.until(draw.ID, func(d lot.Draw) bool { return d.Seed != nil })
	cancel()
	<-kept
	trusted := h.log.Trusted().ForProofs()
	a, err := lot.Parse(draw.Text)
	h.must(err)
	seed, err := lot.Check(a, draw.AnnouncedProof, draw.DrawnProof, trusted)
	if err != nil || !bytes.Equal(seed.Root, draw.Seed.Root) {
		t.Fatalf("%+v %v", seed, err)
	}
	other := a
	other.Terms = []byte(`{"from":"here","rate":0.9}`)
	stranger := trusted
	stranger.Origin = "else.example/log"
	for name, c := range map[string]struct {
		a                lot.Announcement
		announced, drawn []byte
		trusted          proof.Trusted
	}{
		"other terms":       {other, draw.AnnouncedProof, draw.DrawnProof, trusted},
		"other time":        {func() lot.Announcement { b := a; b.Draws = b.Draws.Add(time.Second); return b }(), draw.AnnouncedProof, draw.DrawnProof, trusted},
		"drawn at once":     {func() lot.Announcement { b := a; b.Draws = b.Announced; return b }(), draw.AnnouncedProof, draw.AnnouncedProof, trusted},
		"one proof for two": {a, draw.DrawnProof, draw.DrawnProof, trusted},
		"no proof":          {a, draw.AnnouncedProof, nil, trusted},
		"another log":       {a, draw.AnnouncedProof, draw.DrawnProof, stranger},
	} {
		if _, err := lot.Check(c.a, c.announced, c.drawn, c.trusted); err == nil {
			t.Errorf("%s: it is taken", name)
		}
	}
	if _, err := lot.Parse(append([]byte(" "), draw.Text...)); err == nil {
		t.Error("an announcement that is written otherwise is read")
	}
}

func TestWhatCannotBeAnnounced(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, in := range []time.Duration{-time.Hour, 0, lot.Notice - time.Second} {
		if _, err := h.announce(in); !errors.Is(err, lot.ErrTooSoon) {
			t.Errorf("in %s: %v", in, err)
		}
	}
	for _, id := range []string{"", "x", "0198c000-0000-7000-8000-000000000001"} {
		if _, err := h.Draw(t.Context(), id); !errors.Is(err, lot.ErrNone) {
			t.Errorf("draw %q: %v", id, err)
		}
	}
}
