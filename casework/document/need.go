package document

func party(article string) need {
	return need{"Party.Name", article, "填写当事人姓名或者名称", "name the party", func(f Fields) bool { return f.Party.Name != "" }}
}

func place(article string) need {
	return need{"Case.Place", article, "填写违法地点", "say where it happened", func(f Fields) bool { return f.Case.Place != "" }}
}

func when(article string) need {
	return need{"Case.From", article, "填写违法时间", "say when it happened", func(f Fields) bool { return !f.Case.From.IsZero() }}
}

func facts(article string) need {
	return need{"Facts", article, "填写违法事实", "state the facts", func(f Fields) bool { return len(paragraphs(clean(Fields{Facts: f.Facts}).Facts)) > 0 }}
}

func evidence(article string) need {
	return need{"Evidence", article, "列明证据", "list the evidence", func(f Fields) bool { return len(f.Evidence) > 0 }}
}

func matter(article string) need {
	return need{"Case.Matter", article, "填写案由", "name the matter", func(f Fields) bool { return f.Case.Matter != "" }}
}

func caseNumber(article string) need {
	return need{"Case.Number", article, "填写案号", "give the case's number", func(f Fields) bool { return f.Case.Number != "" }}
}

func source() need {
	return need{"Case.Source", "行政处罚法第五十四条第一款", "填写案件来源", "say where the case comes from", func(f Fields) bool { return f.Case.Source != "" }}
}

func order(article string) need {
	return need{"Order", article, "填写责令改正的内容", "say what is to be put right", func(f Fields) bool { return f.Order != "" }}
}

func correctBy(article string) need {
	return need{"CorrectBy", article, "填写改正期限", "say until when", func(f Fields) bool { return !f.CorrectBy.IsZero() }}
}

func camera() need {
	return need{"Case.CameraNo", "行政处罚法第四十一条第一款", "填写电子技术监控设备的法制审核和技术审核编号", "give the numbers of the camera's legal and technical review", func(f Fields) bool { return f.Case.CameraNo != "" }}
}

func forbids(article string) need {
	return need{"Forbids", article, "写明违反的法律规定", "name the provision that the act violates", func(f Fields) bool { return cited(f.Forbids) }}
}

func basis(article string) need {
	return need{"Basis", article, "写明处理依据", "name the provision that the decision rests on", func(f Fields) bool { return cited(f.Basis) }}
}

func cited(all []Citation) bool {
	for _, c := range all {
		if c.Law == "" || c.Article == "" {
			return false
		}
	}
	return len(all) > 0
}

func reason(article string) need {
	return need{"Reason", article, "写明理由（含裁量理由）", "give the reasons, with those of discretion", func(f Fields) bool { return f.Reason != "" }}
}

func fine(article string) need {
	return need{"FineFen", article, "填写罚款数额", "give the fine", func(f Fields) bool { return f.FineFen > 0 }}
}

func statement(article string) need {
	return need{"Statement.Until", article, "填写陈述、申辩期限", "say until when the party may state and defend", func(f Fields) bool { return !f.Statement.Until.IsZero() }}
}

func payTo(article string) need {
	return need{"PayTo", article, "填写罚款缴纳方式和代收机构", "say how and to whom the fine is paid", func(f Fields) bool { return f.PayTo != "" }}
}

func hearingRight() []need {
	return []need{{"Hearing.Until", "行政处罚法第六十三条、第六十四条第（一）项", "适用听证的，填写申请听证期限", "where a hearing may be asked for, say until when", func(f Fields) bool {
		return !f.Hearing.Right || !f.Hearing.Until.IsZero()
	}}}
}

func hearing() []need {
	const article = "行政处罚法第六十四条第（二）项"
	return []need{
		party(article), matter(article),
		{"Hearing.At", article, "填写听证时间", "say when the hearing is", func(f Fields) bool { return !f.Hearing.At.IsZero() }},
		{"Hearing.Place", article, "填写听证地点", "say where the hearing is", func(f Fields) bool { return f.Hearing.Place != "" }},
		{"Hearing.Host", "行政处罚法第六十四条第（四）项", "填写听证主持人", "name who presides", func(f Fields) bool { return f.Hearing.Host != "" }},
	}
}

func remedy() []need {
	const article = "行政处罚法第五十九条第一款第（五）项"
	return []need{
		{"Remedy.Reconsideration", article, "填写复议机关和期限", "name the authority for reconsideration, with the days", func(f Fields) bool {
			return f.Remedy.Reconsideration != "" && f.Remedy.ReconsiderDays > 0
		}},
		{"Remedy.Court", article, "填写管辖法院和起诉期限", "name the court, with the months", func(f Fields) bool { return f.Remedy.Court != "" && f.Remedy.CourtMonths > 0 }},
	}
}

