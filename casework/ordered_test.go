package casework_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"offsite/casework"
	"offsite/evidence"
	"offsite/evidence/removal"
	"offsite/evidence/timestamp"
	"offsite/evidence/translog/proof"
	"offsite/privacy"
	"offsite/registry/account"
)

// cellar is a store that knows holds and no locks: what goes from it, casework alone let go.
type cellar struct {
	mu         sync.Mutex
	held, gone map[string]bool // by bundle
}

func (*cellar) ExtendRetention(_ context.Context, _ evidence.Receipt, until time.Time) (time.Time, error) {
	return until, nil
}

func (c *cellar) Hold(_ context.Context, r evidence.Receipt, on bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held[r.BundleID] = on
	return nil
}

func (c *cellar) Remove(_ context.Context, r evidence.Receipt) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held[r.BundleID] {
		return evidence.ErrLocked
	}
	c.gone[r.BundleID] = true
	return nil
}

func (*cellar) PutRemoval(context.Context, evidence.Receipt, []byte, []byte, time.Time) error {
	return nil
}

// paperLog takes every entry.
type paperLog struct{}

func (paperLog) Record(context.Context, proof.Entry) ([]byte, error) { return []byte("proof"), nil }

// endedCase is what the test knows of a case.
type endedCase struct {
	id      string
	bundles []evidence.Receipt
	revoked bool
	pending bool // a reconsideration or a lawsuit
	held    bool // by a hold of the store's, which nobody but the test sets
	ended   time.Time
}

// line is the schedule's line of the case, and how many days it asks for at least.
func (c *endedCase) line() (key string, least int) {
	year := c.ended.In(time.FixedZone("", 8*3600)).Year()
	if c.revoked {
		return privacy.EndKey(year), 1825
	}
	return privacy.ArchiveKey(year), 3650
}

// schedulePlay plays staff, courts and time against cases that have ended.
type schedulePlay struct {
	*house
	rand   *rand.Rand
	office *privacy.Office
	cellar *cellar
	cases  []*endedCase
	people []privacy.Person
	given  map[int64]privacy.Person // who gave an order
	agreed []privacy.Order          // by another
}

// TestOrderedEvidenceGoesByTwoAndNeverWhilePending: whatever staff, courts and time do, and in
// whatever order, evidence of an ended case goes only by the order of two on its line, after
// its time, and never while an appeal is pending or a hold is on it; and then it does go.
func TestOrderedEvidenceGoesByTwoAndNeverWhilePending(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{1, 2} {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			p := newPlay(t, seed)
			p.begin(200_00, true) // one that was revoked does not count among those before
			for _, fen := range []int64{200_00, 500_00, 800_00} {
				p.begin(fen, false)
			}
			for range 150 {
				p.step()
				if t.Failed() {
					return
				}
			}
			p.endsAll()
		})
	}
}

func newPlay(t *testing.T, seed uint64) *schedulePlay {
	t.Helper()
	p := &schedulePlay{cellar: &cellar{held: map[string]bool{}, gone: map[string]bool{}}, rand: rand.New(rand.NewPCG(seed, 0)), given: map[int64]privacy.Person{}} // #nosec G404 -- a play
	p.house = open(t, want{retainer: p.cellar})
	p.office = privacy.New(privacy.Options{Pool: p.pool, Log: paperLog{}, Bureau: "局", Now: p.clock.now})
	for _, one := range []string{"legal", "head"} {
		p.people = append(p.people, privacy.Person{ID: p.staff[one].ID, Name: p.staff[one].Name})
	}
	return p
}

