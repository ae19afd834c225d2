package flow_test

import (
	"slices"
	"strings"
	"testing"

	"offsite/casework/flow"
)

// may says who takes which step in which state, read from the design and the law by itself:
// the table is held to it. States first, then a colon, then events; what is not here is
// nobody's.
var may = map[flow.Role]string{
	flow.Reviewer: `
		found: confirm reject identify classify
		reminded: reject undeliverable identify classify
		reviewed: verify reject identify classify
		verified: reject identify classify
		filed: identify classify
		notified: classify`,
	flow.Officer: `
		found reminded reviewed verified filed: identify classify
		filed: notify
		notified: classify inquire open_room attend close_room investigated answer
		investigated: propose answer
		proposed: submit answer revise
		hearing: answer
		decided: serve publish
		serving: served failed publish
		served overdue urged: reconsideration litigation upheld publish
		overdue: urge
		court: executed publish
		closed archived: reconsideration litigation upheld publish`,
	flow.Legal: `
		hearing: hearing_notice heard
		legal_review: pass fail`,
	flow.Head: `
		found reminded reviewed verified filed: identify classify
		notified: classify
		verified: file apart not_identified transfer
		filed: not_identified
		filed notified investigated proposed hearing: reassign
		filed notified investigated proposed hearing legal_review collective: apart extend no_penalty dismiss transfer
		hearing: hearing_notice heard
		proposed legal_review collective: decide
		decided serving served overdue urged court closed archived: revoke
		served overdue: deferred instalments
		served overdue urged court: terminate
		urged: court
		closed: archived`,
	flow.Party: `
		reminded reviewed verified filed notified investigated proposed hearing legal_review collective decided: consent
		notified: appointment agree_recording refuse_recording
		notified proposed: statement
		notified investigated proposed: confirm_inquiry
		proposed: hearing_request waive
		served overdue: ask_deferral ask_instalments`,
	flow.Cashier: `
		served overdue urged court: paid instalment_paid`,
	flow.System: `
		found: expire
		reminded: delivered undeliverable persists corrected repeated unseen
		proposed: window_ends
		serving: served failed
		served: overdue
		decided serving served overdue urged court closed archived: publish`,
	flow.Auditor: ``, "admin": ``, "supervisor": ``, "operator": ``, "collector": ``, "": ``,
}

// Every state, every event, every role: a step that the state does not have is unlawful, one
// that is another's is forbidden with the article, and one's own is stopped by nothing but
// what it lacks.
func TestEveryStateEventAndRole(t *testing.T) {
	t.Parallel()
	table := flow.New()
	allowed := map[string]bool{} // state, event, role
	there := map[string]bool{}   // state, event
	for role, text := range may {
		for line := range strings.Lines(strings.TrimSpace(text)) {
			states, events, _ := strings.Cut(line, ":")
			for _, state := range strings.Fields(states) {
				for _, event := range strings.Fields(events) {
					allowed[state+" "+event+" "+string(role)], there[state+" "+event] = true, true
				}
			}
		}
	}
	events := map[flow.Event]bool{"nonsense": true}
	for _, s := range table.Steps {
		events[s.Event] = true
	}
	judged := 0
	for _, info := range table.States {
		for event := range events {
			key := string(info.State) + " " + string(event)
			for role := range may {
				_, refusal := table.Judge(flow.Facts{State: info.State}, flow.Attempt{Event: event, Actor: "x", Roles: []flow.Role{role}})
				judged++
				own := refusal == nil || refusal.Guard != "" || refusal.Field != ""
				switch {
				case !there[key] && (refusal == nil || refusal.Kind != flow.Unlawful || own):
					t.Errorf("%s by %q, which the state does not have: %v", key, role, refusal)
				case there[key] && !allowed[key+" "+string(role)] && (own || refusal.Kind != flow.Forbidden || refusal.Article == ""):
					t.Errorf("%s by %q, which is another's: %v", key, role, refusal)
				case allowed[key+" "+string(role)] && !own:
					t.Errorf("%s by %q, whose step it is: %v", key, role, refusal)
				}
			}
		}
	}
	for key := range there {
		state, event, _ := strings.Cut(key, " ")
		if _, ok := table.Find(flow.State(state), flow.Event(event)); !ok {
			t.Errorf("there is no step %s", key)
		}
	}
	t.Logf("%d judged", judged)
}

// officerOr is the role in which a step's guards are all asked: the system needs no officer.
func officerOr(s flow.Step) flow.Role {
	if slices.Contains(s.Roles, flow.Officer) {
		return flow.Officer
	}
	return s.Roles[0]
}
