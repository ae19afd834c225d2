package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"offsite/api/wire"
	"offsite/casework"
	"offsite/evidence"
)

const signatureBody = 2 << 20

func (a *API) portalOperations() {
	const tag = "portal"
	handle(a, operation{id: "open-portal", method: http.MethodPost, path: "/portal/session", summary: "Change a link's token for a session", tag: tag}, a.openPortal)
	handle(a, operation{id: "get-portal-case", method: http.MethodGet, path: "/portal/case", summary: "The party's own case", tag: tag}, a.getPortalCase)
	handle(a, operation{id: "listen-party", method: http.MethodGet, path: "/portal/events", summary: "That the party's own case has changed, as server-sent events", tag: tag, binary: "text/event-stream"}, a.listenParty)
	handle(a, operation{id: "send-statement", method: http.MethodPost, path: "/portal/statement", summary: "State a defence (陈述申辩), with evidence of one's own", tag: tag, status: http.StatusNoContent, body: papersBody, patience: papersPatience}, a.sendStatement)
	handle(a, operation{id: "ask-hearing", method: http.MethodPost, path: "/portal/hearing", summary: "Ask for a hearing (听证)", tag: tag, status: http.StatusNoContent}, a.askHearing)
	handle(a, operation{id: "waive-rights", method: http.MethodPost, path: "/portal/waive", summary: "Give up statement and hearing", tag: tag, status: http.StatusNoContent}, a.waiveRights)
	handle(a, operation{id: "make-appointment", method: http.MethodPost, path: "/portal/appointment", summary: "Ask for an inquiry by video (视频询问)", tag: tag, status: http.StatusNoContent}, a.makeAppointment)
	handle(a, operation{id: "ask-deferral", method: http.MethodPost, path: "/portal/deferral", summary: "Ask to pay later (Penalty Law art. 66)", tag: tag, status: http.StatusNoContent}, a.askDeferral)
	handle(a, operation{id: "ask-instalments", method: http.MethodPost, path: "/portal/instalments", summary: "Ask to pay in instalments (Penalty Law art. 66)", tag: tag, status: http.StatusNoContent}, a.askInstalments)
	handle(a, operation{id: "give-consent", method: http.MethodPost, path: "/portal/consent", summary: "Agree to electronic service, signed", tag: tag, status: http.StatusNoContent, body: signatureBody}, a.giveConsent)
	handle(a, operation{id: "start-payment", method: http.MethodPost, path: "/portal/payment", summary: "Order a payment; answers with the provider's page", tag: tag}, a.startPayment)
	handle(a, operation{id: "get-portal-file", method: http.MethodGet, path: "/portal/files/{path}", summary: "A picture or clip of the party's own case", tag: tag, binary: "application/octet-stream"}, a.getPortalFile)
	handle(a, operation{id: "ask-full-copy", method: http.MethodPost, path: "/portal/full-copy", summary: "Ask to see the evidence uncovered, with the reason", tag: tag, status: http.StatusNoContent}, a.askFullCopy)
	handle(a, operation{id: "get-portal-original", method: http.MethodGet, path: "/portal/originals/{path}", summary: "A picture or clip as it was sealed, while that is granted; each view is recorded", tag: tag, binary: "application/octet-stream"}, a.getPortalOriginal)
	handle(a, operation{id: "get-portal-bundle", method: http.MethodGet, path: "/portal/copies/{bundle}/bundle.tar", summary: "A sealed copy of the evidence, with people and vehicles covered", tag: tag, binary: "application/x-tar"}, a.getPortalBundle)
	handle(a, operation{id: "get-portal-proof", method: http.MethodGet, path: "/portal/copies/{bundle}/bundle.tlog-proof", summary: "The transparency log's receipt of such a copy (C2SP tlog-proof)", tag: tag, binary: "text/plain; charset=utf-8"}, a.getPortalProof)
	handle(a, operation{id: "get-portal-document", method: http.MethodGet, path: "/portal/documents/{id}/pdf", summary: "A document of the party's own case", tag: tag, binary: "application/pdf"}, a.getPortalDocument)
}

// notices reads what the page behind a link says before any script runs. Without
// it the page still asks for the case, and tells what is wrong.
func (a *API) notices(ctx context.Context, token string) (casework.PortalNotice, bool) {
	if a.o.Casework == nil {
		return casework.PortalNotice{}, false
	}
	n, err := a.o.Casework.PortalNotice(ctx, token)
	if err != nil && !errors.Is(err, casework.ErrLink) {
		a.log.ErrorContext(ctx, "a notice cannot be shown", "error", err)
	}
	return n, err == nil
}

type portalAnswer struct {
	SetCookie []http.Cookie `header:"Set-Cookie" hidden:"true"`
	Body      wire.PortalSession
}

func (a *API) openPortal(ctx context.Context, in *struct{ Body wire.PortalOpen }) (*portalAnswer, error) {
	c := callerOf(ctx)
	login, err := a.o.Casework.PortalSession(ctx, strings.TrimSpace(in.Body.Token), c.portal, c.visit())
	if err != nil {
		return nil, err
	}
	return &portalAnswer{
		SetCookie: []http.Cookie{a.cookie(a.portalCookie(), login.Cookie, login.ExpiresAt)},
		Body:      wire.PortalSession{CSRF: login.CSRF},
	}, nil
}

func (a *API) getPortalCase(ctx context.Context, _ *empty) (*answer[casework.PortalCase], error) {
	c := callerOf(ctx)
	file, err := a.o.Casework.PortalCase(ctx, c.caseID, c.visit())
	if err != nil {
		return nil, err
	}
	return &answer[casework.PortalCase]{file}, nil
}

