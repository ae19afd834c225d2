package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"offsite/api/wire"
	"offsite/casework"
	"offsite/casework/flow"
	"offsite/evidence/bag"
)

// page is a part of a list; NextCursor leads to the next one.
type page[T any] struct {
	Body struct {
		Items      []T    `json:"items"`
		NextCursor string `json:"next_cursor,omitempty"`
	}
}

func pageOf[T any](p casework.Page[T]) *page[T] {
	out := &page[T]{}
	out.Body.Items, out.Body.NextCursor = p.Items, p.NextCursor
	return out
}

func (a *API) findingOperations() {
	const tag = "findings"
	handle(a, operation{id: "list-findings", method: http.MethodGet, path: "/findings", summary: "The review queue", tag: tag}, a.listFindings)
	handle(a, operation{id: "list-agreements", method: http.MethodGet, path: "/agreements", summary: "How the second review judged each reviewer's first verdicts", tag: tag}, a.listAgreements)
	handle(a, operation{id: "get-finding", method: http.MethodGet, path: "/findings/{id}", summary: "A finding with all that the verdict stands on", tag: tag}, a.getFinding)
	handle(a, operation{id: "confirm-finding", method: http.MethodPost, path: "/findings/{id}/confirm", summary: "First review: confirm", tag: tag, status: http.StatusNoContent}, a.confirmFinding)
	handle(a, operation{id: "reject-finding", method: http.MethodPost, path: "/findings/{id}/reject", summary: "Reject, with the reason", tag: tag, status: http.StatusNoContent}, a.rejectFinding)
	handle(a, operation{id: "verify-finding", method: http.MethodPost, path: "/findings/{id}/verify", summary: "Second review: true, clear, complete, accurate", tag: tag, status: http.StatusNoContent}, a.verifyFinding)
}

