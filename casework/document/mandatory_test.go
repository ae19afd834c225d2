package document

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestMissingFields(t *testing.T) {
	t.Parallel()
	p := press(t)
	for name, v := range map[string]struct {
		kind    Kind
		field   string
		article string
		change  func(*Fields)
	}{
		"bureau":             {Decision, "Bureau.Name", "第五十九条第一款第（六）项", func(f *Fields) { f.Bureau.Name = " " }},
		"date":               {Decision, "Date", "第四十七条", func(f *Fields) { f.Date = time.Time{} }},
		"number":             {Reminder, "Number", "第四十七条", func(f *Fields) { f.Number = "" }},
		"code":               {Closure, "Code", "第四十七条", func(f *Fields) { f.Code = "" }},
		"party":              {Decision, "Party.Name", "第五十九条第一款第（一）项", func(f *Fields) { f.Party.Name = "\u200b" }},
		"address":            {Decision, "Party.Address", "第五十九条第一款第（一）项", func(f *Fields) { f.Party.Address = "" }},
		"facts":              {Decision, "Facts", "第五十九条第一款第（二）项", func(f *Fields) { f.Facts = "\n \n" }},
		"evidence":           {Decision, "Evidence", "第五十九条第一款第（二）项", func(f *Fields) { f.Evidence = nil }},
		"provision":          {Decision, "Forbids", "第五十九条第一款第（二）项", func(f *Fields) { f.Forbids = nil }},
		"basis, no article":  {Decision, "Basis", "第五十九条第一款第（三）项", func(f *Fields) { f.Basis[0].Article = "" }},
		"fine":               {Decision, "FineFen", "第五十九条第一款第（三）项", func(f *Fields) { f.FineFen = 0 }},
		"where to pay":       {Decision, "PayTo", "第五十九条第一款第（四）项", func(f *Fields) { f.PayTo = "" }},
		"reconsideration":    {Decision, "Remedy.Reconsideration", "第五十九条第一款第（五）项", func(f *Fields) { f.Remedy.ReconsiderDays = 0 }},
		"court":              {Decision, "Remedy.Court", "第五十九条第一款第（五）项", func(f *Fields) { f.Remedy.Court = "" }},
		"one officer":        {Decision, "Officers", "第四十二条", func(f *Fields) { f.Officers = f.Officers[:1] }},
		"no licence":         {NoPenalty, "Officers", "第四十二条", func(f *Fields) { f.Officers[1].Licence = "" }},
		"unanswered defence": {Decision, "Statement", "第四十五条", func(f *Fields) { f.Statement.Answer = "" }},
		"camera's review":    {FactNotice, "Case.CameraNo", "第四十一条第一款", func(f *Fields) { f.Case.CameraNo = "" }},
		"window":             {AdvanceNotice, "Statement.Until", "第四十四条", func(f *Fields) { f.Statement.Until = time.Time{} }},
		"hearing window":     {AdvanceNotice, "Hearing.Until", "第六十四条第（一）项", func(f *Fields) { f.Hearing.Until = time.Time{} }},
		"hearing's day":      {HearingNotice, "Hearing.At", "第六十四条第（二）项", func(f *Fields) { f.Hearing.At = time.Time{} }},
		"host":               {HearingNotice, "Hearing.Host", "第六十四条第（四）项", func(f *Fields) { f.Hearing.Host = "" }},
		"review points":      {LegalReview, "Review.Points", "第五十八条", func(f *Fields) { f.Review.Points = nil }},
		"unsigned opinion":   {LegalReview, "Opinions", "第五十八条", func(f *Fields) { f.Opinions[0].Name = "" }},
		"source":             {FilingApproval, "Case.Source", "第五十四条", func(f *Fields) { f.Case.Source = "" }},
		"inquiry's end":      {InquiryRecord, "Inquiry.From", "第五十五条", func(f *Fields) { f.Inquiry.To = f.Inquiry.From.Add(-time.Minute) }},
		"questions":          {InquiryRecord, "Inquiry.Exchanges", "第五十五条", func(f *Fields) { f.Inquiry.Exchanges = nil }},
		"reason":             {NoPenalty, "Reason", "第三十三条", func(f *Fields) { f.Reason = "" }},
		"received":           {ServiceReceipt, "Service.At", "第六十一条", func(f *Fields) { f.Service.At = time.Time{} }},
		"proof":              {ServiceReceipt, "Service.Proof", "第六十一条", func(f *Fields) { f.Service.Proof = "" }},
		"signature":          {ServiceConsent, "Consent.Signature", "第六十一条第二款", func(f *Fields) { f.Consent.Signature = nil }},
		"electronic, where":  {ServiceConsent, "Consent.Phone", "第六十一条第二款", func(f *Fields) { f.Consent.Phone, f.Consent.Email = "", "" }},
		"until when to pay":  {Demand, "PayBy", "行政强制法第三十五条第（一）项", func(f *Fields) { f.PayBy = time.Time{} }},
		"sum":                {Demand, "DueFen", "行政强制法第三十五条第（三）项", func(f *Fields) { f.DueFen = 0 }},
		"instalment's day":   {PaymentTerms, "Instalments", "第六十六条第二款", func(f *Fields) { f.Instalments[1].Until = time.Time{} }},
		"deferred until":     {PaymentTerms, "PayBy", "第六十六条第二款", func(f *Fields) { f.Instalments, f.PayBy = nil, time.Time{} }},
		"surcharge":          {Demand, "SurchargeFen", "第七十二条", func(f *Fields) { f.SurchargeFen = f.Decision.FineFen + 1 }},
		"receipt":            {Closure, "Ending.Receipt", "第七十条", func(f *Fields) { f.Ending.Receipt = "" }},
		"order":              {Reminder, "Order", "第十五条", func(f *Fields) { f.Order = "" }},
		"until when":         {Reminder, "CorrectBy", "第十五条", func(f *Fields) { f.CorrectBy = time.Time{} }},
		"recipient":          {Suggestion, "Suggestion.Recipient", "第四十七条", func(f *Fields) { f.Suggestion.Recipient = "" }},
		"suggestion":         {Suggestion, "Suggestion.Text", "第四十七条", func(f *Fields) { f.Suggestion.Text = " \n" }},
		"suggestion's basis": {Suggestion, "Suggestion.Basis", "第四十七条", func(f *Fields) { f.Suggestion.Basis = "" }},
		"reply":              {Suggestion, "Suggestion.ReplyBy", "第四十七条", func(f *Fields) { f.Suggestion.ReplyBy = time.Time{} }},
		"property":           {Annotation, "Annotation.Property", "第四十七条", func(f *Fields) { f.Annotation.Property = "" }},
		"annotation's basis": {Annotation, "Annotation.Basis", "第四十七条", func(f *Fields) { f.Annotation.Basis = "" }},
		"until when it is":   {Annotation, "Annotation.Until", "第四十七条", func(f *Fields) { f.Annotation.Until = time.Time{} }},
		"why it is lifted":   {Lifting, "Annotation.Reason", "第四十七条", func(f *Fields) { f.Annotation.Reason = " " }},
		"authority":          {Transfer, "Transfer.Authority", "第二十七条", func(f *Fields) { f.Transfer.Authority = "" }},
	} {
		f := Sample(v.kind)
		v.change(&f)
		doc, err := p.Render(v.kind, f)
		var missing *FieldError
		if !errors.As(err, &missing) || missing.Field != v.field || !strings.Contains(missing.Article, v.article) || missing.ZH == "" || missing.EN == "" {
			t.Errorf("%s: %v", name, err)
		}
		if doc.PDF != nil {
			t.Errorf("%s: a paper was made all the same", name)
		}
	}
}

func TestAllThatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	err := Check(Decision, Fields{})
	for _, m := range Mandatory(Decision) {
		if !strings.Contains(err.Error(), m.Field+" is missing") {
			t.Errorf("%s isn't named", m.Field)
		}
	}
	for _, kind := range Kinds() {
		if err := Check(kind, clean(Sample(kind))); err != nil {
			t.Errorf("the sample lacks: %v", err)
		}
		if len(Mandatory(kind)) < 8 {
			t.Errorf("%s: only %d mandatory fields", kind, len(Mandatory(kind)))
		}
	}
	if err := Check("shoe", Fields{}); err == nil {
		t.Error("an unknown kind passed")
	}
}
