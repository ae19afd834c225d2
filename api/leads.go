package api

import (
	"context"
	"net/http"
	"time"

	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/exchange/lead"
	"offsite/registry"
)

// leads is lead.Desk: what others have seen, and who is on duty.
type leads interface {
	Receive(ctx context.Context, by lead.By, d lead.Draft) (made lead.Lead, fresh bool, err error)
	Leads(ctx context.Context, f lead.Filter) ([]lead.Lead, error)
	Lead(ctx context.Context, id string) (lead.Lead, error)
	Steps(ctx context.Context, id string) ([]lead.Step, error)
	Contact(ctx context.Context, id string) (string, error)
	Acknowledge(ctx context.Context, by lead.By, id string, version int) error
	Dispatch(ctx context.Context, by lead.By, id string, version int, officer string) error
	Finish(ctx context.Context, by lead.By, id string, version int, o lead.Outcome) error
	Duty(ctx context.Context, from, to time.Time) ([]lead.Shift, []lead.Uncovered, error)
	AddShift(ctx context.Context, by string, w lead.ShiftDraft) (string, error)
	RemoveShift(ctx context.Context, id string) error
}

func (a *API) leadOperations() {
	const tag = "leads"
	handle(a, operation{id: "receive-lead", method: http.MethodPost, path: "/leads", summary: "Tell of what was seen; told again under the source's own number, it is the same lead", tag: tag, status: http.StatusCreated}, a.receiveLead)
	handle(a, operation{id: "list-leads", method: http.MethodGet, path: "/leads", summary: "Leads, the newest first", tag: tag}, a.listLeads)
	handle(a, operation{id: "get-lead", method: http.MethodGet, path: "/leads/{id}", summary: "A lead and what became of it; another system sees those that it told of", tag: tag}, a.getLead)
	handle(a, operation{id: "get-lead-contact", method: http.MethodPost, path: "/leads/{id}/contact", summary: "Who told of it; the look is recorded with its reason", tag: tag}, a.getLeadContact)
	handle(a, operation{id: "acknowledge-lead", method: http.MethodPost, path: "/leads/{id}/acknowledgement", summary: "Say that somebody sees to it", tag: tag, status: http.StatusNoContent}, a.acknowledgeLead)
	handle(a, operation{id: "dispatch-lead", method: http.MethodPost, path: "/leads/{id}/dispatch", summary: "Hand it to an officer", tag: tag, status: http.StatusNoContent}, a.dispatchLead)
	handle(a, operation{id: "finish-lead", method: http.MethodPost, path: "/leads/{id}/outcome", summary: "Say what came of it", tag: tag, status: http.StatusNoContent}, a.finishLead)
	handle(a, operation{id: "list-duty", method: http.MethodGet, path: "/duty", summary: "Who is on duty when, and the hours in which nobody is", tag: tag}, a.listDuty)
	handle(a, operation{id: "add-shift", method: http.MethodPost, path: "/duty", summary: "Put somebody on duty", tag: tag, status: http.StatusCreated}, a.addShift)
	handle(a, operation{id: "remove-shift", method: http.MethodDelete, path: "/duty/{id}", summary: "Take a shift off the list that has not begun", tag: tag, status: http.StatusNoContent}, a.removeShift)
}

// leadBy is who acts, staff or another system.
func leadBy(ctx context.Context) lead.By { return lead.By{ID: actor(ctx).ID, Name: actor(ctx).Name} }

type leadDraft struct {
	OnceKey
	Body wire.LeadDraft
}

func (a *API) receiveLead(ctx context.Context, in *leadDraft) (*answer[lead.Lead], error) {
	l, err := onceOnly(ctx, a, in.OnceKey, "receive-lead", in.Body, func(ctx context.Context) (lead.Lead, error) {
		l, _, err := a.o.Leads.Receive(ctx, leadBy(ctx), lead.Draft(in.Body))
		return l, err
	})
	if err != nil {
		return nil, err
	}
	return &answer[lead.Lead]{l}, nil
}

type leadQuery struct {
	State  string `query:"state" enum:"open,received,acknowledged,dispatched,done,transferred" doc:"Left out: all."`
	Kind   string `query:"kind" enum:"waste,stall,crossdoor,soil,burning,building,other"`
	Mine   bool   `query:"mine" doc:"Those alone that were handed to the caller."`
	Cursor string `query:"cursor" maxLength:"36" format:"uuid"`
}

const leadsShown = 50

