package api

import (
	"bytes"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/casework/document"
	"offsite/privacy"
)

// privacyOffice is privacy.Office: how long personal data are kept, what is processed,
// and what parties ask of their own.
type privacyOffice interface {
	Runs(ctx context.Context) ([]privacy.Ran, error)
	Schedule(ctx context.Context) ([]privacy.Rule, error)
	Orders(ctx context.Context) ([]privacy.Order, error)
	Order(ctx context.Context, by privacy.Person, rule string, days int, reason string) (privacy.Order, error)
	Agree(ctx context.Context, by privacy.Person, id int64) error
	Record(ctx context.Context) (privacy.Record, error)
	Requests(ctx context.Context) ([]privacy.Request, error)
	OfCase(ctx context.Context, caseID string) (*privacy.Request, error)
	AskAtDesk(ctx context.Context, by, partyID, checked string) (string, error)
	AskInPortal(ctx context.Context, caseID, number, address string) error
	Review(ctx context.Context, by, id string, v privacy.Verdict) error
	Decide(ctx context.Context, by, id string, v privacy.Verdict) error
	Hand(ctx context.Context, by, id, agent string) ([]byte, error)
	HandInPortal(ctx context.Context, caseID, number, address, agent string) ([]byte, error)
}

func (a *API) privacyOperations() {
	const tag = "privacy"
	handle(a, operation{id: "get-retention", method: http.MethodGet, path: "/privacy/retention", summary: "How long which data are kept, and what was deleted on which day, with proofs", tag: tag}, a.getRetention)
	handle(a, operation{id: "order-retention", method: http.MethodPost, path: "/privacy/retention/orders", summary: "Order that something is kept longer or shorter; it holds once another person agrees", tag: tag, status: http.StatusCreated}, a.orderRetention)
	handle(a, operation{id: "agree-to-retention", method: http.MethodPost, path: "/privacy/retention/orders/{id}/agreement", summary: "Agree to the newest order on something, given by another person", tag: tag, status: http.StatusNoContent}, a.agreeToRetention)
	handle(a, operation{id: "get-processing", method: http.MethodGet, path: "/privacy/processing", summary: "The processing record (PIPL art. 54-56), drawn up from configuration and tables as they are", tag: tag}, a.getProcessing)
	handle(a, operation{id: "get-assessment", method: http.MethodGet, path: "/privacy/assessment.pdf", summary: "Template of the impact assessment (PIPL art. 55, 56), filled with the processing record", tag: tag, binary: "application/pdf"}, a.getAssessment)
	handle(a, operation{id: "list-subject-requests", method: http.MethodGet, path: "/privacy/requests", summary: "Requests of parties for their data (PIPL art. 45), those that wait first", tag: tag}, a.listSubjectRequests)
	handle(a, operation{id: "ask-subject-data", method: http.MethodPost, path: "/privacy/requests", summary: "Take a party's request down at the desk", tag: tag, status: http.StatusCreated}, a.askSubjectData)
	handle(a, operation{id: "review-subject-request", method: http.MethodPost, path: "/privacy/requests/{id}/review", summary: "Say whether a request should be granted", tag: tag, status: http.StatusNoContent}, a.reviewSubjectRequest)
	handle(a, operation{id: "decide-subject-request", method: http.MethodPost, path: "/privacy/requests/{id}/decision", summary: "Release or refuse what somebody else reviewed", tag: tag, status: http.StatusNoContent}, a.decideSubjectRequest)
	handle(a, operation{id: "hand-subject-data", method: http.MethodPost, path: "/privacy/requests/{id}/data.zip", summary: "All that is held on the party, as a BagIt bag; each time is recorded with its digest", tag: tag, binary: "application/zip"}, a.handSubjectData)
	handle(a, operation{id: "get-portal-data-request", method: http.MethodGet, path: "/portal/data", summary: "Where the party's request for its data stands", tag: "portal"}, a.getPortalDataRequest)
	handle(a, operation{id: "ask-portal-data", method: http.MethodPost, path: "/portal/data", summary: "Ask for all that is held on oneself (查阅、复制个人信息), by the identity number on file", tag: "portal", status: http.StatusNoContent}, a.askPortalData)
	handle(a, operation{id: "get-portal-data", method: http.MethodPost, path: "/portal/data.zip", summary: "What was released, as a BagIt bag, by the identity number on file", tag: "portal", binary: "application/zip"}, a.getPortalData)
}

// privacyOffice is the privacy office, where there is one.
func (a *API) privacyOffice() (privacyOffice, error) {
	if a.o.Privacy == nil {
		return nil, problem.Away("此服务未设个人信息保护事务。", "This server has no privacy office.", nil)
	}
	return a.o.Privacy, nil
}

func (a *API) getRetention(ctx context.Context, _ *empty) (*answer[wire.Retention], error) {
	office, err := a.privacyOffice()
	if err != nil {
		return nil, err
	}
	runs, err := office.Runs(ctx)
	if err != nil {
		return nil, err
	}
	schedule, err := office.Schedule(ctx)
	if err != nil {
		return nil, err
	}
	orders, err := office.Orders(ctx)
	if err != nil {
		return nil, err
	}
	out := wire.Retention{Runs: runs}
	for _, r := range schedule {
		out.Schedule = append(out.Schedule, wire.RetentionRule(r))
	}
	for _, one := range orders {
		out.Orders = append(out.Orders, wire.RetentionOrder(one))
	}
	return &answer[wire.Retention]{out}, nil
}

