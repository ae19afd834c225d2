package flow

import "time"

func decisionGuards() []Guard {
	return []Guard{
		{Name: "legal_apart", Kind: Forbidden, Article: apl58,
			ZH: "法制审核人员不得在本案担任其他职责", EN: "the legal reviewer cannot act in this case in another capacity",
			Holds: func(f Facts, a Attempt) bool { return !other(f, a, f.LegalReviewer) }},
		{Name: "legal_review_done", Article: apl58,
			ZH: "本案须先经法制审核通过，未经审核不得作出决定", EN: "this case needs a passed legal review first; without it no decision may be made",
			Holds: func(f Facts, _ Attempt) bool { return !LegalReviewForced(f) || f.LegalPassed }},
		{Name: "legal_passed", Article: apl58,
			ZH: "法制审核尚未通过", EN: "the legal review has not passed",
			Holds: func(f Facts, _ Attempt) bool { return f.LegalPassed }},
		{Name: "legal_open", Article: apl58,
			ZH: "法制审核已经完成", EN: "the legal review is already done",
			Holds: func(f Facts, _ Attempt) bool { return !f.LegalPassed }},
		{Name: "no_collective", Article: apl57,
			ZH: "情节复杂或者重大，须由负责人集体讨论决定", EN: "complex or major: the heads must discuss it together",
			Holds: func(f Facts, _ Attempt) bool { return !CollectiveForced(f) }},
		{Name: "within_90_days", Article: apl60,
			ZH: "自立案之日起九十日内作出决定的期限已过，须先批准延长或撤案", EN: "the ninety days since filing have passed; extend them or dismiss the case",
			Holds: func(f Facts, _ Attempt) bool { return !f.FiledAt.IsZero() && !f.Now.After(decisionUntil(f)) }},
		{Name: "not_extended", Article: apl60,
			ZH: "已经延长过一次", EN: "it was already extended once",
			Holds: func(f Facts, _ Attempt) bool { return !f.Extended }},
		{Name: "hearing_settled", Article: apl63,
			ZH: "当事人要求听证，听证尚未举行", EN: "the party asked for a hearing that has not been held",
			Holds: func(f Facts, _ Attempt) bool { return !f.HearingAsked || f.HearingHeld }},
	}
}

func serviceGuards() []Guard {
	return []Guard{
		{Name: "known_method", Kind: Invalid, Field: "method", OnFields: true, Article: apl61,
			ZH: "请选择送达方式", EN: "choose the way of service",
			Holds: func(_ Facts, a Attempt) bool {
				switch a.Fields.Method {
				case "electronic", "direct", "mail", "public":
					return true
				}
				return false
			}},
		{Name: "consent_for_electronic", Kind: Unlawful, Field: "method", OnFields: true, Article: apl61,
			ZH: "当事人未签订电子送达确认书，不得电子送达", EN: "the party has not signed the consent to electronic service",
			Holds: func(f Facts, a Attempt) bool { return a.Fields.Method != "electronic" || f.Consented }},
		{Name: "not_consented", Article: apl61,
			ZH: "已经签订电子送达确认书", EN: "the consent to electronic service is already signed",
			Holds: func(f Facts, _ Attempt) bool { return !f.Consented }},
		{Name: "received_possible", Kind: Invalid, Field: "received_at", OnFields: true, Article: apl61,
			ZH: "收到时间须在作出送达之后、现在之前", EN: "the time of receipt must lie between service and now",
			Holds: func(f Facts, a Attempt) bool {
				at := a.Fields.ReceivedAt
				return !at.Before(f.ServingAt.Add(-time.Minute)) && !at.After(f.Now.Add(time.Minute))
			}},
		{Name: "public_days", Article: "民事诉讼法第九十五条 · Civil Procedure Law art. 95",
			ZH: "公告送达未满三十日", EN: "public notice counts as service only after thirty days",
			Holds: func(f Facts, _ Attempt) bool {
				return f.Method != "public" || f.Now.After(endOfDay(f.ServingAt.AddDate(0, 0, PublicDays)))
			}},
		{Name: "service_pictured", Kind: Invalid, Field: "papers", OnFields: true, Article: apl61,
			ZH:    "非电子送达须附照片或者扫描件：签收的送达回证、邮件回执，或者公告张贴的现场",
			EN:    "service that is not electronic needs pictures or scans: the signed receipt, the mail's receipt, or the notice where it was posted",
			Holds: func(f Facts, a Attempt) bool { return f.Method == "electronic" || len(a.Fields.Papers) > 0 }},
		{Name: "not_published", Article: apl48, ZH: "已经公开", EN: "it is already published",
			Holds: func(f Facts, _ Attempt) bool { return f.PublishedAt.IsZero() }},
		{Name: "made_public", Article: apl48, ZH: "该事项的处罚决定按事项清单的规定不公开", EN: "by the list of matters, decisions in this matter are not made public",
			Holds: func(f Facts, _ Attempt) bool { return !f.Unpublished }},
	}
}

