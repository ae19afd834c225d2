package simulation

import (
	"context"
	"fmt"
	"time"

	"offsite/casework"
	"offsite/casework/flow"
)

// How people take it that an act has another case already, in per cent.
const (
	insists     = 25 // officers who would have it otherwise, and try again
	apartAcross = 75 // heads who hold what two matters forbid for two acts
	apartWithin = 25 // and what two cameras saw in one matter
)

// oneAct is what people do about a case that was refused because its act has another one
// (art. 29): an officer insists, a head holds the two for different acts, or the case ends.
// It is not so, and nothing is done, where the case page names no other.
func (c *course) oneAct(ctx context.Context, v view, head casework.Actor) (wait time.Duration, so bool, err error) {
	file, err := c.b.book.Case(ctx, head, c.id)
	if err != nil || file.SameAct == nil {
		return 0, false, err
	}
	apart, why := float64(apartWithin), "在两处先后实施，系两个违法行为"
	if c.s.across {
		apart, why = apartAcross, "违反不同规定的两个行为，可以分别认定"
	}
	switch {
	case c.once("insists") && chance(c.r, insists):
		_, err = c.do(ctx, c.some("officer"), v, "apart", given{"reason": "不是一回事"})
	case chance(c.r, apart):
		_, err = c.do(ctx, head, v, "apart", given{"reason": why})
	case v.State == flow.Verified:
		_, err = c.do(ctx, c.some("reviewer"), v, "reject", given{"reason": sameAs(file.SameAct)})
	default:
		_, err = c.do(ctx, head, v, "dismiss", given{"reason": sameAs(file.SameAct)})
	}
	return c.work(), true, err
}

// sameAs is the reason with which a case ends for the sake of the other.
func sameAs(other *casework.CaseRef) string { return "与" + other.Number + sameAsEnd }

const sameAsEnd = "案系同一违法行为"

// Overlaps are the acts of one party so near in time that they may be one act, which is
// fined once (art. 29). Pairs of incidents are told by who raised them, pairs of cases and
// what became of them by the tables.
type Overlaps struct {
	Raised  int `json:"raised"`  // pairs of incidents, raised within minutes
	Joined  int `json:"joined"`  // of them, taken for more evidence of one case
	Pairs   int `json:"pairs"`   // of cases that overlap
	Refused int `json:"refused"` // steps towards a second fine that were refused
	Ended   int `json:"ended"`   // pairs of which one case ended for the other's sake
	Apart   int `json:"apart"`   // pairs that a head held for two acts, in one of the cases at least
	Fined   int `json:"fined"`   // pairs in which both fines stand
}

type counted struct {
	what string
	n    int
}

func (o Overlaps) lines() []counted {
	return []counted{
		{"pairs of incidents, raised within minutes", o.Raised},
		{"of them, taken for more evidence of one case", o.Joined},
		{"pairs of cases that overlap", o.Pairs},
		{"steps towards a second fine that were refused", o.Refused},
		{"pairs of which one case ended for the other's sake", o.Ended},
		{"pairs that a head held for two acts", o.Apart},
		{"pairs in which both fines stand", o.Fined},
	}
}

// overlap tells of two cases a and b whether they may be one act: of one party, within half
// an hour, of one object or where one of them has none.
const overlap = `b.party_id = a.party_id AND b.first_at <= a.last_at + interval '30 minutes' AND b.last_at >= a.first_at - interval '30 minutes'
	AND (a.object_id IS NULL OR b.object_id IS NULL OR a.object_id = b.object_id)`

// bothFined tells whether the fines of both stand.
const bothFined = `a.decided_at IS NOT NULL AND a.state <> 'revoked' AND b.decided_at IS NOT NULL AND b.state <> 'revoked'`

// count adds what the tables say.
func (o *Overlaps) count(ctx context.Context, db database) error {
	err := db.QueryRow(ctx, `SELECT count(*),
			count(*) FILTER (WHERE EXISTS (SELECT FROM process_record r WHERE r.case_id IN (a.id, b.id) AND r.to_state IN ('rejected', 'dismissed') AND r.reason LIKE '%'||$1)),
			count(*) FILTER (WHERE EXISTS (SELECT FROM process_record r WHERE r.event = 'apart'
				AND (r.case_id, r.detail->'other_case'->>'id') IN ((a.id, b.id::text), (b.id, a.id::text)))),
			count(*) FILTER (WHERE `+bothFined+`)
		FROM casefile a JOIN casefile b ON b.id > a.id AND `+overlap, sameAsEnd).Scan(&o.Pairs, &o.Ended, &o.Apart, &o.Fined)
	if err != nil {
		return fmt.Errorf("count the acts that overlap: %w", err)
	}
	return nil
}
