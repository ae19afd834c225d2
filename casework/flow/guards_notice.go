package flow

func noticeGuards() []Guard {
	return []Guard{
		{Name: "old_enough", Article: apl30,
			ZH: "当事人不满十四周岁，不予行政处罚", EN: "the party is under fourteen: no penalty",
			Holds: func(f Facts, _ Attempt) bool { return f.PartyAge < 0 || f.PartyAge >= 14 }},
		{Name: "fine_in_range", Kind: Invalid, Field: "fine_fen", OnFields: true, Article: apl34,
			ZH: "罚款金额超出适用法律和裁量基准的幅度", EN: "the fine lies outside the range of the law and its discretion band",
			Holds: func(f Facts, a Attempt) bool {
				return a.Fields.FineFen >= f.MinFen && a.Fields.FineFen <= f.MaxFen && a.Fields.FineFen > 0
			},
			Say: func(f Facts) string { return yuan(f.MinFen) + "–" + yuan(f.MaxFen) }},
		{Name: "fine_lower", Kind: Invalid, Field: "fine_fen", OnFields: true, Article: apl45,
			ZH: "不得因陈述、申辩加重处罚：调整只能低于原拟处罚", EN: "a defence never raises the fine: a revision can only lower it",
			Holds: func(f Facts, a Attempt) bool {
				return a.Fields.FineFen > 0 && a.Fields.FineFen < f.ProposedFen && a.Fields.FineFen >= f.LowestFen
			}},
		{Name: "not_raised", Kind: Invalid, Field: "fine_fen", OnFields: true, Article: apl45,
			ZH: "当事人已陈述、申辩，再次拟处罚款不得高于原拟金额", EN: "the party has made a defence: a new proposal cannot be higher than the first",
			Holds: func(f Facts, a Attempt) bool {
				return f.Defences == 0 || f.ProposedFen == 0 || a.Fields.FineFen <= f.ProposedFen
			}},
		{Name: "appointment_ahead", Kind: Invalid, Field: "at", OnFields: true, Article: apl55,
			ZH: "预约时间须在现在之后、三十日以内", EN: "the appointment must lie ahead, within thirty days",
			Holds: func(f Facts, a Attempt) bool {
				return a.Fields.At.After(f.Now) && a.Fields.At.Before(f.Now.AddDate(0, 0, AppointmentDays))
			}},
		{Name: "room_open", Article: apl55,
			ZH: "视频询问室没有开启", EN: "no room for an inquiry by video is open",
			Holds: func(f Facts, _ Attempt) bool { return f.RoomOpen }},
		{Name: "not_agreed", Article: pipl29,
			ZH: "已经同意录音录像", EN: "the recording was agreed to already",
			Holds: func(f Facts, _ Attempt) bool { return !f.RoomAgreed }},
		{Name: "recording_sealed", Article: apl47,
			ZH: "视频询问尚未结束，或者录音录像尚未封存", EN: "the inquiry by video has not ended, or its recording is not sealed yet",
			Holds: func(f Facts, _ Attempt) bool { return !f.RoomOpen && !f.RoomUnsealed }},
		{Name: "not_present", Article: apl42,
			ZH: "本人已经确认在场", EN: "you have confirmed your presence already",
			Holds: func(f Facts, a Attempt) bool { return !contains(f.RoomPresent, a.Actor) }},
		{Name: "two_present", Article: apl42,
			ZH:    "询问须由两名执法人员进行：视频询问时没有两名承办人各自确认在场，该录音录像不能制作笔录，请重新询问",
			EN:    "two officers hold an inquiry: during this one the case's two officers did not each confirm their presence, so no record can be made of it; hold it again",
			Holds: func(f Facts, _ Attempt) bool { return !f.RoomUnwritten || bothPresent(f) }},
		{Name: "inquiry_unconfirmed", Article: apl55,
			ZH: "没有待核对的询问笔录", EN: "no record of an inquiry waits to be confirmed",
			Holds: func(f Facts, _ Attempt) bool { return f.Unconfirmed }},
		{Name: "not_waived", Article: apl62,
			ZH: "当事人已明确放弃陈述、申辩权利", EN: "the party has given up its right to a statement",
			Holds: func(f Facts, _ Attempt) bool { return !f.Waived }},
		{Name: "statement_window", Article: apl44,
			ZH: "陈述申辩期限已过", EN: "the time for a statement has passed",
			Holds: func(f Facts, _ Attempt) bool { return f.State != Proposed || !f.Now.After(f.StatementUntil) }},
		{Name: "hearing_applies", Article: apl63,
			ZH: "拟处罚款未达到听证标准", EN: "the proposed fine is below the amount from which a hearing may be asked for",
			Holds: func(f Facts, _ Attempt) bool { return HearingApplies(f) }},
		{Name: "hearing_window", Article: apl64,
			ZH: "告知后五个工作日的听证申请期限已过", EN: "the five working days for asking for a hearing have passed",
			Holds: func(f Facts, _ Attempt) bool { return !f.Now.After(f.HearingUntil) }},
		{Name: "hearing_notice_early", Kind: Invalid, Field: "at", OnFields: true, Article: apl64,
			ZH: "听证须在通知之后七个工作日以上举行", EN: "the hearing must be at least seven working days after its notice",
			Holds: func(f Facts, a Attempt) bool { return a.Fields.At.After(f.Permissions.HearingNotBefore) }},
		{Name: "hearing_over", Article: apl64,
			ZH: "尚未到通知的听证时间", EN: "the hearing's time, as notified, has not come",
			Holds: func(f Facts, _ Attempt) bool { return !f.HearingAt.IsZero() && !f.Now.Before(f.HearingAt) }},
		{Name: "host_apart", Kind: Forbidden, Article: apl64,
			ZH: "听证须由非本案调查人员主持", EN: "somebody who did not investigate this case must hold the hearing",
			Holds: func(f Facts, a Attempt) bool {
				return !contains(f.Officers, a.Actor) && a.Actor != f.Confirmer && a.Actor != f.Verifier
			}},
		{Name: "window_closed", Article: apl62,
			ZH: "当事人的陈述、申辩（听证）期限未满，且未明确放弃", EN: "the party's time for a statement or hearing is still running and was not given up",
			Holds: func(f Facts, _ Attempt) bool { return windowClosed(f) }},
		{Name: "window_over", Article: apl44,
			ZH: "期限未满", EN: "the time has not run out",
			Holds: func(f Facts, _ Attempt) bool { return !f.Waived && windowClosed(f) }},
		{Name: "statements_answered", Article: apl45,
			ZH: "当事人的陈述、申辩尚未复核答复", EN: "a statement of the party has not been examined and answered",
			Holds: func(f Facts, _ Attempt) bool { return f.Unanswered == 0 }},
		{Name: "some_unanswered", Article: apl45,
			ZH: "没有待答复的陈述申辩", EN: "no statement waits for an answer",
			Holds: func(f Facts, _ Attempt) bool { return f.Unanswered > 0 }},
		{Name: "some_defence", Article: apl45,
			ZH: "当事人没有陈述、申辩或听证意见", EN: "the party has made no defence",
			Holds: func(f Facts, _ Attempt) bool { return f.Defences > 0 }},
	}
}

// bothPresent tells whether every officer whom the record names was there.
func bothPresent(f Facts) bool {
	for _, o := range f.Officers {
		if !contains(f.RoomPresent, o) {
			return false
		}
	}
	return len(f.Officers) > 1
}