func officersOf() need {
	return need{"Officers", "行政处罚法第四十二条第一款", "填写两名以上执法人员及其执法证号", "name two officers or more with their licence numbers", func(f Fields) bool {
		licensed := 0
		for _, o := range f.Officers {
			if o.Name != "" && o.Licence != "" {
				licensed++
			}
		}
		return licensed >= 2
	}}
}

func opinions(n int, article string) need {
	return need{"Opinions", article, "填写签署的意见", "give the signed opinion", func(f Fields) bool {
		signed := 0
		for _, o := range f.Opinions {
			if o.Role != "" && o.Text != "" && o.Name != "" && !o.At.IsZero() {
				signed++
			}
		}
		return signed >= n && signed == len(f.Opinions)
	}}
}

func review() []need {
	const article = "行政处罚法第五十八条第一款"
	return []need{
		{"Review.Major", article, "填写需要法制审核的情形", "say why a review is needed", func(f Fields) bool { return f.Review.Major != "" }},
		{"Review.Points", article, "填写审核内容", "give what was reviewed", func(f Fields) bool { return len(f.Review.Points) > 0 }},
	}
}

func inquiry() []need {
	const article = "行政处罚法第五十五条第二款"
	return []need{
		caseNumber(article), matter(article),
		{"Inquiry.From", article, "填写询问起止时间", "say from when to when", func(f Fields) bool { return !f.Inquiry.From.IsZero() && !f.Inquiry.To.Before(f.Inquiry.From) }},
		{"Inquiry.Person", article, "填写被询问人", "name who was asked", func(f Fields) bool { return f.Inquiry.Person != "" }},
		{"Inquiry.Method", "浦东新区非现场执法规定第九条", "填写询问方式", "say how the inquiry was held", func(f Fields) bool { return f.Inquiry.Method != "" }},
		{"Inquiry.Exchanges", article, "填写询问内容", "give questions and answers", func(f Fields) bool { return len(f.Inquiry.Exchanges) > 0 }},
		officersOf(),
	}
}

func service() []need {
	const article = "行政处罚法第六十一条"
	return []need{
		party(article),
		{"Service.Papers", article, "列明送达文书", "list the papers served", func(f Fields) bool { return len(f.Service.Papers) > 0 }},
		{"Service.Method", article, "填写送达方式", "say how it was served", func(f Fields) bool { return f.Service.Method != "" }},
		{"Service.Address", article, "填写送达地址", "say where to", func(f Fields) bool { return f.Service.Address != "" }},
		{"Service.At", article, "填写收件时间，或者未能送达的原因", "say when it was received, or why not", func(f Fields) bool { return !f.Service.At.IsZero() || f.Service.Refused != "" }},
		{"Service.Proof", article, "填写送达证明", "give the proof of service", func(f Fields) bool { return f.Service.Proof != "" }},
	}
}

func consent() []need {
	const article = "行政处罚法第六十一条第二款"
	return []need{
		party(article),
		{"Consent.Address", article, "填写送达地址", "give the address", func(f Fields) bool { return f.Consent.Address != "" }},
		{"Consent.Phone", article, "同意电子送达的，填写手机号码或者电子邮箱", "for electronic service give a phone number or an e-mail address", func(f Fields) bool {
			return !f.Consent.Electronic || f.Consent.Phone != "" || f.Consent.Email != ""
		}},
		{"Consent.At", article, "填写确认时间", "say when it was confirmed", func(f Fields) bool { return !f.Consent.At.IsZero() }},
		{"Consent.Signature", article, "当事人签名", "the party signs", func(f Fields) bool { return len(f.Consent.Signature) > 0 }},
	}
}

func paymentTerms() []need {
	const article = "行政处罚法第六十六条第二款"
	return []need{
		party(article), reason(article), payTo(article),
		{"Decision.Number", article, "填写行政处罚决定书文号", "name the decision", func(f Fields) bool { return f.Decision.Number != "" && !f.Decision.Date.IsZero() }},
		{"Decision.FineFen", article, "填写罚款数额", "give the fine", func(f Fields) bool { return f.Decision.FineFen > 0 }},
		{"PayBy", article, "填写延期或者各期的缴纳期限", "say until when to pay", func(f Fields) bool { return !f.PayBy.IsZero() }},
		{"Instalments", article, "分期缴纳的，填写每期数额和期限", "where it is paid in instalments, give sum and day of each", func(f Fields) bool {
			for _, i := range f.Instalments {
				if i.FineFen <= 0 || i.Until.IsZero() {
					return false
				}
			}
			return true
		}},
	}
}

