package casework

import (
	"context"
	"fmt"
	"strings"
	"time"

	"offsite/casework/calendar"
	"offsite/casework/document"
	"offsite/casework/flow"
)

// paper fills a document's fields from the case. All kinds are filled alike; each
// takes what it needs, and what it must have is checked by the press.
func (t *taking) paper(ctx context.Context, k document.Kind, number string) (document.Fields, error) {
	b, c, d := t.b, t.c, &t.c.D
	code := newCode()
	f := document.Fields{
		Bureau: document.Bureau{Name: b.o.Bureau.Name, Address: b.o.Bureau.Address, Phone: b.o.Bureau.Phone, Contact: b.o.Bureau.Contact, Demo: b.o.Bureau.Demo, Seal: b.o.Bureau.Demo},
		Number: number, Date: t.now, Code: code, URL: b.o.PublicURL + "/d/" + code,
		Party: document.Party{Unit: d.Party.Kind == "unit", Name: d.Party.Name, Identity: d.Party.Identity, Legal: d.Party.Name, Address: d.Party.Address, Phone: d.Party.Phone},
		Case: document.Case{Number: c.Number, Matter: d.Law.NameZH, Place: d.Camera.Place, Object: d.Object.Name, Camera: d.Camera.Name,
			CameraNo: d.Camera.LegalReviewNo + "；" + d.Camera.TechnicalReviewNo, From: c.FirstAt, To: c.LastAt, FiledAt: d.FiledAt,
			Source: "电子技术监控设备（" + d.Camera.Name + "）"},
		Facts: d.facts(), Forbids: citations(d.Law.Forbids), Basis: citations(d.Law.Basis), Reason: d.Reason,
		Order: d.Law.Order.ZH, CorrectBy: d.GraceEnds, FineFen: c.FineFen, SurchargeFen: t.facts.LateFen, Band: d.Law.BandZH,
		PayTo: b.o.Bureau.Treasury, PayURL: b.o.PublicURL, PayBy: d.PayUntil, DueFen: c.due(t.now), Instalments: c.parts(),
		Statement: document.Statement{Until: d.StatementUntil, Given: d.said(), Answer: d.answered(), Waived: d.Waived && len(d.Statements) == 0},
		Hearing:   document.Hearing{Right: d.HearingRight, Until: d.HearingUntil, At: d.Hearing.At, Place: d.Hearing.Place, Host: d.People.Host.Name, Recorder: t.by.name, Held: d.Hearing.Held},
		Remedy:    document.Remedy{Reconsideration: b.o.Bureau.Superior, ReconsiderDays: flow.ReconsiderDays, Court: b.o.Bureau.Court, CourtMonths: flow.LitigationMonths},
		Opinions:  t.opinions(k), Decision: document.DecisionRef{Number: d.DecisionNo, Date: d.DecidedAt, ServedAt: d.ServedAt, FineFen: c.FineFen},
		Ending:   document.Ending{How: d.how(c), PaidFen: c.PaidFen, PaidAt: d.PaidAt, Receipt: d.ReceiptNo},
		Transfer: document.TransferTo{Authority: t.given.Target, Reason: t.given.Reason},
	}
	if f.FineFen == 0 {
		f.FineFen = d.ProposedFen
	}
	for _, o := range d.People.Officers {
		f.Officers = append(f.Officers, document.Officer{Name: o.Name, Licence: o.LicenceNo})
	}
	bundles, err := t.evidence(ctx)
	if err != nil {
		return f, err
	}
	f.Evidence, f.Transfer.Materials = bundles, bundles
	t.special(&f, k)
	return f, nil
}

