package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework/document"
	"offsite/casework/flow"
	"offsite/evidence"
)

// PortalCase is the party's page; opening it is recorded as proof of service.
func (b *Book) PortalCase(ctx context.Context, caseID string, v Visit) (PortalCase, error) {
	var out PortalCase
	err := b.view(ctx, caseID, func(tx pgx.Tx, c *casefile) (err error) {
		d := &c.D
		out = PortalCase{Number: c.Number, State: string(c.State), MatterZH: d.Law.NameZH, MatterEN: d.Law.NameEN, BasisZH: d.Law.BasisZH, BasisEN: d.Law.BasisEN,
			Place: d.Camera.Place, Object: d.Object.Name, Party: d.Party.Name, WhatZH: d.facts(), WhatEN: d.Summary.Why.EN, At: c.FirstAt,
			FineFen: c.FineFen, LateFen: c.late(b.now()), PaidFen: c.PaidFen, Instalments: c.instalments(b.now()), ReceiptNo: d.ReceiptNo, PaidAt: present(d.PaidAt),
			Stills: portalStills(d), Consented: d.Party.Consent != "", ByEmail: b.o.Mailer != nil, Statements: said(d)}
		if !d.Summary.ClipFrom.IsZero() {
			out.Clip = portalName(d.Bundle, clipPath)
		}
		if !decisionKnown(c.State) {
			out.FineFen = d.ProposedFen
		}
		if out.Documents, err = b.portalDocuments(ctx, tx, c); err != nil {
			return err
		}
		if out.Progress, err = b.progress(ctx, tx, c.ID); err != nil {
			return err
		}
		if out.Phone = first(d.Party.Consent, d.Party.Phone); out.Phone != "" {
			out.Phone = masked(out.Phone)
		}
		out.OfficeAddress, out.OfficePhone = b.o.Bureau.Address, b.o.Bureau.Phone
		if out.FullCopies, err = b.fullCopies(ctx, tx, c.ID); err != nil {
			return err
		}
		for i := range out.FullCopies {
			out.FullCopies[i].DecidedBy = "" // the officers' names stand in the papers
		}
		out.Actions, err = b.portalActions(c)
		return err
	})
	if err == nil {
		out.Copies, err = b.portalCopies(ctx, caseID)
	}
	if err != nil {
		return out, err
	}
	return out, b.visit(ctx, caseID, "case", "", v)
}

// visit records what the party opened, for the proof of service.
func (b *Book) visit(ctx context.Context, caseID, what, subject string, v Visit) error {
	_, err := b.o.Pool.Exec(ctx, `INSERT INTO portal_visit (case_id, at, what, subject, address, browser) VALUES ($1, $2, $3, $4, $5, $6)`,
		caseID, b.now(), what, subject, v.Address, shortened(v.Browser))
	if err != nil {
		return fmt.Errorf("record a visit to case %s: %w", caseID, err)
	}
	return nil
}

// decisionKnown tells whether the decision has left the house.
func decisionKnown(s flow.State) bool {
	return slices.Contains([]flow.State{flow.Serving, flow.Served, flow.Overdue, flow.Urged, flow.Court, flow.Closed, flow.Archived, flow.Revoked}, s)
}

// portalName is how the portal names a file: bundle and path in one.
func portalName(bundle, path string) string { return bundle + "/" + path }

// portalStills are the pictures that the party sees.
func portalStills(d *dossier) []PortalStill {
	list := []PortalStill{}
	for _, s := range stills(d.Summary) {
		list = append(list, PortalStill{Name: portalName(d.Bundle, s.Picture), Role: s.Role, At: s.At})
	}
	return list
}

// PortalFile finds a picture or clip that the party may see: of its own case, no
// other file of the bundle, and from a sealed copy alone. Where there is none yet,
// one is asked for, with ErrCopyAwaited.
func (b *Book) PortalFile(ctx context.Context, caseID, name string) (PortalFile, error) {
	e, path, err := b.portalEntry(ctx, caseID, name)
	if err != nil {
		return PortalFile{}, err
	}
	found := PortalFile{Bundle: e.Bundle, Path: path}
	found.Copy, err = b.redacted(ctx, `parent = $1 AND case_id = $2`, e.Bundle, caseID)
	if errors.Is(err, ErrNotFound) {
		err = errors.Join(ErrCopyAwaited, pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) error {
			return b.insertJob(ctx, tx, RedactArgs{CaseID: caseID}, b.now())
		}))
	}
	return found, err
}

// portalEntry finds a picture or clip of a party's own case by its name in the portal.
func (b *Book) portalEntry(ctx context.Context, caseID, name string) (e Evidence, path string, err error) {
	bundle, path, _ := strings.Cut(name, "/")
	shown := path == clipPath || strings.HasPrefix(path, "data/stills/") && strings.HasSuffix(path, ".png")
	if e, err = b.Evidence(ctx, bundle); err != nil {
		return e, path, err
	}
	known := slices.ContainsFunc(e.Receipt.Files, func(f evidence.Entry) bool { return f.Path == path })
	if e.CaseID != caseID || e.Kind == RedactedKind || !shown || !known {
		return e, path, fmt.Errorf("find %q of case %s: %w", name, caseID, ErrNotFound)
	}
	return e, path, nil
}

