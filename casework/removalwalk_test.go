package casework_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"offsite/evidence"
	"offsite/evidence/removal"
	"offsite/evidence/seal"
	"offsite/evidence/specimen"
	"offsite/evidence/timestamp"
	"offsite/evidence/timestamp/token"
	"offsite/evidence/translog"
	"offsite/evidence/translog/proof"
	"offsite/registry/account"
)

// brittle is all that a removal asks outside the database: keys, store, authority, log. One of
// the calls fails, before it has done anything or after it has done everything.
type brittle struct {
	*cellar
	log     *translog.Log
	stamper *specimen.Stamper
	ring    *seal.Ring

	call, at int  // those that were made, and the one that fails; 0: none
	late     bool // it has done everything
	names    []string
	entries  map[string]map[string]bool // by bundle, the digests in the log
	stored   map[string]map[string]bool // and the records in the store
}

var errBroken = errors.New("the call failed")

func (b *brittle) do(name string, act func() error) error {
	b.call++
	b.names = append(b.names, name)
	if b.call == b.at && !b.late {
		return errBroken
	}
	if err := act(); err != nil {
		return err
	}
	if b.call == b.at {
		return errBroken
	}
	return nil
}

func (b *brittle) sealer() (s *seal.Sealer, err error) {
	err = b.do("keys", func() error { s, err = b.ring.Sealer(); return err })
	return s, err
}

func (b *brittle) Remove(ctx context.Context, r evidence.Receipt) error {
	return b.do("delete", func() error { return b.cellar.Remove(ctx, r) })
}

func (b *brittle) Stamp(ctx context.Context, digest [32]byte) (t token.Token, err error) {
	err = b.do("timestamp", func() error { t, err = b.stamper.Stamp(ctx, digest); return err })
	return t, err
}

func (b *brittle) Record(ctx context.Context, e proof.Entry) (receipt []byte, err error) {
	if e.Kind != proof.KindRemoval {
		return b.log.Record(ctx, e)
	}
	err = b.do("log", func() error {
		note(b.entries, e.ID, e.SHA256)
		receipt, err = b.log.Record(ctx, e)
		return err
	})
	return receipt, err
}

func (b *brittle) PutRemoval(_ context.Context, r evidence.Receipt, record, _ []byte, _ time.Time) error {
	return b.do("store", func() error { note(b.stored, r.BundleID, string(record)); return nil })
}

func note(m map[string]map[string]bool, id, what string) {
	if m[id] == nil {
		m[id] = map[string]bool{}
	}
	m[id][what] = true
}

// TestARemovalIsWholeWhateverFails is the fault walk of a removal, which writes no file: each
// call to what lies outside the database fails once, before or after it has done its work.
// After the next run the bundle is gone, its record holds, and log and store have that one.
func TestARemovalIsWholeWhateverFails(t *testing.T) {
	t.Parallel()
	b := &brittle{cellar: &cellar{held: map[string]bool{}, gone: map[string]bool{}}, log: openLog(t), ring: keys(t), entries: map[string]map[string]bool{}, stored: map[string]map[string]bool{}}
	h := open(t, want{})
	b.stamper = specimen.NewStamper(t, h.clock.now)
	h.Book = h.book(account.New(h.pool), want{log: b, retainer: b, sealer: b.sealer, stampers: []timestamp.Stamper{b}})
	trust, trusted := b.ring.Trust(), b.log.Trusted()
	trust.AddAuthority("walk", b.stamper.CertificatePEM())
	trust.Log = &trusted
	b.walk(h, trust, 0, false)
	calls := b.names
	if len(calls) != 5 {
		t.Fatalf("a removal makes the calls %v", calls)
	}
	for at := range calls {
		for _, late := range []bool{false, true} {
			b.walk(h, trust, at+1, late)
		}
	}
}

// walk removes one bundle with a fault on the way.
func (b *brittle) walk(h *house, trust *seal.Trust, at int, late bool) {
	h.t.Helper()
	ctx := h.t.Context()
	b.call, b.at, b.names = 0, 0, nil
	id := h.find(nil)
	h.must(h.do("r1", id, "reject", fields{"reason": "系店内陈列"}))
	h.clock.add(31 * 24 * time.Hour)
	b.call, b.at, b.late, b.names = 0, at, late, nil
	_, err := h.Clear(ctx)
	where := "nothing fails"
	if at > 0 {
		where = fmt.Sprintf("%s fails, its work done %t", b.names[at-1], late)
	}
	if (err != nil) != (at > 0) {
		h.t.Errorf("%s: %v", where, err)
	}
	if text, _, err := h.RemovalRecord(ctx, id); err == nil {
		if _, gone, err := removal.Check(text, trust, removal.Options{Bundle: id}); gone == nil || err != nil || !b.gone[id] {
			h.t.Errorf("%s: right after it a record is given that does not hold, or of a bundle that is there: %v", where, err)
		}
	}
	b.at = 0
	h.clock.add(24 * time.Hour)
	if _, err := h.Clear(ctx); err != nil {
		h.t.Errorf("%s: the next run: %v", where, err)
	}
	text, receipt, err := h.RemovalRecord(ctx, id)
	h.must(err)
	if r, gone, err := removal.Check(text, trust, removal.Options{Bundle: id, Receipt: receipt, Logged: true}); gone == nil || err != nil {
		h.t.Errorf("%s: %v: %+v", where, err, r.Checks)
	}
	if !b.gone[id] || len(b.entries[id]) != 1 || len(b.stored[id]) != 1 || !b.stored[id][string(text)] {
		h.t.Errorf("%s: gone %t, %d records in the log, %d in the store", where, b.gone[id], len(b.entries[id]), len(b.stored[id]))
	}
}
