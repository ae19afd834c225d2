package flow

import (
	"slices"
	"time"
)

// The guards, by name. Each says what is wrong, not what was hoped for.
func guards() map[string]Guard {
	all := map[string]Guard{}
	for _, list := range [][]Guard{reviewGuards(), filingGuards(), noticeGuards(), decisionGuards(), serviceGuards(), paymentGuards()} {
		for _, g := range list {
			all[g.Name] = g
		}
	}
	return all
}

func reviewGuards() []Guard {
	return []Guard{
		{Name: "lawful_camera", Article: apl41,
			ZH:    "该设备在违法行为发生前未通过法制审核、技术审核或未公布设置地点，其记录不得作为证据，只能驳回",
			EN:    "before the act the camera lacked its legal review, its technical review or the publication of its place: what it recorded is no evidence, the finding can only be rejected",
			Holds: func(f Facts, _ Attempt) bool { return lawfulCamera(f) }},
		{Name: "within_two_years", Article: apl36,
			ZH: "违法行为已超过二年，不再给予行政处罚", EN: "the act is more than two years old: no penalty any more",
			Holds: func(f Facts, _ Attempt) bool { return fresh(f) }},
		{Name: "second_person", Kind: Forbidden, Article: apl41,
			ZH: "复核须由初审以外的另一人进行", EN: "another person than the first reviewer must do the second review",
			Holds: func(f Facts, a Attempt) bool { return a.Actor != "" && a.Actor != f.Confirmer }},
		{Name: "four_ticks", Kind: Invalid, Field: "ticks", OnFields: true, Article: apl41,
			ZH: "真实、清晰、完整、准确四项须逐项成立；有一项不成立请驳回", EN: "true, clear, complete and accurate must all hold; if one does not, reject",
			Holds: func(_ Facts, a Attempt) bool {
				return a.Fields.True && a.Fields.Clear && a.Fields.Complete && a.Fields.Accurate
			}},
		{Name: "recheck_present", Article: pudong,
			ZH: "复查未见违法行为仍在", EN: "the re-check did not see the violation still there",
			Holds: func(f Facts, _ Attempt) bool { return f.Rechecked == "present" }},
		{Name: "recheck_gone", Article: apl33,
			ZH: "尚无复查证据表明已改正", EN: "no sealed re-check shows that it was corrected",
			Holds: func(f Facts, _ Attempt) bool { return f.Rechecked == "gone" }},
		{Name: "minor_enough", Article: apl33,
			ZH: "一年内已多次改正后再犯，不属轻微，须由审核员判断", EN: "it was corrected and repeated too often within a year to be minor: a reviewer must judge",
			Holds: func(f Facts, _ Attempt) bool { return f.Repeats < RepeatLimit }},
		{Name: "often_repeated", Article: apl33,
			ZH: "未达多次再犯", EN: "it was not repeated often",
			Holds: func(f Facts, _ Attempt) bool { return f.Repeats >= RepeatLimit }},
		{Name: "unconfirmed_30_days", Article: video17,
			ZH: "未满三十日", EN: "thirty days have not passed",
			Holds: func(f Facts, _ Attempt) bool { return f.Now.After(f.Last.AddDate(0, 0, UnconfirmedDays)) }},
	}
}

// RepeatLimit is how many corrections within a year still leave the next one
// minor.
const RepeatLimit = 3