// portalKinds are the documents that are made for the party.
func portalKinds(s flow.State) []string {
	kinds := []document.Kind{document.Reminder, document.FactNotice, document.InquiryRecord, document.AdvanceNotice, document.HearingNotice,
		document.NoPenalty, document.ServiceConsent, document.PaymentTerms, document.Demand, document.Annotation, document.Lifting}
	if decisionKnown(s) {
		kinds = append(kinds, document.Decision, document.ServiceReceipt)
	}
	var list []string
	for _, k := range kinds {
		list = append(list, string(k))
	}
	return list
}

func (b *Book) portalDocuments(ctx context.Context, db database, c *casefile) ([]PortalDocument, error) {
	all, err := caseDocuments(ctx, db, c.ID)
	if err != nil {
		return nil, err
	}
	list := []PortalDocument{}
	for _, d := range all {
		if slices.Contains(portalKinds(c.State), d.Kind) {
			list = append(list, PortalDocument{ID: d.ID, TitleZH: d.TitleZH, TitleEN: d.TitleEN, Number: d.Number, IssuedAt: d.IssuedAt, Code: d.Code})
		}
	}
	return list, nil
}

// PortalPDF gives a document of the party's own case; opening it is recorded.
func (b *Book) PortalPDF(ctx context.Context, caseID, documentID string, v Visit) (CaseDocument, []byte, error) {
	c, err := read(ctx, b.o.Pool, caseID, "")
	if err != nil {
		return CaseDocument{}, nil, err
	}
	d, pdf, err := b.documentPDF(ctx, documentID, caseID)
	if err == nil && !slices.Contains(portalKinds(c.State), d.Kind) {
		err = fmt.Errorf("read document %q: %w", documentID, ErrNotFound)
	}
	if err != nil {
		return CaseDocument{}, nil, err
	}
	return d, pdf, b.visit(ctx, caseID, "document", d.ID+" "+d.SHA256, v)
}

// progress is what the party is told of the course: states reached, and what it
// did itself; names of staff are not in it.
func (b *Book) progress(ctx context.Context, db database, caseID string) ([]PortalProgress, error) {
	entries, err := b.record(ctx, db, caseID)
	if err != nil {
		return nil, err
	}
	told := []flow.State{flow.Reminded, flow.Corrected, flow.Filed, flow.Notified, flow.Proposed, flow.Hearing, flow.Serving, flow.Served, flow.Overdue,
		flow.Urged, flow.Court, flow.Closed, flow.NoPenalty, flow.Dismissed, flow.Transferred, flow.Revoked}
	list := []PortalProgress{}
	for _, e := range entries {
		p := PortalProgress{LabelZH: e.LabelZH, LabelEN: e.LabelEN, At: e.At}
		if e.From != e.To && slices.Contains(told, flow.State(e.To)) {
			info := b.table.Info(flow.State(e.To))
			p.LabelZH, p.LabelEN = info.ZH, info.EN
		} else if e.Role != string(flow.Party) && e.Event != "created" && e.Event != "payment" && e.Event != "refunded" {
			continue
		}
		list = append(list, p)
	}
	return list, nil
}

// portalActions judges what the party may do.
func (b *Book) portalActions(c *casefile) ([]PortalAction, error) {
	f, err := b.facts(c, b.now())
	if err != nil {
		return nil, err
	}
	list := []PortalAction{}
	for _, event := range []flow.Event{"statement", "appointment", "hearing_request", "waive", "consent", "ask_deferral", "ask_instalments"} {
		if _, ok := b.table.Find(c.State, event); !ok {
			continue
		}
		a := PortalAction{Event: string(event), Allowed: true}
		if refusal := b.table.Offered(f, flow.Attempt{Event: event, Roles: []flow.Role{flow.Party}}); refusal != nil {
			a.Allowed, a.WhyZH, a.WhyEN = false, refusal.ZH, refusal.EN
		}
		switch {
		case event == "statement" && c.State == flow.Proposed, event == "waive":
			a.Until = present(c.D.StatementUntil)
		case event == "hearing_request" && flow.HearingApplies(f):
			a.Until = present(c.D.HearingUntil)
		}
		list = append(list, a)
	}
	if c.payable() {
		_, owed, _ := c.next(b.now())
		list = append(list, PortalAction{Event: "pay", Allowed: owed > 0, Until: b.payUntil(c), Fen: owed})
	}
	return list, nil
}

func (b *Book) payUntil(c *casefile) *time.Time {
	if c.State == flow.Served {
		return present(c.D.PayUntil)
	}
	return nil
}
