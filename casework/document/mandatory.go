package document

import (
	"errors"
	"fmt"
)

// need is one mandatory field.
type need struct {
	field   string
	article string
	zh, en  string
	has     func(Fields) bool
}

// Check reports every mandatory field that f lacks, joined; each is a *FieldError.
func Check(kind Kind, f Fields) error {
	if zh, _ := kind.Title(); zh == "" {
		return fmt.Errorf("document: there is no kind %q", kind)
	}
	var all []error
	for _, n := range append(everywhere(), needs(kind)...) {
		if !n.has(f) {
			all = append(all, &FieldError{Kind: kind, Field: n.field, Article: n.article, ZH: n.zh, EN: n.en})
		}
	}
	return errors.Join(all...)
}

// Mandatory lists the fields that a kind must have, with what demands each.
func Mandatory(kind Kind) []FieldError {
	var all []FieldError
	for _, n := range append(everywhere(), needs(kind)...) {
		all = append(all, FieldError{Kind: kind, Field: n.field, Article: n.article, ZH: n.zh, EN: n.en})
	}
	return all
}

func everywhere() []need {
	return []need{
		{"Bureau.Name", "行政处罚法第五十九条第一款第（六）项", "填写行政机关名称", "name the bureau", func(f Fields) bool { return f.Bureau.Name != "" }},
		{"Number", "行政处罚法第四十七条", "编制文书号", "issue a number", func(f Fields) bool { return f.Number != "" }},
		{"Date", "行政处罚法第四十七条", "填写落款日期", "date the paper", func(f Fields) bool { return !f.Date.IsZero() }},
		{"Code", "行政处罚法第四十七条", "生成文书验证码", "issue a verification code", func(f Fields) bool { return f.Code != "" }},
		{"URL", "行政处罚法第四十一条第三款", "填写公众核验地址", "give the public address that checks the code", func(f Fields) bool { return f.URL != "" }},
	}
}

// needs are the kind's own mandatory fields.
func needs(kind Kind) []need {
	switch kind {
	case Reminder:
		return []need{party("浦东新区非现场执法规定第十五条"), place("浦东新区非现场执法规定第十五条"), when("浦东新区非现场执法规定第十五条"), facts("浦东新区非现场执法规定第十五条"),
			order("浦东新区非现场执法规定第十五条、行政处罚法第二十八条第一款"), correctBy("浦东新区非现场执法规定第十五条")}
	case FactNotice:
		return []need{party("行政处罚法第四十一条第三款"), place("行政处罚法第四十一条第三款"), when("行政处罚法第四十一条第三款"), facts("行政处罚法第四十一条第三款"), camera(), evidence("行政处罚法第四十一条第二款"),
			forbids("行政处罚法第四十一条第三款"), statement("行政处罚法第四十一条第三款")}
	case InquiryRecord:
		return inquiry()
	case FilingApproval:
		return []need{caseNumber("行政处罚法第五十四条第二款"), matter("行政处罚法第五十四条第二款"), source(), party("行政处罚法第五十四条第二款"), when("行政处罚法第三十六条"), facts("行政处罚法第五十四条第一款"), officersOf(), opinions(1, "行政处罚法第五十四条第二款")}
	case AdvanceNotice:
		return append([]need{party("行政处罚法第四十四条"), facts("行政处罚法第四十四条"), evidence("行政处罚法第四十四条"), forbids("行政处罚法第四十四条"), basis("行政处罚法第四十四条"),
			reason("行政处罚法第四十四条"), fine("行政处罚法第四十四条"), statement("行政处罚法第四十四条、第四十五条")}, hearingRight()...)
	case HearingNotice:
		return hearing()
	case LegalReview:
		return []need{matter("行政处罚法第五十八条第一款"), party("行政处罚法第五十八条第一款"), facts("行政处罚法第五十八条第一款"), fine("行政处罚法第五十八条第一款"), review()[0], review()[1], opinions(1, "行政处罚法第五十八条第一款")}
	case Decision:
		return decision()
	case NoPenalty:
		return []need{party("行政处罚法第五十九条第一款第（一）项"), facts("行政处罚法第五十七条第一款第（二）项"), basis("行政处罚法第三十三条"), reason("行政处罚法第三十三条"), remedy()[0], remedy()[1], officersOf()}
	case ServiceReceipt:
		return service()
	case ServiceConsent:
		return consent()
	case PaymentTerms:
		return paymentTerms()
	case Demand:
		return demand()
	case Closure:
		return []need{caseNumber("行政处罚法第四十七条"), matter("行政处罚法第四十七条"), party("行政处罚法第四十七条"), ending()[0], ending()[1], officersOf(), opinions(1, "行政处罚法第四十七条")}
	case Transfer:
		return transfer()
	case Suggestion:
		return suggestion()
	case Annotation, Lifting:
		return annotation()
	}
	return nil
}

func decision() []need {
	return append([]need{
		party("行政处罚法第五十九条第一款第（一）项"),
		{"Party.Address", "行政处罚法第五十九条第一款第（一）项", "填写当事人地址", "give the party's address", func(f Fields) bool { return f.Party.Address != "" }},
		facts("行政处罚法第五十九条第一款第（二）项"), evidence("行政处罚法第五十九条第一款第（二）项"), forbids("行政处罚法第五十九条第一款第（二）项"),
		basis("行政处罚法第五十九条第一款第（三）项"), fine("行政处罚法第五十九条第一款第（三）项"), reason("行政处罚法第五条第二款"),
		payTo("行政处罚法第五十九条第一款第（四）项、第六十七条"),
		{"Statement", "行政处罚法第四十五条、第六十二条", "写明当事人陈述、申辩情况，或者放弃、逾期未提出", "say what the party stated, that it waived, or that the time ran out", func(f Fields) bool {
			return f.Statement.Waived || f.Statement.Given != "" && f.Statement.Answer != "" || f.Statement.Given == "" && !f.Statement.Until.IsZero()
		}},
		officersOf(),
	}, remedy()...)
}