func filingGuards() []Guard {
	return []Guard{
		{Name: "two_officers", Kind: Invalid, Field: "officers", OnFields: true, Article: apl42,
			ZH: "须指定两名不同的办案人员", EN: "two different officers must be named",
			Holds: func(f Facts, a Attempt) bool {
				list := a.Fields.Officers
				return len(list) == 2 && list[0].ID != "" && list[1].ID != "" && list[0].ID != list[1].ID
			}},
		{Name: "officers_licensed", Kind: Invalid, Field: "officers", OnFields: true, Article: apl42,
			ZH: "办案人员须在岗且持有有效执法证号", EN: "an officer must be in office and hold a valid enforcement licence",
			Holds: func(_ Facts, a Attempt) bool {
				for _, o := range a.Fields.Officers {
					if !o.IsOfficer || o.LicenceNo == "" {
						return false
					}
				}
				return true
			}},
		{Name: "officers_certified", Kind: Invalid, Field: "officers", OnFields: true, Article: apl42,
			ZH: "所选办案人员的执法证已过有效期，请换人，或者由管理员登记换证后的有效期",
			EN: "an officer's enforcement certificate has run out: name another one, or an administrator enters the new certificate's last day",
			Holds: func(f Facts, a Attempt) bool {
				return !slices.ContainsFunc(a.Fields.Officers, func(o OfficerChoice) bool { return runOut(f, o.LicenceUntil) })
			}},
		{Name: "officers_not_reviewers", Kind: Invalid, Field: "officers", OnFields: true, Article: apl43,
			ZH: "审核人员、审批人员不得同时为办案人员", EN: "who reviewed or approves the case cannot be its officer",
			Holds: func(f Facts, a Attempt) bool {
				for _, o := range a.Fields.Officers {
					if o.ID == f.Confirmer || o.ID == f.Verifier || o.ID == a.Actor || o.ID == f.Approver || o.ID == f.LegalReviewer {
						return false
					}
				}
				return true
			}},
		{Name: "officers_not_recused", Kind: Invalid, Field: "officers", OnFields: true, Article: apl43,
			ZH: "该人员在本案应当回避", EN: "this officer is recused in this case",
			Holds: func(f Facts, a Attempt) bool {
				for _, o := range a.Fields.Officers {
					if contains(f.Recused, o.ID) {
						return false
					}
				}
				return true
			}},
		{Name: "approver_apart", Kind: Forbidden, Article: apl43,
			ZH: "在本案中已担任其他职责的人不得审批", EN: "who already acts in this case in another capacity cannot approve",
			Holds: func(f Facts, a Attempt) bool { return !other(f, a, f.Approver) }},
		{Name: "own_officer", Kind: Forbidden, Article: apl42,
			ZH: "须由本案承办人办理", EN: "one of the case's own officers must do it",
			Holds: func(f Facts, a Attempt) bool { return a.Has(System) || contains(f.Officers, a.Actor) }},
		{Name: "certified", Kind: Forbidden, Article: apl42,
			ZH:    "本人的执法证已过有效期，不具有行政执法资格：由另一名承办人办理，或者由管理员登记换证后的有效期",
			EN:    "your enforcement certificate has run out: the case's other officer does it, or an administrator enters the new certificate's last day",
			Holds: func(f Facts, a Attempt) bool { return !runOut(f, a.LicenceUntil) }},
		{Name: "party_known", Article: apl40,
			ZH: "当事人尚未确定，请先确定当事人", EN: "the party is not identified yet; identify it first",
			Holds: func(f Facts, _ Attempt) bool { return f.PartyKnown }},
		{Name: "one_fine", Article: apl29,
			ZH:    "同一个违法行为不得给予两次以上罚款：同一当事人同时段的违法行为已另案办理；请驳回、撤案，或者由负责人认定为不同违法行为",
			EN:    "one act is fined once: the party has another case for what it did at that time; end one of them, or a head holds them for different acts",
			Holds: func(f Facts, _ Attempt) bool { return f.SameAct == "" },
			Say:   func(f Facts) string { return f.SameAct }},
		{Name: "same_act", Article: apl29,
			ZH: "当事人没有同时段另案办理的违法行为", EN: "the party has no other case for that time",
			Holds: func(f Facts, _ Attempt) bool { return f.SameAct != "" }},
		{Name: "law_ready", Article: apl38,
			ZH: "该事项适用的法律版本尚待本机关补录，不能立案处罚", EN: "the version of the law that applies is still to be entered by the bureau; no penalty can stand on it",
			Holds: func(f Facts, _ Attempt) bool { return f.LawReady }},
	}
}

// runOut tells whether a certificate is past its last day, on which it still holds. Of one
// without a day the registry knows the number alone: it is taken as valid.
func runOut(f Facts, until string) bool {
	return until != "" && f.Now.In(shanghai()).Format(time.DateOnly) > until
}
