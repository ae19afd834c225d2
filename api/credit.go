package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"offsite/api/wire"
	"offsite/casework/credit"
	"offsite/registry"
)

// creditOffice is credit.Office: what stands against parties, and its repair.
type creditOffice interface {
	Rules(ctx context.Context) (credit.Version, error)
	Activate(ctx context.Context, by string, r credit.Rules, reason string) error
	Records(ctx context.Context, partyID string) ([]credit.Record, error)
	Record(ctx context.Context, id string) (credit.Record, error)
	OfCase(ctx context.Context, caseID string) (*credit.Record, *credit.Repair, error)
	Ask(ctx context.Context, caseID string, a credit.Application) error
	Repairs(ctx context.Context) ([]credit.Repair, error)
	Paper(ctx context.Context, id string, n int) (content []byte, kind string, err error)
	Review(ctx context.Context, by, id string, v credit.Verdict) error
	Decide(ctx context.Context, by, id string, v credit.Verdict) error
}

func (a *API) creditOperations() {
	const tag = "credit"
	handle(a, operation{id: "get-credit-rules", method: http.MethodGet, path: "/credit/rules", summary: "The rules of credit records as they hold", tag: tag}, a.getCreditRules)
	handle(a, operation{id: "activate-credit-rules", method: http.MethodPost, path: "/credit/rules", summary: "Make rules hold for decisions to come; every version is kept", tag: tag, status: http.StatusNoContent}, a.activateCreditRules)
	handle(a, operation{id: "list-credit-records", method: http.MethodGet, path: "/credit/records", summary: "Credit records, the newest first", tag: tag}, a.listCreditRecords)
	handle(a, operation{id: "get-credit-record", method: http.MethodGet, path: "/credit/records/{id}", summary: "One credit record, for the credit platform that was told of it", tag: tag}, a.getCreditRecord)
	handle(a, operation{id: "list-repairs", method: http.MethodGet, path: "/credit/repairs", summary: "Applications for credit repair, those that wait first", tag: tag}, a.listRepairs)
	handle(a, operation{id: "get-repair-paper", method: http.MethodGet, path: "/credit/repairs/{id}/papers/{n}", summary: "A paper of an application", tag: tag, binary: "application/pdf,image/jpeg,image/png"}, a.getRepairPaper)
	handle(a, operation{id: "review-repair", method: http.MethodPost, path: "/credit/repairs/{id}/review", summary: "Say whether an application should be granted", tag: tag, status: http.StatusNoContent}, a.reviewRepair)
	handle(a, operation{id: "decide-repair", method: http.MethodPost, path: "/credit/repairs/{id}/decision", summary: "Grant or refuse what somebody else reviewed", tag: tag, status: http.StatusNoContent}, a.decideRepair)
	handle(a, operation{id: "get-portal-credit", method: http.MethodGet, path: "/portal/credit", summary: "The party's own credit record for this case", tag: "portal"}, a.getPortalCredit)
	handle(a, operation{id: "ask-repair", method: http.MethodPost, path: "/portal/credit", summary: "Ask for credit repair (信用修复), with papers", tag: "portal", status: http.StatusNoContent, body: papersBody, patience: papersPatience}, a.askRepair)
}

func (a *API) getCreditRules(ctx context.Context, _ *empty) (*answer[wire.CreditRules], error) {
	v, err := a.o.Credit.Rules(ctx)
	if err != nil {
		return nil, err
	}
	return &answer[wire.CreditRules]{wire.CreditRules(v)}, nil
}

func (a *API) activateCreditRules(ctx context.Context, in *struct{ Body wire.CreditRulesDraft }) (*empty, error) {
	return &empty{}, a.o.Credit.Activate(ctx, actor(ctx).ID, in.Body.Rules, in.Body.Reason)
}

type creditQuery struct {
	Party string `query:"party" maxLength:"64" doc:"Of this party alone."`
}

func (a *API) listCreditRecords(ctx context.Context, in *creditQuery) (*list[wire.CreditRecord], error) {
	all, err := a.o.Credit.Records(ctx, in.Party)
	if err != nil {
		return nil, err
	}
	shown := make([]wire.CreditRecord, len(all))
	for i, r := range all {
		shown[i] = wire.CreditRecord(r)
	}
	return listOf(shown), nil
}

func (a *API) getCreditRecord(ctx context.Context, in *ByID) (*answer[wire.CreditRecord], error) {
	r, err := a.o.Credit.Record(ctx, in.ID)
	if err == nil && callerOf(ctx).key != nil && !r.Shown { // what is not told is nobody else's
		err = registry.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return &answer[wire.CreditRecord]{wire.CreditRecord(r)}, nil
}

func (a *API) listRepairs(ctx context.Context, _ *empty) (*list[wire.CreditRepair], error) {
	all, err := a.o.Credit.Repairs(ctx)
	if err != nil {
		return nil, err
	}
	shown := make([]wire.CreditRepair, len(all))
	for i, r := range all {
		shown[i] = wire.CreditRepair(r)
	}
	return listOf(shown), nil
}

type paperPath struct {
	ByID
	N int `path:"n" minimum:"1" maximum:"3"`
}

func (a *API) getRepairPaper(ctx context.Context, in *paperPath) (*stream, error) {
	content, kind, err := a.o.Credit.Paper(ctx, in.ID, in.N)
	if err != nil {
		return nil, err
	}
	return attachment(content, kind), nil
}

// attachment sends what somebody else made: to be kept, never to be run.
func attachment(content []byte, kind string) *stream {
	return &stream{func(hc huma.Context) {
		_, w := humachi.Unwrap(hc)
		h := w.Header()
		h.Set("Content-Type", kind)
		h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
		h.Set("Content-Disposition", "attachment")
		_, _ = w.Write(content) // the client may have gone
	}}
}

type repairVerdict struct {
	ByID
	Body wire.CreditVerdict
}

func (a *API) reviewRepair(ctx context.Context, in *repairVerdict) (*empty, error) {
	return &empty{}, a.o.Credit.Review(ctx, actor(ctx).ID, in.ID, credit.Verdict(in.Body))
}

func (a *API) decideRepair(ctx context.Context, in *repairVerdict) (*empty, error) {
	return &empty{}, a.o.Credit.Decide(ctx, actor(ctx).ID, in.ID, credit.Verdict(in.Body))
}

func (a *API) getPortalCredit(ctx context.Context, _ *empty) (*answer[wire.PortalCredit], error) {
	record, repair, err := a.o.Credit.OfCase(ctx, callerOf(ctx).caseID)
	if err != nil {
		return nil, err
	}
	if repair != nil { // who judged it is the bureau's own matter
		repair.Reviewer, repair.Review, repair.Decider = "", "", ""
	}
	return &answer[wire.PortalCredit]{wire.PortalCredit{Record: (*wire.CreditRecord)(record), Repair: (*wire.CreditRepair)(repair)}}, nil
}

func (a *API) askRepair(ctx context.Context, in *struct{ Body wire.CreditApplication }) (*empty, error) {
	return &empty{}, a.o.Credit.Ask(ctx, callerOf(ctx).caseID, credit.Application(in.Body))
}
