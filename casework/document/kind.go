package document

// Kind is a sort of paper.
type Kind string

const (
	Reminder       Kind = "reminder"        // 劝阻提醒书（短信）
	FactNotice     Kind = "fact_notice"     // 违法事实告知书
	InquiryRecord  Kind = "inquiry_record"  // 询问笔录
	FilingApproval Kind = "filing_approval" // 立案审批表
	AdvanceNotice  Kind = "advance_notice"  // 行政处罚事先告知书
	HearingNotice  Kind = "hearing_notice"  // 行政处罚听证通知书
	LegalReview    Kind = "legal_review"    // 法制审核意见书
	Decision       Kind = "decision"        // 行政处罚决定书
	NoPenalty      Kind = "no_penalty"      // 不予行政处罚决定书
	ServiceReceipt Kind = "service_receipt" // 送达回证
	ServiceConsent Kind = "service_consent" // 送达地址确认书
	PaymentTerms   Kind = "payment_terms"   // 准予延期（分期）缴纳罚款通知书
	Demand         Kind = "demand"          // 履行行政处罚决定催告书
	Closure        Kind = "closure"         // 结案审批表
	Transfer       Kind = "transfer"        // 案件移送函
	Suggestion     Kind = "suggestion"      // 城市管理执法建议书
	Annotation     Kind = "annotation"      // 不动产注记函
	Lifting        Kind = "lifting"         // 解除不动产注记函
)

// Kinds lists every kind in the order in which a case meets them.
func Kinds() []Kind {
	return []Kind{Reminder, FactNotice, InquiryRecord, FilingApproval, AdvanceNotice, HearingNotice, LegalReview,
		Decision, NoPenalty, ServiceReceipt, ServiceConsent, PaymentTerms, Demand, Closure, Transfer, Suggestion, Annotation, Lifting}
}

// Title is the kind's name in Chinese and English, as it stands over the paper; both
// are empty for an unknown kind.
func (k Kind) Title() (zh, en string) { t := titles()[k]; return t[0], t[1] }

// Mark is the word that stands for the kind in a number: 罚决 in 沪崇城管罚决字〔2026〕第000123号.
func (k Kind) Mark() string { return titles()[k][2] }

func titles() map[Kind][3]string {
	return map[Kind][3]string{
		Reminder:       {"责令改正提醒书", "Reminder to put right", "提醒"},
		FactNotice:     {"违法事实告知书", "Notice of facts", "事告"},
		InquiryRecord:  {"询问笔录", "Record of inquiry", "询"},
		FilingApproval: {"立案审批表", "Approval to open a case", "立"},
		AdvanceNotice:  {"行政处罚事先告知书", "Advance notice of penalty", "罚告"},
		HearingNotice:  {"行政处罚听证通知书", "Notice of hearing", "听通"},
		LegalReview:    {"重大行政执法决定法制审核意见书", "Opinion of legal review", "法审"},
		Decision:       {"行政处罚决定书", "Decision of penalty", "罚决"},
		NoPenalty:      {"不予行政处罚决定书", "Decision of no penalty", "不罚"},
		ServiceReceipt: {"送达回证", "Receipt of service", "送"},
		ServiceConsent: {"送达地址确认书", "Address and e-service consent", "送认"},
		PaymentTerms:   {"准予延期（分期）缴纳罚款通知书", "Deferral or instalments granted", "缴准"},
		Demand:         {"履行行政处罚决定催告书", "Demand to perform a decision", "催"},
		Closure:        {"结案审批表", "Approval to close a case", "结"},
		Transfer:       {"案件移送函", "Transfer of a case", "移"},
		Suggestion:     {"城市管理执法建议书", "Enforcement suggestion", "建"},
		Annotation:     {"不动产注记函", "Request to annotate real estate", "注"},
		Lifting:        {"解除不动产注记函", "Request to lift an annotation", "解注"},
	}
}

// NoPenaltyBasis is what a decision of no penalty rests on where the act was minor, put
// right in time and did no harm.
func NoPenaltyBasis() []Citation {
	const law, version = "中华人民共和国行政处罚法", "2021年修订"
	return []Citation{
		{Law: law, Version: version, Article: "第三十三条第一款", Text: "违法行为轻微并及时改正，没有造成危害后果的，不予行政处罚。初次违法且危害后果轻微并及时改正的，可以不予行政处罚。"},
		{Law: law, Version: version, Article: "第五十七条第一款第（二）项", Text: "违法行为轻微，依法可以不予行政处罚的，不予行政处罚；"},
	}
}
