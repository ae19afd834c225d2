package api

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"offsite/api/problem"
	"offsite/store"
)

// Pages of parties that listen: so many of one case's, and of all. They are apart from
// staff's, so that no number of parties keeps the bureau's consoles from hearing.
const (
	partiesOfCase = 5
	partiesMost   = 2000
)

// parties counts the pages that listen, by case.
type parties struct {
	mu     sync.Mutex
	all    int
	ofCase map[string]int
}

func (p *parties) listening() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all
}

// enter takes a place, which is to be left then; false: there is none.
func (p *parties) enter(caseID string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all >= partiesMost || p.ofCase[caseID] >= partiesOfCase {
		return false
	}
	if p.ofCase == nil {
		p.ofCase = map[string]int{}
	}
	p.all++
	p.ofCase[caseID]++
	return true
}

func (p *parties) leave(caseID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all--
	if p.ofCase[caseID]--; p.ofCase[caseID] == 0 {
		delete(p.ofCase, caseID)
	}
}

// listenParty streams that something of the party's own case has changed, and no more: what
// it is, the page asks for.
func (a *API) listenParty(ctx context.Context, _ *empty) (*stream, error) {
	c := callerOf(ctx)
	return &stream{func(hc huma.Context) {
		r, w := humachi.Unwrap(hc)
		if !a.parties.enter(c.caseID) {
			a.refuse(w, r, problem.TooMany("30"))
			return
		}
		defer a.parties.leave(c.caseID)
		a.follow(r.Context(), w, follower{
			stands: func(ctx context.Context) bool {
				_, _, err := a.o.Casework.PortalCheck(ctx, c.portal)
				return err == nil
			},
			sees: func(e store.Event) bool { return e.Kind == store.KindGap || ofCase(e, c.caseID) },
			text: func(store.Event) string { return "event: changed\ndata: {}\n\n" },
		})
	}}, nil
}

// ofCase says whether an event is a change of this case.
func ofCase(e store.Event, caseID string) bool {
	var of struct {
		CaseID string `json:"case_id"`
	}
	return e.Kind == "case.changed" && json.Unmarshal(e.Body, &of) == nil && of.CaseID == caseID
}
