package flow

func reviewRows() []row {
	return []row{
		{Step: Step{Event: "confirm", From: []State{Found}, To: Reminded, Roles: []Role{Reviewer},
			ZH: "确认线索", EN: "Confirm", Article: apl41,
			Effects: []Effect{SendReminder, Retain}, Issues: []string{"reminder"}},
			guards: []string{"lawful_camera", "within_two_years"}},
		{Step: Step{Event: "reject", From: []State{Found, Reminded, Reviewed, Verified}, To: Rejected, Roles: []Role{Reviewer},
			ZH: "驳回", EN: "Reject", Article: apl41, Needs: []string{"reason"}}},
		{Step: Step{Event: "expire", From: []State{Found}, To: Rejected, Roles: []Role{System},
			ZH: "三十日无人确认", EN: "Unconfirmed for thirty days", Article: video17},
			guards: []string{"unconfirmed_30_days"}},
		{Step: Step{Event: "delivered", From: []State{Reminded}, Roles: []Role{System},
			ZH: "提醒已送达", EN: "Reminder delivered", Article: pudong, Effects: []Effect{Recheck}}},
		{Step: Step{Event: "undeliverable", From: []State{Reminded}, To: Reviewed, Roles: []Role{System, Reviewer},
			ZH: "无法劝阻，转复核", EN: "Reminder undeliverable, to second review", Article: pudong, Needs: []string{"reason"}}},
		{Step: Step{Event: "persists", From: []State{Reminded}, To: Reviewed, Roles: []Role{System},
			ZH: "复查仍在，转复核", EN: "Still there at the re-check, to second review", Article: pudong},
			guards: []string{"recheck_present"}},
		{Step: Step{Event: "corrected", From: []State{Reminded}, To: Corrected, Roles: []Role{System},
			ZH: "及时改正，教育不罚", EN: "Corrected in time: educated, no penalty", Article: apl33, Effects: []Effect{CountHistory}},
			guards: []string{"recheck_gone", "minor_enough"}},
		{Step: Step{Event: "repeated", From: []State{Reminded}, To: Reviewed, Roles: []Role{System},
			ZH: "改正后多次再犯，转复核", EN: "Repeated too often to be minor, to second review", Article: apl33},
			guards: []string{"recheck_gone", "often_repeated"}},
		{Step: Step{Event: "unseen", From: []State{Reminded}, To: Reviewed, Roles: []Role{System},
			ZH: "无法复查，转复核", EN: "Re-check impossible, to second review", Article: pudong, Needs: []string{"reason"}}},
		{Step: Step{Event: "verify", From: []State{Reviewed}, To: Verified, Roles: []Role{Reviewer},
			ZH: "复核通过", EN: "Verify", Article: apl41},
			guards: []string{"second_person", "within_two_years", "lawful_camera", "four_ticks"}},
		{Step: Step{Event: "identify", From: []State{Found, Reminded, Reviewed, Verified, Filed}, Roles: []Role{Officer, Reviewer, Head},
			ZH: "确定当事人", EN: "Identify the party", Article: apl40, Needs: []string{"party_id"}}},
		{Step: Step{Event: "classify", From: []State{Found, Reminded, Reviewed, Verified, Filed, Notified}, Roles: []Role{Officer, Reviewer, Head},
			ZH: "变更事项", EN: "Change the matter", Article: apl40, Needs: []string{"matter"}}},
	}
}

func filingRows() []row {
	return []row{
		{Step: Step{Event: "file", From: []State{Verified}, To: Filed, Roles: []Role{Head},
			ZH: "批准立案", EN: "Approve filing", Article: apl54, Needs: []string{"officers"},
			Effects: []Effect{NumberCase}, Issues: []string{"filing_approval"}},
			guards: []string{"within_two_years", "law_ready", "party_known", "old_enough", "one_fine", "approver_apart",
				"two_officers", "officers_licensed", "officers_certified", "officers_not_reviewers", "officers_not_recused"}},
		{Step: Step{Event: "apart", From: []State{Verified, Filed, Notified, Investigated, Proposed, Hearing, LegalReview, Collective}, Roles: []Role{Head},
			ZH: "认定为不同违法行为", EN: "Hold it for another act", Article: apl29, Needs: []string{"reason"}},
			guards: []string{"approver_apart", "same_act"}},
		{Step: Step{Event: "not_identified", From: []State{Verified, Filed}, To: Dismissed, Roles: []Role{Head},
			ZH: "当事人无法确定，终结", EN: "Party not identified, ended", Article: apl40, Needs: []string{"reason"}}},
		{Step: Step{Event: "reassign", From: []State{Filed, Notified, Investigated, Proposed, Hearing}, Roles: []Role{Head},
			ZH: "回避、更换承办人", EN: "Recuse or replace officers", Article: apl43, Needs: []string{"officers", "reason"}},
			guards: []string{"approver_apart", "two_officers", "officers_licensed", "officers_certified", "officers_not_reviewers", "officers_not_recused"}},
		{Step: Step{Event: "extend", From: []State{Filed, Notified, Investigated, Proposed, Hearing, LegalReview, Collective}, Roles: []Role{Head},
			ZH: "批准延长办案期限", EN: "Extend the time for the decision", Article: apl60, Needs: []string{"reason"}},
			guards: []string{"approver_apart", "not_extended"}},
	}
}
