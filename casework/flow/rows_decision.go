package flow

func decisionRows() []row {
	ready := []string{"window_closed", "statements_answered", "hearing_settled", "within_90_days"}
	decide := func(from State, guards ...string) row {
		return row{Step: Step{Event: "decide", From: []State{from}, To: Decided, Roles: []Role{Head},
			ZH: "作出处罚决定", EN: "Decide", Article: apl57,
			Effects: []Effect{AskConsent}, Issues: []string{"decision"}},
			guards: append(append([]string{"approver_apart", "old_enough", "one_fine"}, ready...), guards...)}
	}
	together := decide(Collective, "legal_review_done")
	together.Needs = []string{"opinion"}
	return []row{
		decide(Proposed, "legal_review_done", "no_collective"),
		decide(LegalReview, "legal_passed", "no_collective"),
		together,
		{Step: Step{Event: "submit", From: []State{Proposed}, To: LegalReview, Roles: []Role{Officer},
			ZH: "提交法制审核", EN: "Submit for legal review", Article: apl58},
			guards: append([]string{"own_officer", "certified"}, ready...)},
		{Step: Step{Event: "pass", From: []State{LegalReview}, Roles: []Role{Legal},
			ZH: "法制审核通过", EN: "Legal review passed", Article: apl58, Needs: []string{"opinion"}, Issues: []string{"legal_review"},
			Next:     func(f Facts) State { return when(CollectiveForced(f), Collective) },
			Branches: []State{Collective, LegalReview}},
			guards: []string{"legal_apart", "legal_open"}},
		{Step: Step{Event: "fail", From: []State{LegalReview}, To: Investigated, Roles: []Role{Legal},
			ZH: "法制审核不通过，退回", EN: "Legal review failed, sent back", Article: apl58, Needs: []string{"opinion"}, Issues: []string{"legal_review"}},
			guards: []string{"legal_apart", "legal_open"}},
	}
}

func when(holds bool, s State) State {
	if holds {
		return s
	}
	return ""
}