// An order that has taken effect does not outlive an appeal, nor the decision itself: neither
// is told by the store before its hold is set.
func TestWhatComesAfterTheOrderCounts(t *testing.T) {
	t.Parallel()
	p := newPlay(t, 0)
	p.begin(200_00, false)
	p.begin(500_00, false)
	p.clock.add(12 * 366 * 24 * time.Hour)
	key, least := p.cases[0].line()
	given, err := p.office.Order(t.Context(), p.people[0], key, least, "期满")
	p.must(err)
	p.must(p.office.Agree(t.Context(), p.people[1], given.ID))
	p.must(p.office.Run(t.Context()))
	appealed, revoked := p.cases[0], p.cases[1]
	p.appeal(appealed)
	p.must(p.do("head", revoked.id, "revoke", fields{"reason": "法院判决撤销"}))
	stays := func(c *endedCase, when string) {
		t.Helper()
		for _, r := range c.bundles {
			if p.cellar.gone[r.BundleID] {
				t.Errorf("%s: it went", when)
			}
		}
	}
	_, err = p.Clear(t.Context())
	p.must(err)
	stays(appealed, "an appeal is pending")
	stays(revoked, "the decision was revoked today")
	p.appeal(appealed) // upheld
	if n, err := p.Clear(t.Context()); n != len(appealed.bundles) || err != nil {
		t.Errorf("%d of %d went once the appeal was over: %v", n, len(appealed.bundles), err)
	}
	stays(revoked, "the decision was revoked today")

	ring := keys(t)
	trust := ring.Trust()
	p.Book = p.book(account.New(p.pool), want{retainer: p.cellar, sealer: ring.Sealer, stampers: []timestamp.Stamper{p.stamper(trust)}})
	revoked.revoked, revoked.ended = true, p.clock.now()
	p.clock.add(6 * 366 * 24 * time.Hour)
	key, least = revoked.line()
	given, err = p.office.Order(t.Context(), p.people[1], key, least, "起诉期限已过")
	p.must(err)
	p.must(p.office.Agree(t.Context(), p.people[0], given.ID))
	p.must(p.office.Run(t.Context()))
	if n, err := p.Clear(t.Context()); n != len(revoked.bundles) || err != nil {
		t.Errorf("%d of %d went six years after the revocation: %v", n, len(revoked.bundles), err)
	}
	for _, r := range revoked.bundles {
		text, _, err := p.RemovalRecord(t.Context(), r.BundleID)
		p.must(err)
		report, gone, err := removal.Check(text, trust, removal.Options{Bundle: r.BundleID})
		if s, bad := removal.Parse(text); err != nil || gone == nil || bad != nil || s.Statement.Reason != removal.Ended {
			t.Errorf("%v, %v: it went for %q: %+v", err, bad, s.Statement.Reason, report.Checks)
		}
	}
}

// begin ends a case: archived once it is paid, or revoked.
func (p *schedulePlay) begin(fen int64, revoked bool) {
	p.t.Helper()
	c := &endedCase{id: p.served(fen), revoked: revoked}
	if revoked {
		p.must(p.do("head", c.id, "revoke", fields{"reason": "主要证据不足"}))
	} else {
		p.payNext(c.id)
	}
	c.ended = p.clock.now()
	if !revoked {
		p.must(p.do("head", c.id, "archived", nil))
	}
	known := map[string]bool{}
	for _, other := range p.cases {
		for _, r := range other.bundles {
			known[r.BundleID] = true
		}
	}
	p.must(casework.Receipts(p.t.Context(), p.pool, func(r evidence.Receipt) error {
		if !known[r.BundleID] {
			c.bundles = append(c.bundles, r)
		}
		return nil
	}))
	p.cases = append(p.cases, c)
}

func (p *schedulePlay) step() {
	p.t.Helper()
	c := p.cases[p.rand.IntN(len(p.cases))]
	switch p.rand.IntN(10) {
	case 0, 1:
		p.clock.add(time.Duration(100+p.rand.IntN(500)) * 24 * time.Hour)
	case 2:
		p.appeal(c)
	case 3:
		if !c.revoked && p.rand.IntN(8) == 0 {
			p.must(p.do("head", c.id, "revoke", fields{"reason": "法院判决撤销"}))
			c.revoked, c.ended = true, p.clock.now()
		}
	case 4:
		c.held = !c.held
		for _, r := range c.bundles {
			p.must(p.cellar.Hold(p.t.Context(), r, c.held))
		}
	case 5, 6:
		p.order()
	case 7, 8:
		p.agree()
	}
	if p.rand.IntN(3) == 0 { // the deletion comes later than the schedule's run
		p.must(p.office.Run(p.t.Context()))
		return
	}
	p.clear()
}