func (a *API) orderRetention(ctx context.Context, in *struct{ Body wire.RetentionOrderDraft }) (*answer[wire.RetentionOrder], error) {
	office, err := a.privacyOffice()
	if err != nil {
		return nil, err
	}
	given, err := office.Order(ctx, privacy.Person{ID: actor(ctx).ID, Name: actor(ctx).Name}, in.Body.Rule, in.Body.Days, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return &answer[wire.RetentionOrder]{wire.RetentionOrder(given)}, nil
}

func (a *API) agreeToRetention(ctx context.Context, in *numbered) (*empty, error) {
	office, err := a.privacyOffice()
	if err != nil {
		return nil, err
	}
	return &empty{}, office.Agree(ctx, privacy.Person{ID: actor(ctx).ID, Name: actor(ctx).Name}, in.ID)
}

func (a *API) getProcessing(ctx context.Context, _ *empty) (*answer[wire.Processing], error) {
	office, err := a.privacyOffice()
	if err != nil {
		return nil, err
	}
	r, err := office.Record(ctx)
	if err != nil {
		return nil, err
	}
	return &answer[wire.Processing]{wire.Processing(r)}, nil
}

func (a *API) getAssessment(ctx context.Context, _ *empty) (*stream, error) {
	office, err := a.privacyOffice()
	if err != nil {
		return nil, err
	}
	r, err := office.Record(ctx)
	if err != nil {
		return nil, err
	}
	pdf, err := a.o.Casework.Paper(func(b document.Bureau) document.Sheet { return r.Assessment(b) })
	if err != nil {
		return nil, err
	}
	return named(pdf, "application/pdf", "assessment.pdf"), nil
}

// named sends a file of ours under a name.
func named(content []byte, kind, name string) *stream {
	return &stream{func(hc huma.Context) {
		_, w := humachi.Unwrap(hc)
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
		_, _ = bytes.NewReader(content).WriteTo(w) // the client may have gone
	}}
}

func (a *API) listSubjectRequests(ctx context.Context, _ *empty) (*list[wire.SubjectRequest], error) {
	office, err := a.privacyOffice()
	if err != nil {
		return nil, err
	}
	all, err := office.Requests(ctx)
	if err != nil {
		return nil, err
	}
	shown := make([]wire.SubjectRequest, len(all))
	for i, r := range all {
		shown[i] = wire.SubjectRequest(r)
	}
	return listOf(shown), nil
}

func (a *API) askSubjectData(ctx context.Context, in *struct{ Body wire.SubjectAsk }) (*answer[wire.Made], error) {
	office, err := a.privacyOffice()
	if err != nil {
		return nil, err
	}
	id, err := office.AskAtDesk(ctx, actor(ctx).ID, in.Body.PartyID, in.Body.Checked)
	if err != nil {
		return nil, err
	}
	return &answer[wire.Made]{wire.Made{ID: id}}, nil
}

type subjectVerdict struct {
	ByID
	Body wire.SubjectVerdict
}

func (a *API) reviewSubjectRequest(ctx context.Context, in *subjectVerdict) (*empty, error) {
	office, err := a.privacyOffice()
	if err != nil {
		return nil, err
	}
	return &empty{}, office.Review(ctx, actor(ctx).ID, in.ID, privacy.Verdict(in.Body))
}

func (a *API) decideSubjectRequest(ctx context.Context, in *subjectVerdict) (*empty, error) {
	office, err := a.privacyOffice()
	if err != nil {
		return nil, err
	}
	return &empty{}, office.Decide(ctx, actor(ctx).ID, in.ID, privacy.Verdict(in.Body))
}

func (a *API) handSubjectData(ctx context.Context, in *ByID) (*stream, error) {
	office, err := a.privacyOffice()
	if err != nil {
		return nil, err
	}
	zip, err := office.Hand(ctx, actor(ctx).ID, in.ID, "offsite "+a.o.Version)
	if err != nil {
		return nil, err
	}
	return named(zip, "application/zip", "personal-data.zip"), nil
}

func (a *API) getPortalDataRequest(ctx context.Context, _ *empty) (*answer[wire.PortalDataRequest], error) {
	office, err := a.privacyOffice()
	if err != nil {
		return nil, err
	}
	r, err := office.OfCase(ctx, callerOf(ctx).caseID)
	if err != nil {
		return nil, err
	}
	var out wire.PortalDataRequest
	if r != nil {
		out = wire.PortalDataRequest{State: r.State, AskedAt: &r.AskedAt, DecideBy: &r.DecideBy, DecidedAt: r.DecidedAt}
		if r.State == "refused" {
			out.Reason = r.Reason
		}
	}
	return &answer[wire.PortalDataRequest]{out}, nil
}

func (a *API) askPortalData(ctx context.Context, in *struct{ Body wire.PortalIdentity }) (*empty, error) {
	office, err := a.privacyOffice()
	if err != nil {
		return nil, err
	}
	c := callerOf(ctx)
	return &empty{}, office.AskInPortal(ctx, c.caseID, in.Body.Identity, c.address)
}

func (a *API) getPortalData(ctx context.Context, in *struct{ Body wire.PortalIdentity }) (*stream, error) {
	office, err := a.privacyOffice()
	if err != nil {
		return nil, err
	}
	c := callerOf(ctx)
	zip, err := office.HandInPortal(ctx, c.caseID, in.Body.Identity, c.address, "offsite "+a.o.Version)
	if err != nil {
		return nil, err
	}
	return named(zip, "application/zip", "personal-data.zip"), nil
}
