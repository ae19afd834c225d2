package simulation

import (
	"context"
	"slices"
	"time"

	"offsite/casework/flow"
)

// try has somebody try any step that there is, with any fields: a slip, ignorance, or
// worse. Where the law allows it, it is done, and the course goes on from there.
func (c *course) try(ctx context.Context, v view) error {
	steps := flow.New().Steps
	s := steps[c.r.IntN(len(steps))]
	role := []string{"reviewer", "officer", "legal", "head", "admin", "auditor"}[c.r.IntN(6)]
	if len(s.Roles) > 0 && chance(c.r, 50) { // the right office, at the wrong time
		if list := c.b.staff[string(s.Roles[0])]; len(list) > 0 {
			role = string(s.Roles[0])
		}
	}
	who := c.some(role)
	if chance(c.r, 30) && c.officers[0].ID != "" {
		who = c.officers[c.r.IntN(2)]
	}
	if ends(s.Event) && slices.Contains(s.Roles, flow.Role(who.Roles[0])) {
		return nil // who may end a case does not do so by mistake
	}
	c.tried++
	_, err := c.do(ctx, who, v, string(s.Event), c.anything(s))
	return err
}

func ends(e flow.Event) bool {
	return slices.Contains([]flow.Event{"reject", "not_identified", "no_penalty", "dismiss", "transfer", "revoke", "terminate"}, e)
}

// anything fills a step's fields, not always soundly.
func (c *course) anything(s flow.Step) given {
	now := c.b.clock.now()
	f := given{}
	for _, need := range s.Needs {
		switch need {
		case "fine_fen":
			f[need] = int64(c.r.IntN(300_000_00))
		case "officers":
			f[need] = []string{c.some("officer").ID, c.some([]string{"officer", "reviewer"}[c.r.IntN(2)]).ID}
		case "party_id":
			f[need] = c.s.party
		case "matter":
			f[need] = c.s.zone.Detector
		case "method":
			f[need] = []string{"electronic", "mail", "pigeon"}[c.r.IntN(3)]
		case "at", "until", "received_at":
			f[need] = now.Add(time.Duration(c.r.IntN(40)-10) * day).Format(time.RFC3339)
		case "phone", "signature": // the party's alone
		default:
			f[need] = "试一试"
		}
	}
	return f
}