type findingQuery struct {
	State    string    `query:"state" maxLength:"40" doc:"found: first review; reviewed: second review."`
	Detector string    `query:"detector" maxLength:"40"`
	Camera   string    `query:"camera" maxLength:"64"`
	Object   string    `query:"object" maxLength:"64"`
	From     time.Time `query:"from" doc:"Found at or after; left out: from the first."`
	To       time.Time `query:"to" doc:"Found before; left out: until now."`
	Order    string    `query:"order" enum:"probability,deadline" doc:"probability: the surest first; deadline: what falls due first."`
	Cursor   string    `query:"cursor" maxLength:"400"`
	Limit    int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (a *API) listFindings(ctx context.Context, in *findingQuery) (*page[casework.FindingItem], error) {
	p, err := a.o.Casework.Findings(ctx, casework.FindingFilter{State: in.State, Detector: in.Detector, CameraID: in.Camera, ObjectID: in.Object, From: in.From, To: in.To, Order: in.Order, Limit: in.Limit}, in.Cursor)
	if err != nil {
		return nil, err
	}
	return pageOf(p), nil
}

type agreementQuery struct {
	Days int `query:"days" minimum:"1" maximum:"366" default:"90"`
}

func (a *API) listAgreements(ctx context.Context, in *agreementQuery) (*list[casework.Agreement], error) {
	agreements, err := a.o.Casework.Agreements(ctx, a.now().AddDate(0, 0, -in.Days))
	if err != nil {
		return nil, err
	}
	return listOf(agreements), nil
}

func (a *API) getFinding(ctx context.Context, in *ByID) (*versioned[casework.Finding], error) {
	f, err := a.o.Casework.Finding(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return withVersion(f.Version, f), nil
}

// verdict is a step on a version that was seen.
type verdict[T any] struct {
	ByID
	IfMatch string `header:"If-Match" doc:"The version that was seen, as in \"3\"."`
	Body    T
}

func (a *API) confirmFinding(ctx context.Context, in *verdict[wire.Note]) (*empty, error) {
	version, err := mustSee(in.IfMatch)
	if err != nil {
		return nil, err
	}
	return &empty{}, a.o.Casework.Confirm(ctx, actor(ctx), in.ID, version, in.Body.Note)
}

func (a *API) rejectFinding(ctx context.Context, in *verdict[wire.Reason]) (*empty, error) {
	version, err := mustSee(in.IfMatch)
	if err != nil {
		return nil, err
	}
	return &empty{}, a.o.Casework.Reject(ctx, actor(ctx), in.ID, version, in.Body.Reason)
}

func (a *API) verifyFinding(ctx context.Context, in *verdict[wire.Verification]) (*empty, error) {
	version, err := mustSee(in.IfMatch)
	if err != nil {
		return nil, err
	}
	return &empty{}, a.o.Casework.Verify(ctx, actor(ctx), in.ID, version, in.Body.Ticks)
}

// Papers come in base64 with a step or an application, from a telephone.
const (
	papersBody     = 9 << 20         // attachment.Most of attachment.MaxBytes, and the text
	papersPatience = 2 * time.Minute // for its line to bring them
)

func (a *API) caseOperations() {
	const tag = "cases"
	handle(a, operation{id: "list-cases", method: http.MethodGet, path: "/cases", summary: "List cases, latest change first", tag: tag}, a.listCases)
	handle(a, operation{id: "get-case", method: http.MethodGet, path: "/cases/{id}", summary: "The whole file and the steps that may follow", tag: tag}, a.getCase)
	handle(a, operation{id: "take-step", method: http.MethodPost, path: "/cases/{id}/events/{event}", summary: "Take a step", tag: tag, status: http.StatusNoContent, body: papersBody, patience: papersPatience}, a.takeStep)
	handle(a, operation{id: "export-case", method: http.MethodGet, path: "/cases/{id}/file.zip", summary: "The whole file as a BagIt bag, for a court; each bundle is recorded as seen", tag: tag, binary: "application/zip"}, a.exportCase)
	handle(a, operation{id: "take-bulk-step", method: http.MethodPost, path: "/cases/bulk/{event}", summary: "Take a step on many cases, each judged alone; answers with what became of each", tag: tag}, a.takeBulkStep)
	handle(a, operation{id: "list-alarms", method: http.MethodGet, path: "/alarms", summary: "Deadlines that have run half, four fifths or all of their time: an officer's own, everybody's for the others", tag: tag}, a.listAlarms)
	handle(a, operation{id: "list-reconciliations", method: http.MethodGet, path: "/reconciliations", summary: "Our payments against the provider's daily file, the latest day first", tag: tag}, a.listReconciliations)
	handle(a, operation{id: "get-diagram", method: http.MethodGet, path: "/casework/diagram", summary: "The states of a case and what leads from one to the next, as SVG", tag: tag, binary: "image/svg+xml"}, a.getDiagram)
	handle(a, operation{id: "get-document", method: http.MethodGet, path: "/documents/{id}/pdf", summary: "A document of a case", tag: tag, binary: "application/pdf"}, a.getDocument)
	handle(a, operation{id: "get-case-paper", method: http.MethodGet, path: "/cases/{id}/papers/{paper}", summary: "A picture or scan that came with a step", tag: tag, binary: "application/pdf,image/jpeg"}, a.getCasePaper)
}

type caseQuery struct {
	State  string `query:"state" maxLength:"40"`
	Matter string `query:"matter" maxLength:"60"`
	Mine   bool   `query:"mine" doc:"Those alone that are assigned to the caller."`
	Due    string `query:"due" enum:"overdue,week" doc:"overdue: a deadline has passed; week: one has passed or passes within seven days."`
	Party  string `query:"party" enum:"unknown" doc:"unknown: somebody has to find out the party where it was seen."`
	Refund string `query:"refund" enum:"asked" doc:"asked: a refund by hand, or a payment at a counter, waits to be confirmed."`
	Q      string `query:"q" maxLength:"100" doc:"The whole number of the case or of a paper, one character that the party's name begins with, or part of number, party, object or place."`
	Cursor string `query:"cursor" maxLength:"400"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (a *API) listCases(ctx context.Context, in *caseQuery) (*page[casework.CaseItem], error) {
	f := casework.CaseFilter{State: in.State, Matter: in.Matter, Due: in.Due, Unknown: in.Party == "unknown", Refund: in.Refund == "asked", Q: in.Q, Limit: in.Limit}
	if in.Mine {
		f.Officer = actor(ctx).ID
	}
	p, err := a.o.Casework.Cases(ctx, f, in.Cursor)
	if err != nil {
		return nil, err
	}
	return pageOf(p), nil
}

func (a *API) getCase(ctx context.Context, in *ByID) (*versioned[casework.CaseFile], error) {
	c, err := a.o.Casework.Case(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return withVersion(c.Version, c), nil
}

type step struct {
	ByID
	Event   string `path:"event" maxLength:"60"`
	IfMatch string `header:"If-Match" doc:"The version that was seen, as in \"3\"."`
	Body    map[string]any
}

func (a *API) takeStep(ctx context.Context, in *step) (*empty, error) {
	version, err := mustSee(in.IfMatch)
	if err != nil {
		return nil, err
	}
	return &empty{}, a.o.Casework.Apply(ctx, actor(ctx), in.ID, version, in.Event, in.Body)
}

func (a *API) getCasePaper(ctx context.Context, in *ofPaper) (*stream, error) {
	content, kind, err := a.o.Casework.CasePaper(ctx, actor(ctx), in.ID, in.Paper)
	if err != nil {
		return nil, err
	}
	return attachment(content, kind), nil
}

type bulkStep struct {
	Event string `path:"event" maxLength:"60"`
	Body  wire.BulkStep
}

func (a *API) takeBulkStep(ctx context.Context, in *bulkStep) (*list[casework.BulkOutcome], error) {
	report, err := a.o.Casework.Bulk(ctx, actor(ctx), in.Event, in.Body.Cases, in.Body.Fields)
	if err != nil {
		return nil, err
	}
	return listOf(report), nil
}

func (a *API) listAlarms(ctx context.Context, _ *empty) (*list[casework.Alarm], error) {
	alarms, err := a.o.Casework.Alarms(ctx, actor(ctx))
	if err != nil {
		return nil, err
	}
	return listOf(alarms), nil
}

func (a *API) listReconciliations(ctx context.Context, _ *empty) (*list[casework.Reconciliation], error) {
	days, err := a.o.Casework.Reconciliations(ctx)
	if err != nil {
		return nil, err
	}
	return listOf(days), nil
}

// getDiagram draws nothing: the picture is made with the table and held to it by a
// test.
func (a *API) getDiagram(context.Context, *empty) (*stream, error) {
	return &stream{func(hc huma.Context) {
		_, w := humachi.Unwrap(hc)
		w.Header().Set("Content-Type", "image/svg+xml")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		_, _ = w.Write(flow.Diagram()) // the client may have gone
	}}, nil
}

func (a *API) getDocument(ctx context.Context, in *ByID) (*stream, error) {
	d, pdf, err := a.o.Casework.DocumentPDF(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return pdfOf(d, pdf), nil
}

// pdfOf shows a document.
func pdfOf(d casework.CaseDocument, pdf []byte) *stream {
	return &stream{func(hc huma.Context) {
		_, w := humachi.Unwrap(hc)
		pdfHead(w.Header(), d.TitleZH+" "+d.Number+".pdf")
		w.Header().Set("ETag", `"`+d.SHA256+`"`)
		_, _ = w.Write(pdf) // the client may have gone
	}}
}

// exportCase sends the bag while it is made: nothing of it is held.
func (a *API) exportCase(ctx context.Context, in *ByID) (*stream, error) {
	c, err := a.o.Casework.Case(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	trust, err := a.o.Trust(ctx)
	if err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(trust, "", "  ")
	if err != nil {
		return nil, err
	}
	name := c.Number
	if name == "" {
		name = c.ID
	}
	return &stream{func(hc huma.Context) {
		r, w := humachi.Unwrap(hc)
		h := w.Header()
		h.Set("Content-Type", "application/zip")
		h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name+".zip"))
		_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // as long as it takes to carry it
		err := a.o.Casework.Export(r.Context(), actor(ctx), c.ID, "offsite "+a.o.Version, a.o.Vault, text, bag.Zip(w, name, a.now()))
		if err != nil {
			a.log.ErrorContext(ctx, "exporting a case failed", "case", c.ID, "error", err)
			panic(http.ErrAbortHandler) // what was sent must not look whole
		}
	}}, nil
}