// special fills what one kind alone has.
func (t *taking) special(f *document.Fields, k document.Kind) {
	d := &t.c.D
	switch k {
	case document.InquiryRecord:
		f.Inquiry = document.Inquiry{From: t.now, To: t.now, Place: t.b.o.Bureau.Address, Method: "视频、音频询问", Person: d.Party.Name, Relation: "当事人",
			Exchanges: exchanges(t.given.Text), Recorder: t.by.name}
		if r := d.Room; r.unwritten() {
			f.Inquiry.From, f.Inquiry.To, f.Inquiry.Place, f.Inquiry.Method = r.From, r.To, "线上视频询问室", "视频询问（全程录音录像）"
			f.Inquiry.Recording, f.Inquiry.Bundle = r.Manifest, r.ID
		}
	case document.LegalReview:
		f.Review = document.Review{Major: d.whyReviewed(), Passed: t.step.Event == "pass", Points: []document.ReviewPoint{
			{Name: "主体、权限", Finding: "执法人员两名，均持有效执法证；无应当回避的情形"},
			{Name: "事实、证据", Finding: "证据包经两人审核，真实、清晰、完整、准确"},
			{Name: "法律适用、裁量", Finding: d.Law.Why.ZH + " " + d.Law.BandZH},
			{Name: "程序", Finding: "已告知事实、理由、依据和权利"},
			{Name: "审核意见", Finding: t.given.Opinion},
		}}
	case document.ServiceReceipt:
		f.Service = document.Service{Method: methodZH(d.Method), Papers: []string{"行政处罚决定书 " + d.DecisionNo}, Address: d.addressed(),
			Recipient: first(d.Receiver, d.Party.Name), SentAt: d.ServingAt, At: d.ServedAt, Proof: d.Proof}
	case document.ServiceConsent:
		f.Consent = document.Consent{Electronic: true, Phone: t.given.Phone, Email: t.given.Email, Address: d.Party.Address, At: t.now, Signature: t.given.Signature}
	case document.NoPenalty:
		f.Basis, f.Reason = document.NoPenaltyBasis(), first(t.given.Reason, d.Reason)
	case document.PaymentTerms:
		f.Reason = t.given.Reason
	case document.Demand:
		f.PayBy = calendar.End(t.now.AddDate(0, 0, flow.CourtWaitDays))
	case document.Suggestion:
		f.Suggestion, f.Facts = t.suggested, t.given.Facts
	case document.Annotation, document.Lifting:
		f.Annotation = t.annotated
	case document.Closure:
		f.Reason = first(t.given.Reason, d.Reason)
	}
}

func (t *taking) evidence(ctx context.Context) ([]string, error) {
	rows, err := t.tx.Query(ctx, `SELECT bundle::text, kind, receipt->>'manifest_sha256', (summary->>'first')::timestamptz FROM evidence WHERE case_id = $1 ORDER BY sealed_at`, t.c.ID)
	if err != nil {
		return nil, fmt.Errorf("list the evidence of case %s: %w", t.c.ID, err)
	}
	defer rows.Close()
	var list []string
	more := 0
	for rows.Next() {
		var bundle, kind, digest string
		var at time.Time
		if err := rows.Scan(&bundle, &kind, &digest, &at); err != nil {
			return nil, fmt.Errorf("list the evidence of case %s: %w", t.c.ID, err)
		}
		if len(list) == maxListed {
			more++
			continue
		}
		name := map[string]string{"incident": "视听资料、电子数据", "recheck": "复查的视听资料、电子数据", roomKind: "视频询问的录音录像"}[kind]
		list = append(list, fmt.Sprintf("%s起的%s（证据包 %s，封存清单 SHA-256 前16位 %.16s）", legal(at), name, bundle, digest))
	}
	if more > 0 {
		list = append(list, fmt.Sprintf("同一行为的后续证据包 %d 份，见案卷", more))
	}
	return list, rows.Err()
}

// maxListed is how many bundles a document names one by one.
const maxListed = 6

// opinions are the signed fields of approval forms.
func (t *taking) opinions(k document.Kind) []document.Opinion {
	p := t.c.D.People
	switch k {
	case document.FilingApproval:
		return []document.Opinion{
			{Role: "初审意见", Text: "线索属实，建议复核", Name: p.Confirmer.Name, At: p.Confirmer.At},
			{Role: "复核意见", Text: "证据真实、清晰、完整、准确，建议立案", Name: p.Verifier.Name, At: p.Verifier.At},
			{Role: "负责人意见", Text: "同意立案", Name: p.Approver.Name, At: p.Approver.At},
		}
	case document.LegalReview:
		return []document.Opinion{{Role: "法制审核意见", Text: t.given.Opinion, Name: t.by.name, At: t.now}}
	case document.Closure:
		list := []document.Opinion{}
		for _, o := range p.Officers {
			list = append(list, document.Opinion{Role: "承办人意见", Text: "处罚决定已履行完毕，建议结案", Name: o.Name, At: t.now})
		}
		return append(list, document.Opinion{Role: "负责人意见", Text: "同意结案", Name: t.by.name, At: t.now})
	}
	return nil
}

func citations(list []citation) []document.Citation {
	var out []document.Citation
	for _, c := range list {
		out = append(out, document.Citation{Law: c.Law, Version: c.Edition, Article: c.Article, Text: c.Text})
	}
	return out
}

// exchanges reads lines "问：…" and "答：…"; other text is one answer.
func exchanges(text string) []document.Exchange {
	var list []document.Exchange
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		question, asked := strings.CutPrefix(line, "问：")
		answer, answered := strings.CutPrefix(line, "答：")
		switch {
		case asked:
			list = append(list, document.Exchange{Question: question})
		case answered && len(list) > 0:
			list[len(list)-1].Answer = strings.TrimSpace(list[len(list)-1].Answer + "\n" + answer)
		case line != "" && len(list) > 0:
			list[len(list)-1].Answer = strings.TrimSpace(list[len(list)-1].Answer + "\n" + line)
		case line != "":
			list = append(list, document.Exchange{Question: "请说明情况", Answer: line})
		}
	}
	return list
}