func (a *API) listLeads(ctx context.Context, in *leadQuery) (*page[lead.Lead], error) {
	f := lead.Filter{State: in.State, Kind: in.Kind, Before: in.Cursor, Limit: leadsShown}
	if in.Mine {
		f.Officer = actor(ctx).ID
	}
	all, err := a.o.Leads.Leads(ctx, f)
	if err != nil {
		return nil, err
	}
	out := &page[lead.Lead]{}
	if out.Body.Items = all; len(all) == leadsShown {
		out.Body.NextCursor = all[len(all)-1].ID
	}
	return out, nil
}

func (a *API) getLead(ctx context.Context, in *ByID) (*answer[wire.LeadPage], error) {
	l, err := a.o.Leads.Lead(ctx, in.ID)
	if err == nil && callerOf(ctx).key != nil && l.ByWhom != actor(ctx).ID {
		err = registry.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	steps, err := a.o.Leads.Steps(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if callerOf(ctx).key != nil { // who acts here is nobody else's
		l.Duty, l.Officer, l.AcknowledgedBy = nil, "", ""
		for i := range steps {
			steps[i].By = ""
		}
	}
	return &answer[wire.LeadPage]{wire.LeadPage{Lead: l, Steps: steps}}, nil
}

type reasoned struct {
	ByID
	Body wire.Reason
}

func (a *API) getLeadContact(ctx context.Context, in *reasoned) (*answer[wire.Contact], error) {
	if err := a.recordLook(ctx, in.ID, in.Body.Reason); err != nil {
		return nil, err
	}
	text, err := a.o.Leads.Contact(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &answer[wire.Contact]{wire.Contact{Contact: text}}, nil
}

// recordLook records that somebody looks at who a person is, before it is shown.
func (a *API) recordLook(ctx context.Context, subject, reason string) error {
	if a.o.History == nil {
		return problem.Away("此服务不记录查阅，不能显示个人信息。", "This server records no views and shows no personal data.", nil)
	}
	return a.o.History.RecordView(ctx, registry.View{By: actor(ctx).Name, What: "identity", Subject: subject, Reason: reason})
}

// SeenByID names one thing in the version that was seen; exported as ByID is.
type SeenByID struct {
	ByID
	IfMatch string `header:"If-Match" doc:"The version that was seen, as in \"3\"."`
}

func (a *API) acknowledgeLead(ctx context.Context, in *SeenByID) (*empty, error) {
	version, err := mustSee(in.IfMatch)
	if err != nil {
		return nil, err
	}
	return &empty{}, a.o.Leads.Acknowledge(ctx, leadBy(ctx), in.ID, version)
}

type dispatch struct {
	SeenByID
	Body wire.Dispatch
}

func (a *API) dispatchLead(ctx context.Context, in *dispatch) (*empty, error) {
	version, err := mustSee(in.IfMatch)
	if err != nil {
		return nil, err
	}
	return &empty{}, a.o.Leads.Dispatch(ctx, leadBy(ctx), in.ID, version, in.Body.Officer)
}

type leadOutcome struct {
	SeenByID
	Body wire.LeadOutcome
}

func (a *API) finishLead(ctx context.Context, in *leadOutcome) (*empty, error) {
	version, err := mustSee(in.IfMatch)
	if err != nil {
		return nil, err
	}
	return &empty{}, a.o.Leads.Finish(ctx, leadBy(ctx), in.ID, version, lead.Outcome(in.Body))
}

type dutyQuery struct {
	From time.Time `query:"from" doc:"Default: now."`
	Days int       `query:"days" minimum:"1" maximum:"62" default:"7"`
}

func (a *API) listDuty(ctx context.Context, in *dutyQuery) (*answer[wire.Duty], error) {
	if in.From.IsZero() {
		in.From = a.now()
	}
	to := in.From.AddDate(0, 0, in.Days)
	shifts, gaps, err := a.o.Leads.Duty(ctx, in.From, to)
	if err != nil {
		return nil, err
	}
	return &answer[wire.Duty]{wire.Duty{From: in.From, To: to, Shifts: shifts, Gaps: gaps}}, nil
}

func (a *API) addShift(ctx context.Context, in *struct{ Body wire.ShiftDraft }) (*answer[wire.Made], error) {
	id, err := a.o.Leads.AddShift(ctx, actor(ctx).ID, lead.ShiftDraft(in.Body))
	if err != nil {
		return nil, err
	}
	return &answer[wire.Made]{wire.Made{ID: id}}, nil
}

func (a *API) removeShift(ctx context.Context, in *ByID) (*empty, error) {
	return &empty{}, a.o.Leads.RemoveShift(ctx, in.ID)
}