func demand() []need {
	const article = "行政强制法第三十五条"
	return []need{
		party("行政强制法第五十四条"),
		{"Decision.Number", "行政强制法第五十四条", "填写行政处罚决定书文号", "name the decision", func(f Fields) bool { return f.Decision.Number != "" && !f.Decision.Date.IsZero() }},
		{"Decision.ServedAt", "行政处罚法第六十七条第三款", "填写决定书送达日期", "say when the decision was served", func(f Fields) bool { return !f.Decision.ServedAt.IsZero() }},
		{"Decision.FineFen", article + "第（三）项", "填写罚款数额", "give the fine", func(f Fields) bool { return f.Decision.FineFen > 0 }},
		{"SurchargeFen", "行政处罚法第七十二条第一款第（一）项", "加处罚款不得超出罚款数额", "the surcharge mustn't be above the fine", func(f Fields) bool { return f.SurchargeFen >= 0 && f.SurchargeFen <= f.Decision.FineFen }},
		{"DueFen", article + "第（三）项", "填写应缴合计", "give what is to be paid in all", func(f Fields) bool { return f.DueFen > 0 }},
		{"PayBy", article + "第（一）项", "填写履行期限", "say until when to pay", func(f Fields) bool { return !f.PayBy.IsZero() }},
		payTo(article + "第（二）项"),
	}
}

func ending() []need {
	return []need{
		{"Ending.How", "行政处罚法第四十七条", "填写结案情形", "say how the case ended", func(f Fields) bool { return f.Ending.How != "" }},
		{"Ending.Receipt", "行政处罚法第七十条", "已缴款的，填写票据号和缴款时间", "where it was paid, give the receipt and the time", func(f Fields) bool {
			return f.Ending.PaidFen == 0 || f.Ending.Receipt != "" && !f.Ending.PaidAt.IsZero()
		}},
	}
}

func transfer() []need {
	const article = "行政处罚法第二十七条"
	return []need{
		party(article), matter(article), facts(article),
		{"Transfer.Authority", article, "填写接收机关", "name who takes the case over", func(f Fields) bool { return f.Transfer.Authority != "" }},
		{"Transfer.Reason", article, "填写移送理由", "say why", func(f Fields) bool { return f.Transfer.Reason != "" }},
		{"Transfer.Materials", article + "第二款", "列明移送材料", "list what is handed over", func(f Fields) bool { return len(f.Transfer.Materials) > 0 }},
	}
}

// annotation: no law at hand says what such a letter holds; the bureau names the law that it
// rests on, and what was done is kept in writing.
func annotation() []need {
	const article = "行政处罚法第四十七条"
	return []need{
		caseNumber(article), party(article),
		{"Annotation.Property", article, "填写不动产权证号或者单元号", "give the number of the certificate or of the unit", func(f Fields) bool { return f.Annotation.Property != "" }},
		{"Annotation.Place", article, "填写不动产坐落", "say where the real estate is", func(f Fields) bool { return f.Annotation.Place != "" }},
		{"Annotation.Owner", article, "填写登记权利人", "name the owner as registered", func(f Fields) bool { return f.Annotation.Owner != "" }},
		{"Annotation.Ground", article, "写明注记的事由", "state the ground", func(f Fields) bool { return f.Annotation.Ground != "" }},
		{"Annotation.Reason", article, "写明理由", "give the reason", func(f Fields) bool { return len(paragraphs(clean(Fields{Facts: f.Annotation.Reason}).Facts)) > 0 }},
		{"Annotation.Basis", article, "写明注记的法律依据", "name the law that it rests on", func(f Fields) bool { return f.Annotation.Basis != "" }},
		{"Annotation.Until", article, "填写注记的截止日期", "say until when it lasts", func(f Fields) bool { return !f.Annotation.Until.IsZero() }},
	}
}

// suggestion: no article says what such a letter holds; what was done is kept in writing.
func suggestion() []need {
	const article = "行政处罚法第四十七条"
	return []need{
		caseNumber(article), matter(article), facts(article),
		{"Suggestion.Recipient", article, "填写接收建议的单位", "name who is given the suggestion", func(f Fields) bool { return f.Suggestion.Recipient != "" }},
		{"Suggestion.Text", article, "填写建议内容", "say what is suggested", func(f Fields) bool { return len(paragraphs(clean(Fields{Facts: f.Suggestion.Text}).Facts)) > 0 }},
		{"Suggestion.Basis", article, "写明建议的依据", "name what the suggestion rests on", func(f Fields) bool { return f.Suggestion.Basis != "" }},
		{"Suggestion.ReplyBy", article, "填写希望回复的日期", "say by when a reply is wanted", func(f Fields) bool { return !f.Suggestion.ReplyBy.IsZero() }},
	}
}