func (p *schedulePlay) appeal(c *endedCase) {
	p.t.Helper()
	if c.revoked {
		return
	}
	event := []string{"reconsideration", "litigation"}[p.rand.IntN(2)]
	if c.pending {
		event = "upheld"
	}
	p.must(p.do("o1", c.id, event, fields{"note": "已登记"}))
	c.pending = !c.pending
}

func (p *schedulePlay) order() {
	p.t.Helper()
	schedule, err := p.office.Schedule(p.t.Context())
	p.must(err)
	schedule = slices.DeleteFunc(schedule, func(r privacy.Rule) bool {
		return !strings.HasPrefix(r.Key, "archive_") && !strings.HasPrefix(r.Key, "end_")
	})
	if len(schedule) == 0 {
		return
	}
	rule, by := schedule[p.rand.IntN(len(schedule))], p.people[p.rand.IntN(2)]
	given, err := p.office.Order(p.t.Context(), by, rule.Key, rule.Least+p.rand.IntN(400), "经鉴定无保存价值")
	if err == nil {
		p.given[given.ID] = by
	}
}

func (p *schedulePlay) agree() {
	p.t.Helper()
	all, err := p.office.Orders(p.t.Context())
	p.must(err)
	for _, one := range all {
		by := p.people[p.rand.IntN(2)]
		if !one.Open {
			continue
		}
		err := p.office.Agree(p.t.Context(), by, one.ID)
		if alone := by == p.given[one.ID]; (err == nil) == alone {
			p.t.Errorf("order %d, agreed to by its giver %t: %v", one.ID, alone, err)
		}
		if err == nil {
			p.agreed = append(p.agreed, one)
		}
	}
}

// clear runs the schedule and the deletion of a day, and looks at what went.
func (p *schedulePlay) clear() {
	p.t.Helper()
	before := map[string]bool{}
	for id := range p.cellar.gone {
		before[id] = true
	}
	p.must(p.office.Run(p.t.Context()))
	_, err := p.Clear(p.t.Context())
	p.must(err)
	for _, c := range p.cases {
		key, least := c.line()
		byTwo := slices.ContainsFunc(p.agreed, func(o privacy.Order) bool {
			return o.Rule == key && c.ended.Before(p.clock.now().AddDate(0, 0, -o.Days))
		})
		for _, r := range c.bundles {
			if !p.cellar.gone[r.BundleID] || before[r.BundleID] {
				continue
			}
			if over := c.ended.Before(p.clock.now().AddDate(0, 0, -least)); !over || !byTwo || c.held || c.pending && !c.revoked {
				p.t.Errorf("%s went: time over %t, ordered by two %t, held %t, appeal pending %t, revoked %t", key, over, byTwo, c.held, c.pending, c.revoked)
			}
		}
	}
	p.clock.add(24 * time.Hour)
}

// endsAll lifts what keeps evidence and has everything ordered: then all of it goes.
func (p *schedulePlay) endsAll() {
	p.t.Helper()
	p.clock.add(12 * 366 * 24 * time.Hour)
	for _, c := range p.cases {
		if c.pending && !c.revoked {
			p.appeal(c)
		}
		for _, r := range c.bundles {
			p.must(p.cellar.Hold(p.t.Context(), r, false))
		}
		c.held = false
	}
	schedule, err := p.office.Schedule(p.t.Context())
	p.must(err)
	for _, rule := range schedule {
		if strings.HasPrefix(rule.Key, "archive_") || strings.HasPrefix(rule.Key, "end_") {
			days := rule.Least + 1
			if rule.Days == days {
				days++
			}
			given, err := p.office.Order(p.t.Context(), p.people[0], rule.Key, days, "期满")
			p.must(err)
			p.must(p.office.Agree(p.t.Context(), p.people[1], given.ID))
			given.AgreedBy = p.people[1].Name
			p.agreed = append(p.agreed, given)
		}
	}
	p.clear()
	for _, c := range p.cases {
		for _, r := range c.bundles {
			if !p.cellar.gone[r.BundleID] {
				key, _ := c.line()
				p.t.Errorf("evidence of %s (%s) stays for ever", key, p.state(c.id))
			}
		}
	}
}
