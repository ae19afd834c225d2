package simulation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"offsite/casework"
	"offsite/casework/flow"
)

// course is one incident and what people do about it. Whatever is left to chance is
// drawn from its own source, so that courses may be played side by side.
type course struct {
	b    *bureau
	s    *spot
	r    *rand.Rand
	id   string // of the case, once raised
	wake time.Time
	turn int // of the wake in the queue that counts

	second bool // the same party was seen minutes before
	raised bool
	joined bool // it became more evidence of another's case

	neglected bool // nobody ever looks at it
	stays     bool // the act is still there at the re-check
	slow      bool // its officers let time pass
	acted     map[string]bool
	reviewer  casework.Actor
	officers  [2]casework.Actor
	head      casework.Actor
	order     string // payment order

	tried   int // steps that somebody took or tried to at random
	refused int
	twice   int // of them, because the act has another case (art. 29)
}

// view is what people see of a case.
type view struct {
	State     flow.State
	Version   int
	Party     string
	FineFen   int64
	dossier   viewedDossier
	published bool
}

type viewedDossier struct {
	People struct {
		Confirmer viewedPerson   `json:"confirmer"`
		Approver  viewedPerson   `json:"approver"`
		Officers  []viewedPerson `json:"officers"`
	} `json:"people"`
	Party struct {
		Consent string `json:"consent"`
	} `json:"party"`
	Law struct {
		Ready  bool  `json:"ready"`
		MinFen int64 `json:"min_fen"`
		MaxFen int64 `json:"max_fen"`
		Lowest int64 `json:"lowest_fen"`
	} `json:"law"`
	ProposedFen    int64     `json:"proposed_fen"`
	HearingRight   bool      `json:"hearing_right"`
	StatementUntil time.Time `json:"statement_until"`
	HearingUntil   time.Time `json:"hearing_until"`
	Waived         bool      `json:"waived"`
	Extended       bool      `json:"extended"`
	Complex        bool      `json:"complex"`
	Major          bool      `json:"major"`
	LegalPassed    bool      `json:"legal_passed"`
	Method         string    `json:"method"`
	Hearing        struct {
		At   time.Time `json:"at"`
		Held string    `json:"held"`
	} `json:"hearing"`
	Statements []struct {
		Answer string `json:"answer"`
	} `json:"statements"`
	PayUntil    time.Time  `json:"pay_until"`
	Instalments []struct{} `json:"instalments"`
	Pauses      []struct {
		To time.Time `json:"to"`
	} `json:"pauses"`
	ServingAt   time.Time `json:"serving_at"`
	RefundFen   int64     `json:"refund_fen"`
	RefundedFen int64     `json:"refunded_fen"`
}

type viewedPerson struct {
	ID string `json:"id"`
}

func (d viewedDossier) unanswered() bool {
	for _, s := range d.Statements {
		if s.Answer == "" {
			return true
		}
	}
	return false
}

func (d viewedDossier) suspended() bool {
	return len(d.Pauses) > 0 && d.Pauses[len(d.Pauses)-1].To.IsZero()
}

func (c *course) look(ctx context.Context) (v view, err error) {
	var body []byte
	err = c.b.pool.QueryRow(ctx, `SELECT state, version, coalesce(party_id::text, ''), fine_fen, published_at IS NOT NULL, dossier FROM casefile WHERE id = $1`, c.id).
		Scan(&v.State, &v.Version, &v.Party, &v.FineFen, &v.published, &body)
	if err != nil {
		return v, fmt.Errorf("look at case %s: %w", c.id, err)
	}
	if err := json.Unmarshal(body, &v.dossier); err != nil {
		return v, fmt.Errorf("look at case %s: %w", c.id, err)
	}
	p := v.dossier.People
	c.reviewer, c.head = c.b.person(p.Confirmer.ID), c.b.person(p.Approver.ID)
	for i := range min(len(p.Officers), len(c.officers)) {
		c.officers[i] = c.b.person(p.Officers[i].ID)
	}
	return v, nil
}

// raise begins the course. An act that is already a case of its own joins it, and the
// course has nothing more to do.
func (c *course) raise(ctx context.Context) (joined bool, err error) {
	id, err := c.b.raise(ctx, c.r, c.s)
	if err != nil {
		return false, err
	}
	var found string
	if err := c.b.pool.QueryRow(ctx, `SELECT case_id::text FROM evidence WHERE bundle = $1`, id).Scan(&found); err != nil {
		return false, fmt.Errorf("find the case of incident %s: %w", id, err)
	}
	c.id = found
	return found != id, nil
}

