package flow_test

import (
	"slices"
	"testing"

	"offsite/casework/flow"
)

// The lists that queries are given, as the law has them: one that a new step changes is
// changed here by somebody who has read the article.
func TestWhatStandsFollowsFromTheSteps(t *testing.T) {
	t.Parallel()
	review := []flow.State{flow.Found, flow.Reminded, flow.Reviewed, flow.Verified}
	inquiry := []flow.State{flow.Filed, flow.Notified, flow.Investigated, flow.Proposed, flow.Hearing, flow.LegalReview, flow.Collective}
	fined := []flow.State{flow.Decided, flow.Serving, flow.Served, flow.Overdue, flow.Urged, flow.Court, flow.Closed, flow.Archived}
	table := flow.New()
	for name, one := range map[string]struct{ got, want []flow.State }{
		"undecided": {table.Undecided(), slices.Concat(review, inquiry)},
		"fined":     {table.Fined(), fined},
		"pursued":   {table.Pursued(), slices.Concat(inquiry, fined)},
		"counted":   {table.Counted(), slices.Concat(fined, []flow.State{flow.Corrected, flow.NoPenalty})},
	} {
		slices.Sort(one.got)
		slices.Sort(one.want)
		if !slices.Equal(one.got, one.want) {
			t.Errorf("%s: %v, want %v", name, one.got, one.want)
		}
	}
}