func (a *API) sendStatement(ctx context.Context, in *struct{ Body wire.PortalStatement }) (*empty, error) {
	return &empty{}, a.o.Casework.Statement(ctx, callerOf(ctx).caseID, in.Body.Text, in.Body.Papers...)
}

func (a *API) askHearing(ctx context.Context, in *struct{ Body wire.PortalReason }) (*empty, error) {
	return &empty{}, a.o.Casework.Hearing(ctx, callerOf(ctx).caseID, in.Body.Reason)
}

func (a *API) waiveRights(ctx context.Context, _ *struct{ Body struct{} }) (*empty, error) {
	return &empty{}, a.o.Casework.Waive(ctx, callerOf(ctx).caseID)
}

func (a *API) makeAppointment(ctx context.Context, in *struct{ Body wire.PortalAppointment }) (*empty, error) {
	return &empty{}, a.o.Casework.Appointment(ctx, callerOf(ctx).caseID, in.Body.At, in.Body.Note)
}

func (a *API) askDeferral(ctx context.Context, in *struct{ Body wire.PortalDeferral }) (*empty, error) {
	return &empty{}, a.o.Casework.AskDeferral(ctx, callerOf(ctx).caseID, in.Body.Until, in.Body.Reason)
}

func (a *API) askInstalments(ctx context.Context, in *struct{ Body wire.PortalInstalments }) (*empty, error) {
	return &empty{}, a.o.Casework.AskInstalments(ctx, callerOf(ctx).caseID, in.Body.Parts, in.Body.First, in.Body.Reason)
}

func (a *API) giveConsent(ctx context.Context, in *struct{ Body wire.PortalConsent }) (*empty, error) {
	c := callerOf(ctx)
	return &empty{}, a.o.Casework.Consent(ctx, c.caseID, in.Body.Phone, in.Body.Email, in.Body.Signature, c.visit())
}

// startPayment needs no key of the client's: casework keeps one open order a case.
func (a *API) startPayment(ctx context.Context, _ *struct{ Body struct{} }) (*answer[wire.PortalPayment], error) {
	page, err := a.o.Casework.StartPayment(ctx, callerOf(ctx).caseID)
	if err != nil {
		return nil, err
	}
	return &answer[wire.PortalPayment]{wire.PortalPayment{PayURL: page}}, nil
}

type portalFile struct {
	Path string `path:"path" maxLength:"200"`
}

func (a *API) getPortalFile(ctx context.Context, in *portalFile) (*stream, error) {
	file, err := a.o.Casework.PortalFile(ctx, callerOf(ctx).caseID, in.Path)
	if err != nil {
		return nil, err
	}
	return a.toParty(ctx, file.Bundle, file.Copy, file.Path, seenBy(ctx)), nil
}

// seenBy is why the party looks at what is covered or its own.
func seenBy(ctx context.Context) string { return "当事人查阅 party " + callerOf(ctx).caseID }

func (a *API) askFullCopy(ctx context.Context, in *struct{ Body wire.PortalReason }) (*empty, error) {
	c := callerOf(ctx)
	return &empty{}, a.o.Casework.AskFullCopy(ctx, c.caseID, in.Body.Reason, c.visit())
}

func (a *API) getPortalOriginal(ctx context.Context, in *portalFile) (*stream, error) {
	receipt, path, reason, err := a.o.Casework.PortalOriginal(ctx, callerOf(ctx).caseID, in.Path)
	if err != nil {
		return nil, err
	}
	return a.toParty(ctx, receipt.BundleID, receipt, path, reason), nil
}

// toParty sends the party a file of a bundle, once it is recorded that it looks. seen is
// the bundle whose content that is, receipt the one that the file is read from: itself or
// its redacted copy, reason why it looks.
func (a *API) toParty(ctx context.Context, seen string, receipt evidence.Receipt, path, reason string) *stream {
	return &stream{func(hc huma.Context) {
		r, w := humachi.Unwrap(hc)
		if first(r) {
			party := casework.Actor{Name: "当事人", Roles: []string{"party"}}
			if err := a.o.Casework.RecordView(r.Context(), party, seen, path, reason); err != nil {
				a.refuse(w, r, a.problem(ctx, "record-view", err))
				return
			}
		}
		a.sendEntry(w, r, receipt, path)
	}}
}

// getPortalBundle gives the party a bundle that it can have checked by anybody.
func (a *API) getPortalBundle(ctx context.Context, in *BundleID) (*stream, error) {
	r, err := a.o.Casework.PortalBundle(ctx, callerOf(ctx).caseID, in.Bundle)
	if err != nil {
		return nil, err
	}
	party := casework.Actor{Name: "当事人", Roles: []string{"party"}}
	if err := a.o.Casework.RecordView(ctx, party, r.BundleID, "bundle.tar", "当事人下载 party "+callerOf(ctx).caseID); err != nil {
		return nil, err
	}
	return a.bundle(ctx, r)
}

func (a *API) getPortalProof(ctx context.Context, in *BundleID) (*stream, error) {
	r, err := a.o.Casework.PortalBundle(ctx, callerOf(ctx).caseID, in.Bundle)
	if err != nil {
		return nil, err
	}
	return a.logProof(ctx, r)
}

func (a *API) getPortalDocument(ctx context.Context, in *ByID) (*stream, error) {
	c := callerOf(ctx)
	d, pdf, err := a.o.Casework.PortalPDF(ctx, c.caseID, in.ID, c.visit())
	if err != nil {
		return nil, err
	}
	return pdfOf(d, pdf), nil
}