type given = map[string]any

// do takes a step. What the law or another's step forbids is counted; it is no error.
func (c *course) do(ctx context.Context, who casework.Actor, v view, event string, f given) (bool, error) {
	return c.outcome(event, c.b.book.Apply(ctx, who, c.id, v.Version, event, f))
}

func (c *course) outcome(event string, err error) (bool, error) {
	var refusal *casework.Refusal
	switch {
	case err == nil:
		return true, nil
	case errors.As(err, &refusal):
		c.refused++
		if refusal.Guard == "one_fine" {
			c.twice++
		}
		return false, nil
	case errors.Is(err, casework.ErrChanged):
		c.refused++
		return false, nil
	}
	return false, fmt.Errorf("%s of case %s at %s: %w", event, c.id, c.b.clock.now().Format(time.DateTime), err)
}

func (c *course) some(role string) casework.Actor {
	list := c.b.staff[role]
	return list[c.r.IntN(len(list))]
}

// other is somebody of the role who is not among those named.
func (c *course) other(role string, not ...casework.Actor) casework.Actor {
	for {
		who := c.some(role)
		taken := false
		for _, n := range not {
			taken = taken || n.ID == who.ID
		}
		if !taken {
			return who
		}
	}
}

// Working time that a step takes, and how often somebody tries what he may not.
const (
	stepWork     = 90 * time.Minute
	tries        = 15 // per cent of looks at a case
	slowOnes     = 3  // per cent of cases whose officers let time pass
	neglects     = 2  // per cent of findings that nobody looks at
	rejects      = 8  // per cent, at the first review
	rejectsAgain = 4  // per cent, at the second
	states       = 15 // per cent of parties who state a defence
	appeals      = 4  // per cent of decisions
)

// play lets whoever is next act, and says when somebody looks again; zero: nobody.
func (c *course) play(ctx context.Context) (time.Time, error) {
	v, err := c.look(ctx)
	if err != nil {
		return time.Time{}, err
	}
	if chance(c.r, tries) {
		if err := c.try(ctx, v); err != nil {
			return time.Time{}, err
		}
		if v, err = c.look(ctx); err != nil {
			return time.Time{}, err
		}
	}
	next, err := c.acts()[v.State](ctx, v)
	if err != nil || next < 0 {
		return time.Time{}, err
	}
	if office := c.atOffice(v.State); office {
		return officeTime(c.b.days, c.b.clock.now(), next)
	}
	return partyTime(c.b.clock.now().Add(next)), nil
}

// atOffice tells whose turn it is: in these states the party's or nature's.
func (c *course) atOffice(s flow.State) bool {
	switch s {
	case flow.Reminded, flow.Proposed, flow.Serving, flow.Served, flow.Overdue, flow.Urged, flow.Court, flow.Hearing:
		return false
	}
	return true
}

// nothing is the wait of a state that nobody acts in any more.
const nothing = time.Duration(-1)

type act func(ctx context.Context, v view) (time.Duration, error)

func (c *course) acts() map[flow.State]act {
	idle := func(context.Context, view) (time.Duration, error) { return nothing, nil }
	return map[flow.State]act{
		flow.Found: c.found, flow.Reminded: c.reminded, flow.Reviewed: c.reviewed, flow.Verified: c.verified, flow.Filed: c.filed,
		flow.Notified: c.notified, flow.Investigated: c.investigated, flow.Proposed: c.proposed, flow.Hearing: c.hearing,
		flow.LegalReview: c.legalReview, flow.Collective: c.collective, flow.Decided: c.decided, flow.Serving: c.serving,
		flow.Served: c.served, flow.Overdue: c.overdue, flow.Urged: c.urged, flow.Court: c.court, flow.Closed: c.closed,
		flow.Archived: idle, flow.Corrected: idle, flow.Rejected: idle, flow.NoPenalty: idle, flow.Dismissed: idle, flow.Transferred: idle, flow.Revoked: idle,
	}
}

// work is how long a step waits and takes.
func (c *course) work() time.Duration { return about(c.r, stepWork) }

// once tells whether something happens for the first time in this course.
func (c *course) once(what string) bool {
	first := !c.acted[what]
	c.acted[what] = true
	return first
}

// rechecks plays the camera at the end of the grace period.
func (c *course) rechecks(ctx context.Context) error {
	const blind = 3 // per cent of re-checks for which the camera is away
	if chance(c.r, blind) {
		return c.b.book.RecheckFailed(ctx, c.id, "摄像机离线")
	}
	return c.b.recheck(ctx, c.r, c.s, c.id, c.stays)
}