func paymentGuards() []Guard {
	return []Guard{
		{Name: "pay_time_over", Article: apl67,
			ZH: "十五日缴款期限未满", EN: "the fifteen days for payment have not passed",
			Holds: func(f Facts, _ Attempt) bool { return f.Now.After(f.PayUntil) }},
		{Name: "not_suspended", Article: apl73,
			ZH: "行政复议或者行政诉讼期间不计加处罚款、不催告", EN: "during reconsideration or litigation no surcharge and no demand",
			Holds: func(f Facts, _ Attempt) bool { return !f.Suspended }},
		{Name: "suspended", Article: apl73, ZH: "没有进行中的复议或诉讼", EN: "no reconsideration or litigation is pending",
			Holds: func(f Facts, _ Attempt) bool { return f.Suspended }},
		{Name: "paid_in_full", Article: apl67,
			ZH: "罚款尚未缴清", EN: "the fine is not paid in full",
			Holds: func(f Facts, _ Attempt) bool { return f.FineFen > 0 && f.PaidFen >= f.FineFen+f.LateFen }},
		{Name: "later", Kind: Invalid, Field: "until", OnFields: true, Article: apl66,
			ZH: "新的期限须晚于现在", EN: "the new date must lie in the future",
			Holds: func(f Facts, a Attempt) bool { return a.Fields.Until.After(f.Now) }},
		{Name: "fine_unpaid", Article: apl66,
			ZH: "罚款已经缴清", EN: "the fine itself is paid",
			Holds: func(f Facts, _ Attempt) bool { return f.UnpaidFen > 0 }},
		{Name: "in_instalments", Article: apl66,
			ZH: "未批准分期缴纳", EN: "no instalments were granted",
			Holds: func(f Facts, _ Attempt) bool { return f.Instalments }},
		{Name: "no_instalments", Article: apl66,
			ZH: "已批准分期缴纳；须调整期限的，请重新办理分期", EN: "instalments were granted; to change their days, ask for and grant other instalments",
			Holds: func(f Facts, _ Attempt) bool { return !f.Instalments }},
		{Name: "parts_possible", Kind: Invalid, Field: "parts", OnFields: true, Article: apl66,
			ZH: "分期须为二至二十四期，每期不少于一元", EN: "there are two to twenty-four instalments, of one yuan at least",
			Holds: func(f Facts, a Attempt) bool {
				n := a.Fields.Parts
				return n >= LeastInstalments && n <= MostInstalments && f.UnpaidFen/int64(n) >= leastPartFen
			}},
		{Name: "surcharge_30_days", Article: acl46,
			ZH: "加处罚款未超过三十日", EN: "the surcharge has not run for more than thirty days",
			Holds: func(f Facts, _ Attempt) bool {
				return !f.Permissions.UrgeFrom.IsZero() && f.Now.After(f.Permissions.UrgeFrom)
			}},
		{Name: "demand_10_days", Article: acl54,
			ZH: "催告书送达未满十日", EN: "ten days have not passed since the demand was served",
			Holds: func(f Facts, _ Attempt) bool {
				return !f.UrgedServedAt.IsZero() && f.Now.After(f.Permissions.CourtFrom)
			}},
		{Name: "appeals_over", Article: acl53,
			ZH: "复议、诉讼期限未满", EN: "the time for reconsideration and litigation is still running",
			Holds: func(f Facts, _ Attempt) bool { return !f.AppealEnds.IsZero() && f.Now.After(f.AppealEnds) }},
		{Name: "term_over", Article: apl72,
			ZH: "批准的延期、分期缴纳期限尚未结束", EN: "the time granted for a deferral or for instalments has not ended",
			Holds: func(f Facts, _ Attempt) bool { return f.TermEnds.IsZero() || f.Now.After(f.TermEnds) }},
		{Name: "court_three_months", Article: acl53,
			ZH: "申请法院强制执行的三个月期限已过", EN: "the three months for applying to the court have passed",
			Holds: func(f Facts, _ Attempt) bool { return !f.Now.After(f.Permissions.CourtUntil) }},
	}
}
